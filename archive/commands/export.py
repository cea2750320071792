"""`guidelines export`: the catalogue in force as a file to edit, print and hand in."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from attrs import evolve

from archive import clock
from archive.commands import FAILED, emit, json_option, out, pass_data, stop, write_file
from archive.publish.choice import ChoiceError
from archive.publish.export import SUFFIXES, entries
from archive.publish.layout import PAPERS
from archive.publish.order import parse, parse_address
from archive.publish.workbook import BLANKS, render
from archive.record.look import read_only
from archive.settings import load_settings
from archive.words.columns import CATALOGUE, LEVELS


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--area", "areas", multiple=True, metavar="SLUG", help="只导出这个领域（可重复）。")
@click.option("--level", type=click.Choice(list(LEVELS)), help="只导出县级（county）或乡级（township）公开的事项。")
@click.option("--office", default="", help="Excel：编制单位的名称，印在封面和各表标题上。")
@click.option("--paper", type=click.Choice(list(PAPERS)), default="A3", show_default=True, help="Excel：纸张。")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME",
    help=f"Excel：只印这些栏目（可重复）：{'、'.join(c.field for c in CATALOGUE[1:])}。",
)
@click.option(
    "--blank",
    "blanks",
    multiple=True,
    type=click.Choice(list(BLANKS)),
    help=f"Excel：加一个空白栏（可重复）：{'、'.join(f'{code} {name}' for code, name in BLANKS.items())}。",
)
@click.option("--address", default="", help="照网站“编制本级目录”页的地址导出；其他选项不再起作用。")
@json_option
@pass_data
def export(data: Path, file: Path, address: str, as_json: bool, **chosen: Any) -> None:
    """导出现行标准目录：FILE 以 .xlsx、.csv 或 .json 结尾。"""
    suffix = file.suffix.removeprefix(".").lower()
    if suffix not in SUFFIXES:
        raise click.UsageError(f"{file.name}：文件名应以 {'、'.join('.' + name for name in SUFFIXES)} 结尾")
    zone = load_settings(data).zone
    with closing(read_only(data)) as connection:
        try:
            order = parse_address(connection, address) if address else parse(connection, _values(chosen))
            found = entries(connection, order.choice, zone)
        except ChoiceError as error:
            raise click.UsageError(str(error)) from error
    if not found:
        stop(FAILED, "没有符合条件的目录条目，未写文件；可用 guidelines status 查看各通知是否已抓取。")
    order = evolve(order, how=evolve(order.how, made_on=clock.now().astimezone(zone).date()))
    write_file(file, render(found, suffix, order.how))
    if as_json:
        emit({"file": str(file), "rows": len(found), "areas": dict(Counter(entry.area for entry in found))})
        return
    out.print(f"已导出 {len(found)} 条到 {file}：", markup=False)
    for name, count in Counter(entry.area_name for entry in found).items():
        out.print(f"  {name} {count} 条", markup=False)


def _values(chosen: dict[str, Any]) -> dict[str, list[str]]:
    """The options as the parameters of an address."""
    names = {"areas": "area", "columns": "column", "blanks": "blank"}
    return {names.get(name, name): list(v) if isinstance(v, tuple) else [v or ""] for name, v in chosen.items()}
