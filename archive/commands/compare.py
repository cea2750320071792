"""`guidelines compare`: a local catalogue held against the national one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from attrs import evolve
from rich.table import Table
from rich.text import Text

from archive import words
from archive.clock import iso, now
from archive.commands import ATTENTION, FAILED, OK, emit, err, json_option, out, pass_data, stop, write_file
from archive.laws.citations import outdated
from archive.laws.register import load_register
from archive.local.compare import compare_local
from archive.local.result import Kind
from archive.machine import child
from archive.model import Grid, Item, Place
from archive.publish import compared
from archive.publish.compared import LocalTable, Report, deviating, label, name_of, where
from archive.record.locals import national_items
from archive.record.look import read_only
from archive.record.readings import item_of


@click.command()
@click.argument("local")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--area", "areas", multiple=True, metavar="SLUG", help="只与这个领域的国家标准对照（可重复）。")
@json_option
@pass_data
def compare(data: Path, local: str, file: Path | None, areas: tuple[str, ...], as_json: bool) -> None:
    """对标：本地目录 LOCAL（文件或网址）与国家标准逐条对照；FILE.xlsx 是标出差别的本地目录。

    LOCAL 可以是 .docx .doc .xls .xlsx .pdf .html 等文件，或一个网页的网址（连同它的附件）。有事项需要人工判断、
    或有文件没有读出时，退出码为 3。
    """
    if file is not None and file.suffix.lower() != ".xlsx":
        raise click.UsageError(f"{file.name}：结果文件名应以 .xlsx 结尾")
    if not local.startswith(("http://", "https://")) and not Path(local).is_file():
        raise click.UsageError(f"没有文件 {local}")
    with closing(read_only(data)) as connection:
        names = dict(connection.execute("SELECT slug, name FROM areas ORDER BY position"))
        national = national_items(connection)
    for slug in areas:
        if slug not in names:
            raise click.UsageError(f"没有领域 {slug!r}；可用的有：{'、'.join(f'{s}（{n}）' for s, n in names.items())}")
    if not national:
        stop(FAILED, "档案里还没有国家标准目录；请先运行 guidelines crawl")
    report = _compared(data, local, national, areas, names)
    if file is not None:
        write_file(file, compared.as_xlsx(report))
    if as_json:
        emit(compared.as_json(report) | ({"file": str(file)} if file else {}))
    else:
        _show(report, file)
    raise click.exceptions.Exit(_code(report))


def _compared(data: Path, local: str, national: Sequence[Item], areas: Sequence[str], names: dict[str, str]) -> Report:
    """Read by the crawler, compared here. Raises Exit when there is nothing to compare."""
    try:
        read = child.ask("local", data, local)
    except child.ChildFailed as failed:
        stop(FAILED, f"没有读取 {local}：{failed}")
    items, tables, unread = _read(read)
    if not items:
        err.print(f"{local} 里没有读出任何目录行。", markup=False)
        for name, reason in unread:
            stop(FAILED, f"  {name}：{reason}")
    register = outdated(load_register(data), iso(now())[:10])
    return Report(read["title"], compare_local(national, items, areas, register), tables, names, unread)


def _read(read: dict[str, Any]) -> tuple[list[Item], list[LocalTable], list[tuple[str, str]]]:
    """Rows, tables, and the files that gave none with the reason."""
    items: list[Item] = []
    tables: list[LocalTable] = []
    unread: list[tuple[str, str]] = []
    for number, file in enumerate(read["files"]):
        found = [item_of(item) for item in file["items"]]
        items += [evolve(item, more={**item.more, "file": number}) for item in found]
        tables += [_table(number, file["name"], table) for table in file["tables"] if table["kind"] == "catalogue"]
        if file["problem"]:
            unread.append((file["name"] or read["title"], file["problem"]))
    if read["left"]:
        unread.append(("其余附件", f"附件太多，有 {read['left']} 个没有读取"))
    return items, tables, unread


def _table(number: int, name: str, table: dict[str, Any]) -> LocalTable:
    place = Place(**json.loads(table["place"]))
    cells = tuple(tuple(row) for row in json.loads(table["cells"]))
    spans = {(r, c): (down, across) for r, c, down, across in json.loads(table["spans"])}
    sections = tuple((row, tuple(roles)) for row, roles in table["sections"])
    return LocalTable(number, name, Grid(cells, place, spans, table["caption"]), sections)


def _code(report: Report) -> int:
    """3 when something was not read or cannot be told without a person."""
    doubtful = Kind.DOUBTFUL in report.comparison.counts
    return ATTENTION if doubtful or report.unread or not report.comparison.areas else OK


def _show(report: Report, file: Path | None) -> None:
    found = report.comparison
    of = "、".join(report.areas.get(slug, slug) for slug in found.areas)
    out.print(f"{report.title}：对照的领域：{of or '没有认出，请用 --area 指定'}", markup=False, soft_wrap=True)
    if any(row.deviations for row in found.rows):
        table = Table("领域", "事项", "位置", "结论", "国家标准", "本地", box=None, pad_edge=False)
        for row, one in deviating(found.rows):
            area = "、".join(report.areas.get(slug, slug) for slug in row.area.split("+"))
            item = row.local or row.national[0]
            of = f"（{label(one.column)}）" if one.kind == Kind.DOUBTFUL and one.column else ""
            verdict = words.DEVIATIONS[one.kind] + of
            cells = (area, name_of(item), where(row.local), verdict, _short(one.national), _short(one.local))
            table.add_row(*(Text(cell) for cell in cells))
        out.print(table)
    out.print("合计：" + "，".join(f"{words.DEVIATIONS[kind]} {n}" for kind, n in found.counts.items()), markup=False)
    alike = sum(1 for row in found.rows for note in row.notes)
    if alike:
        out.print(f"另有 {alike} 处写法不同但意思相同，没有算作差别（--json 逐处列出）。", markup=False)
    if found.apart:
        out.print(f"有 {len(found.apart)} 行没有对标：所属领域没有国家标准，或表中没有写明领域。", markup=False)
    for note in found.notes:
        out.print(f"说明：{note}", markup=False)
    for name, reason in report.unread:
        out.print(f"没有读出：{name}：{reason}", markup=False, soft_wrap=True)
    if file:
        out.print(f"已写入 {file}", markup=False)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
