"""Readings kept as versions, and kept bytes read again. Called by the pipelines and by `guidelines reextract`, `verify`
and `accept`, which need no network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from archive import search
from archive.decisions import announce
from archive.editions import record_upgrade
from archive.model import Document, Verdict
from archive.records import same_reading
from archive.store import Row, Store, StoreError
from archive.transaction import atomic
from archive.warc import WarcError, read_payload
from crawler.reading import reader_id
from crawler.reading.rule import Rule
from crawler.reading.sandbox import read_apart
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


def keep(store: Store, document_id: int, capture_id: int, document: Document) -> bool:
    """Store a reading as the next version if it differs from the last; a file that could not be read gets its reason.

    Returns whether there is a new version.
    """
    if document.problem:
        values = {"state": "unreadable", "reason": document.problem, "reader": document.reader}
        store.update("documents", document_id, **values)
        return False
    last = store.current_version(document_id)
    if last is not None and same_reading(store.load(last["id"]), document):
        store.update("documents", document_id, state="current", reason="", reader=document.reader)
        return False
    store.add_version(document_id, capture_id, document)
    return True


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
    crawl_id: int | None = None,
    *,
    upgrade: bool = False,
) -> list[bool]:
    """Child documents of an archive file; one that is no longer in it counts as gone.

    Returns for each member whether it has a new version.
    """
    parent = store.row("SELECT notice_id, url FROM documents WHERE id = ?", [parent_id])
    if parent is None:
        raise StoreError(f"文档 {parent_id} 不存在")
    ids, added = set(), []
    for member in members:
        url = f"{parent['url']}#{member.path}"
        document_id = store.document(parent["notice_id"], "member", url, name=member.path, parent_id=parent_id)
        ids.add(document_id)
        if upgrade:
            added.append(_keep_upgraded(store, document_id, capture_id, member.document, crawl_id))
        else:
            added.append(keep(store, document_id, capture_id, member.document))
        store.update("documents", document_id, sha256=member.sha256, media_type=member.document.media_type)
    for row in store.rows("SELECT id FROM documents WHERE parent_id = ?", [parent_id]):
        if row["id"] not in ids:
            store.update("documents", row["id"], state="gone")
            search.index_document(store.db, row["id"])
    return added


def outdated(store: Store, document_id: int, rule: Rule) -> bool:
    """Whether a document was read by another reader, or given up by this one for want of time or memory.

    Files inside an archive file are read with it.
    """
    row = store.row("SELECT reader, reason, parent_id FROM documents WHERE id = ?", [document_id])
    if row is None or row["parent_id"] is not None or row["reader"] is None:
        return False
    return row["reader"] != reader_id(rule) or (row["reason"] or "").partition(":")[0] in GAVE_UP


def bring_up_to_date(store: Store, document_id: int, rule: Rule, crawl_id: int | None) -> bool:
    """Read a document's kept bytes with today's reader, if another read them last; a difference is an `upgrade`.

    Returns whether a version was added. Bytes without a record in the WARC files stay as they were read.
    """
    if not outdated(store, document_id, rule):
        return False
    capture = store.last_good_capture(document_id)
    if capture is None or not capture["warc_file"]:
        return False
    document = read_capture(store, capture, rule)
    members = read_members(document, rule)
    with atomic(store.db):
        added = _keep_upgraded(store, document_id, capture["id"], document, crawl_id)
        for member in keep_members(store, document_id, capture["id"], members, crawl_id, upgrade=True):
            added = added or member
    return added


def _keep_upgraded(store: Store, document_id: int, capture_id: int, document: Document, crawl_id: int | None) -> bool:
    last = store.current_version(document_id)
    if not keep(store, document_id, capture_id, document):
        return False
    now_current = store.current_version(document_id)
    if now_current is not None:
        record_upgrade(store, document_id, crawl_id, last["id"] if last else None, now_current["id"])
    return True


def read_capture(store: Store, capture: Row, rule: Rule) -> Document:
    """Today's reading of a kept capture. Raises WarcError when its record is missing or damaged."""
    holder = store.holder(capture)
    payload = read_payload(store.data, holder["warc_file"], holder["warc_offset"])
    return read_apart(payload.body, reading_headers(payload.headers, capture["url"]), rule)


def accept(store: Store, declared: Declared, capture_id: int, crawl_id: int) -> None:
    """A person says that a suspect capture is the notice after all: it becomes the next version of its document.

    Raises StoreError when the capture is not suspect or its bytes cannot be read.
    """
    capture = store.row("SELECT * FROM captures WHERE id = ?", [capture_id])
    if capture is None:
        raise StoreError(f"没有编号为 {capture_id} 的抓取记录")
    document_id = capture["document_id"]
    if capture["verdict"] == Verdict.OK and announce(store, document_id, capture_id, crawl_id):
        return
    if capture["verdict"] != Verdict.SUSPECT or not capture["warc_file"]:
        raise StoreError(f"抓取记录 {capture_id} 不是存疑的内容，无需采信")
    rule = next((rule for row, rule in rules_of(store, declared) if row["id"] == document_id), None)
    if rule is None:
        raise StoreError(f"抓取记录 {capture_id} 所属的通知已不在名单中")
    reading = read_capture(store, capture, rule)
    if reading.problem:
        raise StoreError(f"抓取记录 {capture_id} 无法读取：{reading.problem.partition(': ')[2]}")
    members = read_members(reading, rule)
    with atomic(store.db):
        store.update("captures", capture_id, decision="accepted")
        store.update("documents", document_id, verdict=str(Verdict.OK), trouble_count=0, trouble_since=None)
        keep(store, document_id, capture_id, reading)
        keep_members(store, document_id, capture_id, members)
        store.db.execute(
            """UPDATE notices SET state = 'current', verdict = 'ok', reason = '',
               trouble_count = 0, trouble_since = NULL
               WHERE id = (SELECT notice_id FROM documents WHERE id = ? AND kind = 'page' AND mirror = '')""",
            [document_id],
        )


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
        if version["reader"] == reader_id(rule):
            capture = store.row("SELECT * FROM captures WHERE id = ?", [version["capture_id"]])
        elif row["reader"] == reader_id(rule):  # read again, and found to be the same, from its last good bytes
            capture = store.last_good_capture(row["id"])
        else:
            report["outdated"] += 1
            continue
        try:
            same = capture is not None and same_reading(store.load(version["id"]), read_capture(store, capture, rule))
        except WarcError as error:
            report["problems"].append({"what": str(error), "where": row["url"]})
            continue
        report["checked"] += 1
        if not same:
            what = "原始字节今天读出的文字与档案中的不同；请运行 guidelines reextract"
            report["problems"].append({"what": what, "where": row["url"]})
    return report
