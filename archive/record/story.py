"""The story of a change: what differs, worked out once when the change is recorded, and kept with it.

Terminal, page, feed, mail and chat all read this value; each only writes it in its own way. What may still happen to a
change (the text came back, a person took it back) and the names of its notice are read from the tables each time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from archive import words
from archive.clock import local
from archive.compare.excerpts import passages
from archive.compare.redline import DELETE, EQUAL, Op, redline
from archive.model import Kind
from archive.record.database import Row, rows_of
from archive.words.columns import LABELS

if TYPE_CHECKING:
    from archive.machine.tables import Database

FORM = 1
"""Of the kept stories. One of another form was written by another release and is worked out again."""
ROWS = 12
"""Rows of a table that one message shows; the page has them all."""
PASSAGES = 5
"""Changed passages that one message shows."""


@frozen
class CellStory:
    """A cell that changed: its column as people call it, and its redline."""

    column: str
    ops: tuple[Op, ...]

    @classmethod
    def of(cls, column: str, before: str, after: str) -> CellStory:
        return cls(column, tuple(redline(before, after)))

    @property
    def old(self) -> tuple[Op, ...]:
        return tuple((op, text) for op, text in self.ops if op in (EQUAL, DELETE))

    @property
    def new(self) -> tuple[Op, ...]:
        return tuple((op, text) for op, text in self.ops if op != DELETE)

    @property
    def before(self) -> str:
        return "".join(text for _, text in self.old)

    @property
    def after(self) -> str:
        return "".join(text for _, text in self.new)


@frozen
class RowStory:
    """A row that changed, as its newest text names it. Of a row whose item is lost only `label` says something."""

    kind: str
    """added | removed | changed | moved"""
    label: str
    """'第12行“征地补偿安置方案”', by the number that is printed in the table; with its area where there are several."""
    item_before: int | None = None
    item_after: int | None = None
    area: str = ""
    """The area's name, '' when the table names none."""
    serial: str = ""
    """As printed."""
    level1: str = ""
    level2: str = ""
    content: str = ""
    time_limit: str = ""
    cells: tuple[CellStory, ...] = ()

    @property
    def kind_name(self) -> str:
        return words.ROW_CHANGES.get(self.kind, self.kind)

    @property
    def name(self) -> str:
        return self.level2 or self.level1 or self.content


@frozen(kw_only=True)
class Difference:
    """What is worked out once and kept: it never changes again."""

    all_rows: tuple[RowStory, ...] = ()
    metadata: tuple[CellStory, ...] = ()
    """What the two versions say differently about themselves, the title first."""
    steps: tuple[tuple[str, str | int], ...] = ()
    """The redline of the two texts, of unchanged text only the number of its characters; () when they are the same, or
    when there are no two. See `text_of`."""
    fragments: tuple[tuple[Op, ...], ...] = ()
    """The first changed passages, with some of what stands around them."""
    more_fragments: int = 0
    text_before: str = ""
    """SHA-256 of the old version's text."""
    text_after: str = ""
    fetched_at: str = ""
    """When the ministry's new text was fetched."""
    sha256: str = ""
    """Of the bytes of that fetch."""


@frozen(kw_only=True)
class Story(Difference):
    """All that is told of one change. Times are ISO 8601 UTC."""

    id: int
    kind: str
    summary: str
    quiet: bool
    restored_at: str
    """When the text came back; '' when it did not."""
    withdrawn_at: str
    """When a person took back the decision that led to it; '' when nobody did."""
    detected_at: str
    updated_at: str
    from_version: int | None
    to_version: int | None
    slug: str
    notice: str
    issuer: str
    document_number: str
    areas: tuple[str, ...]
    document_id: int | None
    document_kind: str
    """page | attachment | member, '' when the change is about no document."""
    document_name: str
    url: str
    """Address of the document as it was found, or of the notice."""
    source: str
    """Where the ministry has it, '' when that is no web address."""
    base_url: str
    """Of our own site."""
    zone: tzinfo

    @property
    def kind_name(self) -> str:
        return words.change(self.kind)

    @property
    def headline(self) -> str:
        """What changed in one line."""
        note = "（已撤销，此条有误）" if self.withdrawn_at else "（已恢复原文）" if self.restored_at else ""
        return f"{self.summary}{note}"

    @property
    def document(self) -> str:
        """Name of the attachment that changed, '' for the page itself."""
        return self.document_name if self.document_kind != "page" else ""

    @property
    def rows(self) -> tuple[RowStory, ...]:
        """What a message shows as a table: the first rows, or what the document says differently about itself."""
        if self.kind == Kind.METADATA:
            return (RowStory("changed", "文件信息", cells=self.metadata),) if self.metadata else ()
        return self.all_rows[:ROWS]

    @property
    def more_rows(self) -> int:
        return max(0, len(self.all_rows) - ROWS)

    @property
    def restored(self) -> str:
        return local(self.restored_at, self.zone)

    @property
    def detected(self) -> str:
        return local(self.detected_at, self.zone)

    @property
    def captured(self) -> str:
        return local(self.fetched_at, self.zone)

    @property
    def link(self) -> str:
        return f"{self.base_url}/changes/{self.id}"

    @property
    def notice_link(self) -> str:
        return f"{self.base_url}/notices/{self.slug}"


def stories(connection: sqlite3.Connection, ids: Sequence[int], base_url: str, zone: tzinfo) -> list[Story]:
    """The stories of these changes, in this order. A change that is no longer there is left out."""
    names: dict[int, list[str]] = {}
    for area in rows_of(connection, "SELECT notice_id, name FROM areas ORDER BY position"):
        names.setdefault(area["notice_id"], []).append(area["name"])
    found = {
        row["id"]: row
        for row in rows_of(
            connection,
            """SELECT l.*, s.told FROM change_list l LEFT JOIN stories s ON s.change_id = l.id AND s.form = ?
               WHERE l.id IN (SELECT value FROM json_each(?))""",
            [FORM, json.dumps(list(ids))],
        )
    }
    return [
        _story(connection, found[id], tuple(names.get(found[id]["notice_id"], ())), base_url, zone)
        for id in ids
        if id in found
    ]


def _story(connection: sqlite3.Connection, row: Row, areas: tuple[str, ...], base_url: str, zone: tzinfo) -> Story:
    difference = _of_json(row["told"]) if row["told"] else work_out(connection, row)
    return Story(
        **asdict(difference, recurse=False),
        id=row["id"],
        kind=row["kind"],
        summary=row["summary"] or words.change(row["kind"]),
        quiet=bool(row["quiet"]),
        restored_at=row["restored_at"] or "",
        withdrawn_at=row["withdrawn_at"] or "",
        detected_at=row["detected_at"],
        updated_at=row["updated_at"] or row["detected_at"],
        from_version=row["from_version"],
        to_version=row["to_version"],
        slug=row["slug"],
        notice=row["notice"],
        issuer=row["issuer"],
        document_number=row["document_number"] or "",
        areas=areas,
        document_id=row["document_id"],
        document_kind=row["document_kind"] or "",
        document_name=row["document_name"] or "",
        url=row["url"],
        source=row["source"] if row["source"].startswith(("http://", "https://")) else "",
        base_url=base_url.rstrip("/"),
        zone=zone,
    )


def keep_stories(db: Database) -> None:
    """Work out and keep the story of every change that has none. Call it in the transaction that records a change."""
    missing = """SELECT c.* FROM changes c LEFT JOIN stories s ON s.change_id = c.id AND s.form = ?
                 WHERE s.change_id IS NULL"""
    for change in rows_of(db.conn, missing, [FORM]):
        told = json.dumps(asdict(work_out(db.conn, change)), ensure_ascii=False)
        db.table("stories").insert({"change_id": change["id"], "form": FORM, "told": told}, replace=True)


def text_of(connection: sqlite3.Connection, story: Story) -> list[Op]:
    """The whole redline of the two texts; [] when they are the same, or when there are no two."""
    old = (version_of(connection, story.from_version) or {}).get("text", "")
    ops: list[Op] = []
    at = 0
    for op, text in story.steps:
        shown = old[at : at + text] if isinstance(text, int) else text
        at += len(shown) if op in (EQUAL, DELETE) else 0
        ops.append((op, shown))
    return ops


# ---------------------------------------------------------------- working it out


def work_out(connection: sqlite3.Connection, change: Mapping[str, Any]) -> Difference:
    """What a row of `changes` is about, from the two versions and `row_changes`."""
    before, after = (version_of(connection, change[key]) for key in ("from_version", "to_version"))
    rows = _rows(connection, change["id"])
    capture = _capture(connection, change)
    ops = redline(before["text"], after["text"]) if before and after and before["text"] != after["text"] else []
    metadata = _metadata(before, after) if before and after else ()
    as_table = metadata if change["kind"] == Kind.METADATA else rows
    cut = passages(ops) if not as_table and change["kind"] != Kind.UPGRADE else []
    return Difference(
        all_rows=rows,
        metadata=metadata,
        steps=tuple((op, len(text) if op == EQUAL else text) for op, text in ops),
        fragments=tuple(cut[:PASSAGES]),
        more_fragments=max(0, len(cut) - PASSAGES),
        text_before=before["text_sha256"] if before else "",
        text_after=after["text_sha256"] if after else "",
        fetched_at=capture["fetched_at"] if capture else "",
        sha256=(capture["sha256"] or "") if capture else "",
    )


def version_of(connection: sqlite3.Connection, id: int | None) -> Row | None:
    return next(iter(rows_of(connection, "SELECT * FROM versions WHERE id = ?", [id])), None)


def _capture(connection: sqlite3.Connection, change: Mapping[str, Any]) -> Row | None:
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


def _rows(connection: sqlite3.Connection, change_id: int) -> tuple[RowStory, ...]:
    cells = rows_of(
        connection,
        """SELECT r.*, i.position AS place, i.serial, i.level1, i.level2, i.content, i.time_limit, a.name AS area
           FROM row_changes r LEFT JOIN items i ON i.id = coalesce(r.item_after, r.item_before)
             LEFT JOIN areas a ON a.id = i.area_id
           WHERE r.change_id = ? ORDER BY r.position, r.id""",
        [change_id],
    )
    grouped: dict[tuple[str, int | None, int | None], list[Row]] = {}
    for cell in cells:
        grouped.setdefault((cell["kind"], cell["item_before"], cell["item_after"]), []).append(cell)
    several = len({cell["area"] for cell in cells}) > 1
    return tuple(_row(group, several) for group in grouped.values())


def _row(cells: Sequence[Row], several_areas: bool) -> RowStory:
    item = cells[0]
    name = item["level2"] or item["level1"] or (item["content"] or "")[:20]
    label = f"第{item['serial'] or item['place']}行“{name}”" if item["place"] is not None else "一行"
    return RowStory(
        item["kind"],
        (item["area"] or "") + label if several_areas else label,
        item["item_before"],
        item["item_after"],
        **{key: item[key] or "" for key in ("area", "serial", "level1", "level2", "content", "time_limit")},
        cells=tuple(
            CellStory.of(LABELS.get(cell["column"], cell["column"]), cell["before"] or "", cell["after"] or "")
            for cell in cells
            if cell["column"]
        ),
    )


def _metadata(before: Row, after: Row) -> tuple[CellStory, ...]:
    old, new = ({"标题": ""} | dict(metadata_of(v)) | {"标题": v["title"] or ""} for v in (before, after))
    return tuple(
        CellStory.of(label, old.get(label, ""), new.get(label, ""))
        for label in old | new
        if old.get(label, "") != new.get(label, "")
    )


def metadata_of(version: Row) -> list[tuple[str, str]]:
    """(label, value) of what a version says about itself, in the order of a page, unnamed ones last."""
    known = json.loads(version["metadata"] or "{}")
    order = list(words.METADATA)
    keys = sorted(known, key=lambda key: (order.index(key) if key in order else len(order), key))
    return [(words.METADATA.get(key, key), str(known[key])) for key in keys if known[key]]


def _of_json(text: str) -> Difference:
    raw = json.loads(text)
    rows = tuple(RowStory(**row | {"cells": _cells(row["cells"])}) for row in raw.pop("all_rows"))
    return Difference(
        all_rows=rows,
        metadata=_cells(raw.pop("metadata")),
        steps=_ops(raw.pop("steps")),
        fragments=tuple(_ops(passage) for passage in raw.pop("fragments")),
        **raw,
    )


def _cells(raw: Sequence[Row]) -> tuple[CellStory, ...]:
    return tuple(CellStory(cell["column"], _ops(cell["ops"])) for cell in raw)


def _ops(raw: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    return tuple((op, text) for op, text in raw)
