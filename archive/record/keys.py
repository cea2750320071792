"""The permanent key of a catalogue row: the same in every version and edition, whatever the row is called later.

It comes from the notice, the area and the 一级/二级事项 under which the row was first seen, so two archives that saw
the same first edition give the same keys. A later version hands them on: to the row of the same name, else to the row
that the comparison takes for the same one; what is left is new. Rows of one name are told apart by a number.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from archive.machine.database import Database, atomic
from archive.model import Item
from archive.record.readings import item_of
from archive.text.fold import compare_fold

_LENGTH = 16
"""Hexadecimal digits of a key: two of 100,000 rows have the same one once in 3,000,000,000 archives."""
_ROWS = """SELECT i.*, a.slug AS area FROM items i LEFT JOIN areas a ON a.id = i.area_id
           WHERE i.version_id = ? ORDER BY i.position"""

Name = tuple[str, str, str]
"""Area, 一级事项 and 二级事项, folded."""


def renew(db: Database) -> None:
    """Give keys to rows that came in without: those of an earlier release."""
    versions = db.conn.execute("SELECT DISTINCT version_id FROM items WHERE key IS NULL ORDER BY 1").fetchall()
    if versions:
        with atomic(db):
            for (version,) in versions:
                give(db.conn, version)


def give(connection: sqlite3.Connection, version_id: int) -> None:
    """Give the rows of a version their keys, handed on from versions that have theirs. Call it in the transaction that
    added the version."""
    new = _items(connection, version_id)
    if not new:
        return
    notice = connection.execute(
        """SELECT n.slug FROM versions v JOIN documents d ON d.id = v.document_id JOIN notices n ON n.id = d.notice_id
           WHERE v.id = ?""",
        [version_id],
    ).fetchone()[0]
    before = _predecessor(connection, version_id) or _elsewhere(connection, version_id, notice, new)
    given = _handed_on(_items(connection, before), _keys(connection, before), new) if before else {}
    used = set(given.values())
    for item in new:
        if item.id is not None and item.id not in given:
            given[item.id] = key = next(key for key in _made(notice, _name(item)) if key not in used)
            used.add(key)
    connection.executemany("UPDATE items SET key = ? WHERE id = ?", [(key, id) for id, key in given.items()])


def _items(connection: sqlite3.Connection, version_id: int) -> list[Item]:
    cursor = connection.execute(_ROWS, [version_id])
    names = [column[0] for column in cursor.description]
    return [item_of(dict(zip(names, row, strict=True))) for row in cursor]


def _keys(connection: sqlite3.Connection, version_id: int) -> dict[int, str]:
    return dict(map(tuple, connection.execute("SELECT id, key FROM items WHERE version_id = ?", [version_id])))


def _name(item: Item) -> Name:
    return item.area, compare_fold(item.level1), compare_fold(item.level2)


def _made(notice: str, name: Name) -> Iterable[str]:
    """The keys of rows that are first seen under this name: of the first, the second …"""
    for number in count(1):
        yield hashlib.sha256("\x1f".join((notice, *name, str(number))).encode()).hexdigest()[:_LENGTH]


# ---------------------------------------------------------------- what was there before


def _predecessor(connection: sqlite3.Connection, version_id: int) -> int | None:
    """The version of the same document whose rows these were: another reading of the same bytes, else the last one
    that stood."""
    found = connection.execute(
        """SELECT w.id FROM versions v JOIN versions w ON w.document_id = v.document_id AND w.id <> v.id
           WHERE v.id = ? AND (w.capture_id = v.capture_id OR w.state IN ('', 'accepted'))
             AND EXISTS (SELECT 1 FROM items i WHERE i.version_id = w.id AND i.key IS NOT NULL)
           ORDER BY w.capture_id = v.capture_id DESC, w.number DESC LIMIT 1""",
        [version_id],
    ).fetchone()
    return found[0] if found else None


def _elsewhere(connection: sqlite3.Connection, version_id: int, notice: str, new: Sequence[Item]) -> int | None:
    """The version of another document that this one took the place of, or repeats: at least half of the rows of either
    are called alike."""
    first = [next(iter(_made(notice, name))) for name in {_name(item) for item in new}]
    found = connection.execute(
        """SELECT v.document_id, count(DISTINCT i.key) AS shared FROM items i JOIN versions v ON v.id = i.version_id
           WHERE i.key IN (SELECT value FROM json_each(?)) AND v.id <> ? AND v.state IN ('', 'accepted')
           GROUP BY v.document_id ORDER BY shared DESC, max(v.captured_at) DESC, max(v.id) DESC LIMIT 1""",
        [json.dumps(first), version_id],
    ).fetchone()
    if found is None:
        return None
    document, shared = found
    last, rows = connection.execute(
        """SELECT v.id, count(*) FROM versions v JOIN items i ON i.version_id = v.id
           WHERE v.document_id = ? AND v.id <> ? AND v.state IN ('', 'accepted') AND i.key IS NOT NULL
           GROUP BY v.id ORDER BY v.number DESC LIMIT 1""",
        [document, version_id],
    ).fetchone()
    return last if shared * 2 >= min(rows, len(new)) else None


def _handed_on(old: Sequence[Item], keys: Mapping[int, str], new: Sequence[Item]) -> dict[int, str]:
    """Keys of the old rows by the ids of the new ones: by name where only one row has it, else as rows are compared."""
    pairs = _by_name(old, new)
    paired = {was.id for was, _ in pairs}, {now.id for _, now in pairs}
    left = [item for item in old if item.id not in paired[0]], [item for item in new if item.id not in paired[1]]
    if all(left):
        from archive.compare.rows import same_rows

        pairs += [(was, now) for was, now in same_rows(*left) if was.area == now.area or not (was.area and now.area)]
    return {now.id: keys[was.id] for was, now in pairs if was.id is not None and now.id is not None}


def _by_name(old: Sequence[Item], new: Sequence[Item]) -> list[tuple[Item, Item]]:
    counts = Counter(map(_name, old)), Counter(map(_name, new))
    there = {_name(item): item for item in old}
    return [
        (there[name], item)
        for item in new
        if (name := _name(item)) in there and counts[0][name] == counts[1][name] == 1
    ]
