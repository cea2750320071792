"""A reading becomes a version, or nothing: the one place where versions come into being.

A version arises when a reader of both texts would see a difference, furniture left out. What is not sure enters the
archive, but does not stand until a person has said so.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from archive.compare.compare import compare, is_confident, is_same
from archive.compare.furniture import Furniture
from archive.machine.database import Row
from archive.model import Document
from archive.record.files import member_documents, refresh_links
from archive.record.learn import learn
from archive.record.picture_changes import note_pictures_seen
from archive.record.readings import same_reading
from archive.record.settle import record_upgrade
from archive.record.store import Store
from archive.search import index

INSTEAD = 0.5
"""Share of the notice's length under which a text that calls it repealed is a sentence in its place."""


def keep(store: Store, document_id: int, capture_id: int, document: Document, last: Document | None = None) -> bool:
    """Store a reading as the next version if a reader of both would see a difference; a file that could not be read
    gets its reason.

    What is not sure does not stand at once (`_standing`). Returns whether there is a new version. `last`: the version
    that stands, where the caller has loaded it.
    """
    if document.problem:
        values = {"state": "unreadable", "reason": document.problem, "reader": document.reader}
        store.update("documents", document_id, **values)
        return False
    current = store.current_version(document_id)
    if current is None:
        store.add_version(document_id, capture_id, document)
        return True
    last = last or store.load(current["id"])
    furniture = learn(store, document_id, last, document)
    if _is_known(store, document_id, last, document, furniture):
        store.update("documents", document_id, state="current", reason="", reader=document.reader)
        if document.confidence == "high":
            note_pictures_seen(store, document_id, document.pictures)
        return False
    if _was_read_otherwise(store, document_id, document):
        return _keep_unread(store, document_id, capture_id, current, document)
    store.add_version(document_id, capture_id, document, _standing(last, document, furniture))
    return True


def _is_known(store: Store, document_id: int, last: Document, document: Document, furniture: Furniture) -> bool:
    """Whether a reading says what the archive has: as the text that stands, as one that waits, or as one refused."""
    beside = store.version_beside(document_id)
    if is_same(last, document, furniture) and not _surer(document, last) and _same_links(store, last, document):
        if beside is not None:  # the site is back to the text that stands
            store.update("versions", beside["id"], state="withdrawn")
        return True
    if beside is not None:
        waiting = store.load(beside["id"])
        if is_same(waiting, document, furniture) and not _surer(document, waiting):
            return True
    return any(is_same(store.load(row["id"]), document, furniture) for row in _refused(store, document_id))


def _same_links(store: Store, last: Document, document: Document) -> bool:
    """Whether the links of a page lead to the documents that they led to; addresses signed anew are kept as they are
    now."""
    return last.version_id is None or refresh_links(store, last.version_id, document.attachments)


def _surer(document: Document, other: Document) -> bool:
    return document.confidence == "high" and other.confidence == "low"


def _was_read_otherwise(store: Store, document_id: int, document: Document) -> bool:
    """Whether the text before is that of another reader still, because its bytes are lost."""
    return store.value("SELECT reader FROM documents WHERE id = ?", [document_id]) not in (None, document.reader)


def _keep_unread(store: Store, document_id: int, capture_id: int, current: Row, document: Document) -> bool:
    """A text whose forerunner no longer can be read by this reader: an upgrade when the bytes are the same, else a
    person has to say whether the ministry or the reader changed it."""
    before, after = (store.capture(id)["sha256"] for id in (current["capture_id"], capture_id))
    if before == after:
        store.add_version(document_id, capture_id, document)
        return _upgraded(store, document_id, None, current["id"])
    store.add_version(document_id, capture_id, document, "held")
    return True


def _refused(store: Store, document_id: int) -> list[Row]:
    """Versions that a person has called no revision: what reads like them is not asked again."""
    return store.rows(
        "SELECT subject_id AS id FROM reviews WHERE document_id = ? AND kind = 'version' AND state = 'rejected'",
        [document_id],
    )


def _standing(last: Document, document: Document, furniture: Furniture) -> str:
    """The state in which a new version enters the archive.

    `held` when they differ and either body was found by guessing: a person says whether it is a revision. `aside` when
    a sentence that calls the notice repealed has taken its place: the text of the notice stays what it was.
    """
    if document.metadata.get("repealed") and len(document.text) < len(last.text) * INSTEAD:
        return "aside"
    if is_confident(last, document):
        return ""
    before, after = (evolve(one, confidence="high") for one in (last, document))
    return "held" if any(not change.quiet for change in compare(before, after, furniture)) else ""


def keep_members(store: Store, parent_id: int, capture_id: int, members: Sequence[tuple[str, str, Document]]) -> None:
    """The files inside an archive file, as (path, sha256, reading); one that is no longer in it counts as gone.

    Raises StoreError when there is no such archive file.
    """
    parent = store.one("SELECT notice_id, url FROM documents WHERE id = ?", [parent_id], f"文档 {parent_id} 不存在")
    ids = set()
    places = member_documents(store, parent_id, [(path, sha256) for path, sha256, _ in members])
    for (path, sha256, document), known in zip(members, places, strict=True):
        url = f"{parent['url']}#{path}"
        if known is not None:
            store.update("documents", known, url=url, name=path)
        document_id = store.document(parent["notice_id"], "member", url, name=path, parent_id=parent_id)
        ids.add(document_id)
        keep(store, document_id, capture_id, document)
        store.update("documents", document_id, sha256=sha256, media_type=document.media_type)
    for row in store.rows("SELECT id FROM documents WHERE parent_id = ?", [parent_id]):
        if row["id"] not in ids:
            store.update("documents", row["id"], state="gone")
            index.index_document(store.db, row["id"])


def keep_upgraded(
    store: Store, document_id: int, base: Row | None, capture_id: int, document: Document, crawl_id: int | None
) -> bool:
    """Another reading of the bytes that `base` was read from, exact to the letter.

    A reading that is less sure than the one there is (the site was rebuilt, and its rule with it) replaces nothing.
    """
    if base is None:
        return keep(store, document_id, capture_id, document) and _upgraded(store, document_id, crawl_id, None)
    before = store.load(base["id"])
    if document.problem or _surer(before, document) or same_reading(before, document):
        store.update("documents", document_id, state="current", reason="", reader=document.reader)
        return False
    store.add_version(document_id, capture_id, document, "accepted" if base["state"] == "accepted" else "")
    return _upgraded(store, document_id, crawl_id, base["id"])


def _upgraded(store: Store, document_id: int, crawl_id: int | None, last: int | None) -> bool:
    current = store.current_version(document_id)
    if current is not None:
        record_upgrade(store, document_id, crawl_id, last, current["id"])
    return True
