"""The home page: what is new, what needs a person, areas and notices."""

from __future__ import annotations

from datetime import timedelta

from archive.clock import iso, now
from archive.operate.troubles.areas import emptied
from archive.web.pages.changes import with_areas
from archive.web.views import page
from archive.web.visit import Context, Visit

NEW_FOR = timedelta(days=90)
"""How long a change is news on this page."""
NEWS = 8
_COUNTS = "SELECT area_id, count(*) FROM items WHERE current = 1 GROUP BY area_id"
"""The rows of `items_in_force`, counted by an index alone."""
_NOTICES = """SELECT number, slug, title, declared, issuer, document_number, state, repealed, checked_at
    FROM national_notices ORDER BY declared DESC, number"""
"""Without the told editions: each names all files of its notice."""


def home(visit: Visit) -> Context:
    without_rows = emptied(visit.connection)
    news = visit.rows(
        """SELECT * FROM change_list WHERE kind NOT IN ('new', 'upgrade') AND quiet = 0
             AND role <> 'local' AND detected_at >= ?
           ORDER BY detected_at DESC, id DESC LIMIT ?""",
        [iso(now() - NEW_FOR), NEWS],
    )
    counts = visit.memo.of_rows("counts", lambda: visit.names(_COUNTS))
    areas = visit.rows("SELECT id, slug, name FROM areas ORDER BY position, id")
    return {
        "areas": [area | {"items": counts.get(area["id"], 0)} for area in areas],
        "emptied": {area.slug: area.rows for area in without_rows},
        "emptied_of": {area.notice for area in without_rows},
        "notices": visit.rows(_NOTICES),
        "changes": with_areas(visit, news),
        "days": NEW_FOR.days,
        "waiting": visit.value("SELECT count(*) FROM waiting"),
        "troubled": visit.rows(
            """SELECT slug, title, state FROM national_notices WHERE declared = 1 AND acknowledged IS NULL
               AND state NOT IN ('current', 'never-fetched') ORDER BY number"""
        ),
        "items": sum(counts.values()),
        "locals": visit.value("SELECT count(*) FROM locals"),
    }


ROUTES = ((r"^/$", page("home.html", home)),)
