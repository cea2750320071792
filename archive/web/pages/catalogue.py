"""Catalogue rows in force: over all areas, of one area, and as a file to edit."""

from __future__ import annotations

import json
from typing import Any

from datasette import Response

from archive import clock
from archive.operate.troubles.areas import emptied
from archive.publish.choice import Choice, known_areas, known_origins, named
from archive.publish.export import entries
from archive.publish.laws import MARKS
from archive.publish.workbook import Print, render
from archive.settings import load_settings
from archive.text.filetypes import MEDIA_TYPES
from archive.web.pager import Pager
from archive.web.pages.files import attachment_header
from archive.web.views import answer, page
from archive.web.visit import Context, Visit
from archive.words.columns import LEVELS

PAGE = 50
MEDIA = {
    "xlsx": MEDIA_TYPES["xlsx"],
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
}


_DEADLINES = """SELECT deadline FROM items_in_force WHERE deadline <> ''
    GROUP BY deadline ORDER BY count(*) DESC, 1"""
# many rows have the same list: it is taken apart once
_CHANNELS = """SELECT value
    FROM (SELECT channels, count(*) AS rows FROM items_in_force GROUP BY channels) i, json_each(i.channels)
    GROUP BY value ORDER BY sum(i.rows) DESC, 1 LIMIT 60"""
_SHOWN = f"""i.id, i.key, i.serial, i.level1, i.level2, i.content, i.time_limit, i.subject, i.channels, i.county,
    i.township, i.review, a.name AS area, a.slug AS area_slug, {MARKS} AS amended"""


def catalogue(visit: Visit) -> Context:
    return {"title": "公开事项目录", **_listing(visit)}


def area(visit: Visit) -> Context:
    found = visit.called("没有名为“{}”的领域。", "SELECT * FROM areas WHERE slug = ?")
    slug = found["slug"]
    return {
        "title": f"{found['name']}领域",
        "area": found,
        "aliases": json.loads(found["aliases"] or "[]"),
        "notice": visit.row("SELECT * FROM notices WHERE id = ?", [found["notice_id"]]),
        "emptied": next((one for one in emptied(visit.connection) if one.slug == slug), None),
        **_listing(visit, slug),
    }


def choice_of(visit: Visit, fixed: str = "") -> Choice:
    """The rows that the visitor chose; `fixed` is the area of a page that shows only one. Raises ChoiceError."""
    return Choice(
        areas=(fixed,) if fixed else tuple(dict.fromkeys(slug for slug in visit.args.getlist("area") if slug)),
        level=visit.choice("level", LEVELS, "公开层级"),
        deadline=visit.text("deadline"),
        channel=visit.text("channel"),
        document=str(visit.number("document", "文件")) if visit.text("document") else "",
        review=visit.choice("review", {"1"}, "需核对"),
        origin=visit.choice("origin", known_origins(visit.connection), "来源档案"),
    ).checked(visit.connection)


def _listing(visit: Visit, fixed: str = "") -> Context:
    choice = choice_of(visit, fixed)
    selected = filters(choice)
    counts = counts_of(visit, choice)
    pager = Pager.of(visit, sum(counts.values()), PAGE, selected | {"area": []} if fixed else selected)
    return {
        "items": choice.page(visit.connection, _SHOWN, counts, pager.offset, PAGE),
        "pager": pager,
        "areas": visit.areas(),
        "origins": known_origins(visit.connection),
        "choice": choice,
        "selected": selected,
        "deadlines": visit.memo.of_rows("deadlines", lambda: visit.column(_DEADLINES)),
        "channels": visit.memo.of_rows("channels", lambda: visit.column(_CHANNELS)),
    }


def counts_of(visit: Visit, choice: Choice) -> dict[str, int]:
    """How many rows of each area, before single ones are picked."""
    if choice.origin:  # another archive may have seen the very same rows
        return visit.memo.of(("rows", choice.key), lambda: choice.count(visit.connection))
    areas = tuple(known_areas(visit.connection))
    return visit.memo.of_rows(("rows", choice.key, areas), lambda: choice.count(visit.connection))


def filters(choice: Choice) -> dict[str, Any]:
    """The choice as the parameters of an address."""
    names = ("level", "deadline", "channel", "document", "review", "origin")
    return {"area": list(choice.areas), **{name: getattr(choice, name) for name in names}}


def download(visit: Visit) -> Response:
    """/catalogue.xlsx?level=township&area=…: the rows that /catalogue lists with the same parameters."""
    suffix, choice, zone = visit.vars["suffix"], choice_of(visit), load_settings(visit.data).zone
    how = Print(level=choice.level, made_on=clock.now().astimezone(zone).date())
    body = render(entries(visit.connection, choice, zone), suffix, how)
    name = f"{named(choice, visit.areas())}.{suffix}"
    return Response(body, headers=attachment_header(name), content_type=MEDIA[suffix])


ROUTES = (
    (r"^/catalogue$", page("catalogue.html", catalogue)),
    (r"^/catalogue\.(?P<suffix>xlsx|csv|json)$", answer(download)),
    (r"^/areas/(?P<slug>[^/.]+)$", page("catalogue.html", area)),
)
