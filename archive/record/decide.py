"""A person's word, carried into the tables, and taken back: what needs no reading (crawler/decide.py reads).

A decision notes what it takes to undo it. Taking one back withdraws the versions that rest on it, sets the told edition
back to the text from before, withdraws the changes that were told in between, and lets `settle` tell what really is
different. Nothing is deleted: versions stay, marked; whoever was told gets one correction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from attrs import evolve, frozen

from archive.clock import iso, now
from archive.machine.database import Row, atomic
from archive.machine.faults import StoreError
from archive.model import Change, Document, Kind, Verdict
from archive.record import in_force
from archive.record.changes import record_change
from archive.record.edition import Edition
from archive.record.reviews import ReviewKind
from archive.record.settle import settle, stand
from archive.record.store import Store
from archive.words import CANDIDATES

NOTICE_FIELDS = (
    "url", "edition_title", "next_due", "state", "verdict", "reason", "trouble_count", "trouble_since", "changed_at",
    "told", "title",
)  # fmt: skip
"""What a decision may change of a notice."""
DOCUMENT_FIELDS = ("state", "verdict", "reason", "trouble_count", "trouble_since")


def open_review(store: Store, number: int) -> Row:
    """Raises StoreError when nothing waits under this number."""
    missing = f"没有编号为 {number} 的待决事项；请用 guidelines review 查看"
    row = store.one("SELECT * FROM reviews WHERE id = ?", [number], missing)
    if row["state"] != "open":
        words = {"accepted": "已接受", "rejected": "已排除", "settled": "已无需决定"}
        hint = "；要改变决定，请先用 guidelines undo 撤销" if row["state"] != "settled" else ""
        raise StoreError(f"第 {number} 项{words[row['state']]}{hint}")
    return row


def review_of_candidate(connection: sqlite3.Connection, candidate: int) -> tuple[int, str]:
    """(number under which it waits, slug of its notice). Raises StoreError when no such candidate waits."""
    found = connection.execute(
        """SELECT c.state, n.slug, w.id FROM candidates c JOIN notices n ON n.id = c.notice_id
           LEFT JOIN waiting w ON w.kind = 'candidate' AND w.subject_id = c.id WHERE c.id = ?""",
        [candidate],
    ).fetchone()
    if found is None:
        raise StoreError(f"没有编号为 {candidate} 的候选；请用 guidelines candidates 查看")
    state, slug, number = found
    if number is None:
        raise StoreError(f"候选 {candidate} 已处理过（{CANDIDATES[state]}）")
    return number, slug


def last_decided(store: Store) -> Row:
    """The decision that `undo` takes back. Raises StoreError when there is none."""
    return store.one(
        "SELECT * FROM reviews WHERE state IN ('accepted', 'rejected') ORDER BY decided_at DESC, id DESC LIMIT 1",
        [],
        "没有可以撤销的决定",
    )


def ask_about_capture(store: Store, capture: Row) -> int:
    """Put a suspect capture that nothing asks about into the queue; returns its number."""
    owner = store.row("SELECT notice_id FROM documents WHERE id = ?", [capture["document_id"]]) or {}
    return store.insert(
        "reviews",
        {
            "kind": str(ReviewKind.CAPTURE),
            "notice_id": owner.get("notice_id"),
            "document_id": capture["document_id"],
            "subject_id": capture["id"],
            "why": capture["reason"],
            "opened_at": iso(now()),
            "state": "open",
        },
    )


def before(store: Store, review: Row) -> dict[str, Any]:
    """What is so before a decision, for `undo`."""
    notice = store.row("SELECT * FROM notices WHERE id = ?", [review["notice_id"]]) or {}
    document = store.row("SELECT * FROM documents WHERE id = ?", [review["document_id"]]) or {}
    return {
        "notice": {name: notice.get(name) for name in NOTICE_FIELDS},
        "document": {name: document.get(name) for name in DOCUMENT_FIELDS} if document else None,
        "last_change": store.value("SELECT max(id) FROM changes") or 0,
        "versions": [],
    }


def decided(store: Store, review: Row, state: str, undo: dict[str, Any], versions: Iterable[int] = ()) -> None:
    """Note a decision with what it takes to undo it; `versions` came into being, or into force, by it."""
    undo = undo | {"versions": list(versions)}
    store.update("reviews", review["id"], state=state, decided_at=iso(now()), undo=json.dumps(undo, ensure_ascii=False))


# ---------------------------------------------------------------- taking one


@frozen
class _Mark:
    """Where the subject of a kind of review carries what was decided, and what it says there."""

    table: str
    column: str
    accepted: str
    rejected: str
    undecided: str | None


_MARKS = {
    ReviewKind.CAPTURE: _Mark("captures", "decision", "accepted", "rejected", None),
    ReviewKind.VERSION: _Mark("versions", "state", "accepted", "withdrawn", "held"),
    ReviewKind.CANDIDATE: _Mark("candidates", "state", "accepted", "rejected", "new"),
    ReviewKind.FURNITURE: _Mark("furniture", "state", "accepted", "rejected", "proposed"),
}


def accept(store: Store, review: Row) -> None:
    """A held text is the notice's: it stands from now on, and what it changed is told. A listed page is the notice's
    next edition: the next crawl fetches it and compares it with the present one. A line is the site's own.

    (A capture has to be read first: `accept_capture`.)
    """
    undo = before(store, review)
    kind = ReviewKind(review["kind"])
    if kind is ReviewKind.CANDIDATE:
        number = review["subject_id"]
        candidate = store.one("SELECT * FROM candidates WHERE id = ?", [number], f"候选 {number} 不存在")
        values = {"url": candidate["url"], "edition_title": candidate["title"], "next_due": None}
        store.update("notices", candidate["notice_id"], **values)
    _mark(store, review, _MARKS[kind].accepted)
    decided(store, review, "accepted", undo, [review["subject_id"]] if kind is ReviewKind.VERSION else [])


def reject(store: Store, review: Row) -> None:
    """The subject is not what it seemed: what there was before stands, and the like of it is not asked again."""
    undo = before(store, review)
    _mark(store, review, _MARKS[ReviewKind(review["kind"])].rejected)
    decided(store, review, "rejected", undo)


def accept_capture(store: Store, review: Row, reading: Document) -> None:
    """A suspect capture is the document after all: its reading becomes the next version, and the document, and the
    notice whose page it is, are in no trouble any more."""
    undo = before(store, review)
    document_id = review["document_id"]
    _mark(store, review, "accepted")
    fine = {"verdict": str(Verdict.OK), "trouble_count": 0, "trouble_since": None}
    store.update("documents", document_id, **fine)
    version_id = store.add_version(document_id, review["subject_id"], reading, "accepted")
    for page in store.rows("SELECT * FROM documents WHERE id = ? AND kind = 'page' AND mirror = ''", [document_id]):
        store.update("notices", page["notice_id"], state="current", reason="", **fine)
    decided(store, review, "accepted", undo, [version_id])


def note_version(store: Store, review: Row, version_id: int) -> None:
    """A version that came into being by a decision after it was noted."""
    undo = json.loads(store.value("SELECT undo FROM reviews WHERE id = ?", [review["id"]]))
    undo |= {"versions": [version_id]}
    store.update("reviews", review["id"], undo=json.dumps(undo, ensure_ascii=False))


def _mark(store: Store, review: Row, word: str | None) -> None:
    mark = _MARKS[ReviewKind(review["kind"])]
    store.update(mark.table, review["subject_id"], **{mark.column: word})


# ---------------------------------------------------------------- taking one back


def take_back(store: Store, review: Row, withdrawn: set[int]) -> list[int]:
    """Undo a decision: `withdrawn` are the versions that rest on it. Returns the ids of the changes withdrawn with it.

    The caller settles afterwards (`correct`).
    """
    undo = json.loads(review["undo"])
    with atomic(store.db):
        _set_subject_back(store, review, undo)
        _withdraw_versions(store, withdrawn)
        changes = _withdraw_changes(store, review, undo, withdrawn)
        if withdrawn or changes:
            _set_back_told(store, review, undo)
        state = "open"
        if review["kind"] == ReviewKind.VERSION:
            state = _hold_again(store, review)
        store.update("reviews", review["id"], state=state, decided_at=None, undo=None)
        _restore_state(store, review, undo)
    return changes


def _set_subject_back(store: Store, review: Row, undo: dict[str, Any]) -> None:
    kind = ReviewKind(review["kind"])
    if kind is not ReviewKind.VERSION:  # see _hold_again
        _mark(store, review, _MARKS[kind].undecided)
    if kind is ReviewKind.CANDIDATE:
        values = {name: undo["notice"][name] for name in ("url", "edition_title", "title") if name in undo["notice"]}
        store.update("notices", review["notice_id"], **values)


def _withdraw_versions(store: Store, ids: set[int]) -> None:
    """And the captures that they were read from, with those that only repeat their bytes."""
    for id in ids:
        version = store.row("SELECT * FROM versions WHERE id = ?", [id])
        if version is None:
            continue
        store.update("versions", id, state="withdrawn")
        capture = store.capture(version["capture_id"])
        store.db.execute(
            """UPDATE captures SET decision = 'withdrawn' WHERE decision IS NULL AND id IN (
                 SELECT id FROM good_captures WHERE document_id = ? AND sha256 = ? AND id >= ?)""",
            [version["document_id"], capture["sha256"], capture["id"]],
        )
        in_force.withdraw(store.db, id)


def _withdraw_changes(store: Store, review: Row, undo: dict[str, Any], withdrawn: set[int]) -> list[int]:
    """What was told because of the decision: what touches a withdrawn version, and the files that came and went with
    it. Files that were replaced since stay told."""
    if not withdrawn:
        return []
    rows = store.rows(
        """WITH gone AS (SELECT value FROM json_each(:withdrawn)),
             -- pictures that came, went or stood in another's place
             changes_of_shown AS (SELECT c.id FROM changes c JOIN documents d ON d.id = c.document_id
               LEFT JOIN versions o ON o.id = c.from_version LEFT JOIN versions w ON w.id = c.to_version
               WHERE d.kind = 'picture' AND c.kind = 'revised' AND o.document_id IS NOT w.document_id)
           SELECT id FROM changes WHERE id > :last AND withdrawn_at IS NULL
             AND (notice_id = :notice OR law_id IN (SELECT id FROM laws WHERE notice_id = :notice))
             AND kind != 'correction' AND (from_version IN gone OR to_version IN gone
                                           OR kind IN ('attachment-added', 'attachment-removed')
                                           OR id IN (SELECT id FROM changes_of_shown))""",
        {"withdrawn": json.dumps(list(withdrawn)), "notice": review["notice_id"], "last": undo["last_change"]},
    )
    for row in rows:
        store.update("changes", row["id"], withdrawn_at=iso(now()), updated_at=iso(now()))
    return [row["id"] for row in rows]


def _set_back_told(store: Store, review: Row, undo: dict[str, Any]) -> None:
    """The edition from before the decision, its files as they have been told since."""
    notice = store.row("SELECT * FROM notices WHERE id = ?", [review["notice_id"]])
    if notice is None:
        return
    if not undo["notice"]["told"]:
        store.update("notices", notice["id"], told=None, changed_at=undo["notice"]["changed_at"])
        return
    told = Edition.of_json(undo["notice"]["told"])
    later = Edition.of_json(notice["told"]) if notice["told"] else told
    since = {file.document_id: file for file in (*later.files, *(later.pictures or ()))}
    files = tuple(
        file if file.document_id == review["document_id"] else since.get(file.document_id, file) for file in told.files
    )
    pictures = told.pictures and tuple(since.get(picture.document_id, picture) for picture in told.pictures)
    told = evolve(told, version_id=_reread(store, told.document_id, told.version_id), files=files, pictures=pictures)
    store.update("notices", notice["id"], told=told.to_json(), changed_at=undo["notice"]["changed_at"])


def _reread(store: Store, document_id: int, version_id: int) -> int:
    """The latest reading of the bytes that a version was read from: a better reader may have come since."""
    latest = store.value(
        """SELECT max(w.id) FROM versions v JOIN captures c ON c.id = v.capture_id
           JOIN captures k ON k.sha256 = c.sha256 JOIN versions w ON w.capture_id = k.id AND w.document_id = ?
           WHERE v.id = ? AND w.state IN ('', 'accepted', 'former')""",
        [document_id, version_id],
    )
    return int(latest or version_id)


def _hold_again(store: Store, review: Row) -> str:
    """A held version waits again, unless a later one has taken its place."""
    later = store.row(
        """SELECT 1 FROM versions v, versions w WHERE w.id = ? AND v.document_id = w.document_id
             AND v.number > w.number AND v.state NOT IN ('withdrawn', 'former')""",
        [review["subject_id"]],
    )
    _mark(store, review, "withdrawn" if later else "held")
    return "settled" if later else "open"


def _restore_state(store: Store, review: Row, undo: dict[str, Any]) -> None:
    """Where the page has not been seen well since, notice and document are in the trouble that they were in."""
    if review["kind"] != ReviewKind.CAPTURE:
        return
    good = store.row(
        "SELECT 1 FROM good_captures WHERE document_id = ? AND id > ?", [review["document_id"], review["subject_id"]]
    )
    if good:
        return
    if undo["document"]:
        store.update("documents", review["document_id"], **undo["document"])
    page = store.row("SELECT kind, mirror FROM documents WHERE id = ?", [review["document_id"]])
    if page and page["kind"] == "page" and not page["mirror"]:
        names = ("state", "verdict", "reason", "trouble_count", "trouble_since")
        store.update("notices", review["notice_id"], **{name: undo["notice"][name] for name in names})


def correct(store: Store, review: Row, crawl_id: int, changes: list[int]) -> None:
    """Settle what is really different, and record the one correction of what was told in error."""
    notice = store.row("SELECT * FROM notices WHERE id = ?", [review["notice_id"]])
    if notice is None:
        return
    settle(store, notice, crawl_id)
    stand(store, notice["id"])
    told = store.rows(
        """SELECT id, quiet, document_id FROM changes
           WHERE id IN (SELECT value FROM json_each(?)) AND kind <> 'upgrade' ORDER BY id""",
        [json.dumps(changes)],
    )
    if not told:
        return
    loud = any(not row["quiet"] for row in told)
    numbers = "、".join(str(row["id"]) for row in told if not row["quiet"] or not loud)
    summary = f"更正：此前第 {numbers} 号变化是误判，已撤销，请以现行文本为准"
    document_id = review["document_id"] or told[0]["document_id"]
    change = Change(Kind.CORRECTION, summary, quiet=not loud, document_id=document_id)
    record_change(store, notice["id"], crawl_id, change, corrects=changes)
