"""The home page and the work plan."""

from __future__ import annotations

from archive.operate.troubles.areas import emptied
from archive.web.visit import Context, Visit, page


def home(visit: Visit) -> Context:
    return {
        "areas": visit.rows(
            """SELECT a.slug, a.name, (SELECT count(*) FROM items_in_force i WHERE i.area_id = a.id) AS items
               FROM areas a ORDER BY a.position, a.id"""
        ),
        "emptied": {area.slug: area.rows for area in emptied(visit.connection)},
        "emptied_of": {area.notice for area in emptied(visit.connection)},
        "notices": visit.rows("SELECT * FROM notices ORDER BY declared DESC, number"),
        "changes": visit.rows(
            "SELECT * FROM change_list WHERE kind NOT IN ('new', 'upgrade') ORDER BY id DESC LIMIT 5"
        ),
        "items": visit.value("SELECT count(*) FROM items_in_force"),
    }


def tasks(visit: Visit) -> Context:
    return {"title": "任务分工和进度安排", "tasks": visit.rows("SELECT * FROM tasks ORDER BY number")}


ROUTES = (
    (r"^/$", page("home.html", home)),
    (r"^/tasks$", page("tasks.html", tasks)),
)
