"""One point for a person, and how the tables are asked for such points."""

from __future__ import annotations

import json
import sqlite3

from attrs import frozen

from archive.machine.database import Row, value_of


@frozen
class Trouble:
    """One point for a person. `subject` stays the same while the trouble lasts, `code` says what kind it is now."""

    subject: str
    code: str
    what: str
    notice: str
    since: str
    command: str
    crawls: int = 1
    """Crawls in a row that met it; 0 for what does not depend on crawls (disk, schedule) and is told at once."""
    document_id: int | None = None
    reason: str = ""
    """With `code`, what would make it another trouble."""
    acknowledged: bool = False
    why: str = ""
    stake: str = ""
    """What may be wrong, or be missed, while it lasts."""
    operator: bool = True
    """Whether an operator alert is due for it (candidates are told as changes)."""

    @property
    def mark(self) -> str:
        """What `acknowledge` stores: this very trouble; another one of the same notice is not known yet."""
        return f"{self.subject} {self.code} {self.reason}".strip()


def info(connection: sqlite3.Connection, key: str) -> Row | None:
    found = value_of(connection, "SELECT value FROM archive_info WHERE key = ?", [key])
    return json.loads(found) if found else None
