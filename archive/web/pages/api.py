"""What other programs may ask for: single records as JSON, and the page that says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from attrs import frozen
from datasette import Response

from archive.publish import records
from archive.publish.records import SHAPES
from archive.web.pages.feeds import base_url
from archive.web.views import answer, page
from archive.web.visit import Context, Missing, Visit

JSON = "application/json; charset=utf-8"


@frozen
class Example:
    about: str
    path: str


def help_page(visit: Visit) -> Context:
    return {"title": "接口", "base": base_url(visit), "examples": _examples(visit), "shapes": SHAPES, "kinds": _KINDS}


_KINDS = {
    "areas": ("领域", "/areas.json、/areas/代号.json"),
    "notices": ("通知一览", "/notices.json"),
    "notice": ("一份通知", "/notices/代号.json"),
    "row": ("一条公开事项", "/rows/永久编号.json"),
    "changes": ("修订一览（最近 60 条）", "/changes.json"),
    "change": ("一条修订", "/changes/编号.json"),
}


_OF_ONE = (
    ("一条公开事项和它的历次修订", "/rows/{}.json", "SELECT key FROM items_in_force ORDER BY id LIMIT 1"),
    ("一份通知：文字、附件、各版的 SHA-256", "/notices/{}.json", "SELECT slug FROM notices ORDER BY number LIMIT 1"),
    (
        "一条修订：逐字对照和改了的格子",
        "/changes/{}.json",
        "SELECT id FROM changes WHERE kind <> 'upgrade' ORDER BY id DESC LIMIT 1",
    ),
)
"""What is shown, its address, and where the key in it comes from."""


def _examples(visit: Visit) -> list[Example]:
    """Of what this archive holds, so that each of them works as it stands."""
    area = visit.row(
        """SELECT slug, name FROM areas a WHERE EXISTS (SELECT 1 FROM items i WHERE i.area_id = a.id AND i.current = 1)
           ORDER BY position LIMIT 1"""
    )
    found = [Example("全部领域，各有多少条公开事项", "/areas.json")]
    if area:
        query = urlencode({"area": area["slug"], "level": "township"})
        found.append(Example(f"{area['name']}领域乡级公开的事项，每条含来源和版本", f"/catalogue.json?{query}"))
    for what, path, sql in _OF_ONE:
        found += [Example(what, path.format(known)) for known in visit.column(sql)]
    return found


def _record(what: str, found: Any) -> Response:
    """As JSON that may be asked for again at any time. Raises Missing where there is none."""
    if not found:
        raise Missing(what)
    body = json.dumps(found, ensure_ascii=False, indent=1).encode()
    return Response(body, headers={"cache-control": "no-cache"}, content_type=JSON)


def areas(visit: Visit) -> Response:
    return _record("没有领域。", _areas(visit))


def area(visit: Visit) -> Response:
    slug = visit.vars["slug"]
    found = [area for area in _areas(visit) if area["slug"] == slug]
    return _record(f"没有名为“{slug}”的领域。", found[0] if found else None)


def _areas(visit: Visit) -> list[records.Record]:
    base = base_url(visit)
    return visit.memo.of(("areas", base), lambda: records.areas(visit.connection, base))


def notices(visit: Visit) -> Response:
    return _record("名单中没有通知。", records.notices(visit.connection, base_url(visit)))


def notice(visit: Visit) -> Response:
    slug = visit.vars["slug"]
    return _record(f"名单中没有“{slug}”这份通知。", records.notice(visit.connection, base_url(visit), slug))


def row(visit: Visit) -> Response:
    return _record("没有这个目录事项。", records.row(visit.connection, base_url(visit), visit.vars["key"]))


def item(visit: Visit) -> Response:
    """The number of a row leads to its permanent address, as on the pages."""
    found = visit.numbered("目录事项", "SELECT key FROM items WHERE id = ?")
    return Response.redirect(f"/rows/{found['key']}.json", status=301)


def change(visit: Visit) -> Response:
    id = visit.id("修订记录")
    return _record(f"没有编号为 {id} 的修订记录。", records.change(visit.connection, base_url(visit), id))


_JSON: tuple[tuple[str, Callable[[Visit], Response]], ...] = (
    (r"^/areas\.json$", areas),
    (r"^/areas/(?P<slug>[^/.]+)\.json$", area),
    (r"^/notices\.json$", notices),
    (r"^/notices/(?P<slug>[^/.]+)\.json$", notice),
    (r"^/rows/(?P<key>[0-9a-f]+)\.json$", row),
    (r"^/items/(?P<id>[0-9]+)\.json$", item),
    (r"^/changes/(?P<id>[0-9]+)\.json$", change),
)
# before the pages of notices, whose address takes any name
ROUTES = ((r"^/api$", page("api.html", help_page)), *((path, answer(build)) for path, build in _JSON))
