"""The search page."""

from __future__ import annotations

import json

from archive.search.index import KINDS
from archive.search.query import count, search, terms_of
from archive.search.snippet import spans
from archive.web.pager import Pager
from archive.web.views import page
from archive.web.visit import Context, Visit

PAGE = 20


def results(visit: Visit) -> Context:
    query = visit.text("q")
    areas = visit.areas()
    area = visit.choice("area", areas, "领域")
    kind = visit.choice("kind", KINDS, "类别")
    context: Context = {"title": "检索", "q": query, "areas": areas, "area": area, "kind": kind, "hits": None}
    if not query:
        return context
    terms = terms_of(query)
    counts = count(visit.connection, query, area=area)
    pager = Pager.of(
        visit, counts[kind] if kind else sum(counts.values()), PAGE, {"q": query, "area": area, "kind": kind}
    )
    hits = search(visit.connection, query, area=area, kind=kind, limit=PAGE, offset=pager.offset)
    rows = visit.rows(
        "SELECT id, content, time_limit FROM items WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps([hit.id for hit in hits if hit.kind == "item"])],
    )
    return context | {
        "title": f"检索“{query}”",
        "hits": [(hit, spans(hit.title, terms)) for hit in hits],
        "rows": {row["id"]: row for row in rows},
        "notices": visit.notices(),
        "counts": counts,
        "pager": pager,
    }


ROUTES = ((r"^/search$", page("search.html", results)),)
