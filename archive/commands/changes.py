"""`guidelines changes` and `diff`: what changed, and how exactly."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from archive import clock, words
from archive.commands import emit, json_option, out, pass_data
from archive.compare.excerpts import near
from archive.compare.redline import DELETE, EQUAL, INSERT, MOVED, Op, side_by_side
from archive.machine.faults import StoreError
from archive.model import Kind
from archive.publish import report
from archive.publish.difference import difference
from archive.record.look import read_only
from archive.record.story import Story
from archive.settings import load_settings

STYLES = {EQUAL: "", INSERT: "bold green", DELETE: "bold red", MOVED: "cyan"}


@click.command()
@click.option("--since", metavar="DATE", help="只列这一天（如 2026-11-20）及以后发现的变化。")
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), help="只列这一种变化。")
@click.option("--notice", metavar="SLUG", help="只列这份通知的变化。")
@json_option
@pass_data
def changes(data: Path, since: str | None, kind: str | None, notice: str | None, as_json: bool) -> None:
    """列出发现的变化，最新的在前。"""
    zone = load_settings(data).zone
    try:
        begin = clock.since(since, zone) if since else None
    except ValueError as error:
        raise click.UsageError(f"--since 应写成 2026-11-20 的样子，不能是 {since!r}") from error
    with closing(read_only(data)) as connection:
        if notice and notice not in report.notices(connection):
            raise click.UsageError(f"没有 slug 为 {notice} 的通知")
        found = report.changes(connection, since=begin, kind=kind, notice=notice)
    if as_json:
        emit(found)
        return
    if not found:
        out.print("没有符合条件的变化。")
        return
    table = Table("编号", "发现时间", "种类", "通知", "内容", box=None, pad_edge=False)
    for change in found:
        moment = clock.parse(change["detected_at"]).astimezone(zone)
        about = change["notice"] or change["law"]
        cells = (str(change["id"]), f"{moment:%Y-%m-%d %H:%M}", words.change(change["kind"]), about)
        table.add_row(*cells, Text(change["summary"]))
    out.print(table)


@click.command()
@click.argument("change", type=int)
@json_option
@pass_data
def diff(data: Path, change: int, as_json: bool) -> None:
    """逐字逐行显示一次变化（编号见 guidelines changes）。"""
    with closing(read_only(data)) as connection:
        found = difference(connection, change)
    if found is None:
        raise StoreError(f"没有编号为 {change} 的变化；请用 guidelines changes 查看")
    story, text, document = found
    if as_json:
        emit(document)
        return
    lines = (f"变化 {change}：{story.kind_name}　{story.slug or story.law}", story.headline, story.url, *_facts(story))
    for line in lines:
        out.print(line, markup=False)
    if story.all_rows:
        _print_rows(story)
    print_text(text)


def _facts(story: Story) -> list[str]:
    """Whom it concerns, and the bytes of both fetches."""
    facts = (
        ("涉及", story.concern.sentence),
        ("处理建议", story.advice),
        ("旧原件 SHA-256", story.sha256_before),
        ("新原件 SHA-256", story.sha256),
    )
    return [f"{name} {value}" for name, value in facts if value]


def _print_rows(story: Story) -> None:
    table = Table("变化", "行", "栏目", "原为", "现为", box=None, pad_edge=False)
    for row in story.all_rows:
        start = [row.kind_name, row.label]
        for cell in row.cells:
            table.add_row(*map(Text, (*start, cell.column, cell.before, cell.after)))
            start = ["", ""]
        if not row.cells:
            table.add_row(*map(Text, start))
    out.print(table)


def print_text(ops: Sequence[Op]) -> None:
    """The changed lines before and after, and the lines around them; marks at the start, to be read without colour."""
    for line, skipped in near(side_by_side(ops)):
        if line is None:
            out.print(f"  …… （略去未变的 {skipped} 行）")
        elif not line.changed:
            out.print(Text("  " + "".join(text for _, text in line.left)))
        else:
            for side, mark in ((line.left, "-"), (line.right, "+")):
                if side:
                    mark = ">" if all(op == MOVED for op, _ in side) else mark
                    out.print(Text.assemble(f"{mark} ", *((text, STYLES[op]) for op, text in side)))
