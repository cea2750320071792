"""Release 2: the laws that rows rest on, what each row cites, and changes that are about a law."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2_roles

migrations = release_2_roles.migrations


@migrations()
def m210_laws(db: Database) -> None:
    """Laws as the register has them (archive/laws), citations of the rows in force (archive/record/laws.py)."""
    db.table("laws").create(
        {
            "id": int,
            "slug": str,
            "title": str,  # without 中华人民共和国
            "category": str,
            "number": str,  # of the newest text, or the document's own
            "state": str,  # laws.register.State, of the newest text, as of the last crawl
            "date": str,  # of the newest text
            "force": str,  # from when on that text is in force, '' where no fact says so
            "repealed": str,  # from when on the law is repealed, ''
            "texts": str,  # JSON list of [date, force, number]
            "notice_id": int,  # where its text is watched
            "known": str,  # JSON: what has been told, or was so at the beginning
        },
        pk="id",
        foreign_keys=[("notice_id", "notices", "id")],
        not_null={"slug", "title", "state"},
        defaults={"date": "", "force": "", "repealed": "", "texts": "[]", "known": "{}"},
    )
    db.table("laws").create_index(["slug"], unique=True)
    db.table("laws").create_index(["title"], unique=True)
    db.table("citations").create(
        {
            "id": int,
            "item_id": int,
            "law_id": int,  # NULL: not resolved
            "position": int,
            "article": str,  # 第八条、第二十六条
            "printed": str,
            "number": str,
            "year": str,  # the year or revision that is named
            "based_on": str,  # the day of the catalogue, '' where it is not known
        },
        pk="id",
        foreign_keys=[("item_id", "items", "id"), ("law_id", "laws", "id")],
    )
    db.table("citations").create_index(["item_id"])
    db.table("citations").create_index(["law_id"])
    db.table("changes").add_column("law_id", int, fk="laws", fk_col="id")
    views.renew(db)
