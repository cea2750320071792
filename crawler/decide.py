"""A person's word on what waits for them: `accept`, `reject`, `undo`. Run as a child process, since it may have to read
kept bytes. The tables are written by archive/record/decide.py."""

from __future__ import annotations

import json

from archive.machine.database import Row, atomic
from archive.machine.faults import StoreError
from archive.model import Document, Verdict
from archive.record import decide
from archive.record.keep import keep
from archive.record.reviews import ReviewKind
from archive.record.store import Store
from archive.warc.read import WarcError
from crawler import reread
from crawler.judge.evidence import is_left
from crawler.reading.rule import Rule
from crawler.readings import keep_inside, read_capture, with_inside
from crawler.sources import Declared


def accept(store: Store, declared: Declared, number: int) -> None:
    """Raises StoreError when nothing waits under this number, or its bytes cannot be read."""
    review = decide.open_review(store, number)
    if review["kind"] == ReviewKind.CAPTURE:
        _accept_capture(store, declared, review)
        return
    with atomic(store.db):
        decide.accept(store, review)


def reject(store: Store, declared: Declared, number: int) -> None:
    review = decide.open_review(store, number)
    with atomic(store.db):
        decide.reject(store, review)
    if review["kind"] == ReviewKind.FURNITURE:
        _read_what_was_held(store, declared, review)


def undo(store: Store, declared: Declared, crawl_id: int) -> int:
    """Take the last decision back; returns the number of its review."""
    review = decide.last_decided(store)
    withdrawn = _resting_on(store, review)
    _bring_back(store, declared, review, withdrawn)
    with atomic(store.db):
        changes = decide.take_back(store, review, withdrawn)
        decide.correct(store, review, crawl_id, changes)
    return int(review["id"])


# ---------------------------------------------------------------- captures


def _accept_capture(store: Store, declared: Declared, review: Row) -> None:
    """A suspect capture is the document after all: it becomes its next version."""
    capture = store.capture(review["subject_id"])
    document_id = capture["document_id"]
    if capture["verdict"] != Verdict.SUSPECT or not capture["warc_file"]:
        raise StoreError(f"抓取记录 {capture['id']} 不是存疑的内容，无需采信")
    document = _read(store, declared, capture)
    reading = with_inside(document, _rule(store, declared, document_id))
    with atomic(store.db):
        decide.accept_capture(store, review, document)
        keep_inside(store, document_id, capture["id"], reading)


def review_of_capture(store: Store, capture_id: int) -> int:
    """The number under which a suspect capture waits; one that nothing asks about is put into the queue."""
    waiting = store.value(
        "SELECT id FROM waiting WHERE kind = 'capture' AND subject_id = ?", [capture_id]
    ) or store.value(
        """SELECT r.id FROM waiting r JOIN versions v ON v.id = r.subject_id
           WHERE r.kind = 'version' AND v.capture_id = ?""",
        [capture_id],
    )
    if waiting:
        return int(waiting)
    capture = store.capture(capture_id)
    if capture["verdict"] != Verdict.SUSPECT or not capture["warc_file"]:
        raise StoreError(f"抓取记录 {capture_id} 不是存疑的内容，无需决定")
    return decide.ask_about_capture(store, capture)


def _read(store: Store, declared: Declared, capture: Row) -> Document:
    try:
        reading = read_capture(store, capture, _rule(store, declared, capture["document_id"]))
    except WarcError as error:
        raise StoreError(f"抓取记录 {capture['id']} 的原文不能读取：{error}") from error
    if reading.problem:
        raise StoreError(f"抓取记录 {capture['id']} 无法读取：{reading.problem.text}")
    return reading


def _rule(store: Store, declared: Declared, document_id: int) -> Rule:
    rule = next((rule for row, rule in reread.rules_of(store, declared) if row["id"] == document_id), None)
    if rule is None:
        raise StoreError(f"文件 {document_id} 所属的通知已不在名单中")
    return rule


# ---------------------------------------------------------------- furniture that is none


def _read_what_was_held(store: Store, declared: Declared, review: Row) -> None:
    """A line that a person calls the notice's own: what it reads now is compared, and told."""
    document_id = review["document_id"]
    capture = store.last_good_capture(document_id)
    if capture is None or not capture["warc_file"]:
        return
    reading = _read(store, declared, capture)
    with atomic(store.db):
        if keep(store, document_id, capture["id"], reading):
            version = store.value("SELECT max(id) FROM versions WHERE document_id = ?", [document_id])
            decide.note_version(store, review, version)


# ---------------------------------------------------------------- taking back


def _resting_on(store: Store, review: Row) -> set[int]:
    """The versions that a decision let in: its own, and those after it that have nothing of the notice."""
    noted = json.loads(review["undo"])["versions"]
    if review["kind"] == ReviewKind.CANDIDATE:
        return _of_candidate(store, review) if review["state"] == "accepted" else set()
    if not noted:
        return set()
    first = store.row("SELECT * FROM versions WHERE id = ?", [noted[0]])
    if first is None:
        return set()
    base = store.row(
        "SELECT id FROM standing_versions WHERE document_id = ? AND number < ? ORDER BY number DESC LIMIT 1",
        [first["document_id"], first["number"]],
    )
    later = store.rows(
        """SELECT v.id, c.sha256 FROM versions v JOIN captures c ON c.id = v.capture_id
           WHERE v.document_id = ? AND v.number > ? AND v.state != 'withdrawn'""",
        [first["document_id"], first["number"]],
    )
    same = store.capture(first["capture_id"])["sha256"]
    resting = {row["id"] for row in later if row["sha256"] == same}
    if base and review["kind"] == ReviewKind.CAPTURE:
        known = store.load(base["id"])
        resting |= {row["id"] for row in later if not is_left(known, store.load(row["id"]))}
    return {*noted, *resting}


def _of_candidate(store: Store, review: Row) -> set[int]:
    found = store.column(
        """SELECT v.id FROM versions v JOIN documents d ON d.id = v.document_id JOIN candidates c ON c.id = ?
           WHERE d.notice_id = c.notice_id AND d.kind = 'page' AND d.url = c.url AND v.state != 'withdrawn'""",
        [review["subject_id"]],
    )
    return set(found)


def _bring_back(store: Store, declared: Declared, review: Row, withdrawn: set[int]) -> None:
    """Let today's reader read the text from before the decision, so that only the ministry's changes differ from it."""
    told = json.loads(review["undo"])["notice"]["told"]
    if not told:
        return
    document_id = json.loads(told)["document_id"]
    base = store.row("SELECT * FROM versions WHERE id = ?", [json.loads(told)["version_id"]])
    rule = next((rule for row, rule in reread.rules_of(store, declared) if row["id"] == document_id), None)
    if base is None or rule is None:
        return
    later = store.rows(
        """SELECT id FROM versions WHERE document_id = ? AND number > ?
             AND state IN ('', 'accepted', 'held', 'aside')""",
        [document_id, base["number"]],
    )
    reread.read_again(store, document_id, base, rule, former=any(row["id"] not in withdrawn for row in later))
