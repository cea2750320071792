"""The search page."""

from __future__ import annotations

from archive import search, words
from archive.web.visit import Context, Pager, Visit, page

PAGE = 20


def results(visit: Visit) -> Context:
    query = visit.text("q")
    areas = visit.rows("SELECT slug, name FROM areas ORDER BY position, id")
    area = visit.choice("area", {row["slug"] for row in areas}, "领域")
    kind = visit.choice("kind", search.KINDS, "类别")
    context: Context = {"title": "检索", "q": query, "areas": areas, "area": area, "kind": kind, "hits": None}
    if not query:
        return context
    terms = search.terms_of(query)
    counts = search.count(visit.connection, query, area=area)
    total = counts[kind] if kind else sum(counts.values())
    pager = Pager.of(visit, total, PAGE, {"q": query, "area": area, "kind": kind})
    hits = search.search(visit.connection, query, area=area, kind=kind, limit=PAGE, offset=pager.offset)
    names = {row["slug"]: row["title"] for row in visit.rows("SELECT slug, title FROM notices")}
    return context | {
        "title": f"检索“{query}”",
        "hits": [
            {
                "hit": hit,
                "title": search.spans(hit.title, terms),
                "notice": names[hit.notice],
                "kind": words.HIT_KINDS[hit.kind],
                "row": visit.row("SELECT content, time_limit FROM items WHERE id = ?", [hit.id])
                if hit.kind == "item"
                else None,
            }
            for hit in hits
        ],
        "counts": [(each, words.HIT_KINDS[each], counts[each]) for each in search.KINDS],
        "all": sum(counts.values()),
        "pager": pager,
    }


ROUTES = ((r"^/search$", page("search.html", results)),)
