"""Release 2: a row of a catalogue has a permanent key, by which it is found in every version and edition."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m130_rows_have_a_permanent_key(db: Database) -> None:
    """Given when a version comes in, and to rows of earlier releases when the archive is opened (keys.py)."""
    items = db.table("items")
    items.add_column("key", str)
    items.create_index(["key"])


@migrations()
def m131_a_successor_is_told_with_its_page(db: Database) -> None:
    """What is told of a page that may be the next edition leads to that page, not to the old one."""
    db.table("changes").add_column("candidate_id", int)
    db.execute(
        """UPDATE changes SET candidate_id = (
             SELECT max(k.id) FROM candidates k WHERE k.notice_id = changes.notice_id AND k.title <> ''
               AND k.found_at <= changes.detected_at AND instr(changes.summary, k.title) > 0)
           WHERE kind = 'successor'"""
    )
    views.renew(db)


@migrations()
def m132_a_row_finds_its_changes(db: Database) -> None:
    """Its page asks which changes led to its versions, and which one took it away."""
    db.table("changes").create_index(["to_version"])
    db.table("row_changes").create_index(["item_before"])
