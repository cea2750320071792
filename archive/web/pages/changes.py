"""What changed: the list, and one change as redline and rows."""

from __future__ import annotations

from datetime import UTC

from archive import clock, words
from archive.compare.excerpts import excerpt, near
from archive.compare.redline import side_by_side
from archive.record.story import stories, text_of
from archive.web.pager import Pager
from archive.web.views import page
from archive.web.visit import BadParameter, Context, Missing, Row, Visit

PAGE = 50
VIEWS = {"inline": "逐字对照", "side": "左右对照"}


def changes(visit: Visit) -> Context:
    kind = visit.choice("kind", words.CHANGES, "种类")
    notices = visit.rows("SELECT slug, title FROM notices ORDER BY number")
    notice = visit.choice("notice", {row["slug"] for row in notices}, "通知")
    since = visit.text("since")
    parameters = {"kind": kind, "notice": notice, "since": since}
    where = """FROM change_list WHERE (:kind = '' OR kind = :kind) AND (:notice = '' OR slug = :notice)
                 AND detected_at >= :after"""
    try:
        bound = parameters | {"after": clock.since(since, UTC) if since else ""}
    except ValueError as error:
        raise BadParameter(f"起始日期应写成 2026-11-20 的样子，不能是“{since}”。") from error
    pager = Pager.of(visit, visit.value(f"SELECT count(*) {where}", bound), PAGE, parameters)
    return {
        "title": "修订记录",
        "changes": visit.rows(f"SELECT * {where} ORDER BY id DESC LIMIT {PAGE} OFFSET {pager.offset}", bound),
        "pager": pager,
        "notices": notices,
        **parameters,
    }


def change(visit: Visit) -> Context:
    id = visit.id("修订记录")
    found = stories(visit.connection, [id], "", UTC)
    if not found:
        raise Missing(f"没有编号为 {id} 的修订记录。")
    (story,) = found
    view = visit.choice("view", VIEWS, "对照方式") or "inline"
    whole = bool(visit.choice("whole", {"1"}, "显示全文"))
    context: Context = {
        "title": story.summary,
        "change": story,
        "before": _version(visit, story.from_version),
        "after": _version(visit, story.to_version),
        "view": view,
        "whole": whole,
        "views": VIEWS,
        "inline": [],
        "lines": [],
    }
    ops = text_of(visit.connection, story)
    if view == "inline":
        context["inline"] = ops if whole else excerpt(ops)
    else:
        lines = side_by_side(ops)
        context["lines"] = [(line, 0) for line in lines] if whole else list(near(lines))
    return context


def _version(visit: Visit, id: int | None) -> Row | None:
    return visit.version(id)


ROUTES = (
    (r"^/changes$", page("changes.html", changes)),
    (r"^/changes/(?P<id>[0-9]+)$", page("change.html", change)),
)
