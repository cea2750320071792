"""Which catalogue rows are in force: the one place that says it of the table, and the mark of what it says now.

The mark is another one whenever other rows are in force, other laws are found in their bases, or something else is
known of the laws. What a row says never changes. So whoever counts rows in force, and by what they rest on, may keep
the figures under the mark and never shows old ones; a crawl that finds no catalogue changed leaves it as it is, however
much it writes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from archive.machine.database import Database, value_of

KEY = "rows_in_force"
"""Of archive_info: another value whenever they have become others."""


def mark(connection: sqlite3.Connection) -> str:
    """Of the rows in force as they are now."""
    return value_of(connection, "SELECT value FROM archive_info WHERE key = ?", [KEY]) or ""


def changed(db: Database) -> None:
    """Note it; in the transaction that changes them. Drawn by lot: a number that is counted up could come again in an
    archive that was restored."""
    db.execute("INSERT OR REPLACE INTO archive_info (key, value) VALUES (?, hex(randomblob(8)))", [KEY])


def displace(db: Database, document_id: int) -> None:
    """The rows of a document's versions until now are those of former ones."""
    _take_out(db, "document_id", document_id)


def withdraw(db: Database, version_id: int) -> None:
    _take_out(db, "version_id", version_id)


def _take_out(db: Database, column: str, id: int) -> None:
    sql = f"UPDATE items SET current = 0 WHERE {column} = ? AND current <> 0"  # noqa: S608 - columns named above
    if db.execute(sql, [id]).rowcount:
        changed(db)


def keep(db: Database, notice_id: int, versions: Iterable[int]) -> None:
    """Of a notice's rows those of these versions are in force, if it is one of the national list; no others."""
    found = db.execute(
        """UPDATE items SET current = 1 - current
           WHERE document_id IN (SELECT id FROM documents WHERE notice_id = ?)
             AND current <> (version_id IN (SELECT value FROM json_each(?))
                             AND EXISTS (SELECT 1 FROM national_items n WHERE n.id = items.id))""",
        [notice_id, json.dumps([*versions])],
    )
    if found.rowcount:
        changed(db)
