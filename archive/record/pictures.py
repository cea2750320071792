"""Which pictures the body of a notice's page shows, and the documents that they are.

A page's version knows the pictures as they were named last: that one moved to another address makes no new version of
the text. Watched are those of notices, on their own pages: neither those of a reprint nor of a law's page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archive.model import PICTURE, Attachment
from archive.text.links import link_key

if TYPE_CHECKING:
    from archive.machine.database import Row
    from archive.record.store import Store


def are_watched(store: Store, document_id: int) -> bool:
    """Whether the pictures of this document's body are followed: a notice's own page, or a further page of its text."""
    return bool(
        store.row(
            """SELECT 1 FROM documents d JOIN national_notices n ON n.id = d.notice_id
               WHERE d.id = ? AND ((d.kind = 'page' AND coalesce(d.mirror, '') = '')
                                   OR EXISTS (SELECT 1 FROM further_pages f JOIN documents p ON p.id = f.page_id
                                              WHERE f.id = d.id AND coalesce(p.mirror, '') = ''))""",
            [document_id],
        )
    )


def picture_documents(store: Store, notice_id: int, pictures: Sequence[Attachment]) -> list[int]:
    """The ids of the documents that pictures are, in their order; new ones are created. One whose address was signed
    anew is the one it was."""
    known = {
        link_key(row["url"]): row["id"]
        for row in store.rows(
            "SELECT id, url FROM documents WHERE notice_id = ? AND kind = ? ORDER BY id", [notice_id, PICTURE]
        )
    }
    ids = []
    for picture in pictures:
        key = link_key(picture.url)
        if key not in known:
            known[key] = store.document(notice_id, PICTURE, picture.url, name=picture.name)
        ids.append(known[key])
    return ids


def note_pictures(store: Store, document_id: int, pictures: Sequence[Attachment]) -> None:
    """The pictures that a page shows now, for its text as it stands and the one that waits beside it."""
    for row in store.rows("SELECT id FROM linking_versions WHERE document_id = ?", [document_id]):
        note_of_version(store, document_id, row["id"], pictures)


def note_of_version(store: Store, document_id: int, version_id: int, pictures: Sequence[Attachment]) -> None:
    """Call it in the transaction that keeps the page."""
    known = [(row["name"], row["url"]) for row in pictures_of(store, version_id)]
    if not (known or pictures) or not are_watched(store, document_id):
        return
    handed_in = "SELECT 1 FROM last_good_captures WHERE document_id = ? AND id IN (SELECT id FROM received_captures)"
    if store.value(handed_in, [document_id]):  # a browser that saves a page names its pictures in ways of its own
        pictures = _known_last(store, document_id)
    if known == [(picture.name, picture.url) for picture in pictures]:
        return
    notice_id = store.value("SELECT notice_id FROM documents WHERE id = ?", [document_id])
    ids = picture_documents(store, notice_id, pictures)
    store.db.execute("DELETE FROM pictures WHERE version_id = ?", [version_id])
    store.db.table("pictures").insert_all(
        {
            "version_id": version_id,
            "position": position,
            "name": picture.name,
            "url": picture.url,
            "document_id": id,
        }
        for position, (picture, id) in enumerate(zip(pictures, ids, strict=True), 1)
    )


def _known_last(store: Store, document_id: int) -> tuple[Attachment, ...]:
    last = store.value(
        """SELECT max(p.version_id) FROM pictures p JOIN versions v ON v.id = p.version_id
           WHERE v.document_id = ?""",
        [document_id],
    )
    return tuple(Attachment(one["name"], one["url"]) for one in pictures_of(store, last))


def pictures_of(store: Store, version_id: int | None) -> list[Row]:
    """The pictures of a page's version: their documents, under the name and address that the page gives them."""
    return store.rows(
        """SELECT d.*, p.name AS name, p.url AS url FROM pictures p JOIN documents d ON d.id = p.document_id
           WHERE p.version_id = ? ORDER BY p.position""",
        [version_id],
    )


def shown_by(store: Store, document_id: int) -> frozenset[int]:
    """The documents of the pictures that a page shows."""
    documents = store.column(
        """SELECT p.document_id FROM pictures p JOIN linking_versions v ON v.id = p.version_id
           WHERE v.document_id = ?""",
        [document_id],
    )
    return frozenset(documents)
