"""`acknowledge`: a person knows of a trouble, and it is told no more until it becomes another."""

from __future__ import annotations

from pathlib import Path

import click

from archive.commands import out, pass_data, writing
from archive.operate import known


@click.command()
@click.argument("slug")
@pass_data
def acknowledge(data: Path, slug: str) -> None:
    """知道了：这份通知当前的问题不再提醒，直到结论改变。"""
    with writing(data) as store:
        troubles = known.acknowledge(store, slug)
    for trouble in troubles:
        out.print(trouble.what, markup=False)
    out.print("已记下，情况改变前不再提醒。")
