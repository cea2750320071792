"""`guidelines demo`: a folder with the demonstration, to look at without a network. Its texts are no ministry's."""

from __future__ import annotations

from pathlib import Path

import click

import archive
from archive.commands import FAILED, crawl_by_child, err, out
from archive.record.schema import is_empty

RECORDS = Path(archive.__file__).parent / "demo"
"""What is replayed: tests/sites says how it was made."""
STEPS = (("replica", "laws", "locals"), ("laws-amended",))
"""Two crawls: the first finds everything, the second one law with a newer text."""


@click.command()
@click.argument("folder", default="demo", type=click.Path(path_type=Path, file_okay=False))
def demo(folder: Path) -> None:
    """建一个演示档案（默认 ./demo）：19 份自编的通知样本、三部法规样本、两份地方目录样本，不需要网络。"""
    if not is_empty(folder / "archive.db"):
        err.print(f"{folder.absolute()} 中已有档案；请另选一个空目录，或直接打开：", markup=False)
        err.print(f"  guidelines --data {folder} serve", markup=False, soft_wrap=True)
        raise click.exceptions.Exit(FAILED)
    for names in STEPS:
        replay = [part for name in names for part in ("--replay", str(RECORDS / f"{name}.warc.gz"))]
        crawl_by_child(folder, "crawl", "--sources", str(RECORDS / "sources.toml"), *replay, "--confirm-after", "0")
    out.print("演示档案已建好（演示数据，非部委原文）。打开网站：", markup=False)
    out.print(f"  guidelines --data {folder} serve", markup=False, soft_wrap=True)
