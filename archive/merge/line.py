"""The versions of a document as several archives saw them, in one line.

Each archive's versions are noted as sightings. Their order in time makes the line: sightings of one text that follow
each other are one version, which has the day of the first. The line depends on the sightings alone, so archives may be
merged in any order, and again, and give the same one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache

from archive.machine.database import Row
from archive.merge.take import Numbers
from archive.record.store import Store

STANDING = ("", "accepted")
_STATES = ("accepted", "", "aside", "held", "former", "withdrawn")
"""Of one text that archives have judged otherwise, the first of these holds."""
_OF_ITEM = ("id", "version_id", "document_id", "area_id", "current", "key")
"""Columns that say nothing of what a row reads like."""
_LINKS = ("attachments", "pictures")
"""Tables that name the documents of a page."""
Group = list[Row]


def sight(store: Store, theirs: Store, numbers: Numbers) -> set[int]:
    """Note the versions of the other archive; returns our documents of which something new was seen."""
    known = {
        row["their_id"]: row["state"]
        for row in store.rows("SELECT their_id, state FROM sightings WHERE origin_id = ?", [numbers.origin])
    }
    touched = set()
    for row in _seen(theirs, "SELECT * FROM versions ORDER BY document_id, number"):
        if known.get(row["their_id"]) == row["state"]:
            continue
        document = numbers.documents[row["document_id"]]
        touched.add(document)
        capture = numbers.captures.get(row["capture_id"])
        _put(store, row | {"origin_id": numbers.origin, "document_id": document, "capture_id": capture})
    return touched


def sight_own(store: Store, notice_id: int) -> None:
    """Note the versions of a notice that this archive read itself."""
    sql = f"""SELECT * FROM versions v WHERE document_id IN (SELECT id FROM documents WHERE notice_id = {notice_id:d})
              AND NOT EXISTS (SELECT 1 FROM sightings s WHERE s.version_id = v.id) ORDER BY document_id, number"""  # noqa: S608 - a number
    for row in list(_seen(store, sql)):
        _put(store, row | {"origin_id": 0, "version_id": row["their_id"]})
    store.db.execute(  # a person may have decided since
        """UPDATE sightings SET state = (SELECT state FROM versions v WHERE v.id = sightings.their_id)
           WHERE origin_id = 0 AND document_id IN (SELECT id FROM documents WHERE notice_id = ?)""",
        [notice_id],
    )


def _put(store: Store, row: Row) -> None:
    store.db.execute(
        """INSERT INTO sightings (origin_id, their_id, document_id, version_id, number, digest, state, seen_at,
             captured_at, capture_id)
           VALUES (:origin_id, :their_id, :document_id, :version_id, :number, :digest, :state, :seen_at,
             :captured_at, :capture_id)
           ON CONFLICT DO UPDATE SET state = excluded.state""",
        {"version_id": None} | row,
    )


def _seen(store: Store, sql: str) -> Iterable[Row]:
    """Versions as sightings. A text that was read again is of the day when it was, not of that of its bytes."""
    upgraded = {
        row["to_version"]: row["at"]
        for row in store.rows(
            "SELECT to_version, max(detected_at) AS at FROM changes WHERE kind = 'upgrade' GROUP BY to_version"
        )
    }
    at, document = "", None
    for row in store.rows(sql):
        at = "" if row["document_id"] != document else at
        document = row["document_id"]
        at = max(at, row["captured_at"] or "", upgraded.get(row["id"]) or "")
        yield {
            "their_id": row["id"],
            "digest": _digest(store, row),
            "seen_at": at,
            **{name: row[name] for name in ("document_id", "number", "state", "captured_at", "capture_id")},
        }


def _digest(store: Store, version: Row) -> str:
    """Of all that a version says: its text, links and rows."""
    links = store.rows("SELECT name, url FROM attachments WHERE version_id = ? ORDER BY position", [version["id"]])
    items = store.rows(
        """SELECT i.*, a.slug AS area FROM items i LEFT JOIN areas a ON a.id = i.area_id
           WHERE version_id = ? ORDER BY position""",
        [version["id"]],
    )
    rows = [{name: value for name, value in item.items() if name not in _OF_ITEM} for item in items]
    said = [version[name] for name in ("title", "text_sha256", "metadata")]
    return hashlib.sha256(json.dumps([said, links, rows], ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# ---------------------------------------------------------------- the line


def groups_of(store: Store, document_id: int) -> list[Group]:
    """The sightings of a document, one group a version, in their order."""
    found: list[Group] = []
    standing: Group | None = None
    for row in store.rows(
        "SELECT * FROM sightings WHERE document_id = ? ORDER BY seen_at, number, digest, origin_id", [document_id]
    ):
        stands = row["state"] in STANDING
        if found and found[-1][0]["digest"] == row["digest"]:
            found[-1].append(row)
        elif stands and standing and standing[0]["digest"] == row["digest"]:
            standing.append(row)
        else:
            found.append([row])
        if stands:
            standing = next(group for group in reversed(found) if row in group)
    return found


def line_up(store: Store, theirs: Store, numbers: Numbers, notice_id: int) -> None:
    """Give every sighting of a notice its version, and the versions their numbers."""
    documents = store.rows("SELECT id, kind, mirror FROM documents WHERE notice_id = ? ORDER BY id", [notice_id])
    counted: dict[int, list[Group]] = {}
    for document in documents:
        groups = groups_of(store, document["id"])
        _assign(store, theirs, numbers, groups)
        # the pages of a notice's editions count on
        main = document["kind"] == "page" and not document["mirror"]
        counted.setdefault(0 if main else document["id"], []).extend(groups)
    store.db.execute(
        """UPDATE versions SET number = -id WHERE document_id IN (SELECT id FROM documents WHERE notice_id = ?)""",
        [notice_id],
    )
    for groups in counted.values():
        groups.sort(key=lambda group: (group[0]["seen_at"], group[0]["number"], group[0]["digest"]))
        for number, group in enumerate(groups, 1):
            store.db.table("versions").update(group[0]["version_id"], {"number": number})


def _assign(store: Store, theirs: Store, numbers: Numbers, groups: Sequence[Group]) -> None:
    taken: set[int] = set()
    for group in groups:
        known = sorted({row["version_id"] for row in group} - {None})
        free = [id for id in known if id not in taken]
        if free:
            id = free[0]
        elif known:  # what was one version is two, with another between them
            id = _copy(store, store, known[0], group[0]["document_id"], Numbers(0))
        else:
            new = next(row for row in group if row["origin_id"] == numbers.origin)
            id = _copy(store, theirs, new["their_id"], new["document_id"], numbers)
        taken.add(id)
        first = group[0]
        values = {
            "captured_at": first["captured_at"],
            "capture_id": first["capture_id"],
            "state": _state(store, id, group),
        }
        store.db.table("versions").update(id, values)
        for row in group:
            row["version_id"] = id
            store.db.execute(
                "UPDATE sightings SET version_id = ? WHERE origin_id = ? AND their_id = ?",
                [id, row["origin_id"], row["their_id"]],
            )


def _state(store: Store, version_id: int, group: Group) -> str:
    """What the archives say of a version, unless a person has decided here."""
    decided = store.value(
        """SELECT v.state FROM reviews r JOIN versions v ON v.id = r.subject_id
           WHERE r.kind = 'version' AND r.subject_id = ? AND r.state IN ('accepted', 'rejected')""",
        [version_id],
    )
    if decided:
        return str(decided)
    states = {row["state"] for row in group}
    return next((state for state in _STATES if state in states), group[0]["state"])


def _copy(store: Store, source: Store, version_id: int, document_id: int, numbers: Numbers) -> int:
    """A version with its links, tables and rows, from the other archive or from this one itself."""
    own = source is store
    found = source.row("SELECT * FROM versions WHERE id = ?", [version_id])
    assert found is not None  # noqa: S101 - it was listed a moment ago
    values = {name: value for name, value in found.items() if name not in ("id", "capture_id")}
    new = store.insert("versions", values | {"document_id": document_id, "number": -version_id - 10**9 * (1 + own)})

    @cache
    def area(id: int | None) -> int | None:
        return id if own or id is None else numbers.areas[id]

    for table in (*_LINKS, "grids", "items"):
        rows = source.rows(f"SELECT * FROM {table} WHERE version_id = ? ORDER BY position", [version_id])  # noqa: S608 - names
        for row in rows:
            del row["id"]
            row["version_id"] = new
            if table not in _LINKS:
                row["area_id"] = area(row["area_id"])
            if table == "items":
                row |= {"document_id": document_id, "current": 0, "key": None}
            if table in _LINKS and not own:
                row["document_id"] = numbers.documents.get(row["document_id"])
        store.db.table(table).insert_all(rows)
    return new
