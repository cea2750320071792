"""The laws that rows rest on: all of them with their state, and one with its texts and its rows by area."""

from __future__ import annotations

from itertools import groupby

from archive import words
from archive.clock import iso, now
from archive.laws.register import ENDS, SOURCE
from archive.publish.laws import coverage, laws, texts_at
from archive.web.pager import Pager
from archive.web.views import page
from archive.web.visit import Context, Visit

ROWS = 200
"""Rows of one law on a page."""
UNRESOLVED = 50


_AMENDED = """SELECT b.slug, b.title, b.state, b.since, count(DISTINCT i.id) AS items FROM amended_bases b
    JOIN items_in_force i ON i.id = b.item_id GROUP BY b.law_id ORDER BY b.since DESC"""


def listing(visit: Visit) -> Context:
    state = visit.choice("state", words.LAW_STATES, "状态")
    day = iso(now())[:10]
    found = visit.memo.of_rows(("laws", day), lambda: laws(visit.connection, day))
    covered = visit.memo.of_rows("coverage", lambda: coverage(visit.connection))
    return {
        "title": "公开依据",
        "laws": [law for law in found if not state or law["state"] == state],
        "state": state,
        "states": {code: word for code, word in words.LAW_STATES.items() if any(law["state"] == code for law in found)},
        "coverage": covered,
        "unresolved": list(covered["printed"].items())[:UNRESOLVED],
        "amended": visit.memo.of_rows("amended", lambda: visit.rows(_AMENDED)),
        "ends": ENDS,
        "source": SOURCE,
    }


def law(visit: Visit) -> Context:
    found = visit.called("没有“{}”这部法规。", "SELECT * FROM laws WHERE slug = ?")
    where = """FROM citations c JOIN items_in_force i ON i.id = c.item_id LEFT JOIN areas a ON a.id = i.area_id
               WHERE c.law_id = ?"""
    pager = Pager.of(visit, visit.value(f"SELECT count(*) {where}", [found["id"]]), ROWS, {})
    rows = visit.rows(
        f"""SELECT i.id, i.key, i.level1, i.level2, i.content, i.serial, a.name AS area, a.slug AS area_slug, c.article,
                   c.printed, c.number, (SELECT b.state FROM amended_bases b WHERE b.citation_id = c.id) AS state,
                   (SELECT b.since FROM amended_bases b WHERE b.citation_id = c.id) AS since {where}
            ORDER BY a.position IS NULL, a.position, i.document_id, i.position LIMIT {ROWS} OFFSET {pager.offset}""",  # noqa: S608 - texts of ours
        [found["id"]],
    )
    return {
        "title": f"《{found['title']}》",
        "law": found,
        "watched": visit.row("SELECT * FROM notices WHERE id = ?", [found["notice_id"]]),
        "texts": texts_at(found, iso(now())[:10]),
        "areas": [(key, list(group)) for key, group in groupby(rows, lambda row: (row["area_slug"], row["area"]))],
        "pager": pager,
        "changes": visit.rows("SELECT * FROM change_list WHERE law = ? ORDER BY id DESC LIMIT 20", [found["slug"]]),
        "ends": ENDS,
    }


ROUTES = ((r"^/laws$", page("laws.html", listing)), (r"^/laws/(?P<slug>[^/]+)$", page("law.html", law)))
