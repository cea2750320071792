"""The search page, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import asdict
from datasette import Response

from archive.search.facets import facets
from archive.search.query import Found, find, hits
from archive.search.rank import COUNTED, RANKED, Filters
from archive.search.snippet import spans
from archive.search.texts import KINDS
from archive.web.pager import Pager, link
from archive.web.views import answer, page
from archive.web.visit import Context, Visit
from archive.words.columns import LEVELS

PAGE = 20
MOST = 200
"""Hits in one answer of JSON."""
SHOWN = {"area": "领域", "issuer": "发文机关", "level": "公开层级", "deadline": "公开时限", "year": "发布年份"}
"""The filters that offer what the results have, in their order."""
VERSIONS = {"former": "旧版"}


def results(visit: Visit) -> Context:
    query = visit.text("q")
    areas = visit.areas()
    filters = _filters(visit, areas)
    chosen = _chosen(filters)
    context: Context = {"title": "检索", "q": query, "hits": None, "filters": filters, "choices": [], "chosen": chosen}
    if not query:
        return context
    found = find(visit.connection, query, filters)
    pager = Pager.of(visit, len(found.ranking), PAGE, {"q": query, **chosen})
    shown = hits(visit.connection, found, PAGE, pager.offset)
    counts = facets(visit.connection, found.ids)
    return context | {
        "title": f"检索“{query}”",
        "hits": [(hit, spans(hit.title, hit.marks)) for hit in shown],
        "rows": _rows(visit, [hit.id for hit in shown if hit.kind == "item"]),
        "notices": visit.notices(),
        "found": found,
        "counts": found.counts,
        "counted": COUNTED,
        "ranked": RANKED,
        "choices": [_choice(name, label, counts[name], chosen, areas) for name, label in SHOWN.items()],
        "former": _former(visit, query, filters),
        "without": link("/search", q=query),
        "pager": pager,
    }


def _filters(visit: Visit, areas: Mapping[str, str]) -> Filters:
    return Filters(
        area=visit.choice("area", areas, "领域"),
        kind=visit.choice("kind", KINDS, "类别"),
        level=visit.choice("level", LEVELS, "公开层级"),
        issuer=visit.text("issuer"),
        deadline=visit.text("deadline"),
        year=visit.text("year"),
        former=bool(visit.choice("version", VERSIONS, "版本")),
    )


def _chosen(filters: Filters) -> dict[str, str]:
    """The filters as parameters of an address."""
    named = {name: value for name, value in asdict(filters).items() if value and name != "former"}
    return named | ({"version": "former"} if filters.former else {})


def _choice(
    name: str, label: str, counts: Mapping[str, int], chosen: Mapping[str, str], areas: Mapping[str, str]
) -> Context:
    """What a filter offers: values of the results, the most frequent first, each with its number."""
    called = {"area": areas, "level": LEVELS}.get(name, {})
    values = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:60]
    if name == "year":
        values = sorted(values, reverse=True)
    now = chosen.get(name, "")
    if now and now not in counts:
        values.append((now, 0))
    options = [(value, f"{called.get(value, value)}（{count}）") for value, count in values]
    return {"name": name, "label": label, "options": options, "chosen": now}


def _former(visit: Visit, query: str, filters: Filters) -> int:
    """How many former versions the query finds, to be offered beside what is in force."""
    if filters.former or visit.row("SELECT 1 FROM search_entries WHERE kind = 'former' LIMIT 1") is None:
        return 0
    found = find(visit.connection, query, Filters(**{**asdict(filters), "former": True}), relax=False)
    return sum(found.counts.values())


def _rows(visit: Visit, ids: list[int]) -> dict[int, Context]:
    rows = visit.rows(
        "SELECT id, content, time_limit FROM items WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(ids)]
    )
    return {row["id"]: row for row in rows}


def as_json(visit: Visit) -> Response:
    """/search.json?q=…: what `guidelines search --json` prints; the page's filters, limit and page."""
    filters = _filters(visit, visit.areas())
    limit = visit.number("limit", "条数", default=PAGE, most=MOST)
    offset = (visit.number("page", "页码") - 1) * limit
    found: Found = find(visit.connection, visit.text("q"), filters)
    return Response.json([hit.as_dict() for hit in hits(visit.connection, found, limit, offset)])


ROUTES = (
    (r"^/search$", page("search.html", results)),
    (r"^/search\.json$", answer(as_json)),
)
