"""Readings as rows of tables and back, and when two readings are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import asdict, evolve

from archive.model import Attachment, Capture, Document, Item, TableReading
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


def item_of(row: Mapping[str, Any]) -> Item:
    """The inverse of `item_row`; `row` also has `area`, the slug of its area or None."""
    values = {field: row[field] for field in ("id", "position", *TEXTS, "review")}
    values |= {field: None if row[field] is None else bool(row[field]) for field in FLAGS}
    values["channels"] = tuple(json.loads(row["channels"] or "[]"))
    return Item(**values, area=row["area"] or "", more=json.loads(row["more"] or "{}"))


def capture_row(capture: Capture) -> dict[str, Any]:
    """Columns of `captures`, but for the id of the crawl."""
    return asdict(capture) | {
        "verdict": str(capture.verdict),
        "reason": str(capture.reason),
        "sha256": capture.sha256 or None,
        "warc_file": capture.warc_file or None,
        "warc_digest": capture.warc_digest or None,
        "redirects": json.dumps(capture.redirects),
    }


def version_row(document: Document) -> dict[str, Any]:
    """What `versions` holds of a reading."""
    return {
        "title": document.title,
        "text": document.text,
        "text_sha256": hashlib.sha256(document.text.encode()).hexdigest(),
        "metadata": as_json(dict(document.metadata)),
        "confidence": document.confidence,
        "reader": document.reader,
        "review": as_json(document.review),
        "link_lines": as_json(document.link_lines) if document.link_lines else None,
        "proposal": document.proposal or None,
        "media_type": document.media_type,
    }


def grid_row(table: TableReading) -> dict[str, Any]:
    """Columns of `grids`, but for its place in the version and the id of the area."""
    counts = {name: getattr(table, name) for name in ("kind", "headers", "captions", "items", "flagged", "joined")}
    return counts | {
        "place": as_json(asdict(table.grid.place)),
        "caption": table.grid.caption,
        "review": as_json(table.review),
        "cells": as_json(table.grid.cells),
        "spans": as_json([[*at, *size] for at, size in sorted(table.grid.spans.items())]),
    }


def document_of_row(
    version: Mapping[str, Any], attachments: Iterable[Mapping[str, Any]], items: Iterable[Mapping[str, Any]]
) -> Document:
    """A version as a Document again, without grids. `version`: its row with the document's `location` and `url`, and
    the media type as `kind`; `items` as `item_of` takes them."""
    return Document(
        text=version["text"],
        title=version["title"],
        metadata=json.loads(version["metadata"]),
        attachments=tuple(Attachment(row["name"], row["url"]) for row in attachments),
        items=tuple(map(item_of, items)),
        confidence="high" if version["state"] == "accepted" else version["confidence"],
        link_lines=tuple(json.loads(version["link_lines"] or "[]")),
        proposal=version["proposal"] or "",
        reader=version["reader"],
        media_type=version["kind"] or "",
        review=tuple(json.loads(version["review"] or "[]")),
        url=version["location"] or version["url"],
        document_id=version["document_id"],
        version_id=version["id"],
    )


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
