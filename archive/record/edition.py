"""An edition: a notice's page with its attachments, by version, as they stood together at one time.

Here it is read from the tables as it is now (`present`), and made one Document again, as `compare` wants it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from attrs import asdict, evolve, frozen

from archive.compare.pages import joined
from archive.machine.database import Row
from archive.model import CONTINUED, CORRUPT, Attachment, Document, Problem
from archive.record.store import Store
from archive.text.links import link_key
from archive.text.same import name_key


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
    problem: str = ""
    """Code of why they cannot be read; '' too where an older release told the edition."""
    on: int | None = None
    """The further page of the text that names it, where the first one does not (further.py)."""

    @property
    def is_closed(self) -> bool:
        """Whether it is known to be a whole file that cannot be read here: other bytes are another file."""
        return self.unread and self.problem not in ("", CORRUPT)

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
    pictures: tuple[File, ...] | None = None
    """In the body (picture_changes.py); None where a release told the edition that knew none."""
    further: tuple[int, ...] = ()
    """Of a text that is cut into pages: the documents of page 2, 3 … that have been read. They are among the files."""
    missing: tuple[int, ...] = ()
    """Those that the page names and that never could be read."""
    cut: tuple[int, ...] = ()
    """The missing ones without which a text was told that had been whole before."""

    @classmethod
    def of_json(cls, text: str) -> Edition:
        raw = json.loads(text)
        pictures = raw.get("pictures")
        parts: dict[str, Any] = {name: tuple(raw.get(name, ())) for name in ("further", "missing", "cut")}
        parts["files"] = tuple(File.of_raw(file) for file in raw["files"])
        parts["pictures"] = None if pictures is None else tuple(File.of_raw(picture) for picture in pictures)
        return cls(**(raw | parts))

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def version_of(self, document_id: int) -> int | None:
        """The version of this document that the edition holds."""
        if document_id == self.document_id:
            return self.version_id
        files = (file for outer in self.files for file in (outer, *outer.members))
        return next((file.version_id for file in files if file.document_id == document_id), None)


def present(store: Store, notice: Row) -> Edition | None:
    """The notice as the archive knows it now; None while its page was never read."""
    page = page_of(store, notice)
    version = store.current_version(page["id"]) if page else None
    if page is None or version is None:
        return None
    told = Edition.of_json(notice["told"]) if notice["told"] else None
    beside = store.version_beside(page["id"])
    rows = attachment_rows(store, (beside or version)["id"])
    further, missing = further_pages(store, (beside or version)["id"])
    return Edition(
        page["id"],
        version["id"],
        page["location"] or page["url"],
        page["state"] == "gone",
        # a page that is not sure, or not whole, takes nothing away
        _files(store, told, [*rows, *named_further(store, rows, further)], keep_all=bool(beside or missing)),
        beside["id"] if beside else None,
        further=further,
        missing=missing,
    )


def _files(store: Store, told: Edition | None, rows: Sequence[Row], *, keep_all: bool) -> tuple[File, ...]:
    """The files that the page names, and its further pages; with those that the told edition had: all of them
    (`keep_all`), or of each further page whose present text is not sure."""
    files = [file_now(store, row) for row in rows]
    linked = {file.document_id for file in files}
    replaced = [file for file in told.files if file.unread or file.document_id not in linked] if told else []
    files = [_or_the_one_before(file, replaced) for file in files]
    if told:
        kept = told.files if keep_all else [f for f in told.files if f.on in linked and store.version_beside(f.on)]
        named = {file.document_id for file in files} | {link_key(file.url) for file in files}
        files += [f for f in map(partial(again, store), kept) if not {f.document_id, link_key(f.url)} & named]
    return tuple(files)


def further_pages(store: Store, version_id: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The documents of page 2, 3 … of the text that this version begins: those that have been read, and the others."""
    rows = store.rows(
        """SELECT f.document_id AS id, EXISTS (SELECT 1 FROM current_versions v WHERE v.document_id = f.document_id)
             AS read FROM continued_links f WHERE f.version_id = ? ORDER BY f.position""",
        [version_id],
    )
    return tuple(row["id"] for row in rows if row["read"]), tuple(row["id"] for row in rows if not row["read"])


def named_further(store: Store, rows: Sequence[Row], further: Sequence[int]) -> Iterator[Row]:
    """The files that further pages of a text name and none before them: as `attachment_rows`, with `on`."""
    named = {row["id"] for row in rows}
    for page in further:
        version = store.version_beside(page) or store.current_version(page)
        pages = {id for part in further_pages(store, version["id"]) for id in part} if version else set()
        for row in attachment_rows(store, version["id"]) if version else ():
            if row["id"] not in named | pages:
                named.add(row["id"])
                yield row | {"on": page}


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


def again(store: Store, file: File) -> File:
    """A file of the told edition as the archive has it now, under the name and address that it had."""
    row = store.row("SELECT * FROM documents WHERE id = ?", [file.document_id])
    return file_now(store, row | {"name": file.name, "url": file.url, "on": file.on}) if row else file


def page_of(store: Store, notice: Row) -> Row | None:
    """The page of the notice's edition in force: no mirror; that of an accepted successor once it has been read."""
    return store.row("SELECT * FROM notice_pages WHERE notice_id = ?", [notice["id"]])


def attachment_rows(store: Store, version_id: int) -> list[Row]:
    """The attachments of a page's version: their documents, under the name and address that this version gives them."""
    return store.rows(
        """SELECT d.*, a.name AS name, a.url AS url FROM attachments a JOIN documents d ON d.id = a.document_id
           WHERE a.version_id = ? ORDER BY a.position""",
        [version_id],
    )


def file_now(store: Store, row: Row) -> File:
    version = store.current_version(row["id"])
    beside = store.version_beside(row["id"]) if version else None
    capture = store.last_good_capture(row["id"])
    unread = row["state"] == "unreadable"
    return File(
        row["name"],
        row["url"],
        row["id"],
        version["id"] if version else None,
        (capture["sha256"] or "") if capture else "",
        row["state"] == "gone",
        _members(store, row["id"]),
        held=beside["id"] if beside else None,
        unread=unread,
        problem=Problem.parse(row["reason"]).code if unread else "",
        on=row.get("on"),
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
    files = tuple(_attachment(store, file, standing_in) for file in edition.files)
    page, files = _joined(page, files)
    said = store.load(edition.beside) if edition.beside is not None else page
    return evolve(
        page,
        title=said.title,
        metadata=said.metadata,
        url=edition.location,
        attachments=files,
    )


def _joined(page: Document, files: tuple[Attachment, ...]) -> tuple[Document, tuple[Attachment, ...]]:
    """A text that its site cut into pages as one: a page that is cut says no less than before.

    A page of it that has not been read leaves the text as far as it is known. None of them is a file of the notice.
    """
    further = page.metadata.get(CONTINUED, "").split()
    by_address = {file.url: file for file in files}
    for url in further:
        file = by_address.get(url)
        if file is None or file.document is None or file.document.problem or not file.document.text:
            continue
        page = joined(page, file.document)
    return page, tuple(file for file in files if file.url not in further)


def _attachment(store: Store, file: File, standing_in: bool) -> Attachment:
    if file.unread and not standing_in:
        file = evolve(file, version_id=None, members=())
    members = tuple(_attachment(store, member, standing_in) for member in file.members)
    return Attachment(file.name, file.url, _reading(store, file), file.sha256, members)


def _reading(store: Store, file: File) -> Document:
    if file.version_id is not None:
        return store.load(file.version_id)
    reason = store.value("SELECT reason FROM documents WHERE id = ?", [file.document_id])
    return Document(problem=reason or Problem("unread", "尚未读取"), document_id=file.document_id)


def with_version(file: File, document_id: int, version_id: int) -> File:
    if file.document_id == document_id:
        return evolve(file, version_id=version_id)
    return evolve(file, members=tuple(with_version(member, document_id, version_id) for member in file.members))
