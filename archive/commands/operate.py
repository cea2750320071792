"""Looking after the archive: `verify`, `backup`, `restore`, `repair`."""

from __future__ import annotations

from pathlib import Path

import click

from archive.commands import FAILED, OK, emit, err, json_option, out, pass_data, stop, writing
from archive.machine.lock import LockHeld
from archive.search import index
from archive.warc.check import repair_tail


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
        stop(FAILED, error)
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
        stop(FAILED, error)
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
