"""Release 2: rows in force are listed area by area in the order of their files, without sorting them all."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m150_rows_in_force_stand_in_their_order(db: Database) -> None:
    db.table("items").create_index(["area_id", "current", "document_id", "position"])
