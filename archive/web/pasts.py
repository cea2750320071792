"""What was: a notice's versions, changes and verdicts in their order, and what the archive held at the end of a day."""

# ruff: noqa: S608 (the parts are constants of this module; values are always parameters)

from __future__ import annotations

import json
from datetime import date, timedelta, tzinfo
from itertools import groupby

from attrs import frozen

from archive import clock
from archive.record.difference import metadata_of
from archive.settings import load_settings
from archive.web.texts import blocks_of, lines_of
from archive.web.visit import BadParameter, Context, Row, Visit

END = 60
"""Entries of a timeline that a page shows; the newest."""
CAPTURES = 3_000
"""Fetches of a notice's page that its timeline looks back on: some eight years of daily ones."""
ROWS = 100
"""Rows of a past edition that one page lists."""


_OF_VERSIONS = "WHERE i.version_id IN (SELECT value FROM json_each(?))"


@frozen
class Moment:
    """An entry of the timeline."""

    at: str
    kind: str
    """version | change | verdict"""
    row: Row
    until: str = ""
    """Of a verdict: when it was last found."""
    times: int = 1


def timeline(visit: Visit, notice_id: int, zone: tzinfo) -> list[tuple[str, list[Moment]]]:
    """('2026年11月', its entries), the newest first."""
    moments = [*_versions(visit, notice_id), *_changes(visit, notice_id), *_verdicts(visit, notice_id)]
    order = {"verdict": 0, "version": 1, "change": 2}
    moments.sort(key=lambda moment: (moment.at, order[moment.kind], moment.row["id"]), reverse=True)

    def month(moment: Moment) -> str:
        return clock.local(moment.at, zone)[:8]

    return [(name, list(group)) for name, group in groupby(moments[:END], key=month)]


def _versions(visit: Visit, notice_id: int) -> list[Moment]:
    rows = visit.rows(
        """SELECT v.id, v.document_id, v.number, v.captured_at, v.state, d.kind, d.name, d.mirror
           FROM versions v JOIN documents d ON d.id = v.document_id WHERE d.notice_id = ? AND d.kind <> 'picture'
           ORDER BY v.captured_at DESC, v.id DESC LIMIT ?""",
        [notice_id, END],
    )
    return [Moment(row["captured_at"], "version", row) for row in rows]


def _changes(visit: Visit, notice_id: int) -> list[Moment]:
    rows = visit.rows(
        "SELECT * FROM changes WHERE notice_id = ? ORDER BY detected_at DESC, id DESC LIMIT ?", [notice_id, END]
    )
    return [Moment(row["detected_at"], "change", row) for row in rows]


def _verdicts(visit: Visit, notice_id: int) -> list[Moment]:
    """What the fetches of the page came to, in runs of one verdict."""
    rows = visit.rows(
        """SELECT c.id, c.fetched_at, CASE c.verdict WHEN 'unchanged' THEN 'ok' ELSE c.verdict END AS verdict,
                  coalesce(c.reason, '') AS reason, c.decision
           FROM captures c JOIN documents d ON d.id = c.document_id
           WHERE d.notice_id = ? AND d.kind = 'page' AND d.mirror = ''
           ORDER BY c.fetched_at DESC, c.id DESC LIMIT ?""",
        [notice_id, CAPTURES],
    )
    found = []
    for _, group in groupby(rows, key=lambda row: (row["verdict"], row["reason"])):
        run = list(group)
        found.append(Moment(run[-1]["fetched_at"], "verdict", run[-1], run[0]["fetched_at"], len(run)))
    return found


# ---------------------------------------------------------------- the end of a day


def past(visit: Visit, notice: Row) -> Context:
    """?at=2024-06-01: text, files and rows as the archive held them at the end of that day, in the operator's zone."""
    day = visit.text("at")
    try:
        end = clock.since(str(date.fromisoformat(day) + timedelta(days=1)), load_settings(visit.data).zone)
    except (ValueError, OverflowError) as error:
        raise BadParameter(f"日期应写成 2024-06-01 的样子，不能是“{day}”。") from error
    page = visit.row(
        """SELECT v.*, d.url, d.location FROM versions v JOIN documents d ON d.id = v.document_id
           WHERE d.notice_id = ? AND d.kind = 'page' AND d.mirror = '' AND v.state IN ('', 'accepted')
             AND v.captured_at < ? ORDER BY v.captured_at DESC, v.id DESC LIMIT 1""",
        [notice["id"], end],
    )
    context: Context = {"title": f"{notice['title']}（{day}）", "day": day, "then": page, "first": None}
    if page is None:
        context["first"] = visit.value(
            """SELECT min(v.captured_at) FROM versions v JOIN documents d ON d.id = v.document_id
               WHERE d.notice_id = ?""",
            [notice["id"]],
        )
        return context
    files = _files(visit, page["id"], end)
    held = [json.dumps([page["id"], *(file["version_id"] for file in files if file["version_id"])])]
    return context | {
        "title": f"{page['title'] or notice['title']}（{day}）",
        "metadata": metadata_of(page),
        "blocks": blocks_of(page["text"]),
        "longer": lines_of(page["text"]),
        "files": files,
        "rows_total": visit.value(f"SELECT count(*) FROM items i {_OF_VERSIONS}", held),
        "rows": visit.rows(
            f"""SELECT i.*, coalesce(a.name, '') AS area FROM items i LEFT JOIN areas a ON a.id = i.area_id
                {_OF_VERSIONS} ORDER BY i.version_id, i.position LIMIT {ROWS}""",
            held,
        ),
    }


_THEN = """(SELECT w.id FROM versions w WHERE w.document_id = {} AND w.state IN ('', 'accepted')
               AND w.captured_at < :end ORDER BY w.captured_at DESC, w.id DESC LIMIT 1)"""
"""The version of a document that stood then."""


def _files(visit: Visit, version_id: int, end: str) -> list[Row]:
    """The files that a version of the page and its further pages named, and those inside them, as of that day."""
    return visit.rows(
        f"""WITH pages AS (
             SELECT :version AS version_id, 0 AS place
             UNION ALL SELECT {_THEN.format("c.document_id")}, c.position FROM continued_links c
             WHERE c.version_id = :version),
           links AS (
             SELECT a.document_id, a.name, min(pages.place * 1000 + a.position) AS place
             FROM pages JOIN attachments a ON a.version_id = pages.version_id
             WHERE pages.place = 0 OR a.id NOT IN (SELECT id FROM continued_links WHERE version_id = pages.version_id)
             GROUP BY a.document_id)
           SELECT d.id, CASE WHEN d.id = a.document_id THEN a.name ELSE d.name END AS name, d.kind, v.id AS version_id,
                  v.number, v.captured_at, c.sha256
           FROM links a JOIN documents d ON d.id = a.document_id OR d.parent_id = a.document_id
           LEFT JOIN versions v ON v.id = {_THEN.format("d.id")}
           LEFT JOIN captures c ON c.id = v.capture_id
           ORDER BY a.place, d.id""",
        {"end": end, "version": version_id},
    )
