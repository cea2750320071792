"""Release 2: what servers say of themselves and how lists look at each visit, so that a source that dies is noticed."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m300_looks_and_signs(db: Database) -> None:
    db.table("listed").add_column("date", str, not_null_default="")
    db.table("looks").create(
        {
            "id": int,
            "listing_id": int,
            "crawl_id": int,
            "at": str,
            "verdict": str,
            "reason": str,
            "entries": int,  # on the first page of the list
            "fresh": int,  # never seen before
            "old": int,  # known since before the last look without a fault
            "dated": int,  # with a day beside them or in their address
            "days": int,  # different ones
            "newest": str,
            "pager": int,  # 1: there is a second page
            "garbled": int,  # titles decoded with the wrong table
            "fault": str,  # '' or what is wrong with it (archive/record/looks.py)
        },
        pk="id",
        not_null={"listing_id", "fault"},
        foreign_keys=[("listing_id", "listings", "id"), ("crawl_id", "crawls", "id")],
    )
    db.table("looks").create_index(["listing_id", "id"])
    db.table("signs").create(
        {
            "id": int,
            "crawl_id": int,
            "document_id": int,  # NULL: a list, or a page that a list names
            "url": str,
            "host": str,
            "at": str,
            "status": int,
            "served": str,  # its Date, as our times; '' without one
            "age": int,  # seconds that a cache had it; 0 without a word
            "digest": str,
            "asked": str,  # whole | condition | probe
        },
        pk="id",
        foreign_keys=[("crawl_id", "crawls", "id"), ("document_id", "documents", "id")],
    )
    db.table("signs").create_index(["url", "id"])
    db.table("signs").create_index(["document_id", "id"])
    db.table("signs").create_index(["crawl_id"])
