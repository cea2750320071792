"""Readings as rows of tables and back, and when two readings are the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from archive.model import Document, Grid, Item
from archive.text.links import loose_key
from archive.text.same import compared
from archive.words.columns import FLAGS, TEXTS


def same_reading(one: Document, other: Document) -> bool:
    """Whether two readings of a document need only one version: compared text, metadata, set of attachments, rows."""
    return (
        (one.text == other.text or compared(one.text) == compared(other.text))
        and one.title == other.title
        and dict(one.metadata) == dict(other.metadata)
        # an address that was signed anew is no other address
        and [(a.name, loose_key(a.url)) for a in one.attachments]
        == [(a.name, loose_key(a.url)) for a in other.attachments]
        and [bare_item(i) for i in one.items] == [bare_item(i) for i in other.items]
    )


def bare_item(item: Item) -> Item:
    """The item as it was read: without its number in the archive, `more` as it comes back from JSON."""
    return evolve(item, id=None, more=json.loads(as_json(dict(item.more))))


def item_row(item: Item) -> dict[str, Any]:
    """Columns of `items`, but for the ids of version, document and area."""
    deadline = item.more.get("deadline")
    return {
        **{field: getattr(item, field) for field in ("position", *TEXTS, "review")},
        **{field: _flag(getattr(item, field)) for field in FLAGS},
        "channels": as_json(item.channels),
        "deadline": deadline.get("label", "") if isinstance(deadline, Mapping) else "",
        "more": as_json(dict(item.more)),
    }


def item_of(row: Mapping[str, Any], area_slugs: Mapping[int, str]) -> Item:
    """The inverse of `item_row`."""
    values = {field: row[field] for field in ("id", "position", *TEXTS, "review")}
    values |= {field: None if row[field] is None else bool(row[field]) for field in FLAGS}
    values["channels"] = tuple(json.loads(row["channels"] or "[]"))
    return Item(**values, area=area_slugs.get(row["area_id"], ""), more=json.loads(row["more"] or "{}"))


def spans_list(grid: Grid) -> list[list[int]]:
    return [[row, column, rows, columns] for (row, column), (rows, columns) in sorted(grid.spans.items())]


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
