"""Kept bytes read again by today's reader, without network: before a visit, by `guidelines reextract`, to verify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archive.machine.database import Row, atomic
from archive.model import Document, Problem
from archive.record.edition import Edition
from archive.record.keep import keep, keep_upgraded
from archive.record.picture_changes import note_pictures_read_again
from archive.record.pictures import shown_by
from archive.record.readings import same_reading
from archive.record.store import Store
from archive.warc.read import WarcError, read_payload
from crawler.reading import reader_id
from crawler.reading.rule import Rule
from crawler.readings import GAVE_UP, keep_inside, read_capture, with_inside
from crawler.sources import Declared


def outdated(store: Store, document_id: int, rule: Rule) -> bool:
    """Whether a document was read by another reader, or given up by this one for want of time or memory.

    Files inside an archive file are read with it.
    """
    row = store.row("SELECT reader, reason, parent_id FROM documents WHERE id = ?", [document_id])
    if row is None or row["parent_id"] is not None or not row["reader"]:  # a picture has none
        return False
    return row["reader"] != reader_id(rule) or Problem.parse(row["reason"]).code in GAVE_UP


def bring_up_to_date(store: Store, document_id: int, rule: Rule, crawl_id: int | None) -> bool:
    """Read a document's kept bytes with today's reader, if another read them last; a difference is an `upgrade`.

    The bytes of the told text are read first, and only another reading of these is an upgrade. Where later bytes are
    kept too, their reading is a version like one from the net: what differs is the ministry's and gets told.

    Returns whether a version was added. Bytes without a record in the WARC files stay as they were read. Raises
    WarcError when a record is damaged; nothing has been changed then.
    """
    if not outdated(store, document_id, rule):
        return False
    latest = store.last_good_capture(document_id)
    if latest is None or not latest["warc_file"]:
        return False
    base = _base(store, document_id)
    told = store.capture(base["capture_id"]) if base else latest
    members = store.rows("SELECT id FROM documents WHERE parent_id = ? AND state != 'gone'", [document_id])
    inside = [member for row in members if (member := _base(store, row["id"]))]
    reads = {
        id: with_inside(read_capture(store, store.capture(id), rule), rule)
        for id in {told["id"], latest["id"], *(file["capture_id"] for file in inside)}
    }
    shown = shown_by(store, document_id)
    with atomic(store.db):
        added = [keep_upgraded(store, document_id, base, told["id"], reads[told["id"]].document, crawl_id)]
        for file in inside:
            again = reads[file["capture_id"]].at(file["path"])
            if again is not None:
                added.append(keep_upgraded(store, file["document_id"], file, file["capture_id"], again, crawl_id))
        if told["sha256"] != latest["sha256"]:
            added.append(keep(store, document_id, latest["id"], reads[latest["id"]].document))
        keep_inside(store, document_id, latest["id"], reads[latest["id"]])
        note_pictures_read_again(store, document_id, reads[latest["id"]].document, shown)
    return any(added)


def read_again(store: Store, document_id: int, version: Row, rule: Rule, *, former: bool) -> None:
    """Today's reading of the bytes of one older version, if another reader read it; `former`: it is there to be
    compared with and does not stand. Bytes that are lost stay as they were read."""
    if version["reader"] == reader_id(rule):
        return
    try:
        document = read_capture(store, store.capture(version["capture_id"]), rule)
    except WarcError:
        return
    known = store.load(version["id"])
    if not document.problem and document.confidence == known.confidence and not same_reading(known, document):
        store.add_version(document_id, version["capture_id"], document, "former" if former else version["state"])


def note_lost(store: Store, document_id: int) -> None:
    """Mark the captures of a document whose records cannot be read any more, so that their bytes are fetched again."""
    base = _base(store, document_id)
    captures = [store.holder(store.capture(base["capture_id"]))] if base else []
    latest = store.last_good_capture(document_id)
    for capture in [*captures, *([latest] if latest else [])]:
        try:
            read_payload(store.data, capture["warc_file"], capture["warc_offset"])
        except WarcError:
            store.lost(capture["id"])


def _base(store: Store, document_id: int) -> Row | None:
    """The version that people were told of, else the one that stands; None where nothing was read yet."""
    row = store.row("SELECT n.told FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?", [document_id])
    told = Edition.of_json(row["told"]).version_of(document_id) if row and row["told"] else None
    if told is None:
        current = store.current_version(document_id)
        told = current["id"] if current else None
    return store.row(
        "SELECT v.*, d.name AS path FROM versions v JOIN documents d ON d.id = v.document_id WHERE v.id = ?", [told]
    )


def rules_of(store: Store, declared: Declared) -> Iterator[tuple[Row, Rule]]:
    """Every page and attachment that has a good capture, with the rule that reads it."""
    notices = {notice.slug: notice for _, notice in declared.sources.watched}
    for row in store.rows(
        """SELECT d.*, n.slug FROM documents d JOIN notices n ON n.id = d.notice_id
           WHERE d.parent_id IS NULL AND d.kind <> 'picture' ORDER BY d.id"""
    ):
        capture = store.last_good_capture(row["id"])
        if row["slug"] in notices:
            # by the address that answered, as the crawl does: a redirect may lead to a host with a rule of its own
            url = capture["url"] if capture else row["url"]
            yield row, declared.rule_for(url, notices[row["slug"]])


def recheck(store: Store, declared: Declared, sample: int | None) -> dict[str, Any]:
    """Whether the kept bytes still give the kept text: {"checked": n, "outdated": n, "problems": [{"what", "where"}]}.

    `sample` limits the number of documents (the latest ones); versions of an older reader are only counted.
    """
    report: dict[str, Any] = {"checked": 0, "outdated": 0, "problems": []}
    for row, rule in rules_of(store, declared):
        version = store.current_version(row["id"])
        if version is None or (sample is not None and report["checked"] >= sample):
            continue
        if reader_id(rule) not in (version["reader"], row["reader"]):
            report["outdated"] += 1
            continue
        # the bytes it was read from; where another reader read them, today's has found the same or nothing surer
        capture = store.capture(version["capture_id"])
        try:
            same = _still_read(store.load(version["id"]), read_capture(store, capture, rule))
        except WarcError as error:
            report["problems"].append({"what": str(error), "where": row["url"]})
            continue
        report["checked"] += 1
        if not same:
            what = "原始字节今天读出的文字与档案中的不同；请运行 guidelines reextract"
            report["problems"].append({"what": what, "where": row["url"]})
    return report


def _still_read(kept: Document, reading: Document) -> bool:
    return same_reading(kept, reading) or (kept.confidence == "high" and reading.confidence == "low")
