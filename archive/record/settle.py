"""From versions to changes: what a notice was when it was last told, against what it is now.

An edition is a notice's page with its attachments, by version. `notices.told` holds the edition whose changes have been
recorded; `settle` compares it with the present one and records the difference in one transaction. So a crawl that is
killed between two steps tells nothing twice and forgets nothing: the next one settles what is left.

The text of an edition is the last *sure* one. A version that is not sure stands beside it and waits for a person; what
it says of itself (metadata, files, a repeal) counts all the same. The told edition moves on in two ways only: by a
comparison, whose differences are recorded, or to another reading of the very same bytes (`record_upgrade`). So no
better reader can swallow what the ministry changed (docs/decisions/0009).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from attrs import evolve

from archive import words
from archive.clock import iso, now, parse
from archive.compare.compare import compare, is_confident
from archive.compare.furniture import NONE
from archive.machine.database import Row, atomic
from archive.machine.faults import StoreError
from archive.model import Change, Kind
from archive.record import in_force
from archive.record.changes import record_change
from archive.record.edition import (
    Edition,
    File,
    attachment_rows,
    document_of,
    file_now,
    named_further,
    present,
    with_version,
)
from archive.record.further import of_any_page, taken_over, unsure, waited, with_pages
from archive.record.learn import furniture_of
from archive.record.picture_changes import picture_changes, with_pictures
from archive.record.store import Store
from archive.search import index

RETURN_WITHIN = timedelta(hours=24)
"""A text that comes back within this time updates the first change instead of making a second."""


def settle_all(store: Store, crawl_id: int | None) -> list[int]:
    """Record what has changed in every notice since it was last told; returns the ids of the new changes."""
    return [
        change
        for notice in store.rows("SELECT * FROM notices ORDER BY number")
        for change in settle(store, notice, crawl_id)
    ]


def settle(store: Store, notice: Row, crawl_id: int | None) -> list[int]:
    """Record what has changed in one notice since it was last told."""
    edition = present(store, notice)
    if edition is None:
        return []
    told = Edition.of_json(notice["told"]) if notice["told"] else None
    edition = waited(store, told, edition)
    if edition is None:
        return []
    edition = with_pictures(store, told, edition)
    if told == edition:
        return []
    with atomic(store.db):
        changes = [_first(store, edition)] if told is None else _changes(store, told, edition)
        ids = [
            record_change(store, notice["id"], crawl_id, change)
            for change in changes
            if not _returned(store, change, edition)
        ]
        _tell(store, notice, edition)
    return ids


def _first(store: Store, edition: Edition) -> Change:
    title = _version(store, edition.version_id)["title"]
    count = len({file.document_id for file in edition.files}.difference(edition.further, edition.missing))
    summary = f"收录“{title}”" + (f"，附件 {count} 个" if count else "")
    return Change(Kind.NEW, summary, document_id=edition.document_id, to_version=edition.version_id)


def _changes(store: Store, told: Edition, edition: Edition) -> list[Change]:
    files_before = {file.document_id: file for file in told.files}
    changes = [*_reach(told, edition, "原网址已多次无法打开，页面可能已被撤下；档案保留最后一次的全文", "页面恢复访问")]
    for file in edition.files:
        name = words.attachment(file.name)
        changes += _reach(files_before.get(file.document_id), file, f"{name}已无法下载", f"{name}恢复下载")
    old_edition, new_edition = _comparable(*(evolve(one, pictures=None) for one in (told, edition)))
    if old_edition != new_edition:
        before = document_of(store, old_edition, standing_in=True)
        after = document_of(store, new_edition)
        before = of_any_page(store, told, edition, before, after)
        if _version(store, edition.version_id)["state"] == "accepted":  # a person is sure, whatever it is held against
            before = evolve(before, confidence="high")
        areas = {row["slug"]: row["name"] for row in store.rows("SELECT slug, name FROM areas")}
        found = compare(before, after, furniture_of(store, edition.document_id), areas)
        found = [with_pages(change, told, edition) for change in unsure(store, told, edition, found)]
        changes += [_beside(change, edition) if edition.beside is not None else change for change in found]
    return changes + picture_changes(store, told, edition)


def _reach(before: Edition | File | None, after: Edition | File, gone: str, restored: str) -> Iterator[Change]:
    """Whether a page or a file that was known cannot be had any more, or can again; and the words for it."""
    if before is None or before.gone == after.gone:
        return
    if after.gone:
        yield Change(Kind.GONE, gone, document_id=after.document_id, from_version=after.version_id)
    else:
        yield Change(Kind.RESTORED, restored, document_id=after.document_id, to_version=after.version_id)


def _beside(change: Change, edition: Edition) -> Change:
    """Without a sure body the list of links is not sure either. What the page says of itself stands in the version
    beside the sure one."""
    if change.kind in (Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_REMOVED):
        return evolve(change, quiet=True, unsure=True)
    said = change.kind in (Kind.REPEALED, Kind.METADATA)
    return evolve(change, to_version=edition.beside) if said else change


def _comparable(told: Edition, edition: Edition) -> tuple[Edition, Edition]:
    """The two editions without what is no change of content.

    A file whose bytes were never had has nothing to be compared with: it takes over what is there now, silently. So
    do broken bytes in the place of broken ones. Only a page without which its text was told as cut comes back as news.
    The page of an accepted successor is meant to be elsewhere: that is no move.
    """
    now_there = {file.document_id: file for file in edition.files}
    files = tuple(
        evolve(there, name=file.name)
        if file.document_id not in told.cut and (not file.sha256 or _both_broken(file, there))
        else file
        for file in told.files
        for there in [now_there.get(file.document_id, file)]
    )
    files += taken_over(told, edition)
    location = told.location if told.document_id == edition.document_id else edition.location
    plain = [tuple(evolve(file, gone=False) for file in part) for part in (files, edition.files)]
    return evolve(told, gone=False, location=location, files=plain[0]), evolve(edition, gone=False, files=plain[1])


def _both_broken(before: File, after: File) -> bool:
    """Whether neither can be read, and neither is known to be whole: most likely one file, cut at two places."""
    return before.unread and after.unread and not (before.is_closed or after.is_closed)


def record_upgrade(store: Store, document_id: int, crawl_id: int | None, old: int | None, new: int) -> int:
    """Note that today's reader gives another text for the same bytes; the told edition moves on to it, so that the next
    comparison shows only what the ministry changed. Call it in the transaction that added the version.

    Raises StoreError when the two versions were not read from the same bytes: then a comparison has to tell.
    """
    if old is not None and _bytes_of(store, old) != _bytes_of(store, new):
        raise StoreError(f"版本 {old} 和 {new} 不是从同一份原文读出的，不能记为读取程序改进")
    notice = store.one(
        "SELECT n.* FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?",
        [document_id],
        f"文档 {document_id} 不属于任何通知",
    )
    summary = "读取程序改进后重新读取同一份原文，文字或表格有出入；部委原文没有变化"
    change = Change(Kind.UPGRADE, summary, quiet=True, document_id=document_id, from_version=old, to_version=new)
    change_id = record_change(store, notice["id"], crawl_id, change)
    if notice["told"]:
        told = Edition.of_json(notice["told"])
        files = tuple(with_version(file, document_id, new) for file in told.files)
        if told.document_id == document_id:
            reread = evolve(told, version_id=new)
            own = tuple(file_now(store, row) for row in attachment_rows(store, new))
            named = {file.document_id for file in own}
            told = evolve(reread, files=(*own, *(f for f in files if f.on is not None and f.document_id not in named)))
        elif document_id in told.further:
            rows = named_further(store, [{"id": f.document_id} for f in files if f.on != document_id], [document_id])
            own = tuple(file_now(store, row) for row in rows)
            told = evolve(told, files=(*(f for f in files if f.on != document_id), *own))
        else:
            told = evolve(told, files=files)
        store.db.table("notices").update(notice["id"], {"told": told.to_json()})
    return change_id


def _bytes_of(store: Store, version_id: int) -> str:
    """SHA-256 of what a version was read from; of a file inside an archive file, that of the archive file."""
    sha256 = store.value(
        "SELECT c.sha256 FROM versions v JOIN captures c ON c.id = v.capture_id WHERE v.id = ?", [version_id]
    )
    return sha256 or ""


def _returned(store: Store, change: Change, edition: Edition) -> bool:
    """A text that is back within a day marks the first change as undone (已恢复); it makes no second one. The versions
    of its first page do not say so of a text that is cut into pages."""
    if (
        change.from_version is None
        or (edition.further and change.kind is Kind.REVISED)
        or change.to_version is None
        or change.kind not in (Kind.REVISED, Kind.METADATA, Kind.ATTACHMENT_REPLACED)
    ):
        return False
    first = store.row(
        """SELECT * FROM changes WHERE document_id = ? AND kind = ? AND restored_at IS NULL
             AND withdrawn_at IS NULL ORDER BY detected_at DESC, id DESC LIMIT 1""",
        [change.document_id, str(change.kind)],
    )
    if first is None or first["from_version"] is None or now() - parse(first["detected_at"]) > RETURN_WITHIN:
        return False
    origin, present = store.load(first["from_version"]), store.load(change.to_version)
    furniture = furniture_of(store, change.document_id) if change.document_id is not None else NONE
    if [c for c in compare(origin, present, furniture) if not c.quiet] or not is_confident(origin, present):
        return False
    moment = iso(now())
    store.update("changes", first["id"], restored_at=moment, updated_at=moment)
    return True


def stand(store: Store, notice_id: int) -> None:
    """Bring rows in force, index and pages in line with the told edition, after a decision was taken back."""
    notice = store.row("SELECT * FROM notices WHERE id = ?", [notice_id])
    if notice is None:
        return
    with atomic(store.db):
        if notice["told"]:
            _tell(store, notice, Edition.of_json(notice["told"]))
            return
        index.index_all_of_notice(store.db, notice_id)


def _tell(store: Store, notice: Row, edition: Edition) -> None:
    said = _version(store, edition.beside if edition.beside is not None else edition.version_id)
    metadata = json.loads(said["metadata"])
    store.db.table("notices").update(
        notice["id"],
        {
            **_title(store, notice, edition, said),
            "told": edition.to_json(),
            "document_number": metadata.get("document_number", ""),
            "issued_on": metadata.get("issued_on", ""),
            "published_on": metadata.get("published_on", ""),
            "repealed": metadata.get("repealed", ""),
        },
    )
    store.db.execute(
        "UPDATE documents SET superseded_by = ? WHERE notice_id = ? AND kind = 'page' AND mirror = '' AND id != ?",
        [edition.document_id, notice["id"], edition.document_id],
    )
    store.db.execute("UPDATE documents SET superseded_by = NULL WHERE id = ?", [edition.document_id])
    _keep_current(store, notice, edition)


def _title(store: Store, notice: Row, edition: Edition, said: Row) -> dict[str, str]:
    """An accepted successor brings its own title; every other page is called as it was declared."""
    url = store.value("SELECT url FROM documents WHERE id = ?", [edition.document_id])
    succeeds = url == notice["url"] != notice["declared_url"]
    title = said["title"] or notice["edition_title"]
    return {"title": title} if succeeds and title else {}


def _keep_current(store: Store, notice: Row, edition: Edition) -> None:
    """Rows in force, and found, are those of the versions that the edition holds, if it is that of a notice."""
    files = [file for outer in edition.files for file in (outer, *outer.members)]
    held = (edition.version_id, *(file.version_id for file in files if file.version_id is not None))
    in_force.keep(store.db, notice["id"], held)
    index.index_all_of_notice(store.db, notice["id"])


def _version(store: Store, version_id: int) -> Row:
    return store.one("SELECT * FROM versions WHERE id = ?", [version_id], f"版本 {version_id} 不存在")
