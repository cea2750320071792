"""Release 2: laws and local catalogues are watched beside the notices."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m200_roles(db: Database) -> None:
    """What a watched source is to the archive: a notice, a law that rows rest on, or a local catalogue."""
    db.table("notices").add_column("role", str, not_null_default="notice")  # watched.Role
    views.renew(db)
