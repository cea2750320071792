"""Release 2: a change of the files that could not be told as one is asked about."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m140_files_of_unsure_pages_are_asked_about(db: Database) -> None:
    """Beside `quiet`: whether the page's list of files was sure when a file came or went."""
    db.table("changes").add_column("unsure", int, not_null_default=0)
