"""The changes that several archives told, each once.

What each archive told is noted as a report. Reports of one step of a document's line (line.py) are one change, with the
words and the day of whoever told it first. A step that no archive has seen, because one ends before the other begins,
is compared here and told as found between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from archive.compare.compare import compare, is_same
from archive.machine.database import Row
from archive.merge.line import STANDING, Group, groups_of
from archive.merge.take import Numbers
from archive.model import PICTURE, Attachment, Change, Document, Kind
from archive.record.changes import record_change
from archive.record.learn import furniture_of
from archive.record.picture_changes import replaced
from archive.record.store import Store
from archive.record.story import keep_stories

_STEPS = (Kind.REVISED, Kind.METADATA, Kind.ATTACHMENT_REPLACED)
_TAKEN = ("kind", "detected_at", "updated_at", "summary", "quiet", "unsure", "restored_at", "withdrawn_at")


def report(store: Store, theirs: Store, numbers: Numbers) -> set[int | None]:
    """Note the changes of the other archive; returns our notices about which something new is told (None: of laws)."""
    known = {row["their_id"] for row in store.rows(
        "SELECT their_id FROM reports WHERE origin_id = ?", [numbers.origin])}  # fmt: skip
    touched = set()
    for row in theirs.rows("SELECT * FROM changes ORDER BY id"):
        if row["id"] in known:
            continue
        about = {
            "notice_id": numbers.notices.get(row["notice_id"]),
            "document_id": numbers.documents.get(row["document_id"]),
            "law_id": numbers.laws.get(row["law_id"]),
            "candidate_id": numbers.candidates.get(row["candidate_id"]),
        }
        _put(store, numbers.origin, row | about, None)
        touched.add(about["notice_id"])
    return touched


def report_own(store: Store, notice_id: int | None) -> None:
    for row in store.rows(
        """SELECT * FROM changes c WHERE notice_id IS ?
           AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.change_id = c.id)""",
        [notice_id],
    ):
        _put(store, 0, row, row["id"])


def _put(store: Store, origin: int, row: Row, change_id: int | None) -> None:
    about = row["summary"].partition("，")[0] if row["law_id"] else ""
    store.db.execute(
        """INSERT INTO reports (origin_id, their_id, change_id, kind, notice_id, document_id, law_id, candidate_id,
             from_seen, to_seen, about, detected_at)
           VALUES (:origin, :id, :change_id, :kind, :notice_id, :document_id, :law_id, :candidate_id,
             :from_version, :to_version, :about, :detected_at)""",
        row | {"origin": origin, "change_id": change_id, "about": about},
    )


# ---------------------------------------------------------------- one change for all who told it


def agree(store: Store, theirs: Store, numbers: Numbers, notice_id: int | None) -> None:
    """One change for all reports of the same step of a notice; None: of laws."""
    documents = [row["id"] for row in store.rows("SELECT id FROM documents WHERE notice_id IS ?", [notice_id])]
    lines = {document: line_of(store, document) for document in documents} if notice_id is not None else {}
    was_between = known_between(store, lines, notice_id)
    used: set[int] = set()
    told: set[Hashable] = set()
    for key, group in _told(store, lines, notice_id):
        told |= {key, key[:2]}
        used.add(_one(store, theirs, numbers, group, used, was_between.pop(key, None)))
    used |= tell_between(store, lines, told, was_between)
    _delete(store, [*{*store.column("SELECT id FROM changes WHERE notice_id IS ?", [notice_id])} - used])
    keep_stories(store.db)


def _told(store: Store, lines: Mapping[int, Line], notice_id: int | None) -> list[tuple[Key, list[Row]]]:
    """The reports, one group a change, each in the order in which they were made; with what it is known by."""
    groups: dict[Hashable, tuple[Key, list[Row]]] = {}
    counts: Counter[Hashable] = Counter()
    for row in store.rows(
        """SELECT * FROM reports WHERE notice_id IS ? AND origin_id >= 0
           ORDER BY detected_at, origin_id, their_id""",
        [notice_id],
    ):
        for end in ("from", "to"):
            row[end] = _version(store, row["origin_id"], row[f"{end}_seen"])
        line = lines.get(row["document_id"])
        places = [line.place.get(row[end]) if line else None for end in ("from", "to")]
        if line and row["origin_id"] and row["kind"] in _STEPS and _skips(places):
            continue
        step: tuple[Hashable, ...] = tuple(
            row[end] if place is None else ("at", place) for end, place in zip(("from", "to"), places, strict=True)
        )
        about = tuple(row[name] for name in ("document_id", "law_id", "candidate_id", "about"))
        key = (Kind.NEW,) if row["kind"] == Kind.NEW else (row["kind"], *about, *step)
        counts[key, row["origin_id"]] += 1
        name = (row["kind"], row["document_id"], places[1])
        groups.setdefault((key, counts[key, row["origin_id"]]), (name, []))[1].append(row)
    return list(groups.values())


def _skips(places: Sequence[int | None]) -> bool:
    """Whether a report tells in one what is no step of the line: others have seen what was"""
    before, after = places
    return before is not None and after is not None and before != after and after != before + 1


def _version(store: Store, origin: int, seen: int | None) -> int | None:
    if seen is None:
        return None
    found = store.row("SELECT version_id FROM sightings WHERE origin_id = ? AND their_id = ?", [origin, seen])
    return found["version_id"] if found else seen if origin == 0 else None


def _one(
    store: Store, theirs: Store, numbers: Numbers, group: list[Row], used: set[int], was_between: int | None
) -> int:
    """The change of a group of reports; it says what the first of them says."""
    first = group[0]
    known = sorted({row["change_id"] for row in group} - {None} - used)
    id: int | None = known[0] if known else was_between
    before = store.row("SELECT * FROM changes WHERE id = ?", [id])
    if first["change_id"] != id or id is None:
        id = _write(store, theirs, numbers, first, before)
    store.update("changes", id, from_version=first["from"], to_version=first["to"])
    for row in group:
        store.db.execute(
            "UPDATE reports SET change_id = ? WHERE origin_id = ? AND their_id = ?",
            [id, row["origin_id"], row["their_id"]],
        )
    return id


def _write(store: Store, theirs: Store, numbers: Numbers, first: Row, before: Row | None) -> int:
    """A change as the other archive told it, in a new row or in that of those who told it later."""
    own = first["origin_id"] != numbers.origin
    source = store if own else theirs
    told = source.row("SELECT * FROM changes WHERE id = ?", [first["change_id"] if own else first["their_id"]])
    assert told is not None  # noqa: S101 - it was listed a moment ago
    values = {name: told[name] for name in _TAKEN} | {
        name: first[name] for name in ("notice_id", "document_id", "law_id", "candidate_id")
    }
    values["pages"] = told["pages"] if own else None  # their versions of page 2 have no numbers here
    values["crawl_id"] = told["crawl_id"] if own else numbers.crawls.get(told["crawl_id"])
    if before is None:
        id = store.insert("changes", values)
    else:
        id = before["id"]
        store.update("changes", id, **values, entered_at=before["entered_at"] or before["detected_at"])
        store.db.execute("DELETE FROM row_changes WHERE change_id = ?", [id])
        store.db.execute("DELETE FROM stories WHERE change_id = ?", [id])
    store.db.table("row_changes").insert_all(
        row | {"change_id": id} for row in _row_changes(store, source, numbers, told["id"])
    )
    return id


def _row_changes(store: Store, source: Store, numbers: Numbers, change_id: int) -> Iterator[Row]:
    for row in source.rows("SELECT * FROM row_changes WHERE change_id = ? ORDER BY position, id", [change_id]):
        del row["id"]
        if source is not store:
            for end in ("item_before", "item_after"):
                row[end] = _item(store, source, numbers, row[end])
        yield row


def _item(store: Store, source: Store, numbers: Numbers, item_id: int | None) -> int | None:
    """Our row for one of theirs: in the version of the same text, at the same place."""
    item = source.row("SELECT version_id, position FROM items WHERE id = ?", [item_id])
    if item is None:
        return None
    version = _version(store, numbers.origin, item["version_id"])
    found: int | None = store.value(
        "SELECT id FROM items WHERE version_id = ? AND position = ?", [version, item["position"]]
    )
    return found


def _delete(store: Store, ids: Sequence[int]) -> None:
    for id in ids:
        for table, column in (("row_changes", "change_id"), ("stories", "change_id"), ("behind", "change_id")):
            store.db.execute(f"DELETE FROM {table} WHERE {column} = ?", [id])  # noqa: S608 - names
        store.db.execute("UPDATE reports SET change_id = NULL WHERE change_id = ?", [id])
        store.db.execute("DELETE FROM changes WHERE id = ?", [id])


# ---------------------------------------------------------------- told by neither

# What changed between the end of one archive and the beginning of another, so that neither has told it.
ORIGIN = -1
"""Of reports that no archive has made."""
_LISTED = (Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_REMOVED)
Key = tuple[Hashable, ...]
"""(kind, document, place of the new text in its line): what a change of a step is known by."""


def known_between(store: Store, lines: Mapping[int, Line], notice_id: int | None) -> dict[Key, int]:
    """What was found between archives before, by its key."""
    rows = store.rows("SELECT * FROM reports WHERE notice_id IS ? AND origin_id = ?", [notice_id, ORIGIN])
    return {
        (row["kind"], row["document_id"], _place(lines, row["document_id"], row["to_seen"])): row["change_id"]
        for row in rows
    }


def _place(lines: Mapping[int, Line], document: int | None, version: int | None) -> int | None:
    line = lines.get(document) if document is not None else None
    return line.place.get(version) if line and version is not None else None


def tell_between(
    store: Store, lines: Mapping[int, Line], told: Collection[Hashable], before: Mapping[Key, int]
) -> set[int]:
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
        version = store.value(
            """SELECT version_id FROM sightings WHERE document_id = ? AND state IN ('', 'accepted')
               ORDER BY seen_at > ?, CASE WHEN seen_at > ? THEN '' ELSE seen_at END DESC, seen_at LIMIT 1""",
            [row["document_id"], at, at],
        )
        unread = Document(document_id=row["document_id"], problem="unread: 尚未读取")
        found.append(Attachment(row["name"], row["url"], store.load(version) if version else unread))
    return evolve(page, attachments=tuple(found))


def _kept(store: Store, document: int, change: Change, new: Group, known_id: int | None) -> int:
    notice_id = store.value("SELECT notice_id FROM documents WHERE id = ?", [document])
    crawl_id = store.value("SELECT crawl_id FROM captures WHERE id = ?", [new[0]["capture_id"]])
    id = known_id or record_change(store, notice_id, crawl_id, change)
    at = new[0]["seen_at"]
    store.update("changes", id, detected_at=at, updated_at=at, from_version=change.from_version,
                 to_version=change.to_version)  # fmt: skip
    store.db.execute(
        """INSERT INTO reports (origin_id, their_id, change_id, kind, notice_id, document_id, from_seen, to_seen, about,
             detected_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)""",
        [ORIGIN, id, id, str(change.kind), notice_id, change.document_id, change.from_version,
         change.to_version, at],
    )  # fmt: skip
    return id


# ---------------------------------------------------------------- steps of a line


# The steps of a document's line: which texts a reader tells apart, and which step no archive has seen.
@frozen
class Line:
    """Where the versions of a document stand, counted in texts that a reader tells apart."""

    place: Mapping[int, int]
    """By version."""
    unseen: tuple[tuple[Group, Group], ...]
    """Neighbours in the line that no archive has seen one after the other, and that differ."""


def line_of(store: Store, document_id: int) -> Line:
    place: dict[int, int] = {}
    unseen = []
    before: Group | None = None
    at = 0
    for group in groups_of(store, document_id):
        version = group[0]["version_id"]
        if not any(row["state"] in STANDING for row in group):
            continue
        if before is not None:
            apart = _seen_by_one(store, before, group) or not _same(store, document_id, before, group)
            at += apart
            if apart and not _seen_by_one(store, before, group):
                unseen.append((before, group))
        place[version] = at
        before = group
    return Line(place, tuple(unseen))


def _seen_by_one(store: Store, before: Group, after: Group) -> bool:
    """Whether an archive has seen one after the other."""
    last: dict[int, int] = {}
    for row in before:
        last[row["origin_id"]] = max(row["number"], last.get(row["origin_id"], 0))
    return any(
        row["number"] > last[row["origin_id"]] and not _between(store, row, last[row["origin_id"]])
        for row in after
        if row["origin_id"] in last
    )


def _between(store: Store, row: Row, number: int) -> bool:
    found = store.row(
        """SELECT 1 FROM sightings WHERE origin_id = ? AND document_id = ? AND number > ? AND number < ?
           AND state IN ('', 'accepted')""",
        [row["origin_id"], row["document_id"], number, row["number"]],
    )
    return found is not None


def _same(store: Store, document_id: int, before: Group, after: Group) -> bool:
    old, new = store.load(before[0]["version_id"]), store.load(after[0]["version_id"])
    return is_same(old, new, furniture_of(store, document_id))
