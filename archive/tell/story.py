"""One change as it is told to people, in mail, chats and feeds: read from `archive.db`, no markup yet."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from attrs import frozen

from archive import words
from archive.clock import parse
from archive.compare import redline

Row = dict[str, Any]

ROWS = 12
"""Rows of a table that one message shows; the change page has them all."""
FRAGMENTS = 5
"""Changed passages that one message shows."""
AROUND = 24
"""Characters of unchanged text on each side of a change."""

LINE = "%Y年%m月%d日 %H:%M"


@frozen
class RowStory:
    """One changed catalogue row: what happened, which row, and its cells as (column, before, after)."""

    kind: str
    label: str
    cells: tuple[tuple[str, str, str], ...] = ()


@frozen
class Story:
    """All that a message may say about one change."""

    id: int
    kind: str
    summary: str
    quiet: bool
    restored: str
    """When the text came back, in local words; '' when it did not."""
    withdrawn: bool
    """A person has taken back the decision that led to it."""
    detected_at: str
    """ISO 8601 UTC."""
    detected: str
    """The same in local words."""
    updated_at: str
    slug: str
    notice: str
    issuer: str
    document_number: str
    areas: tuple[str, ...]
    document: str
    """Name of the attachment that changed, '' for the page itself."""
    link: str
    source: str
    captured: str
    """When the ministry's new text was fetched, in local words."""
    sha256: str
    rows: tuple[RowStory, ...] = ()
    more_rows: int = 0
    fragments: tuple[tuple[redline.Op, ...], ...] = ()
    more_fragments: int = 0

    @property
    def kind_name(self) -> str:
        return words.change(self.kind)

    @property
    def headline(self) -> str:
        """What changed in one line."""
        note = "（已撤销，此条有误）" if self.withdrawn else "（已恢复原文）" if self.restored else ""
        return f"{self.summary}{note}"


def local(text: str | None, zone: tzinfo) -> str:
    """A UTC time of the archive in local words, '' for none."""
    return parse(text).astimezone(zone).strftime(LINE) if text else ""


def stories(connection: sqlite3.Connection, ids: Sequence[int], base_url: str, zone: tzinfo) -> list[Story]:
    """The stories of these changes, in this order. A change that is no longer there is left out."""
    return [story for id in ids if (story := _story(connection, id, base_url.rstrip("/"), zone))]


def _story(connection: sqlite3.Connection, id: int, base_url: str, zone: tzinfo) -> Story | None:
    found = rows_of(
        connection,
        "SELECT * FROM change_list WHERE id = ?",
        [id],
    )
    if not found:
        return None
    row = found[0]
    capture = _capture(connection, row)
    lines, more_rows = _row_stories(connection, id)
    if row["kind"] == "metadata":
        lines = _metadata(connection, row)
    fragments, more_fragments = _fragments(connection, row) if not lines else ((), 0)
    return Story(
        id=id,
        kind=row["kind"],
        summary=row["summary"] or words.change(row["kind"]),
        quiet=bool(row["quiet"]),
        restored=local(row["restored_at"], zone),
        withdrawn=bool(row["withdrawn_at"]),
        detected_at=row["detected_at"],
        detected=local(row["detected_at"], zone),
        updated_at=row["updated_at"] or row["detected_at"],
        slug=row["slug"],
        notice=row["notice"],
        issuer=row["issuer"],
        document_number=row["document_number"] or "",
        areas=tuple(
            area["name"]
            for area in rows_of(
                connection, "SELECT name FROM areas WHERE notice_id = ? ORDER BY position", [row["notice_id"]]
            )
        ),
        document=(row["document_name"] or "") if row["document_kind"] not in (None, "page") else "",
        link=f"{base_url}/changes/{id}",
        source=row["source"],
        captured=local(capture["fetched_at"], zone) if capture else "",
        sha256=(capture["sha256"] or "") if capture else "",
        rows=lines,
        more_rows=more_rows,
        fragments=fragments,
        more_fragments=more_fragments,
    )


def _capture(connection: sqlite3.Connection, change: Row) -> Row | None:
    """The capture that showed it: that of the version it led to, else the last good one of the document."""
    found = rows_of(
        connection,
        "SELECT c.* FROM captures c JOIN versions v ON v.capture_id = c.id WHERE v.id = ?",
        [change["to_version"]],
    ) or rows_of(
        connection,
        "SELECT * FROM good_captures WHERE document_id = ? AND fetched_at <= ? ORDER BY id DESC LIMIT 1",
        [change["document_id"], change["detected_at"]],
    )
    return found[0] if found else None


def _row_stories(connection: sqlite3.Connection, change_id: int) -> tuple[tuple[RowStory, ...], int]:
    """The first changed rows, and how many more there are."""
    grouped: dict[tuple[str, int | None, int | None], list[Row]] = {}
    for row in rows_of(connection, "SELECT * FROM row_changes WHERE change_id = ? ORDER BY position", [change_id]):
        grouped.setdefault((row["kind"], row["item_before"], row["item_after"]), []).append(row)
    shown = [
        RowStory(
            kind,
            _label(connection, after or before),
            tuple(
                (words.COLUMNS.get(c["column"], c["column"]), c["before"] or "", c["after"] or "")
                for c in cells
                if c["column"]
            ),
        )
        for (kind, before, after), cells in list(grouped.items())[:ROWS]
    ]
    return tuple(shown), max(0, len(grouped) - ROWS)


def _metadata(connection: sqlite3.Connection, change: Row) -> tuple[RowStory, ...]:
    old, new = (
        json.loads(found[0]["metadata"] or "{}") if found else {}
        for id in (change["from_version"], change["to_version"])
        for found in [rows_of(connection, "SELECT metadata FROM versions WHERE id = ?", [id])]
    )
    cells = tuple(
        (words.METADATA.get(key, key), str(old.get(key, "")), str(new.get(key, "")))
        for key in {**old, **new}
        if old.get(key, "") != new.get(key, "")
    )
    return (RowStory("changed", "文件信息", cells),) if cells else ()


def _label(connection: sqlite3.Connection, item_id: int | None) -> str:
    found = rows_of(connection, "SELECT position, serial, level1, level2, content FROM items WHERE id = ?", [item_id])
    if not found:
        return "一行"
    item = found[0]
    name = item["level2"] or item["level1"] or item["content"][:20]
    return f"第{item['serial'] or item['position']}行“{name}”"


def _fragments(connection: sqlite3.Connection, change: Row) -> tuple[tuple[tuple[redline.Op, ...], ...], int]:
    """The first changed passages of the text, each with some of what stands around it."""
    if change["from_version"] is None or change["to_version"] is None or change["kind"] == "upgrade":
        return (), 0
    texts = {
        row["id"]: row["text"]
        for row in rows_of(
            connection,
            "SELECT id, text FROM versions WHERE id IN (?, ?)",
            [change["from_version"], change["to_version"]],
        )
    }
    if len(texts) < 2:
        return (), 0
    cut = passages(redline.redline(texts[change["from_version"]], texts[change["to_version"]]))
    return tuple(cut[:FRAGMENTS]), max(0, len(cut) - FRAGMENTS)


def passages(ops: Sequence[redline.Op]) -> list[tuple[redline.Op, ...]]:
    """A redline cut into its changed passages; changes closer than twice AROUND share one."""
    cut: list[list[redline.Op]] = []
    current: list[redline.Op] = []
    for index, (op, text) in enumerate(ops):
        if op != redline.EQUAL:
            current.append((op, text))
            continue
        last = index == len(ops) - 1
        if current and not last and len(text) <= 2 * AROUND and "\n" not in text.strip("\n"):
            current.append((op, text))
            continue
        if current:
            tail = text[:AROUND].split("\n")[0]
            current.append((op, tail + ("…" if len(tail) < len(text.strip()) else "")))
            cut.append(current)
            current = []
        if not last:
            head = text[-AROUND:].rsplit("\n", 1)[-1]
            current = [(op, ("…" if len(head) < len(text.strip()) else "") + head)]
    if any(op != redline.EQUAL for op, _ in current):
        cut.append(current)
    return [tuple((op, text) for op, text in passage if text) for passage in cut]


def rows_of(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
    """Rows as dictionaries, whatever the connection's row factory."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
