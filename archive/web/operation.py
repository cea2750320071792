"""How the archive fares, for people and as JSON."""

from __future__ import annotations

from datasette import Response

from archive import health
from archive.web.pages import Context, Visit, answer, page


def status(visit: Visit) -> Context:
    return {
        "title": "运行状态",
        "status": health.status(visit.data, visit.connection),
        "crawls": visit.rows("SELECT * FROM crawls ORDER BY id DESC LIMIT 10"),
        "titles": {row["slug"]: row["title"] for row in visit.rows("SELECT slug, title FROM notices")},
    }


def status_json(visit: Visit) -> Response:
    found = health.status(visit.data, visit.connection)
    return Response.json(found, headers={"cache-control": "no-cache"})


ROUTES = (
    (r"^/status$", page("status.html", status)),
    (r"^/status\.json$", answer(status_json)),
)
