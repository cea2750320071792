"""The work plan."""

from __future__ import annotations

from archive.web.views import page
from archive.web.visit import Context, Visit


def tasks(visit: Visit) -> Context:
    return {"title": "任务分工和进度安排", "tasks": visit.rows("SELECT * FROM tasks ORDER BY number")}


ROUTES = ((r"^/tasks$", page("tasks.html", tasks)),)
