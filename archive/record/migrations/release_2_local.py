"""Release 2: what is found of the local catalogues that are watched."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record.migrations import release_2

migrations = release_2.migrations


@migrations()
def m210_local_catalogues(db: Database) -> None:
    """Each local catalogue, in what its rows deviate from the national ones, and who has not followed a change."""
    db.table("locals").create(
        {
            "id": int,
            "notice_id": int,  # as which it is watched
            "slug": str,
            "name": str,
            "area_id": int,  # when it is about one field
            "areas": str,  # JSON: slugs of the fields it was declared for
            "url": str,
            "found": str,  # JSON: {slug of the field: {kind: rows}}
            "notes": str,  # JSON list of sentences
            "inputs": str,  # digest of the rows that were compared
            "compared_at": str,
        },
        pk="id",
        foreign_keys=[("notice_id", "notices", "id"), ("area_id", "areas", "id")],
        not_null={"slug", "name", "url"},
    )
    db.table("locals").create_index(["slug"], unique=True)
    db.table("deviations").create(
        {
            "id": int,
            "local_id": int,
            "area_id": int,
            "local_item_id": int,  # empty: the row is missing there
            "item_id": int,  # the national row; empty: it is the county's own
            "kind": str,  # words.DEVIATIONS
            "column": str,  # of items, or a group of columns; '' the whole row
            "national": str,
            "local": str,
            "says": str,
        },
        pk="id",
        foreign_keys=[
            ("local_id", "locals", "id"), ("area_id", "areas", "id"),
            ("local_item_id", "items", "id"), ("item_id", "items", "id"),
        ],
        not_null={"local_id", "kind"},
    )  # fmt: skip
    db.table("deviations").create_index(["local_id", "area_id"])
    db.table("deviations").create_index(["item_id"])
    db.table("behind").create(
        {"change_id": int, "local_id": int},
        pk=("change_id", "local_id"),
        foreign_keys=[("change_id", "changes", "id"), ("local_id", "locals", "id")],
    )
