"""A change is written down: the one way into the tables `changes` and `row_changes`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from archive.clock import iso, now
from archive.model import Change, Kind, RowChange
from archive.record.store import Store
from archive.record.story import keep_stories

MOVES_NOTHING = (Kind.NEW, Kind.SUCCESSOR, Kind.CORRECTION)
"""What says nothing of the notice's text: the day of its last change stays."""


def record_change(
    store: Store,
    notice_id: int | None,
    crawl_id: int | None,
    change: Change,
    corrects: Sequence[int] = (),
    candidate: int | None = None,
) -> int:
    """A change enters the tables, with its rows and its story; returns its id. `corrects`: of a correction, the changes
    that it takes back. `candidate`: the page that may be the next edition.
    A change of a law is about no notice."""
    moment = iso(now())
    change_id = store.insert(
        "changes",
        {
            "notice_id": notice_id,
            "document_id": change.document_id,
            "crawl_id": crawl_id,
            "kind": str(change.kind),
            "from_version": change.from_version,
            "to_version": change.to_version,
            "detected_at": moment,
            "updated_at": moment,
            "summary": change.summary,
            "quiet": int(change.quiet),
            "candidate_id": candidate,
            "unsure": int(change.unsure),
            "corrects": json.dumps(corrects) if corrects else None,
            "pages": json.dumps(change.pages) if any(change.pages) else None,
        },
    )
    store.db.table("row_changes").insert_all(
        row | {"change_id": change_id, "position": position}
        for position, row in enumerate((row for rows in change.rows for row in _row_changes(rows)), 1)
    )
    keep_stories(store.db)
    if notice_id is not None and change.kind not in MOVES_NOTHING and not change.quiet:
        store.update("notices", notice_id, changed_at=moment)
    return change_id


def _row_changes(change: RowChange) -> Sequence[dict[str, Any]]:
    ids = {
        "kind": change.kind,
        "item_before": change.before.id if change.before else None,
        "item_after": change.after.id if change.after else None,
    }
    if not change.cells:
        return [ids | {"column": "", "before": "", "after": ""}]
    return [ids | {"column": cell.column, "before": cell.before, "after": cell.after} for cell in change.cells]
