"""How the archive fares, for people and as JSON."""

from __future__ import annotations

from typing import Any

from datasette import Response

from archive.operate import health
from archive.web.views import answer, page
from archive.web.visit import Context, Missing, Visit


def status(visit: Visit) -> Context:
    return {
        "title": "运行状态",
        "status": health.status(visit.data, visit.connection),
        "crawls": visit.rows("SELECT * FROM own_crawls ORDER BY id DESC LIMIT 10"),
        "titles": visit.notices(),
    }


def status_json(visit: Visit) -> Response:
    found = health.status(visit.data, visit.connection)
    return Response.json(found, headers={"cache-control": "no-cache"})


def inward(visit: Visit) -> Response:
    """Datasette's pages about itself name paths and threads of this machine; no visitor needs them."""
    raise Missing("这个地址没有内容。")


async def versions(datasette: Any) -> Response:
    """Datasette's, without what the machine's Python and SQLite were built with."""
    found = datasette._versions()
    found["python"].pop("full", None)
    found["sqlite"].pop("compile_options", None)
    return Response.json(found)


INWARD = "databases|threads|patterns|messages|allow-debug|permissions|auth-token"

ROUTES = (
    (rf"^/-/(?:{INWARD})(?:\.json)?$", answer(inward)),
    (r"^/-/versions(?:\.json)?$", versions),
    (r"^/status$", page("status.html", status)),
    (r"^/status\.json$", answer(status_json)),
)
