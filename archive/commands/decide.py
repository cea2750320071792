"""What only a person decides: `accept`, `reject`, `acknowledge`."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import click

from archive.child import run_crawler
from archive.commands import FAILED, out, pass_data, writing
from archive.health import notice_troubles
from archive.store import StoreError, read_only


@click.command()
@click.argument("capture", type=int)
@pass_data
def accept(data: Path, capture: int) -> None:
    """认可一次存疑的抓取：它就是这份通知，作为新版本收录并比对。"""
    read_only(data).close()
    code, crawl_id = run_crawler("accept", data, ["--capture", str(capture)])
    if code or crawl_id is None:
        raise click.exceptions.Exit(code or FAILED)
    out.print(f"抓取记录 {capture} 已采信。")


@click.command()
@click.argument("capture", type=int)
@pass_data
def reject(data: Path, capture: int) -> None:
    """排除一次存疑的抓取：它不是这份通知，同样的内容再出现时仍不收录。"""
    with writing(data) as store:
        row = store.row("SELECT verdict FROM captures WHERE id = ?", [capture])
        if row is None:
            raise StoreError(f"没有编号为 {capture} 的抓取记录")
        version = store.row("SELECT id FROM versions WHERE capture_id = ? AND review != '[]'", [capture])
        if row["verdict"] != "suspect" and version is None:
            raise StoreError(f"抓取记录 {capture} 不是存疑的内容，无需排除")
        store.update("captures", capture, decision="rejected")
        if version is not None:  # a held-back text of low confidence: a person has seen that nothing changed
            store.update("versions", version["id"], review="[]")
    out.print(f"抓取记录 {capture} 已排除。")


@click.command()
@click.argument("slug")
@pass_data
def acknowledge(data: Path, slug: str) -> None:
    """知道了：这份通知当前的问题不再提醒，直到结论改变。"""
    with writing(data) as store:
        row = store.row("SELECT id FROM notices WHERE slug = ?", [slug])
        if row is None:
            raise StoreError(f"没有 slug 为 {slug} 的通知；请用 guidelines status 查看")
        with closing(read_only(data)) as connection:
            troubles = [trouble for trouble in notice_troubles(connection) if trouble.notice == slug]
        if not troubles:
            raise StoreError(f"{slug} 目前没有问题，无需确认")
        store.update("notices", row["id"], acknowledged=json.dumps([trouble.mark for trouble in troubles]))
    for trouble in troubles:
        out.print(trouble.what, markup=False)
    out.print("已记下，情况改变前不再提醒。")


COMMANDS: list[click.Command] = [accept, reject, acknowledge]
