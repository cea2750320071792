"""Release 2: the pictures in a notice's body are followed."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m311_pictures(db: Database) -> None:
    """Beside `attachments`; the documents are of a kind of their own."""
    db.table("pictures").create(
        {
            "id": int,
            "version_id": int,
            "position": int,
            "name": str,
            "url": str,
            "document_id": int,
        },
        pk="id",
        foreign_keys=[("version_id", "versions", "id"), ("document_id", "documents", "id")],
    )
    db.table("pictures").create_index(["version_id"])
    db.table("pictures").create_index(["document_id"])
    views.renew(db)
