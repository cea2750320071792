"""Release 2: files that only a further page (下一页) of a text names."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m310_files_of_further_pages(db: Database) -> None:
    """They are in force as those of the first page are. What the tables hold of them was kept before, too.

    A change of a text that is cut into pages says between which versions of all of them it lies.
    """
    db.table("changes").add_column("pages", str)  # JSON: [versions of page 2, 3 … before, after]
    views.renew(db)
