"""Catalogue rows in force: over all areas, of one area, and as a file to edit."""

from __future__ import annotations

import json

from datasette import Response

from archive.operate.troubles.areas import emptied
from archive.publish.export import export_bytes
from archive.publish.laws import MARKS
from archive.text.filetypes import MEDIA_TYPES
from archive.web.pager import Pager
from archive.web.pages.files import attachment_header
from archive.web.views import answer, page
from archive.web.visit import Context, Missing, Visit
from archive.words.columns import LEVELS

PAGE = 50
MEDIA = {
    "xlsx": MEDIA_TYPES["xlsx"],
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
}

_FROM = """FROM items_in_force i JOIN documents d ON d.id = i.document_id JOIN notices n ON n.id = d.notice_id
           LEFT JOIN areas a ON a.id = i.area_id
           WHERE (:area = '' OR a.slug = :area)
             AND (:level = '' OR (:level = 'county' AND i.county = 1) OR (:level = 'township' AND i.township = 1))
             AND (:deadline = '' OR i.deadline = :deadline)
             AND (:channel = '' OR EXISTS (SELECT 1 FROM json_each(i.channels) WHERE value = :channel))
             AND (:document = '' OR i.document_id = :document)
             AND (:review = '' OR i.review <> '')"""


def catalogue(visit: Visit) -> Context:
    return {"title": "公开事项目录", **_listing(visit)}


def area(visit: Visit) -> Context:
    slug = visit.vars["slug"]
    found = visit.row("SELECT * FROM areas WHERE slug = ?", [slug])
    if found is None:
        raise Missing(f"没有名为“{slug}”的领域。")
    return {
        "title": f"{found['name']}领域",
        "area": found,
        "aliases": json.loads(found["aliases"] or "[]"),
        "notice": visit.row("SELECT * FROM notices WHERE id = ?", [found["notice_id"]]),
        "emptied": next((one for one in emptied(visit.connection) if one.slug == slug), None),
        **_listing(visit, slug),
    }


def _listing(visit: Visit, fixed: str = "") -> Context:
    """The rows that the visitor chose; `fixed` is the area of a page that shows only one."""
    areas = visit.areas()
    in_link = {
        "level": visit.choice("level", LEVELS, "公开层级"),
        "deadline": visit.text("deadline"),
        "channel": visit.text("channel"),
        "document": str(visit.number("document", "文件")) if visit.text("document") else "",
        "review": visit.choice("review", {"1"}, "需核对"),
    }
    if not fixed:
        in_link = {"area": visit.choice("area", areas, "领域"), **in_link}
    selected = {"area": fixed, **in_link}
    pager = Pager.of(visit, visit.value(f"SELECT count(*) {_FROM}", selected), PAGE, in_link)
    return {
        "items": visit.rows(
            f"""SELECT i.*, a.name AS area, a.slug AS area_slug, n.slug AS notice_slug, {MARKS} AS amended {_FROM}
                ORDER BY coalesce(a.position, 999), d.id, i.position LIMIT {PAGE} OFFSET {pager.offset}""",
            selected,
        ),
        "pager": pager,
        "areas": areas,
        "selected": selected,
        "deadlines": visit.column(
            """SELECT deadline FROM items_in_force WHERE deadline <> ''
               GROUP BY deadline ORDER BY count(*) DESC, 1"""
        ),
        "channels": visit.column(
            """SELECT value FROM items_in_force i, json_each(i.channels)
               GROUP BY value ORDER BY count(*) DESC, 1 LIMIT 60"""
        ),
    }


def download(visit: Visit) -> Response:
    """/catalogue.xlsx?level=township&area=…: rows in force, in the official layout."""
    suffix = visit.vars["suffix"]
    level = visit.choice("level", LEVELS, "公开层级")
    names = visit.areas()
    area = visit.choice("area", names, "领域")
    body = export_bytes(visit.connection, suffix, [area] if area else [], level)
    title = f"{names.get(area, '')}{LEVELS.get(level, '')}公开事项目录"
    return Response(body, headers=attachment_header(f"{title}.{suffix}"), content_type=MEDIA[suffix])


ROUTES = (
    (r"^/catalogue$", page("catalogue.html", catalogue)),
    (r"^/catalogue\.(?P<suffix>xlsx|csv|json)$", answer(download)),
    (r"^/areas/(?P<slug>[^/.]+)$", page("catalogue.html", area)),
)
