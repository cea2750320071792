"""Release 2: a row of a catalogue has a permanent key, by which it is found in every version and edition."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m130_rows_have_a_permanent_key(db: Database) -> None:
    """Given when a version comes in, and to rows of earlier releases when the archive is opened (keys.py)."""
    items = db.table("items")
    items.add_column("key", str)
    items.create_index(["key"])
