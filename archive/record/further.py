"""A text that its site cuts into pages (下一页), when what has changed is settled: what waits for a page that was never
had, and which files are no news though the told edition does not have them (docs/decisions/0031).
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from archive.model import Change, Document, Kind
from archive.record.edition import Edition, File
from archive.record.store import Store

PATIENCE = 3
"""Visits to a page, newly cut, at which a further page of it may fail before the text is told without it."""


def waited(store: Store, told: Edition | None, edition: Edition) -> Edition | None:
    """The edition as it is to be told; None while the rest of a newly cut text has not been had yet."""
    if told is None or not edition.missing:
        return edition
    known = {file.document_id for file in told.files}
    newly = [id for id in edition.missing if id not in known]
    if newly and _visits(store, told, edition) < PATIENCE:
        return None
    return evolve(edition, cut=tuple(id for id in edition.missing if id in newly or id in told.cut))


def _visits(store: Store, told: Edition, edition: Edition) -> int:
    """Crawls that have asked for the page since it became another than the told one; PATIENCE when none did."""
    visits = store.value(
        """SELECT count(DISTINCT c.crawl_id) FROM captures c WHERE c.document_id = :page AND c.id >= (
             SELECT min(v.capture_id) FROM versions v WHERE v.document_id = :page AND v.id > :told)""",
        {"page": edition.document_id, "told": told.version_id if told.document_id == edition.document_id else 0},
    )
    return visits or PATIENCE


def taken_over(told: Edition, edition: Edition) -> tuple[File, ...]:
    """Files of further pages that the told edition knew and had not read, or not for files: nothing says that they are
    new on the site. They are taken over in silence."""
    known = {file.document_id for file in told.files}
    unread = known - {*told.further, *told.cut}
    return tuple(file for file in edition.files if file.on in unread and file.document_id not in known)


def unsure(store: Store, told: Edition, edition: Edition, changes: Iterable[Change]) -> list[Change]:
    """The changes; that a further page whose body is only guessed names other files is quiet, as on the first page."""
    pages = {file.document_id: file.on for file in (*edition.files, *told.files) if file.on is not None}
    low = {
        page for page in {*pages.values()} if _is_unsure(store, {told.version_of(page), edition.version_of(page)}, page)
    }
    listed = (Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_REMOVED)
    return [
        evolve(change, quiet=True, unsure=True)
        if change.kind in listed and not change.quiet and pages.get(change.document_id or 0) in low
        else change
        for change in changes
    ]


def of_any_page(store: Store, told: Edition, edition: Edition, before: Document, after: Document) -> Document:
    """The document before, saying of itself what the one after says wherever only the cutting differs: who has signed
    stands on the last page, and a text that is cut or joined again says on its first page what its title says."""
    if told.further == edition.further:
        return before
    old, new = (_said(store, one) for one in (told, edition))
    moved = {
        field: value
        for field, value in after.metadata.items()
        if value in old.get(field, ()) or before.metadata.get(field) in new.get(field, ())
    }
    return evolve(before, metadata={**before.metadata, **moved})


def _said(store: Store, edition: Edition) -> dict[str, set[str]]:
    """What the further pages of an edition say of themselves."""
    found: dict[str, set[str]] = {}
    for version in _versions(edition):
        for field, value in store.load(version).metadata.items():
            found.setdefault(field, set()).add(value)
    return found


def _versions(edition: Edition) -> tuple[int, ...]:
    return tuple(version for id in edition.further if (version := edition.version_of(id)) is not None)


def with_pages(change: Change, told: Edition, edition: Edition) -> Change:
    """The change with the versions of the further pages between which it lies, where it is about the text."""
    if change.kind is not Kind.REVISED or change.document_id != edition.document_id:
        return change
    return evolve(change, pages=(_versions(told), _versions(edition)))


def _is_unsure(store: Store, versions: set[int | None], page: int) -> bool:
    if store.version_beside(page) is not None:
        return True
    return any(store.row("SELECT 1 FROM versions WHERE id = ? AND confidence = 'low'", [id]) for id in versions)
