"""The home page: areas, notices and the latest changes."""

from __future__ import annotations

from archive.operate.troubles.areas import emptied
from archive.web.views import page
from archive.web.visit import Context, Visit


def home(visit: Visit) -> Context:
    without_rows = emptied(visit.connection)
    return {
        "areas": visit.rows(
            """SELECT a.slug, a.name, (SELECT count(*) FROM items_in_force i WHERE i.area_id = a.id) AS items
               FROM areas a ORDER BY a.position, a.id"""
        ),
        "emptied": {area.slug: area.rows for area in without_rows},
        "emptied_of": {area.notice for area in without_rows},
        "notices": visit.rows("SELECT * FROM national_notices ORDER BY declared DESC, number"),
        "changes": visit.rows(
            "SELECT * FROM change_list WHERE kind NOT IN ('new', 'upgrade') ORDER BY id DESC LIMIT 5"
        ),
        "items": visit.value("SELECT count(*) FROM items_in_force"),
    }


ROUTES = ((r"^/$", page("home.html", home)),)
