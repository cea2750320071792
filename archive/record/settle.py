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
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from attrs import asdict, evolve, frozen

from archive.clock import iso, now, parse
from archive.compare.attachments import called
from archive.compare.compare import compare, is_confident
from archive.compare.furniture import NONE
from archive.machine.faults import StoreError
from archive.machine.transaction import atomic
from archive.model import Attachment, Change, Document, Kind, Problem, RowChange
from archive.record.learn import furniture_of
from archive.record.store import Row, Store
from archive.record.story import keep_stories
from archive.search import index
from archive.text.links import link_key
from archive.text.same import name_key

RETURN_WITHIN = timedelta(hours=24)
"""A text that comes back within this time updates the first change instead of making a second."""


@frozen
class File:
    """An attachment in an edition."""

    name: str
    url: str
    document_id: int
    version_id: int | None = None
    sha256: str = ""
    gone: bool = False
    members: tuple[File, ...] = ()
    """Of an archive file: what is in it."""
    held: int | None = None
    """A later version that is not sure and waits for a person."""
    unread: bool = False
    """Its bytes cannot be read: the version is that of the file before, which stands in until they can."""

    @classmethod
    def of_raw(cls, raw: dict[str, Any]) -> File:
        return cls(**(raw | {"members": tuple(cls.of_raw(member) for member in raw["members"])}))


@frozen
class Edition:
    document_id: int
    version_id: int
    location: str = ""
    gone: bool = False
    files: tuple[File, ...] = ()
    beside: int | None = None
    """A later version that is not sure (it waits for a person), or a sentence in the place of the notice."""

    @classmethod
    def of_json(cls, text: str) -> Edition:
        raw = json.loads(text)
        return cls(**(raw | {"files": tuple(File.of_raw(file) for file in raw["files"])}))

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def version_of(self, document_id: int) -> int | None:
        """The version of this document that the edition holds."""
        if document_id == self.document_id:
            return self.version_id
        files = (file for outer in self.files for file in (outer, *outer.members))
        return next((file.version_id for file in files if file.document_id == document_id), None)


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
    if not notice["told"]:
        with atomic(store.db):
            version = _version(store, edition.version_id)
            count = len(edition.files)
            summary = f"收录“{version['title']}”" + (f"，附件 {count} 个" if count else "")
            change = Change(Kind.NEW, summary, document_id=edition.document_id, to_version=edition.version_id)
            ids = [record_change(store, notice, crawl_id, change)]
            _tell(store, notice, edition)
        return ids
    told = Edition.of_json(notice["told"])
    if told == edition:
        return []
    with atomic(store.db):
        ids = [
            record_change(store, notice, crawl_id, change)
            for change in _changes(store, told, edition)
            if not _returned(store, change)
        ]
        _tell(store, notice, edition)
    return ids


def present(store: Store, notice: Row) -> Edition | None:
    """The notice as the archive knows it now; None while its page was never read."""
    page = page_of(store, notice)
    version = store.current_version(page["id"]) if page else None
    if page is None or version is None:
        return None
    told = Edition.of_json(notice["told"]) if notice["told"] else None
    beside = store.version_beside(page["id"])
    return Edition(
        page["id"],
        version["id"],
        page["location"] or page["url"],
        page["state"] == "gone",
        _files(store, told, (beside or version)["id"], keep_all=beside is not None),
        beside["id"] if beside else None,
    )


def _files(store: Store, told: Edition | None, version_id: int, *, keep_all: bool) -> tuple[File, ...]:
    """The files that a version of the page names; `keep_all`: and those that the told edition had, since a page that
    is not sure takes nothing away."""
    files = [_file(store, row) for row in _attachment_rows(store, version_id)]
    linked = {file.document_id for file in files}
    replaced = [file for file in told.files if file.unread or file.document_id not in linked] if told else []
    files = [_or_the_one_before(file, replaced) for file in files]
    if keep_all and told:
        named = {file.document_id for file in files} | {link_key(file.url) for file in files}
        files += [f for f in map(partial(_again, store), told.files) if not {f.document_id, link_key(f.url)} & named]
    return tuple(files)


def _or_the_one_before(file: File, replaced: Sequence[File]) -> File:
    """A new link's file; while it cannot be had, or cannot be read, the file that it replaces stands in."""
    if file.version_id is not None or (file.sha256 and not file.unread):
        return file
    key = name_key(file.name)
    for alike in (
        [old for old in replaced if old.document_id == file.document_id],
        [old for old in replaced if old.name == file.name],
        [old for old in replaced if key and name_key(old.name) == key],
    ):
        if alike:
            return _standing_in(file, alike[0]) if len(alike) == 1 else file
    return file


def _standing_in(file: File, before: File) -> File:
    return evolve(file, version_id=before.version_id, members=before.members) if file.unread else before


def _again(store: Store, file: File) -> File:
    """A file of the told edition as the archive has it now, under the name and address that it had."""
    row = store.row("SELECT * FROM documents WHERE id = ?", [file.document_id])
    return _file(store, row | {"name": file.name, "url": file.url}) if row else file


def page_of(store: Store, notice: Row) -> Row | None:
    """The page of the notice's edition in force: no mirror; that of an accepted successor once it has been read."""
    return store.row("SELECT * FROM notice_pages WHERE notice_id = ?", [notice["id"]])


def _attachment_rows(store: Store, version_id: int) -> list[Row]:
    """The attachments of a page's version: their documents, under the name and address that this version gives them."""
    return store.rows(
        """SELECT d.*, a.name AS name, a.url AS url FROM attachments a JOIN documents d ON d.id = a.document_id
           WHERE a.version_id = ? ORDER BY a.position""",
        [version_id],
    )


def _file(store: Store, row: Row) -> File:
    version = store.current_version(row["id"])
    beside = store.version_beside(row["id"]) if version else None
    capture = store.last_good_capture(row["id"])
    return File(
        row["name"],
        row["url"],
        row["id"],
        version["id"] if version else None,
        (capture["sha256"] or "") if capture else "",
        row["state"] == "gone",
        _members(store, row["id"]),
        held=beside["id"] if beside else None,
        unread=row["state"] == "unreadable",
    )


def _members(store: Store, archive_id: int) -> tuple[File, ...]:
    rows = store.rows("SELECT * FROM documents WHERE parent_id = ? AND state != 'gone' ORDER BY url", [archive_id])
    files = []
    for row in rows:
        version = store.current_version(row["id"]) if row["state"] == "current" else None
        files.append(File(row["name"], row["url"], row["id"], version["id"] if version else None, row["sha256"] or ""))
    return tuple(files)


def document_of(store: Store, edition: Edition, *, standing_in: bool = False) -> Document:
    """The edition as one Document, as `compare` wants it: the page, its attachments with their readings.

    Its text is the sure one; what the page says of itself is what it says now. `standing_in`: bytes that could not be
    read are compared as the file before them.
    """
    page = store.load(edition.version_id)
    said = store.load(edition.beside) if edition.beside is not None else page
    return evolve(
        page,
        title=said.title,
        metadata=said.metadata,
        url=edition.location,
        attachments=tuple(_attachment(store, file, standing_in) for file in edition.files),
    )


def _attachment(store: Store, file: File, standing_in: bool) -> Attachment:
    if file.unread and not standing_in:
        file = evolve(file, version_id=None, members=())
    members = tuple(_attachment(store, member, standing_in) for member in file.members)
    return Attachment(file.name, file.url, _reading(store, file), file.sha256, members)


def _reading(store: Store, file: File) -> Document:
    if file.version_id is not None:
        return store.load(file.version_id)
    row = store.row("SELECT reason FROM documents WHERE id = ?", [file.document_id])
    return Document(problem=(row or {}).get("reason") or Problem("unread", "尚未读取"), document_id=file.document_id)


def _changes(store: Store, told: Edition, edition: Edition) -> list[Change]:
    changes: list[Change] = []
    if edition.gone and not told.gone:
        changes.append(
            Change(
                Kind.GONE,
                "原网址已多次无法打开，页面可能已被撤下；档案保留最后一次的全文",
                document_id=edition.document_id,
                from_version=told.version_id,
            )
        )
    if told.gone and not edition.gone:
        changes.append(
            Change(Kind.RESTORED, "页面恢复访问", document_id=edition.document_id, to_version=edition.version_id)
        )
    files_before = {file.document_id: file for file in told.files}
    for file in edition.files:
        old = files_before.get(file.document_id)
        if old and file.gone and not old.gone:
            changes.append(
                Change(
                    Kind.GONE,
                    f"{called(file.name)}已无法下载",
                    document_id=file.document_id,
                    from_version=file.version_id,
                )
            )
        if old and old.gone and not file.gone:
            changes.append(
                Change(
                    Kind.RESTORED,
                    f"{called(file.name)}恢复下载",
                    document_id=file.document_id,
                    to_version=file.version_id,
                )
            )
    old_edition, new_edition = _comparable(told, edition)
    if old_edition != new_edition:
        before = document_of(store, old_edition, standing_in=True)
        after = document_of(store, new_edition)
        if _version(store, edition.version_id)["state"] == "accepted":  # a person is sure, whatever it is held against
            before = evolve(before, confidence="high")
        found = compare(before, after, furniture_of(store, edition.document_id))
        changes += [_beside(change, edition) if edition.beside is not None else change for change in found]
    return changes


def _beside(change: Change, edition: Edition) -> Change:
    """Without a sure body the list of links is not sure either. What the page says of itself stands in the version
    beside the sure one."""
    if change.kind in (Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_REMOVED):
        return evolve(change, quiet=True)
    said = change.kind in (Kind.REPEALED, Kind.METADATA)
    return evolve(change, to_version=edition.beside) if said else change


def _comparable(told: Edition, edition: Edition) -> tuple[Edition, Edition]:
    """The two editions without what is no change of content.

    A file whose bytes were never had has nothing to be compared with: it takes over what is there now, silently. So
    do bytes that cannot be read in the place of bytes that could not be read either.
    The page of an accepted successor is meant to be elsewhere: that is no move.
    """
    now_there = {file.document_id: file for file in edition.files}
    files = tuple(
        evolve(there, name=file.name) if not file.sha256 or (file.unread and there.unread) else file
        for file in told.files
        for there in [now_there.get(file.document_id, file)]
    )
    location = told.location if told.document_id == edition.document_id else edition.location
    plain = [tuple(evolve(file, gone=False) for file in part) for part in (files, edition.files)]
    return evolve(told, gone=False, location=location, files=plain[0]), evolve(edition, gone=False, files=plain[1])


def record_upgrade(store: Store, document_id: int, crawl_id: int | None, old: int | None, new: int) -> int:
    """Note that today's reader gives another text for the same bytes; the told edition moves on to it, so that the next
    comparison shows only what the ministry changed. Call it in the transaction that added the version.

    Raises StoreError when the two versions were not read from the same bytes: then a comparison has to tell.
    """
    if old is not None and _bytes_of(store, old) != _bytes_of(store, new):
        raise StoreError(f"版本 {old} 和 {new} 不是从同一份原文读出的，不能记为读取程序改进")
    notice = store.row("SELECT n.* FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?", [document_id])
    if notice is None:
        raise StoreError(f"文档 {document_id} 不属于任何通知")
    summary = "读取程序改进后重新读取同一份原文，文字或表格有出入；部委原文没有变化"
    change = Change(Kind.UPGRADE, summary, quiet=True, document_id=document_id, from_version=old, to_version=new)
    change_id = record_change(store, notice, crawl_id, change)
    if notice["told"]:
        told = Edition.of_json(notice["told"])
        files = tuple(_with_version(file, document_id, new) for file in told.files)
        if told.document_id == document_id:
            reread = evolve(told, version_id=new)
            files = tuple(_file(store, row) for row in _attachment_rows(store, new))
            told = evolve(reread, files=files)
        else:
            told = evolve(told, files=files)
        store.db.table("notices").update(notice["id"], {"told": told.to_json()})
    return change_id


def _bytes_of(store: Store, version_id: int) -> str:
    """SHA-256 of what a version was read from; of a file inside an archive file, that of the archive file."""
    row = store.row(
        "SELECT c.sha256 FROM versions v JOIN captures c ON c.id = v.capture_id WHERE v.id = ?", [version_id]
    )
    return (row["sha256"] or "") if row else ""


def _returned(store: Store, change: Change) -> bool:
    """A text that is back within a day marks the first change as undone (已恢复); it makes no second one."""
    if (
        change.from_version is None
        or change.to_version is None
        or change.kind not in (Kind.REVISED, Kind.METADATA, Kind.ATTACHMENT_REPLACED)
    ):
        return False
    first = store.row(
        """SELECT * FROM changes WHERE document_id = ? AND kind = ? AND restored_at IS NULL
             AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 1""",
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


def record_change(store: Store, notice: Row, crawl_id: int | None, change: Change) -> int:
    moment = iso(now())
    change_id = store.insert(
        "changes",
        {
            "notice_id": notice["id"],
            "document_id": change.document_id,
            "crawl_id": crawl_id,
            "kind": str(change.kind),
            "from_version": change.from_version,
            "to_version": change.to_version,
            "detected_at": moment,
            "updated_at": moment,
            "summary": change.summary,
            "quiet": int(change.quiet),
        },
    )
    store.db.table("row_changes").insert_all(
        row | {"change_id": change_id, "position": position}
        for position, row in enumerate((row for rows in change.rows for row in _row_changes(rows)), 1)
    )
    keep_stories(store.db)
    if change.kind is not Kind.NEW and not change.quiet:
        store.db.table("notices").update(notice["id"], {"changed_at": moment})
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


def _with_version(file: File, document_id: int, version_id: int) -> File:
    if file.document_id == document_id:
        return evolve(file, version_id=version_id)
    return evolve(file, members=tuple(_with_version(member, document_id, version_id) for member in file.members))


def _keep_current(store: Store, notice: Row, edition: Edition) -> None:
    """Rows in force, and found, are those of the versions that the edition holds."""
    files = [file for outer in edition.files for file in (outer, *outer.members)]
    held = json.dumps([edition.version_id, *(file.version_id for file in files if file.version_id is not None)])
    store.db.execute(
        """UPDATE items SET current = (version_id IN (SELECT value FROM json_each(?)))
           WHERE document_id IN (SELECT id FROM documents WHERE notice_id = ?)""",
        [held, notice["id"]],
    )
    index.index_all_of_notice(store.db, notice["id"])


def _version(store: Store, version_id: int) -> Row:
    version = store.row("SELECT * FROM versions WHERE id = ?", [version_id])
    if version is None:
        raise StoreError(f"版本 {version_id} 不存在")
    return version
