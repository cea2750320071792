"""What changed: the list, and one change as redline and rows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import groupby

from archive import words
from archive.clock import iso
from archive.compare.redline import Line, redline, side_by_side
from archive.web.pager import Pager
from archive.web.texts import metadata_of
from archive.web.views import page
from archive.web.visit import BadParameter, Context, Missing, Row, Visit

PAGE = 50
CONTEXT = 200
"""Unchanged characters shown on each side of a change, unless the whole text is asked for."""
VIEWS = {"inline": "逐字对照", "side": "左右对照"}


def changes(visit: Visit) -> Context:
    kind = visit.choice("kind", words.CHANGES, "种类")
    notices = visit.rows("SELECT slug, title FROM notices ORDER BY number")
    notice = visit.choice("notice", {row["slug"] for row in notices}, "通知")
    since = since_of(visit)
    parameters = {"kind": kind, "notice": notice, "since": visit.text("since")}
    where = """FROM change_list WHERE (:kind = '' OR kind = :kind) AND (:notice = '' OR slug = :notice)
                 AND detected_at >= :after"""
    bound = parameters | {"after": since}
    pager = Pager.of(visit, visit.value(f"SELECT count(*) {where}", bound), PAGE, parameters)
    return {
        "title": "修订记录",
        "changes": visit.rows(
            f"SELECT * {where} ORDER BY id DESC LIMIT {PAGE} OFFSET {pager.offset}",
            bound,
        ),
        "pager": pager,
        "notices": notices,
        **parameters,
    }


def since_of(visit: Visit) -> str:
    """?since=2026-11-20 or a full time, as the archive writes times; '' when it is not given."""
    text = visit.text("since")
    if not text:
        return ""
    try:
        if not re.match(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadParameter(f"起始日期应写成 2026-11-20 的样子，不能是“{text}”。") from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def change(visit: Visit) -> Context:
    id = visit.id("修订记录")
    found = visit.row(
        "SELECT * FROM change_list WHERE id = ?",
        [id],
    )
    if found is None:
        raise Missing(f"没有编号为 {id} 的修订记录。")
    view = visit.choice("view", VIEWS, "对照方式") or "inline"
    whole = bool(visit.choice("whole", {"1"}, "显示全文"))
    before, after = (_version(visit, found[key]) for key in ("from_version", "to_version"))
    context: Context = {
        "title": found["summary"],
        "change": found,
        "before": before,
        "after": after,
        "view": view,
        "whole": whole,
        "views": VIEWS,
        "rows": _rows(visit, id),
        "metadata": _metadata(before, after),
        "inline": [],
        "lines": [],
    }
    if before and after and before["text"] != after["text"]:
        if view == "inline":
            ops = redline(before["text"], after["text"])
            context["inline"] = ops if whole else shortened(ops)
        else:
            lines = side_by_side(before["text"], after["text"])
            context["lines"] = [(line, 0) for line in lines] if whole else _near(lines)
    return context


def _metadata(before: Row | None, after: Row | None) -> list[tuple[str, str, str]]:
    """(label, before, after) of what the two versions say differently about themselves."""
    if before is None or after is None:
        return []
    old, new = dict(metadata_of(before)), dict(metadata_of(after))
    pairs = [("标题", before["title"] or "", after["title"] or "")]
    pairs += [(label, old.get(label, ""), new.get(label, "")) for label in {**old, **new}]
    return [pair for pair in pairs if pair[1] != pair[2]]


def shortened(ops: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Long unchanged passages cut to what stands next to a change; `skipped` carries the number of characters."""
    result: list[tuple[str, str]] = []
    for number, (op, text) in enumerate(ops):
        head = CONTEXT if number else 0
        tail = CONTEXT if number < len(ops) - 1 else 0
        if op != "equal" or len(text) <= head + tail + 40:
            result.append((op, text))
            continue
        pieces = [
            ("equal", text[:head]),
            ("skipped", str(len(text) - head - tail)),
            ("equal", text[len(text) - tail :]),
        ]
        result += [piece for piece in pieces if piece[1]]
    return result


def _near(lines: list[Line]) -> list[tuple[Line | None, int]]:
    """The changed lines and two neighbours on each side; (None, n) where n lines are left out."""
    shown = {near for at, line in enumerate(lines) if line.changed for near in range(at - 2, at + 3)}
    result: list[tuple[Line | None, int]] = []
    for visible, group in groupby(range(len(lines)), key=lambda at: at in shown):
        numbers = list(group)
        result += [(lines[at], 0) for at in numbers] if visible else [(None, len(numbers))]
    return result


def _version(visit: Visit, id: int | None) -> Row | None:
    return visit.row("SELECT * FROM versions WHERE id = ?", [id]) if id else None


def _rows(visit: Visit, change_id: int) -> list[Row]:
    """Row changes, one entry a row, with its cells."""
    cells = visit.rows("SELECT * FROM row_changes WHERE change_id = ? ORDER BY position, id", [change_id])
    result = []
    for (kind, before, after), group in groupby(cells, key=lambda c: (c["kind"], c["item_before"], c["item_after"])):
        item = _item(visit, after or before)
        changed = [cell for cell in group if cell["column"]]
        result.append({"kind": kind, "before": before, "after": after, "item": item, "cells": changed})
    return result


def _item(visit: Visit, id: int | None) -> Row | None:
    if id is None:
        return None
    return visit.row(
        "SELECT i.*, a.name AS area FROM items i LEFT JOIN areas a ON a.id = i.area_id WHERE i.id = ?", [id]
    )


ROUTES = (
    (r"^/changes$", page("changes.html", changes)),
    (r"^/changes/(?P<id>[0-9]+)$", page("change.html", change)),
)
