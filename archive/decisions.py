"""What a person decided, carried into the archive: a held-back text is a revision, a candidate is the next edition."""

from __future__ import annotations

import json

from attrs import evolve

from archive.changes import compare
from archive.editions import UNSURE, record_change
from archive.store import Store, StoreError
from archive.transaction import atomic


def announce(store: Store, document_id: int, capture_id: int, crawl_id: int | None) -> bool:
    """A person says that a text of low confidence did change: record it as the revision that `settle` held back.

    Returns False when nothing was held back for this capture.
    """
    version = store.row(
        "SELECT * FROM versions WHERE document_id = ? AND capture_id = ? ORDER BY number DESC",
        [document_id, capture_id],
    )
    if version is None or UNSURE not in json.loads(version["review"] or "[]"):
        return False
    before = store.row(
        "SELECT id FROM versions WHERE document_id = ? AND number = ?", [document_id, version["number"] - 1]
    )
    notice = store.row("SELECT n.* FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?", [document_id])
    if before is None or notice is None:
        return False
    old, new = (evolve(store.load(id), confidence="high", attachments=()) for id in (before["id"], version["id"]))
    with atomic(store.db):
        for change in compare(old, new):
            record_change(store, notice, crawl_id, change)
        store.update("versions", version["id"], review="[]")
        store.update("captures", capture_id, decision="accepted")
    return True


def refuse_candidate(store: Store, candidate_id: int) -> None:
    """Never mention a candidate again."""
    store.update("candidates", candidate_id, state="rejected")


def accept_candidate(store: Store, candidate_id: int) -> None:
    """Make a candidate the notice's next edition: the next crawl fetches it and compares it with the present one.

    Raises StoreError when there is no such candidate.
    """
    candidate = store.row("SELECT * FROM candidates WHERE id = ?", [candidate_id])
    if candidate is None:
        raise StoreError(f"没有编号为 {candidate_id} 的候选；请用 guidelines candidates 查看")
    with atomic(store.db):
        store.db.table("candidates").update(candidate_id, {"state": "accepted"})
        values = {"url": candidate["url"], "edition_title": candidate["title"], "next_due": None}
        store.db.table("notices").update(candidate["notice_id"], values)
