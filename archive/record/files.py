"""Which document of the archive a link, or a file inside an archive file, stands for: the same one as long as evidence
says so, so that a new signature or a renamed folder makes no new document."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from attrs import define

from archive.model import Attachment
from archive.text.fold import compare_fold
from archive.text.links import link_key, loose_key
from archive.text.same import name_key

if TYPE_CHECKING:
    from archive.machine.database import Row
    from archive.record.store import Store


@define
class _Assignment:
    """Documents given to places, one each; `given[n]` is the document of place n, None while it has none."""

    given: list[Row | None]
    free: list[Row]

    def take(self, keys: Sequence[Hashable], key_of: Callable[[Row], Hashable]) -> None:
        """Give the places that have none the newest free documents with their key; several of one key in their order,
        and only if there is one for each."""
        places: dict[Hashable, list[int]] = {}
        for place, key in enumerate(keys):
            if self.given[place] is None and key:
                places.setdefault(key, []).append(place)
        free: dict[Hashable, list[Row]] = {}
        for row in self.free if places else ():
            free.setdefault(key_of(row), []).append(row)
        for key, wanting in places.items():
            newest = free.get(key, [])[: len(wanting)]
            if len(newest) < len(wanting):
                continue
            for place, row in zip(wanting, reversed(newest), strict=True):
                self.given[place] = row
                self.free.remove(row)


def attachment_documents(
    store: Store, notice_id: int, attachments: Sequence[Attachment], mirror: str = ""
) -> list[int]:
    """The ids of the documents that a page's links stand for, in their order; new ones are created, and a document
    whose address was signed anew gets its new address.

    By address; else by the address without its signature; else by name and address without what looks drawn by lot.
    """
    rows = store.rows(
        """SELECT d.id, d.url, coalesce(a.name, d.name) AS name FROM documents d
           LEFT JOIN attachments a ON a.id = (SELECT max(id) FROM attachments WHERE document_id = d.id)
           WHERE d.notice_id = ? AND d.kind = 'attachment' ORDER BY a.id DESC, d.id DESC""",
        [notice_id],
    )
    assigned = _Assignment([None] * len(attachments), rows)
    urls, names = [a.url for a in attachments], [_name(a.name) for a in attachments]
    assigned.take(urls, lambda row: row["url"])
    steady = [(link_key(url), name) for url, name in zip(urls, names, strict=True)]
    assigned.take(steady, lambda row: (link_key(row["url"]), _name(row["name"])))
    assigned.take([link_key(url) for url in urls], lambda row: link_key(row["url"]))
    loose = [(loose_key(url), name) for url, name in zip(urls, names, strict=True)]
    assigned.take(loose, lambda row: (loose_key(row["url"]), _name(row["name"])))
    return [
        _document(store, notice_id, attachment, row, mirror)
        for attachment, row in zip(attachments, assigned.given, strict=True)
    ]


def _document(store: Store, notice_id: int, attachment: Attachment, known: Row | None, mirror: str) -> int:
    taken = store.row(
        "SELECT 1 FROM documents WHERE notice_id = ? AND kind = 'attachment' AND url = ?", [notice_id, attachment.url]
    )
    if known is not None and taken is None:
        store.update("documents", known["id"], url=attachment.url)
    return store.document(notice_id, "attachment", attachment.url, name=attachment.name, mirror=mirror)


def refresh_links(store: Store, version_id: int, attachments: Sequence[Attachment]) -> bool:
    """Give a page's version the addresses that its links have now, signed anew; its documents stay.

    Returns False, and changes nothing in the version, when a link now stands for another document.
    """
    known = store.rows("SELECT * FROM attachments WHERE version_id = ? ORDER BY position", [version_id])
    if [row["url"] for row in known] == [attachment.url for attachment in attachments]:
        return True
    page = store.row(
        "SELECT d.notice_id FROM versions v JOIN documents d ON d.id = v.document_id WHERE v.id = ?", [version_id]
    )
    if page is None or len(known) != len(attachments):
        return False
    ids = attachment_documents(store, page["notice_id"], attachments)
    if ids != [row["document_id"] for row in known]:
        return False
    for row, attachment in zip(known, attachments, strict=True):
        store.update("attachments", row["id"], url=attachment.url)
    return True


def _name(name: str) -> str:
    """The name without numbering; where nothing else is in it, the whole of it. The server's name that `Store` adds
    behind a bare 附件2 is not the link's."""
    return name_key(name) or compare_fold(name)


def member_documents(store: Store, parent_id: int, members: Sequence[tuple[str, str]]) -> list[int | None]:
    """For each file inside an archive file, as (path, sha256), the document that it was before; None for a new one.

    By path, else by bytes, else by name: folders are renamed and whole archive files packed again.
    """
    rows = store.rows(
        "SELECT id, name, sha256, state FROM documents WHERE parent_id = ? ORDER BY state = 'gone', id DESC",
        [parent_id],
    )
    assigned = _Assignment([None] * len(members), rows)
    assigned.take([path for path, _ in members], lambda row: row["name"])
    assigned.free = [row for row in assigned.free if row["state"] != "gone"]
    assigned.take([sha256 for _, sha256 in members], lambda row: row["sha256"])
    assigned.take([_bare(path) for path, _ in members], lambda row: _bare(row["name"]))
    return [row["id"] if row else None for row in assigned.given]


def _bare(path: str) -> str:
    return _name(path.rpartition("/")[2])
