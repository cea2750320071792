"""Furniture of one document, learnt from its versions and kept as proposals that a person confirms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from archive.clock import iso, now
from archive.compare.furniture import Furniture, FurnitureKind, Pattern, is_proven, patterns_between, seen
from archive.model import Document
from archive.record.store import Store

MEMORY = 12
"""Versions that are looked at for a habit."""
EXAMPLES = 6


def furniture_of(store: Store, document_id: int | None) -> Furniture:
    """What is known or proposed as furniture of a document: held back until a person has said what it is. The pages of
    a text have the same: it is the first one's."""
    rows = store.rows(
        "SELECT kind, pattern FROM furniture WHERE document_id = ? AND state IN ('proposed', 'accepted')",
        [_first_page(store, document_id)],
    )
    return Furniture(frozenset(Pattern(FurnitureKind(row["kind"]), row["pattern"]) for row in rows))


def learn(store: Store, document_id: int, last: Document, reading: Document) -> Furniture:
    """What is furniture by now, when a reading differs from the last version; a proven habit is proposed."""
    known = furniture_of(store, document_id)
    found, _ = patterns_between(last, reading, known)
    if not found:
        return known
    history = [*_history(store, document_id), reading]
    proven = {pattern: values for pattern in found if is_proven(pattern, values := seen(pattern, history))}
    return known | propose(store, document_id, proven.items())


def propose(store: Store, document_id: int, proven: Iterable[tuple[Pattern, Sequence[str]]]) -> list[Pattern]:
    """Note these patterns with what they read; returns those that a person has not called the notice's own."""
    held = []
    document_id = _first_page(store, document_id) or document_id
    for pattern, values in proven:
        known = store.row(
            "SELECT id, state FROM furniture WHERE document_id = ? AND kind = ? AND pattern = ?",
            [document_id, str(pattern.kind), pattern.pattern],
        )
        if known is None:
            store.insert(
                "furniture",
                {
                    "document_id": document_id,
                    "kind": str(pattern.kind),
                    "pattern": pattern.pattern,
                    "examples": json.dumps(list(values)[-EXAMPLES:], ensure_ascii=False),
                    "state": "proposed",
                    "found_at": iso(now()),
                },
            )
        if known is None or known["state"] != "rejected":
            held.append(pattern)
    return held


def _first_page(store: Store, document_id: int | None) -> int | None:
    """The page whose text a further page goes on with; else the document itself."""
    page = store.value(
        """SELECT f.page_id FROM documents d JOIN further_pages f ON f.id = d.id
           WHERE d.id = ? AND d.kind = 'attachment'""",
        [document_id],
    )
    return page or document_id


def _history(store: Store, document_id: int) -> list[Document]:
    """Texts of the latest versions, oldest first, whatever became of them: each was seen on the page."""
    rows = store.rows(
        "SELECT text, link_lines FROM versions WHERE document_id = ? ORDER BY number DESC LIMIT ?",
        [document_id, MEMORY],
    )
    return [Document(text=row["text"], link_lines=tuple(json.loads(row["link_lines"] or "[]"))) for row in rows[::-1]]
