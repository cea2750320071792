"""The local catalogues that are watched: which follow the national standard, and what of each does not."""

from __future__ import annotations

import json

from archive import words
from archive.web.pager import Pager
from archive.web.views import page
from archive.web.visit import Context, Row, Visit
from archive.words.columns import GROUPS, NAMES

PAGE = 100
SAME = "same"
COLUMNS = {"": "整行", **NAMES, **GROUPS}

_FROM = """FROM deviations d LEFT JOIN items i ON i.id = d.item_id LEFT JOIN items l ON l.id = d.local_item_id
           LEFT JOIN areas a ON a.id = d.area_id
           WHERE d.local_id = :local AND (:area = '' OR a.slug = :area) AND (:kind = '' OR d.kind = :kind)"""


def everyone(visit: Visit) -> Context:
    """Who stands how in which field."""
    names = visit.areas()
    locals_ = [
        _counted(row)
        for row in visit.rows("SELECT l.*, n.state FROM locals l JOIN notices n ON n.id = l.notice_id ORDER BY l.id")
    ]
    covered = {slug for row in locals_ for slug in row["by_area"]}
    return {
        "title": "地方目录与国家标准对照",
        "locals": locals_,
        "areas": {slug: name for slug, name in names.items() if slug in covered},
    }


def one(visit: Visit) -> Context:
    sql = "SELECT l.*, n.state FROM locals l JOIN notices n ON n.id = l.notice_id WHERE l.slug = ?"
    row = _counted(visit.called("没有名为“{}”的地方目录。", sql))
    names = visit.areas()
    chosen = {
        "area": visit.choice("area", row["by_area"], "领域"),
        "kind": visit.choice("kind", words.DEVIATIONS, "结论"),
    }
    bound = chosen | {"local": row["id"]}
    pager = Pager.of(visit, visit.value(f"SELECT count(*) {_FROM}", bound), PAGE, chosen)
    return {
        "title": row["name"],
        "local": row,
        "areas": {slug: name for slug, name in names.items() if slug in row["by_area"]},
        "notes": json.loads(row["notes"] or "[]"),
        "deviations": visit.rows(
            f"""SELECT d.*, a.name AS area, i.key, coalesce(l.serial, '') AS serial,
                  coalesce(l.level1, i.level1) AS level1, coalesce(l.level2, i.level2) AS level2
                {_FROM} ORDER BY a.position, d.id LIMIT {PAGE} OFFSET {pager.offset}""",
            bound,
        ),
        "behind": visit.rows(
            """SELECT c.* FROM change_list c JOIN behind b ON b.change_id = c.id
               WHERE b.local_id = ? ORDER BY c.id DESC LIMIT 10""",
            [row["id"]],
        ),
        "columns": COLUMNS,
        "pager": pager,
        **chosen,
    }


def _counted(row: Row) -> Row:
    """With its counts: rows by verdict, and of each field how many are the same and how many are not."""
    by_area: dict[str, dict[str, int]] = json.loads(row["found"] or "{}")
    totals: dict[str, int] = {}
    for counts in by_area.values():
        for kind, count in counts.items():
            totals[kind] = totals.get(kind, 0) + count
    different = {slug: sum(n for kind, n in counts.items() if kind != SAME) for slug, counts in by_area.items()}
    return row | {
        "by_area": by_area,
        "totals": {kind: totals[kind] for kind in words.DEVIATIONS if kind in totals},
        "different": different,
        "same": {slug: counts.get(SAME, 0) for slug, counts in by_area.items()},
    }


ROUTES = (
    (r"^/local$", page("locals.html", everyone)),
    (r"^/local/(?P<slug>[^/.]+)$", page("local.html", one)),
)
