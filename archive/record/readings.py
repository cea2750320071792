"""Readings as rows of tables and back, and when two readings are the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from archive.model import Document, Grid, Item
from archive.text.links import loose_key
from archive.text.same import compared

FLAGS = ("audience_all", "audience_specific", "proactive", "on_request", "county", "township")


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
    more = dict(item.more)
    return {
        "position": item.position,
        "serial": item.serial,
        "level1": item.level1,
        "level2": item.level2,
        "content": item.content,
        "basis": item.basis,
        "time_limit": item.time_limit,
        "deadline": more.get("deadline", {}).get("label", "") if isinstance(more.get("deadline"), Mapping) else "",
        "subject": item.subject,
        "channels": as_json(item.channels),
        "audience_all": _flag(item.audience_all),
        "audience_specific": _flag(item.audience_specific),
        "proactive": _flag(item.proactive),
        "on_request": _flag(item.on_request),
        "county": _flag(item.county),
        "township": _flag(item.township),
        "review": item.review,
        "more": as_json(more),
    }


def item_of(row: Mapping[str, Any], area_slugs: Mapping[int, str]) -> Item:
    """The inverse of `item_row`."""
    flags: dict[str, Any] = {name: None if row[name] is None else bool(row[name]) for name in FLAGS}
    texts = {
        name: row[name]
        for name in (
            "position",
            "serial",
            "level1",
            "level2",
            "content",
            "basis",
            "time_limit",
            "subject",
            "review",
            "id",
        )
    }
    return Item(
        **texts,
        **flags,
        channels=tuple(json.loads(row["channels"] or "[]")),
        area=area_slugs.get(row["area_id"], ""),
        more=json.loads(row["more"] or "{}"),
    )


def spans_list(grid: Grid) -> list[list[int]]:
    return [[row, column, rows, columns] for (row, column), (rows, columns) in sorted(grid.spans.items())]


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
