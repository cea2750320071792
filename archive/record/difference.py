"""What a change is about: its rows, cells, words and fetches, worked out once from the tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import asdict, frozen

from archive import words
from archive.compare.excerpts import passages
from archive.compare.redline import DELETE, EQUAL, Op, longest_run, redline
from archive.compare.rows import ADDED, CHANGED, MOVED, REMOVED, cell_changes
from archive.machine.database import Row, rows_of
from archive.model import PIXELS, CellChange, Kind
from archive.record.readings import item_of
from archive.words.columns import FLAGS, LABELS, TEXTS

PASSAGES = 5
"""Changed passages that one message shows."""
_READ = (*TEXTS, *FLAGS, "more")
"""Columns of `items` in which a row that changed differs."""
_OF_ITEM = ("area", "serial", "level1", "level2", "content", "time_limit", "subject", "key")


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
    """As `words.row` names it."""
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
    subject: str = ""
    """公开主体: who must act."""
    county: int | None = None
    township: int | None = None
    key: str = ""
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
    fetched_before: str = ""
    """When the old text was fetched; '' when there was none."""
    sha256_before: str = ""


def work_out(connection: sqlite3.Connection, change: Mapping[str, Any]) -> Difference:
    """What a row of `changes` is about, from the two versions and `row_changes`."""
    before, after = versions_of(connection, change["from_version"], change["to_version"], change.get("pages"))
    rows = _rows(connection, change["id"])
    capture = _capture(connection, change)
    old_capture = _capture_of(connection, change["from_version"]) or _bytes_before(connection, change, capture)
    ops = redline(before["text"], after["text"]) if before and after and before["text"] != after["text"] else []
    metadata = metadata_changes(before, after) if before and after else ()
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
        fetched_before=old_capture["fetched_at"] if old_capture else "",
        sha256_before=(old_capture["sha256"] or "") if old_capture else "",
    )


def versions_of(
    connection: sqlite3.Connection, before: int | None, after: int | None, pages: str | None
) -> tuple[Row | None, Row | None]:
    """The two versions of a change; of a text that is cut, with the text of all `pages` (as the table has them)."""
    further = json.loads(pages or "[[], []]")
    old, new = (_whole(connection, id, more) for id, more in zip((before, after), further, strict=True))
    return old, new


def _whole(connection: sqlite3.Connection, id: int | None, further: Sequence[int]) -> Row | None:
    first = version_of(connection, id)
    if first is None or not further:
        return first
    texts = [row["text"] for more in further if (row := version_of(connection, more))]
    return first | {"text": "\n".join([first["text"], *texts])}


def version_of(connection: sqlite3.Connection, id: int | None) -> Row | None:
    return next(iter(rows_of(connection, "SELECT * FROM versions WHERE id = ?", [id])), None)


def _capture(connection: sqlite3.Connection, change: Mapping[str, Any]) -> Row | None:
    """The capture that showed it: that of the version it led to, else the last good one of the document. So it is, too,
    where other bytes said the same."""
    led_to = change["to_version"] if change["to_version"] != change["from_version"] else None
    return _capture_of(connection, led_to) or next(
        iter(
            rows_of(
                connection,
                """SELECT * FROM good_captures WHERE document_id = ? AND fetched_at <= ?
                   ORDER BY fetched_at DESC, id DESC LIMIT 1""",
                [change["document_id"], change["detected_at"]],
            )
        ),
        None,
    )


def _bytes_before(connection: sqlite3.Connection, change: Mapping[str, Any], capture: Row | None) -> Row | None:
    """The last capture of other bytes, where a file that cannot be read was replaced: it has no version."""
    if capture is None or change["kind"] != Kind.ATTACHMENT_REPLACED:
        return None
    sql = """SELECT * FROM good_captures WHERE document_id = ? AND id < ? AND sha256 <> ? ORDER BY id DESC LIMIT 1"""
    return next(iter(rows_of(connection, sql, [change["document_id"], capture["id"], capture["sha256"] or ""])), None)


def _capture_of(connection: sqlite3.Connection, version: int | None) -> Row | None:
    sql = "SELECT c.* FROM captures c JOIN versions v ON v.capture_id = c.id WHERE v.id = ?"
    return next(iter(rows_of(connection, sql, [version])), None)


def _rows(connection: sqlite3.Connection, change_id: int) -> tuple[RowStory, ...]:
    cells = rows_of(
        connection,
        """SELECT r.*, i.position AS place, i.serial, i.level1, i.level2, i.content, i.time_limit,
                  i.subject, i.county, i.township, i.key, a.name AS area
           FROM row_changes r LEFT JOIN items i ON i.id = coalesce(r.item_after, r.item_before)
             LEFT JOIN areas a ON a.id = i.area_id
           WHERE r.change_id = ? ORDER BY r.position, r.id""",
        [change_id],
    )
    grouped: dict[tuple[str, int | None, int | None], list[Row]] = {}
    for cell in cells:
        grouped.setdefault((cell["kind"], cell["item_before"], cell["item_after"]), []).append(cell)
    return tuple(_row(group) for group in grouped.values())


def _row(cells: Sequence[Row]) -> RowStory:
    item = cells[0]
    name = item["level2"] or item["level1"] or (item["content"] or "")[:20]
    known = item["place"] is not None
    return RowStory(
        item["kind"],
        words.row(item["area"] or "", item["serial"] or "", name) if known else "一行",
        item["item_before"],
        item["item_after"],
        **{name: item[name] or "" for name in _OF_ITEM},
        county=item["county"],
        township=item["township"],
        cells=tuple(
            CellStory.of(LABELS.get(cell["column"], cell["column"]), cell["before"] or "", cell["after"] or "")
            for cell in cells
            if cell["column"]
        ),
    )


def rows_between(connection: sqlite3.Connection, before: int, after: int) -> tuple[RowStory, ...]:
    """In which rows two versions differ, whether this was ever told or not; by the keys of the rows, in the order of
    the new table, removed rows last."""
    old, new = ({row["key"]: row for row in _items(connection, version)} for version in (before, after))
    places = {key: n for n, key in enumerate(old)}
    common = [(places[key], n) for n, key in enumerate(new) if key in old]
    in_order = {n for _, n in longest_run(sorted(common))}
    found = []
    for n, (key, row) in enumerate(new.items()):
        was = old.get(key)
        cells = _cells_between(was, row) if was else ()
        if was is None or cells or n not in in_order:
            kind = ADDED if was is None else CHANGED if n in in_order else MOVED
            found.append(_told(kind, was, row, cells))
    found += [_told(REMOVED, row, None, ()) for key, row in old.items() if key not in new]
    return tuple(found)


def _cells_between(was: Row, now: Row) -> tuple[CellChange, ...]:
    if all(was[name] == now[name] for name in _READ):
        return ()
    return cell_changes(item_of(was), item_of(now))


def _items(connection: sqlite3.Connection, version: int) -> list[Row]:
    """The rows of a version as `item_of` takes them, with the name of their area as `area_name`."""
    return rows_of(
        connection,
        """SELECT i.*, a.slug AS area, a.name AS area_name FROM items i LEFT JOIN areas a ON a.id = i.area_id
           WHERE i.version_id = ? ORDER BY i.position""",
        [version],
    )


def _told(kind: str, was: Row | None, now: Row | None, cells: Sequence[CellChange]) -> RowStory:
    item = now or was or {}
    ids = {"item_before": was["id"] if was else None, "item_after": now["id"] if now else None}
    row = item | ids | {"kind": kind, "place": item["position"], "area": item["area_name"]}
    changes = [asdict(cell) for cell in cells] or [{"column": "", "before": "", "after": ""}]
    return _row([row | change for change in changes])


def metadata_changes(before: Row, after: Row) -> tuple[CellStory, ...]:
    """What two versions say differently about themselves."""
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
    return [(words.METADATA.get(key, key), str(known[key])) for key in keys if known[key] and key != PIXELS]


def of_json(text: str) -> Difference:
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
