"""Release 2: what a person has saved and handed in is told apart."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m220_what_a_person_handed_in(db: Database) -> None:
    """The view of captures that no crawl has fetched."""
    views.renew(db)
