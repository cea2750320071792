"""What waits for a person, in one sequence of numbers: captures, held versions, candidates, proposals of furniture.

The queue follows from the other tables: `sync` brings it in line after every crawl and every decision, so that nothing
waits unseen and nothing is asked twice. One document has at most one open question of a kind.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from archive.clock import iso, now
from archive.machine.database import atomic
from archive.model import Document, Reason
from archive.record.store import Store


class ReviewKind(StrEnum):
    CAPTURE = "capture"
    """An answer that was not taken for the document, and yet may be it."""
    VERSION = "version"
    """A text that differs and is not sure."""
    CANDIDATE = "candidate"
    """A listed page that may replace a notice."""
    FURNITURE = "furniture"
    """A line that seems to be the site's."""


DECIDABLE = frozenset({Reason.SHRUNK, Reason.UNSTABLE, Reason.ELSEWHERE})
"""Reasons of a suspect capture that a person may overrule: there is an article to be read. A challenge, a message that
the page does not exist, half a page or garbage is no text to decide on."""


def sync(store: Store) -> None:
    """Open what is new, follow what has moved on, settle what is no longer a question."""
    with atomic(store.db):
        _versions(store)
        _candidates(store)
        _furniture(store)
        _captures(store)


def note_capture(store: Store, document_id: int, capture_id: int, reason: str, reading: Document | None) -> None:
    """A capture that was not taken: a question, when there is an article to decide on."""
    if reading is None or reading.problem or reason not in DECIDABLE or not reading.text.strip():
        return
    kept = {
        "title": reading.title,
        "text": reading.text,
        "rows": len(reading.items),
        "files": [{"name": file.name, "url": file.url} for file in reading.attachments],
    }
    _open(
        store,
        ReviewKind.CAPTURE,
        document_id,
        capture_id,
        why=str(reason),
        reading=json.dumps(kept, ensure_ascii=False),
    )


# ---------------------------------------------------------------- one kind each


def _versions(store: Store) -> None:
    held = store.rows("SELECT id, document_id, confidence FROM linking_versions WHERE state = 'held' ORDER BY id")
    for row in held:
        # sure of itself and held all the same: the bytes of the version before are lost
        why = "unsure" if row["confidence"] == "low" else "base-lost"
        _open(store, ReviewKind.VERSION, row["document_id"], row["id"], why=why)
    _settle(store, ReviewKind.VERSION, {row["id"] for row in held})


def _candidates(store: Store) -> None:
    new = store.rows("SELECT id, notice_id FROM candidates WHERE state = 'new' ORDER BY id")
    for row in new:
        _open(store, ReviewKind.CANDIDATE, None, row["id"], why="successor", notice_id=row["notice_id"])
    _settle(store, ReviewKind.CANDIDATE, {row["id"] for row in new})


def _furniture(store: Store) -> None:
    proposed = store.rows("SELECT id, document_id, kind FROM furniture WHERE state = 'proposed' ORDER BY id")
    for row in proposed:
        _open(store, ReviewKind.FURNITURE, row["document_id"], row["id"], why=row["kind"])
    _settle(store, ReviewKind.FURNITURE, {row["id"] for row in proposed})


def _captures(store: Store) -> None:
    """A later answer that was taken, or that cannot be decided on, leaves nothing to decide of the one before."""
    latest = store.column(
        """SELECT c.id FROM captures c WHERE c.verdict = 'suspect' AND c.decision IS NULL
             AND c.id = (SELECT id FROM captures WHERE document_id = c.document_id
                         AND verdict IN ('ok', 'unchanged', 'suspect') ORDER BY fetched_at DESC, id DESC LIMIT 1)"""
    )
    _settle(store, ReviewKind.CAPTURE, set(latest))


def _open(
    store: Store,
    kind: ReviewKind,
    document_id: int | None,
    subject_id: int,
    notice_id: int | None = None,
    **values: Any,
) -> None:
    """One open question of a kind for a document; of furniture and candidates one for each."""
    single = kind in (ReviewKind.CAPTURE, ReviewKind.VERSION)
    known = store.row(
        f"""SELECT id, subject_id FROM reviews WHERE state = 'open' AND kind = ?
            AND {"document_id" if single else "subject_id"} IS ?""",  # noqa: S608 - one of two names
        [str(kind), document_id if single else subject_id],
    )
    if known:
        store.update("reviews", known["id"], subject_id=subject_id, **values)
        return
    if notice_id is None:
        notice_id = store.value("SELECT notice_id FROM documents WHERE id = ?", [document_id])
    store.insert(
        "reviews",
        {
            "kind": str(kind),
            "notice_id": notice_id,
            "document_id": document_id,
            "subject_id": subject_id,
            "opened_at": iso(now()),
            "state": "open",
            **values,
        },
    )


def _settle(store: Store, kind: ReviewKind, standing: set[int]) -> None:
    for row in store.rows("SELECT id, subject_id FROM reviews WHERE state = 'open' AND kind = ?", [str(kind)]):
        if row["subject_id"] not in standing:
            store.update("reviews", row["id"], state="settled", decided_at=iso(now()))
