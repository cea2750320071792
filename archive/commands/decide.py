"""`acknowledge`: a person knows of a trouble, and it is told no more until it becomes another."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import click

from archive.commands import out, pass_data, writing
from archive.operate.health import notice_troubles
from archive.record.store import StoreError, read_only


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


COMMANDS: list[click.Command] = [acknowledge]
