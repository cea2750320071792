"""What changed between the end of one archive and the beginning of another, so that neither has told it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping

from attrs import evolve

from archive.compare.compare import compare
from archive.merge.line import Group
from archive.merge.steps import Line
from archive.model import PICTURE, Attachment, Change, Document, Kind
from archive.record.changes import record_change
from archive.record.learn import furniture_of
from archive.record.picture_changes import replaced
from archive.record.store import Store

ORIGIN = -1
"""Of reports that no archive has made."""
_LISTED = (Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_REMOVED)
Key = tuple[Hashable, ...]
"""(kind, document, place of the new text in its line): what a change of a step is known by."""


def known(store: Store, lines: Mapping[int, Line], notice_id: int | None) -> dict[Key, int]:
    """What was found between archives before, by its key."""
    rows = store.rows("SELECT * FROM reports WHERE notice_id IS ? AND origin_id = ?", [notice_id, ORIGIN])
    return {
        (row["kind"], row["document_id"], _place(lines, row["document_id"], row["to_seen"])): row["change_id"]
        for row in rows
    }


def _place(lines: Mapping[int, Line], document: int | None, version: int | None) -> int | None:
    line = lines.get(document) if document is not None else None
    return line.place.get(version) if line and version is not None else None


def tell(store: Store, lines: Mapping[int, Line], told: Collection[Hashable], before: Mapping[Key, int]) -> set[int]:
    """Tell what nobody has (`told`: the keys of what somebody did); returns the ids of these changes."""
    store.db.execute(
        "DELETE FROM reports WHERE origin_id = ? AND document_id IN (SELECT value FROM json_each(?))",
        [ORIGIN, str(list(lines))],
    )
    used = set()
    for document, line in lines.items():
        for old, new in line.unseen:
            for change in _changes(store, document, old, new):
                place = _place(lines, change.document_id, change.to_version)
                key: Key = (str(change.kind), change.document_id, place)
                if key in told or (change.kind in _LISTED and key[:2] in told):
                    continue
                used.add(_kept(store, document, change, new, before.get(key)))
    return used


def _changes(store: Store, document: int, old: Group, new: Group) -> Iterator[Change]:
    row = store.row("SELECT * FROM documents WHERE id = ?", [document])
    if row is None or row["mirror"] or row["kind"] == "member":
        return
    before, after = store.load(old[0]["version_id"]), store.load(new[0]["version_id"])
    if row["kind"] == PICTURE:
        for change in compare(before, after):
            yield evolve(change, summary=replaced(row["name"]))
        return
    if row["kind"] == "page":
        before, after = _with_files(store, before, old[0]["seen_at"]), _with_files(store, after, new[0]["seen_at"])
        for change in compare(before, after, furniture_of(store, document)):
            if change.kind not in (Kind.ATTACHMENT_REPLACED, Kind.MOVED):  # files have lines of their own
                yield change
        return
    pages = [Document(attachments=(Attachment(row["name"], row["url"], one),)) for one in (before, after)]
    for change in compare(pages[0], pages[1]):
        yield evolve(change, document_id=document)


def _with_files(store: Store, page: Document, at: str) -> Document:
    """The page with its files as they were then."""
    found = []
    for row in store.rows(
        "SELECT name, url, document_id FROM attachments WHERE version_id = ? ORDER BY position", [page.version_id]
    ):
        file = store.row(
            """SELECT version_id FROM sightings WHERE document_id = ? AND state IN ('', 'accepted')
               ORDER BY seen_at > ?, CASE WHEN seen_at > ? THEN '' ELSE seen_at END DESC, seen_at LIMIT 1""",
            [row["document_id"], at, at],
        )
        reading = store.load(file["version_id"]) if file and file["version_id"] else None
        reading = reading or Document(document_id=row["document_id"], problem="unread: 尚未读取")
        found.append(Attachment(row["name"], row["url"], reading))
    return evolve(page, attachments=tuple(found))


def _kept(store: Store, document: int, change: Change, new: Group, known_id: int | None) -> int:
    notice = store.row("SELECT notice_id FROM documents WHERE id = ?", [document])
    capture = store.row("SELECT crawl_id FROM captures WHERE id = ?", [new[0]["capture_id"]])
    assert notice is not None  # noqa: S101 - its line was made of it
    id = known_id or record_change(store, notice["notice_id"], capture["crawl_id"] if capture else None, change)
    at = new[0]["seen_at"]
    store.update("changes", id, detected_at=at, updated_at=at, from_version=change.from_version,
                 to_version=change.to_version)  # fmt: skip
    store.db.execute(
        """INSERT INTO reports (origin_id, their_id, change_id, kind, notice_id, document_id, from_seen, to_seen, about,
             detected_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)""",
        [ORIGIN, id, id, str(change.kind), notice["notice_id"], change.document_id, change.from_version,
         change.to_version, at],
    )  # fmt: skip
    return id
