"""`guidelines export`: the catalogue in force as a file to edit."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import click

from archive.commands import FAILED, emit, err, json_option, out, pass_data
from archive.publish.export import SUFFIXES, ExportError, entries, render, write
from archive.record.look import read_only
from archive.settings import load_settings
from archive.words.columns import LEVELS


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--area", "areas", multiple=True, metavar="SLUG", help="只导出这个领域（可重复）。")
@click.option("--level", type=click.Choice(list(LEVELS)), help="只导出县级（county）或乡级（township）公开的事项。")
@json_option
@pass_data
def export_command(data: Path, file: Path, areas: tuple[str, ...], level: str | None, as_json: bool) -> None:
    """导出现行标准目录：FILE 以 .xlsx、.csv 或 .json 结尾。"""
    suffix = file.suffix.removeprefix(".").lower()
    if suffix not in SUFFIXES:
        raise click.UsageError(f"{file.name}：文件名应以 {'、'.join('.' + name for name in SUFFIXES)} 结尾")
    zone = load_settings(data).zone
    with closing(read_only(data)) as connection:
        try:
            found = entries(connection, areas, level or "", zone)
        except ExportError as error:
            raise click.UsageError(str(error)) from error
    if not found:
        err.print("没有符合条件的目录条目，未写文件；可用 guidelines status 查看各通知是否已抓取。", markup=False)
        raise click.exceptions.Exit(FAILED)
    try:
        write(file, render(found, suffix, level or ""))
    except OSError as error:
        err.print(f"写不了 {file}：{error.strerror}；请检查文件夹是否存在、有无写权限、文件是否被占用。", markup=False)
        raise click.exceptions.Exit(FAILED) from error
    counts = Counter(entry.area_name for entry in found)
    if as_json:
        emit({"file": str(file), "rows": len(found), "areas": dict(Counter(entry.area for entry in found))})
        return
    out.print(f"已导出 {len(found)} 条到 {file}：", markup=False)
    for name, count in counts.items():
        out.print(f"  {name} {count} 条", markup=False)


COMMANDS = [export_command]
