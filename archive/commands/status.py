"""`guidelines status`: how each notice stands, and what needs a person."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from archive import words
from archive.clock import local
from archive.commands import ATTENTION, OK, emit, json_option, out, pass_data
from archive.operate import health
from archive.record.look import read_only
from archive.settings import load_settings


@click.command()
@json_option
@pass_data
def status(data: Path, as_json: bool) -> None:
    """各份通知的状态，以及需要人工处理的事项（有则退出码为 3）。"""
    with closing(read_only(data)) as connection:
        found = health.status(data, connection)
    if as_json:
        emit(found)
    else:
        _show(found, load_settings(data).zone)
    raise SystemExit(OK if found["ok"] else ATTENTION)


def _show(found: dict[str, Any], zone: Any) -> None:
    table = Table("通知", "标题", "状态", "最近成功", "下次")
    for notice in found["notices"]:
        table.add_row(
            notice["slug"],
            notice["title"],
            words.state(notice["state"])
            + (f"：{words.reason(notice['reason'])}" if notice["reason"] else "")
            + (f"（{words.CRAWLS['receive']}）" if notice["received"] else ""),
            local(notice["last_success"], zone),
            local(notice["next_due"], zone),
        )
    out.print(table)
    crawl = found["crawl"]
    if crawl:
        ended = local(crawl["finished_at"], zone) or "没有完成"
        out.print(f"最近抓取：第 {crawl['id']} 次，{local(crawl['started_at'], zone)} 开始，{ended}", markup=False)
    for name, key in (("最近核对", "verify"), ("最近备份", "backup")):
        out.print(f"{name}：{local(found[key]['at'], zone) if found[key] else '还没有'}", markup=False)
    disk = found["disk"]
    out.print(f"磁盘剩余 {disk['free'] / 2**30:.1f} GB，原文 {disk['warc'] / 2**20:.1f} MB", markup=False)
    counts = found["deliveries"]
    out.print(
        f"等待决定 {found['review']} 项，需核对 {found['doubtful']} 处，候选新版 {found['candidates']} 份，"
        f"待投递 {counts['pending']} 项，停止重试 {counts['failed']} 项",
        markup=False,
    )
    if not found["attention"]:
        out.print("没有需要处理的事项" if crawl else "还没有抓取过，档案是空的", markup=False)
        return
    out.print(f"\n需要处理 {len(found['attention'])} 项：", markup=False)
    for point in found["attention"]:
        since = f"（{local(point['since'], zone)} 起）" if point["since"] else ""
        out.print(f"· {point['what']}{since}", markup=False)
        for name, text in (("原因", point["why"]), ("影响", point["stake"]), ("处理", point["command"])):
            if text:
                out.print(f"    {name}：{text}", markup=False)
