"""`guidelines laws`: the laws that rows rest on, their state, and the rows whose basis has changed since."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from archive import words
from archive.clock import iso, now
from archive.commands import emit, json_option, out, pass_data
from archive.laws.register import ENDS
from archive.publish.laws import check, coverage, laws
from archive.record.look import read_only


@click.command("laws")
@click.argument("what", type=click.Choice(["list", "check"]), default="list", required=False, metavar="[check]")
@click.option("--at", metavar="DATE", help="看这一天（如 2021-12-31）的状态，不写即今天。")
@json_option
@pass_data
def laws_(data: Path, what: str, at: str | None, as_json: bool) -> None:
    """列出公开依据所引的法规及其状态；check 列出依据已修改或废止的事项。"""
    day = _day(at)
    with closing(read_only(data)) as connection:
        found = laws(connection, day)
        covered = coverage(connection)
        amended = check(connection, day) if what == "check" else []
    if as_json:
        listed = {"amended": amended} if what == "check" else {"laws": found}
        emit({"at": day, "register_ends": ENDS, **listed, "coverage": covered})
        return
    _print_amended(amended, day) if what == "check" else _print_laws(found, day)
    citations, resolved = covered["citations"], covered["resolved"]
    out.print(f"公开依据共引用 {citations} 处，认出 {resolved} 处；未认出的 {citations - resolved} 处照原文保留。")
    out.print(f"内置法规名录截至 {ENDS}，此后的修改和废止须由 laws.toml 或所监测的法规网页补充。")


def _day(at: str | None) -> str:
    try:
        return date.fromisoformat(at).isoformat() if at else iso(now())[:10]
    except ValueError as error:
        raise click.UsageError(f"--at 应写成 2021-12-31 的样子，不能是 {at!r}") from error


def _print_laws(found: list[dict[str, Any]], day: str) -> None:
    if not found:
        out.print("档案中还没有引用法规的事项；请先运行 guidelines crawl。")
        return
    table = Table("法规", "状态", "最新文本", "施行", "领域", "事项", box=None, pad_edge=False)
    for law in found:
        state = words.LAW_STATES[law["state"]]
        table.add_row(
            Text(law["title"]), state, law["date"] or "—", law["force"] or "—", str(law["areas"]), str(law["items"])
        )
    out.print(f"{day} 的状态：")
    out.print(table)


def _print_amended(amended: list[dict[str, Any]], day: str) -> None:
    if not amended:
        out.print(f"到 {day}，没有发现依据已修改或废止的事项。")
        return
    table = Table("法规", "变化", "日期", "领域", "事项", "条文", box=None, pad_edge=False)
    for row in amended:
        name = row["level2"] or row["level1"]
        cells = (row["title"], words.LAW_STATES[row["state"]], row["since"], row["area"], name, row["article"] or "—")
        table.add_row(*map(Text, cells))
    out.print(table)
    of = len({row["law"] for row in amended})
    out.print(f"到 {day}，{len({row['item'] for row in amended})} 条事项的依据已修改或废止，涉及 {of} 部法规。")
