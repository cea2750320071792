"""What changed: the list by months, and one change as a sheet to be printed."""

# ruff: noqa: S608 (the parts are constants of this module; values are always parameters)

from __future__ import annotations

import json
from datetime import UTC, date, timedelta, tzinfo
from itertools import groupby
from typing import Any

from archive import clock, words
from archive.compare.excerpts import near
from archive.compare.redline import side_by_side
from archive.model import Kind
from archive.publish.choice import known_origins
from archive.record.story import Concern, Story, stories, text_of
from archive.settings import load_settings
from archive.web.folds import folds
from archive.web.pager import Pager
from archive.web.views import page
from archive.web.visit import BadParameter, Context, Missing, Row, Visit
from archive.words.columns import LEVELS

PAGE = 50
VIEWS = {"inline": "逐字对照", "side": "左右对照"}
AFFECTED = 500
"""Rows that a sheet lists of a notice that was repealed, withdrawn or may be replaced."""
_CHANGED_ROWS = """row_changes r JOIN items i ON i.id = coalesce(r.item_after, r.item_before)
                   WHERE r.change_id = c.id"""
# a change of the text alone concerns every area and level of its notice
_WHERE = f"""FROM change_list c
    WHERE (:kind = '' OR c.kind = :kind) AND (:notice = '' OR c.slug = :notice)
      AND c.detected_at >= :after AND (:before = '' OR c.detected_at < :before)
      AND (:area = '' OR EXISTS (SELECT 1 FROM areas a WHERE a.slug = :area AND (
             a.id IN (SELECT i.area_id FROM {_CHANGED_ROWS})
             OR (a.notice_id = c.notice_id AND NOT EXISTS (SELECT 1 FROM row_changes r WHERE r.change_id = c.id)))))
      AND (:level = '' OR NOT EXISTS (SELECT 1 FROM row_changes r WHERE r.change_id = c.id)
           OR EXISTS (SELECT 1 FROM {_CHANGED_ROWS} AND CASE :level WHEN 'county' THEN i.county ELSE i.township END))
      AND (:origin = '' OR EXISTS (SELECT 1 FROM reports r WHERE r.change_id = c.id AND r.origin_id = 0 + :origin)
           OR (:origin = '0' AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.change_id = c.id)))"""


def changes(visit: Visit) -> Context:
    zone = load_settings(visit.data).zone
    areas = visit.areas()
    notices = visit.notices()
    origins = known_origins(visit.connection)
    parameters = {
        "area": visit.choice("area", areas, "领域"),
        "level": visit.choice("level", LEVELS, "公开层级"),
        "kind": visit.choice("kind", words.CHANGES, "种类"),
        "notice": visit.choice("notice", notices, "通知"),
        "origin": visit.choice("origin", origins, "来源档案"),
        "since": visit.text("since"),
        "until": visit.text("until"),
    }
    bound = parameters | {
        "after": _begin(parameters["since"], zone, "起始日期"),
        "before": _begin(parameters["until"], zone, "截止日期", days=1),
    }
    pager = Pager.of(
        visit,
        visit.memo.of(("changes", *bound.values()), lambda: visit.value(f"SELECT count(*) {_WHERE}", bound)),
        PAGE,
        parameters,
    )
    found = visit.rows(
        f"SELECT * {_WHERE} ORDER BY detected_at DESC, id DESC LIMIT {PAGE} OFFSET {pager.offset}", bound
    )
    return {
        "title": "修订记录",
        "months": by_month(with_areas(visit, found), zone),
        "pager": pager,
        "areas": areas,
        "notices": notices,
        "origins": origins,
        "selected": parameters,
    }


def _begin(day: str, zone: tzinfo, what: str, *, days: int = 0) -> str:
    """The moment at which a day begins, or so many days later; '' for none. Raises BadParameter."""
    if not day:
        return ""
    try:
        if days:
            day = str(date.fromisoformat(day) + timedelta(days=days))
        return clock.since(day, zone)
    except (ValueError, OverflowError) as error:
        raise BadParameter(f"{what}应写成 2026-11-20 的样子，不能是“{day}”。") from error


def by_month(found: list[Row], zone: tzinfo) -> list[tuple[str, list[Row]]]:
    """('2026年11月', its changes), in the order given."""

    def month(row: Row) -> str:
        return clock.local(row["detected_at"], zone)[:8]

    return [(name, list(group)) for name, group in groupby(found, key=month)]


def with_areas(visit: Visit, found: list[Row]) -> list[Row]:
    """Changes with the names of the areas that they concern: of the rows that changed, else of the notice."""
    of_rows = visit.names(
        """SELECT c.value, group_concat(DISTINCT a.name) FROM json_each(?) c JOIN row_changes r ON r.change_id = c.value
           JOIN items i ON i.id = coalesce(r.item_after, r.item_before) JOIN areas a ON a.id = i.area_id
           GROUP BY c.value""",
        [json.dumps([row["id"] for row in found])],
    )
    of_notices = visit.names("SELECT notice_id, group_concat(name) FROM areas GROUP BY notice_id")
    return [
        row | {"areas": (of_rows.get(row["id"]) or of_notices.get(row["notice_id"]) or "").replace(",", "、")}
        for row in found
    ]


# ---------------------------------------------------------------- one


def change(visit: Visit) -> Context:
    """修订告知单: one change on one sheet."""
    id = visit.id("修订记录")
    found = stories(visit.connection, [id], "", UTC)
    if not found:
        raise Missing(f"没有编号为 {id} 的修订记录。")
    (story,) = found
    view = visit.choice("view", VIEWS, "对照方式") or "inline"
    affected = _affected(visit, story)
    ops = text_of(visit.connection, story)
    return {
        "title": story.summary,
        "change": story,
        "concern": Concern.of(affected) if affected else story.concern,
        "areas": () if affected or story.all_rows else story.areas,
        "affected": affected,
        "before": _version(visit, story.from_version),
        "after": _version(visit, story.to_version if story.to_version != story.from_version else None),
        "view": view,
        "views": VIEWS,
        "folds": folds(ops, with_catalogue=not story.all_rows) if view == "inline" else [],
        "lines": list(near(side_by_side(ops))) if view == "side" else [],
    }


def _affected(visit: Visit, story: Story) -> list[Row]:
    """The rows in force of what was repealed, cannot be had any more, or may be replaced."""
    of_notice = story.kind in (Kind.REPEALED, Kind.SUCCESSOR) or (story.kind == Kind.GONE and not story.document)
    if story.all_rows or not (of_notice or story.kind == Kind.GONE):
        return []
    return visit.rows(
        f"""SELECT i.key, i.serial, i.level1, i.level2, i.content, i.subject, i.county, i.township,
                   coalesce(a.name, '') AS area
            FROM items_in_force i LEFT JOIN areas a ON a.id = i.area_id
            WHERE i.notice_id = (SELECT id FROM notices WHERE slug = ?) AND (? OR i.file_id = ?)
            ORDER BY coalesce(a.position, 999), i.document_id, i.position LIMIT {AFFECTED}""",
        [story.slug, of_notice, story.document_id],
    )


def _version(visit: Visit, id: int | None) -> dict[str, Any] | None:
    """A version with where it and its original bytes can be had."""
    return visit.row(
        """SELECT v.id, v.document_id, v.number, v.captured_at,
                  v.capture_id IN (SELECT id FROM received_captures) AS received,
                  c.sha256, c.url, c.warc_file IS NOT NULL OR c.refers_to IS NOT NULL AS kept
           FROM versions v LEFT JOIN captures c ON c.id = v.capture_id WHERE v.id = ?""",
        [id],
    )


ROUTES = (
    (r"^/changes$", page("changes.html", changes)),
    (r"^/changes/(?P<id>[0-9]+)$", page("change.html", change)),
)
