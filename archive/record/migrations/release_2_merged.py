"""Release 2: what other archives have seen (archive/merge), and which of them saw what."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m230_what_other_archives_saw(db: Database) -> None:
    """Each archive that was merged into this one, and under which number each thing of it stands here."""
    db.table("origins").create(
        {
            "id": int,  # 0: this archive itself
            "token": str,  # of its first crawl: what tells one archive from another
            "name": str,
            "merged_at": str,
        },
        pk="id",
        not_null={"token", "name"},
    )
    db.table("origins").create_index(["token"], unique=True)
    db.table("crawls").add_column("origin_id", int)  # NULL: of this archive itself
    db.table("changes").add_column("entered_at", str)  # as what it was told here, if an origin saw it earlier
    db.execute(
        """CREATE TABLE came (
             origin_id INTEGER NOT NULL, kind TEXT NOT NULL, -- crawl | document | capture
             their_id INTEGER NOT NULL, id INTEGER NOT NULL,
             PRIMARY KEY (origin_id, kind, their_id)) WITHOUT ROWID"""
    )
    db.execute(
        """CREATE TABLE sightings ( -- a version as one archive saw it
             origin_id INTEGER NOT NULL, their_id INTEGER NOT NULL, document_id INTEGER NOT NULL,
             version_id INTEGER, number INTEGER NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL,
             seen_at TEXT NOT NULL, captured_at TEXT NOT NULL, capture_id INTEGER,
             PRIMARY KEY (origin_id, their_id)) WITHOUT ROWID"""
    )
    db.table("sightings").create_index(["document_id"])
    db.table("sightings").create_index(["version_id"])
    db.execute(
        """CREATE TABLE reports ( -- a change as one archive told it; origin -1: found between two archives
             origin_id INTEGER NOT NULL, their_id INTEGER NOT NULL, change_id INTEGER,
             kind TEXT NOT NULL, notice_id INTEGER, document_id INTEGER, law_id INTEGER, candidate_id INTEGER,
             from_seen INTEGER, to_seen INTEGER, about TEXT NOT NULL, detected_at TEXT NOT NULL,
             PRIMARY KEY (origin_id, their_id)) WITHOUT ROWID"""
    )
    db.table("reports").create_index(["notice_id"])
    db.table("reports").create_index(["change_id"])
    db.execute("CREATE TABLE row_aliases (key TEXT PRIMARY KEY, now TEXT NOT NULL) WITHOUT ROWID")
    db.table("row_aliases").create_index(["now"])
    db.table("captures").create_index(["document_id", "fetched_at"])
    views.renew(db)
