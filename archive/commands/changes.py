"""`guidelines changes`, `diff` and `candidates`: what changed, how exactly, and what may have replaced a notice."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from archive import words
from archive.clock import iso
from archive.commands import emit, json_option, out, pass_data
from archive.compare.redline import DELETE, EQUAL, INSERT, MOVED, Op, apply, redline, side_by_side
from archive.machine.faults import StoreError
from archive.model import Kind
from archive.publish import report
from archive.record.store import read_only
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
    connection = read_only(data)
    conditions, values = ["1"], []
    if since:
        conditions.append("detected_at >= ?")
        values.append(_moment(data, since))
    if kind:
        conditions.append("kind = ?")
        values.append(kind)
    if notice:
        if not connection.execute("SELECT 1 FROM notices WHERE slug = ?", [notice]).fetchone():
            raise click.UsageError(f"没有 slug 为 {notice} 的通知")
        conditions.append("slug = ?")
        values.append(notice)
    found = report.changes(connection, "WHERE " + " AND ".join(conditions), tuple(values))
    if as_json:
        emit(found)
        return
    if not found:
        out.print("没有符合条件的变化。")
        return
    table = Table("编号", "发现时间", "种类", "通知", "内容", box=None, pad_edge=False)
    for change in found:
        moment = datetime.fromisoformat(change["detected_at"]).astimezone(load_settings(data).zone)
        cells = (str(change["id"]), f"{moment:%Y-%m-%d %H:%M}", words.change(change["kind"]), change["notice"])
        table.add_row(*cells, Text(change["summary"]))
    out.print(table)


def _moment(data: Path, since: str) -> str:
    """A day begins at midnight of the operator's time zone."""
    if not re.match(r"\d{4}-\d{2}-\d{2}", since):
        raise click.UsageError(f"--since 应写成 2026-11-20 的样子，不能是 {since!r}")
    try:
        moment = datetime.fromisoformat(since)
    except ValueError as error:
        raise click.UsageError(f"--since 不是有效的日期：{since!r}") from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=load_settings(data).zone))


@click.command()
@click.argument("change", type=int)
@json_option
@pass_data
def diff(data: Path, change: int, as_json: bool) -> None:
    """逐字逐行显示一次变化（编号见 guidelines changes）。"""
    connection = read_only(data)
    found = report.changes(connection, "WHERE id = ?", (change,))
    if not found:
        raise StoreError(f"没有编号为 {change} 的变化；请用 guidelines changes 查看")
    text, rows = text_of(connection, found[0]), rows_of(connection, change)
    if as_json:
        emit(found[0] | {"text": [list(op) for op in text], "rows": rows})
        return
    out.print(f"变化 {change}：{words.change(found[0]['kind'])}　{found[0]['notice']}", markup=False)
    out.print(found[0]["summary"], markup=False)
    out.print(found[0]["url"], markup=False)
    if rows:
        _print_rows(connection, rows)
    print_text(text)


def text_of(connection: sqlite3.Connection, change: dict[str, Any]) -> list[Op]:
    """The redline of the change's two versions; one side alone is all inserted or deleted, or unchanged when the
    change is not about the text (gone, moved …)."""
    before, after = (_version_text(connection, change[key]) for key in ("from_version", "to_version"))
    kind = change["kind"]
    if kind in (Kind.MOVED, Kind.GONE, Kind.RESTORED):
        return redline(after or before, after or before)
    return redline(before, after)


def _version_text(connection: sqlite3.Connection, version: int | None) -> str:
    row = connection.execute("SELECT text FROM versions WHERE id = ?", [version]).fetchone()
    return row["text"] if row else ""


def rows_of(connection: sqlite3.Connection, change: int) -> list[dict[str, Any]]:
    """[{"kind", "item_before", "item_after", "cells": [{"column", "before", "after"}]}], items by their ids."""
    stored = connection.execute("SELECT * FROM row_changes WHERE change_id = ? ORDER BY position, id", [change])
    result = []
    for (kind, before, after), group in groupby(
        stored, lambda row: (row["kind"], row["item_before"], row["item_after"])
    ):
        cells = [{key: row[key] for key in ("column", "before", "after")} for row in group if row["column"]]
        result.append({"kind": kind, "item_before": before, "item_after": after, "cells": cells})
    return result


def _print_rows(connection: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    table = Table("变化", "行", "事项", "栏目", "原为", "现为", box=None, pad_edge=False)
    for row in rows:
        item = connection.execute(
            "SELECT position, coalesce(nullif(level2, ''), level1) AS name FROM items WHERE id = ?",
            [row["item_after"] or row["item_before"]],
        ).fetchone()
        start = [words.ROW_CHANGES.get(row["kind"], row["kind"])]
        start += [str(item["position"]), item["name"]] if item else ["", ""]
        for cell in row["cells"] or [{"column": "", "before": "", "after": ""}]:
            table.add_row(*map(Text, (*start, cell["column"], cell["before"], cell["after"])))
            start = ["", "", ""]
    out.print(table)


def print_text(ops: list[Op]) -> None:
    """The changed lines before and after, and a line of context; marks at the start, to be read without colour."""
    before = "".join(text for op, text in ops if op in (EQUAL, DELETE))
    lines = side_by_side(before, apply(before, ops))
    shown = {near for n, line in enumerate(lines) if line.changed for near in (n - 1, n, n + 1)}
    last = -1
    for n in sorted(shown & set(range(len(lines)))):
        if n != last + 1:
            out.print("  ……")
        last, line = n, lines[n]
        if not line.changed:
            out.print(Text("  " + "".join(text for _, text in line.left)))
            continue
        for side, mark in ((line.left, "-"), (line.right, "+")):
            if side:
                mark = ">" if all(op == MOVED for op, _ in side) else mark
                out.print(Text.assemble(f"{mark} ", *((text, STYLES[op]) for op, text in side)))


# ---------------------------------------------------------------- candidates


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def candidates(context: click.Context, as_json: bool) -> None:
    """列出可能的新版；accept 采纳为通知的新一版，reject 排除。"""
    if context.invoked_subcommand is not None:
        return
    connection = read_only(context.find_root().obj)
    found = [
        dict(row) | {"evidence": json.loads(row["evidence"] or "[]")}
        for row in connection.execute(
            """SELECT c.id, n.slug AS notice, c.url, c.title, c.document_number, c.published_on, c.found_at, c.state,
                      c.evidence FROM candidates c JOIN notices n ON n.id = c.notice_id
               WHERE c.state = 'new' ORDER BY c.id"""
        )
    ]
    if as_json:
        emit(found)
        return
    if not found:
        out.print("没有待核对的新版。")
    for candidate in found:
        out.print(f"{candidate['id']}　{candidate['notice']}　可能的新版：《{candidate['title']}》", markup=False)
        details = [candidate["document_number"], candidate["published_on"], candidate["url"]]
        out.print("    " + "　".join(detail for detail in details if detail), markup=False)
        for sentence in candidate["evidence"]:
            out.print(f"    依据：{sentence}", markup=False)
        id = candidate["id"]
        out.print(f"    采纳：guidelines candidates accept {id}　排除：guidelines candidates reject {id}", markup=False)


@candidates.command("accept")
@click.argument("candidate", metavar="ID", type=int)
@pass_data
def accept(data: Path, candidate: int) -> None:
    """采纳：这个网页就是通知的新一版；下次抓取时收录并与现行版逐行比对。"""
    _decided(data, candidate, "--accept")
    connection = read_only(data)
    (slug,) = connection.execute(
        "SELECT n.slug FROM candidates c JOIN notices n ON n.id = c.notice_id WHERE c.id = ?", [candidate]
    ).fetchone()
    out.print(f"已采纳为 {slug} 的新一版。要马上收录并比对，请运行 guidelines crawl --notice {slug}")


@candidates.command("reject")
@click.argument("candidate", metavar="ID", type=int)
@pass_data
def reject(data: Path, candidate: int) -> None:
    """排除：这个网页不是通知的新版，不再提起。"""
    _decided(data, candidate, "--reject")
    out.print(f"候选 {candidate} 已排除。")


def _decided(data: Path, candidate: int, word: str) -> None:
    """A candidate is decided like all that waits, under the number of its review."""
    from archive.commands.review import decide  # it shows differences with this module's help

    with closing(read_only(data)) as connection:
        row = connection.execute("SELECT state FROM candidates WHERE id = ?", [candidate]).fetchone()
        asked = connection.execute(
            "SELECT id FROM waiting WHERE kind = 'candidate' AND subject_id = ?", [candidate]
        ).fetchone()
    if row is None:
        raise StoreError(f"没有编号为 {candidate} 的候选；请用 guidelines candidates 查看")
    if asked is None:
        raise StoreError(f"候选 {candidate} 已处理过（{words.CANDIDATES[row['state']]}）")
    decide(data, word, asked["id"])


COMMANDS: list[click.Command] = [changes, diff, candidates]
