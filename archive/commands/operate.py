"""Looking after the archive: `status`, `verify`, `backup`, `restore`, `repair`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from archive import words
from archive.clock import local
from archive.commands import ATTENTION, FAILED, OK, emit, err, json_option, out, pass_data, writing
from archive.machine.lock import LockHeld
from archive.operate import health
from archive.record.store import read_only
from archive.search import index
from archive.settings import load_settings
from archive.warc.check import repair_tail


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
        out.print("没有需要处理的事项", markup=False)
        return
    out.print(f"\n需要处理 {len(found['attention'])} 项：", markup=False)
    for point in found["attention"]:
        since = f"（{local(point['since'], zone)} 起）" if point["since"] else ""
        out.print(f"· {point['what']}{since}", markup=False)
        for name, text in (("原因", point["why"]), ("影响", point["stake"]), ("处理", point["command"])):
            if text:
                out.print(f"    {name}：{text}", markup=False)


@click.command()
@click.option("--sample", is_flag=True, help="只抽查最新的和随机的一部分。")
@json_option
@pass_data
def verify(data: Path, sample: bool, as_json: bool) -> None:
    """核对档案：数据库、原文记录与校验值、重新读取的文字、检索索引（有问题则退出码为 1）。"""
    from archive.operate import verify as checks

    found = checks.verify(data, sample=sample, say=lambda what: err.print(f"{what}……", markup=False))
    if as_json:
        emit(found)
    else:
        names = {
            "tables": "数据表",
            "captures": "抓取记录",
            "warc_files": "WARC 文件",
            "index": "索引条目",
            "versions": "重新读取的文本",
            "outdated": "由旧版读取程序读出、未比较的文本",
        }
        checked = "，".join(f"{names.get(what, what)} {n}" for what, n in found["checked"].items())
        out.print(f"已核对：{checked}", markup=False)
        for problem in found["problems"]:
            out.print(f"· {problem['where']}：{problem['what']}", markup=False)
        out.print("没有发现问题" if found["ok"] else f"发现 {len(found['problems'])} 处问题", markup=False)
    raise SystemExit(OK if found["ok"] else FAILED)


@click.command()
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", type=click.IntRange(1), default=14, show_default=True, help="保留最近几份完好的备份。")
@pass_data
def backup(data: Path, target: Path, keep: int) -> None:
    """在 DIR 下写一份完整备份（可在抓取时进行）；没变的原文文件不重复占空间。数据有损坏时退出码为 1。"""
    from archive.operate.backup import BackupError
    from archive.operate.backup import backup as write

    try:
        folder = write(data, target, keep=keep)
    except BackupError as error:
        err.print(str(error), markup=False)
        raise SystemExit(FAILED) from None
    out.print(f"已备份到 {folder}", markup=False)


@click.command()
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--damaged", is_flag=True, help="有损坏的备份也用。")
@pass_data
def restore(data: Path, source: Path, damaged: bool) -> None:
    """用 DIR 中的备份（多份时用最新的一份完好的）恢复到空的数据目录。"""
    from archive.operate.backup import BackupError, problems_of
    from archive.operate.backup import restore as read

    try:
        folder = read(data, source, damaged=damaged)
    except (BackupError, LockHeld) as error:
        err.print(str(error), markup=False)
        raise SystemExit(FAILED) from None
    for problem in problems_of(folder):
        err.print(f"这份备份有损坏：{problem}", markup=False)
    out.print(f"已从 {folder} 恢复到 {data}；请运行 guidelines verify", markup=False)


@click.command()
@pass_data
def repair(data: Path) -> None:
    """移开 WARC 文件不完整的尾部，重建检索索引。"""
    with writing(data) as store:
        for line in repair_tail(data):
            out.print(line, markup=False)
        out.print(f"检索索引已重建，{index.rebuild(store.db)} 条", markup=False)


COMMANDS: list[click.Command] = [status, verify, backup, restore, repair]
