"""Catalogue rows: over all areas, of one area, one by one, and as a file to edit."""

from __future__ import annotations

import json
from collections.abc import Sequence

from datasette import Response

from archive import words
from archive.operate.troubles.areas import emptied
from archive.publish.export import export_bytes
from archive.web.pages.files import attachment_header
from archive.web.pages.notices import place_words
from archive.web.visit import Context, Missing, Pager, Row, Visit, answer, page

PAGE = 50

_FROM = """FROM items_in_force i JOIN documents d ON d.id = i.document_id JOIN notices n ON n.id = d.notice_id
           LEFT JOIN areas a ON a.id = i.area_id
           WHERE (:area = '' OR a.slug = :area)
             AND (:level = '' OR (:level = 'county' AND i.county = 1) OR (:level = 'township' AND i.township = 1))
             AND (:deadline = '' OR i.deadline = :deadline)
             AND (:channel = '' OR EXISTS (SELECT 1 FROM json_each(i.channels) WHERE value = :channel))
             AND (:document = '' OR i.document_id = :document)
             AND (:review = '' OR i.review <> '')"""


def catalogue(visit: Visit) -> Context:
    return {"title": "公开事项目录", "area": None, **_listing(visit, "")}


def area(visit: Visit) -> Context:
    found = _area(visit, visit.vars["slug"])
    notice = visit.row("SELECT * FROM notices WHERE id = ?", [found["notice_id"]])
    aliases = json.loads(found["aliases"] or "[]")
    return {
        "title": f"{found['name']}领域",
        "area": found,
        "aliases": aliases,
        "notice": notice,
        "emptied": next((a for a in emptied(visit.connection) if a.slug == found["slug"]), None),
        **_listing(visit, found["slug"]),
    }


def _area(visit: Visit, slug: str) -> Row:
    found = visit.row("SELECT * FROM areas WHERE slug = ?", [slug])
    if found is None:
        raise Missing(f"没有名为“{slug}”的领域。")
    return found


def _listing(visit: Visit, fixed: str) -> Context:
    areas = visit.rows("SELECT slug, name FROM areas ORDER BY position, id")
    parameters = {
        "area": fixed or visit.choice("area", {row["slug"] for row in areas}, "领域"),
        "level": visit.choice("level", words.LEVELS, "公开层级"),
        "deadline": visit.text("deadline"),
        "channel": visit.text("channel"),
        "document": str(visit.number("document", "文件")) if visit.text("document") else "",
        "review": visit.choice("review", {"1"}, "需核对"),
    }
    in_link = {key: value for key, value in parameters.items() if not (fixed and key == "area")}
    pager = Pager.of(visit, visit.value(f"SELECT count(*) {_FROM}", parameters), PAGE, in_link)
    items = visit.rows(
        f"""SELECT i.*, a.name AS area, a.slug AS area_slug, n.slug AS notice_slug {_FROM}
            ORDER BY coalesce(a.position, 999), d.id, i.position LIMIT {PAGE} OFFSET {pager.offset}""",
        parameters,
    )
    return {
        "items": items,
        "pager": pager,
        "areas": areas,
        "selected": parameters,
        "deadlines": _column(
            visit,
            """SELECT deadline FROM items_in_force WHERE deadline <> ''
               GROUP BY deadline ORDER BY count(*) DESC, 1""",
        ),
        "channels": _column(
            visit,
            """SELECT value FROM items_in_force i, json_each(i.channels)
               GROUP BY value ORDER BY count(*) DESC, 1 LIMIT 60""",
        ),
    }


def _column(visit: Visit, sql: str) -> list[str]:
    return [row[0] for row in visit.connection.execute(sql)]


def item(visit: Visit) -> Context:
    """One row with all its columns, where it stands in the file, and what happened to it."""
    id = visit.id("目录事项")
    found = visit.row(
        """SELECT i.*, a.name AS area, a.slug AS area_slug, d.name AS document, d.kind AS document_kind, d.mirror,
                  n.slug, n.title AS notice, n.issuer, n.document_number, v.number AS version, v.captured_at
           FROM items i JOIN versions v ON v.id = i.version_id JOIN documents d ON d.id = i.document_id
           JOIN notices n ON n.id = d.notice_id LEFT JOIN areas a ON a.id = i.area_id WHERE i.id = ?""",
        [id],
    )
    if found is None:
        raise Missing(f"没有编号为 {id} 的目录事项。")
    more = json.loads(found["more"] or "{}")
    place = more.get("place") or {}
    neighbour = "SELECT id FROM items WHERE version_id = ? AND position {} ? ORDER BY position {} LIMIT 1"
    at = [found["version_id"], found["position"]]
    return {
        "title": found["level2"] or found["level1"] or f"目录事项 {id}",
        "item": found,
        "columns": [(label, _cell(found, name)) for name, label in words.COLUMNS.items() if name != "review"],
        "place": place_words(place) if isinstance(place, dict) else str(place),
        "original": _pairs(more.get("original")),
        "inferred": [words.COLUMNS.get(name, name) for name in more.get("inferred") or []],
        "extra": _pairs({key: more[key] for key in more if key not in ("original", "inferred", "place", "deadline")}),
        "history": _history(visit, id),
        "previous": visit.row(neighbour.format("<", "DESC"), at),
        "next": visit.row(neighbour.format(">", "ASC"), at),
    }


def _cell(item: Row, name: str) -> str:
    value = item[name]
    if name == "channels":
        return "、".join(json.loads(value or "[]"))
    if name in ("audience_all", "audience_specific", "proactive", "on_request", "county", "township"):
        return "原表没有这一列" if value is None else ("是" if value else "否")
    return str(value or "")


def _pairs(values: object) -> list[tuple[str, str]]:
    """Original marks and other columns, in words."""
    if not isinstance(values, dict):
        return [("", str(values))] if values else []
    texts = {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for key, value in values.items()
    }
    return [
        (words.COLUMNS.get(key, "三级事项" if key == "level3" else key), text) for key, text in texts.items() if text
    ]


def _history(visit: Visit, id: int) -> list[Row]:
    """The changes that touched this row, in this version and in those before and after it, newest first."""
    return visit.rows(
        """WITH RECURSIVE same(id) AS (
               SELECT :id
               UNION SELECT r.item_before FROM row_changes r JOIN same ON r.item_after = same.id
                     WHERE r.item_before IS NOT NULL
               UNION SELECT r.item_after FROM row_changes r JOIN same ON r.item_before = same.id
                     WHERE r.item_after IS NOT NULL)
           SELECT DISTINCT c.id, c.kind, c.summary, c.detected_at
           FROM row_changes r JOIN changes c ON c.id = r.change_id
           WHERE r.item_before IN same OR r.item_after IN same
           ORDER BY c.id DESC LIMIT 50""",
        {"id": id},
    )


# ---------------------------------------------------------------- files to edit


MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
}


def download(visit: Visit) -> Response:
    """/catalogue.xlsx?level=township&area=…: rows in force, in the official layout."""
    suffix = visit.vars["suffix"]
    level = visit.choice("level", words.LEVELS, "公开层级")
    names = {row["slug"]: row["name"] for row in visit.rows("SELECT slug, name FROM areas")}
    area = visit.choice("area", names, "领域")
    areas: Sequence[str] = [area] if area else []
    body = export_bytes(visit.connection, suffix, areas, level)
    title = "".join([names[area] if area else "", words.LEVELS.get(level, ""), "公开事项目录"])
    return Response(body, headers=attachment_header(f"{title}.{suffix}"), content_type=MEDIA[suffix])


ROUTES = (
    (r"^/catalogue$", page("catalogue.html", catalogue)),
    (r"^/catalogue\.(?P<suffix>xlsx|csv|json)$", answer(download)),
    (r"^/areas/(?P<slug>[^/.]+)$", page("catalogue.html", area)),
    (r"^/items/(?P<id>[0-9]+)$", page("item.html", item)),
)
