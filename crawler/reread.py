"""Readings kept as versions, and kept bytes read again. Called by the pipelines and by `guidelines reextract`, `verify`
and decisions, which need no network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from archive.machine.faults import StoreError
from archive.machine.transaction import atomic
from archive.model import Document, Problem
from archive.record.edition import Edition
from archive.record.files import member_documents
from archive.record.keep import keep, keep_upgraded
from archive.record.readings import same_reading
from archive.record.store import Row, Store
from archive.search import index
from archive.warc.read import Payload, WarcError, read_payload
from crawler.reading import reader_id
from crawler.reading.rule import Rule
from crawler.sandbox.apart import read_apart
from crawler.sources import Declared

GAVE_UP = ("timeout", "memory", "crashed")
"""Problems of the machine rather than of the file: it is read again at the next visit."""


@frozen
class ReadMember:
    path: str
    sha256: str
    document: Document


def reading_headers(headers: Mapping[str, str], url: str) -> dict[str, str]:
    """What `read` wants to know of an answer: its final address, its type and its name."""
    wanted = {name: headers[name] for name in ("content-type", "content-disposition") if headers.get(name)}
    return wanted | {"content-location": url}


def read_members(document: Document, rule: Rule) -> tuple[ReadMember, ...]:
    """Each file inside an archive file, read apart. Files inside a file inside a file are not followed."""
    return tuple(
        ReadMember(
            member.path,
            hashlib.sha256(member.payload).hexdigest(),
            read_apart(member.payload, {"content-location": member.path}, rule),
        )
        for member in document.members
    )


def keep_members(
    store: Store,
    parent_id: int,
    capture_id: int,
    members: Sequence[ReadMember],
) -> None:
    """Child documents of an archive file; one that is no longer in it counts as gone."""
    parent = store.row("SELECT notice_id, url FROM documents WHERE id = ?", [parent_id])
    if parent is None:
        raise StoreError(f"文档 {parent_id} 不存在")
    ids = set()
    places = member_documents(store, parent_id, [(member.path, member.sha256) for member in members])
    for member, known in zip(members, places, strict=True):
        url = f"{parent['url']}#{member.path}"
        if known is not None:
            store.update("documents", known, url=url, name=member.path)
        document_id = store.document(parent["notice_id"], "member", url, name=member.path, parent_id=parent_id)
        ids.add(document_id)
        keep(store, document_id, capture_id, member.document)
        store.update("documents", document_id, sha256=member.sha256, media_type=member.document.media_type)
    for row in store.rows("SELECT id FROM documents WHERE parent_id = ?", [parent_id]):
        if row["id"] not in ids:
            store.update("documents", row["id"], state="gone")
            index.index_document(store.db, row["id"])


def outdated(store: Store, document_id: int, rule: Rule) -> bool:
    """Whether a document was read by another reader, or given up by this one for want of time or memory.

    Files inside an archive file are read with it.
    """
    row = store.row("SELECT reader, reason, parent_id FROM documents WHERE id = ?", [document_id])
    if row is None or row["parent_id"] is not None or row["reader"] is None:
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
    reads = _Reads(store, rule)
    base = _base(store, document_id)
    reads.at(base["capture_id"] if base else latest["id"])
    inside = [member for row in _members(store, document_id) if (member := _base(store, row["id"]))]
    for member in inside:
        reads.at(member["capture_id"])
    reads.at(latest["id"])
    with atomic(store.db):
        told = base["capture_id"] if base else latest["id"]
        added = [keep_upgraded(store, document_id, base, told, reads.at(told).document, crawl_id)]
        for member in inside:
            again = reads.at(member["capture_id"]).member(member["path"])
            if again is not None:
                added.append(
                    keep_upgraded(store, member["document_id"], member, member["capture_id"], again.document, crawl_id)
                )
        if reads.at(told).sha256 != latest["sha256"]:
            added.append(keep(store, document_id, latest["id"], reads.at(latest["id"]).document))
        keep_members(store, document_id, latest["id"], reads.at(latest["id"]).members)
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


@frozen
class _Read:
    sha256: str
    document: Document
    members: tuple[ReadMember, ...]

    def member(self, path: str) -> ReadMember | None:
        return next((member for member in self.members if member.path == path), None)


class _Reads:
    """Today's readings of kept captures, each made once."""

    def __init__(self, store: Store, rule: Rule) -> None:
        self.store = store
        self.rule = rule
        self.made: dict[int, _Read] = {}

    def at(self, capture_id: int) -> _Read:
        """Raises WarcError when the record is missing or damaged."""
        if capture_id not in self.made:
            capture = self.store.capture(capture_id)
            document = read_capture(self.store, capture, self.rule)
            self.made[capture_id] = _Read(capture["sha256"], document, read_members(document, self.rule))
        return self.made[capture_id]


def _members(store: Store, parent_id: int) -> list[Row]:
    return store.rows("SELECT id FROM documents WHERE parent_id = ? AND state != 'gone'", [parent_id])


def note_lost(store: Store, document_id: int) -> None:
    """Mark the captures of a document whose records cannot be read any more, so that their bytes are fetched again."""
    base = _base(store, document_id)
    captures = [store.holder(store.capture(base["capture_id"]))] if base else []
    latest = store.last_good_capture(document_id)
    for capture in [*captures, *([latest] if latest else [])]:
        try:
            read_payload(store.data, capture["warc_file"], capture["warc_offset"])
        except WarcError:
            store.update("captures", capture["id"], lost=1)


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


def payload_of(store: Store, capture: Row) -> Payload:
    """What a capture received, from its record. Raises WarcError when that is missing or damaged."""
    holder = store.holder(capture)
    return read_payload(store.data, holder["warc_file"], holder["warc_offset"])


def read_capture(store: Store, capture: Row, rule: Rule) -> Document:
    """Today's reading of a kept capture. Raises WarcError when its record is missing or damaged."""
    payload = payload_of(store, capture)
    return read_apart(payload.body, reading_headers(payload.headers, capture["url"]), rule)


def rules_of(store: Store, declared: Declared) -> Iterator[tuple[Row, Rule]]:
    """Every page and attachment that has a good capture, with the rule that reads it."""
    notices = {notice.slug: notice for notice in declared.sources.notices}
    for row in store.rows(
        """SELECT d.*, n.slug FROM documents d JOIN notices n ON n.id = d.notice_id
           WHERE d.parent_id IS NULL ORDER BY d.id"""
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
