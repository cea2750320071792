"""A notice with everything known about it; with ?at=DATE what the archive held of it at the end of that day."""

from __future__ import annotations

import json
from collections.abc import Sequence

from archive.operate.troubles.areas import emptied
from archive.record.difference import metadata_of
from archive.search.texts import LINES
from archive.settings import load_settings
from archive.web.pager import Pager, pages
from archive.web.pages.files import has_bytes
from archive.web.pasts import END, past, timeline
from archive.web.texts import blocks_of, grids_to_review, lines_of
from archive.web.views import page
from archive.web.visit import Context, Row, Visit

# The newest captures only; all of them are in Datasette's table.
_LISTS = {
    "areas": "SELECT slug, name FROM areas WHERE notice_id = ? ORDER BY position",
    "captures": """SELECT c.*, c.id IN (SELECT id FROM received_captures) AS received,
                          d.kind, d.name, d.mirror FROM captures c JOIN documents d ON d.id = c.document_id
                   WHERE d.notice_id = ? AND d.kind <> 'picture'
                   ORDER BY c.fetched_at DESC, c.id DESC LIMIT 50""",
    "doubtful": """SELECT c.*, d.kind, d.name,
                          (SELECT r.id FROM waiting r WHERE r.kind = 'capture' AND r.subject_id = c.id) AS review
                   FROM latest_captures c JOIN documents d ON d.id = c.document_id
                   WHERE d.notice_id = ? AND d.kind <> 'picture' AND c.verdict = 'suspect'
                     AND coalesce(c.decision, '') = ''
                   ORDER BY c.id DESC""",
    "pictures": """SELECT p.*, g.bytes, g.id IS NOT NULL AS kept,
                          (SELECT c.detail FROM latest_captures c WHERE c.document_id = p.id) AS detail
                   FROM pictures_in_force p LEFT JOIN captures g ON g.id = (
                     SELECT id FROM good_captures k WHERE k.document_id = p.id
                     ORDER BY k.fetched_at DESC, k.id DESC LIMIT 1)
                   WHERE p.notice_id = ? ORDER BY p.position""",
    "held": "SELECT id, kind, why, opened_at FROM waiting WHERE notice_id = ? AND kind != 'capture' ORDER BY id",
    "candidates": "SELECT * FROM candidates WHERE notice_id = ? ORDER BY id DESC",
}
"""What the page lists of a notice, by its id."""
_VERSIONS = """SELECT v.id, v.number, v.captured_at, v.capture_id IN (SELECT id FROM received_captures) AS received,
      length(v.text) AS length, v.confidence, v.document_id, v.state, d.kind, d.name, d.mirror,
      (SELECT count(*) FROM items i WHERE i.version_id = v.id) AS items
    FROM json_each(?) j CROSS JOIN documents d ON d.id = j.value JOIN versions v ON v.document_id = d.id
    WHERE d.kind <> 'picture' ORDER BY v.document_id, v.number DESC"""
_REVIEWED = """SELECT j.value FROM json_each(?) j WHERE EXISTS (
      SELECT 1 FROM grids g WHERE g.version_id = j.value AND (g.review <> '[]' OR g.flagged > 0)) ORDER BY j.key"""
"""The versions with a table that needs a look, in the order in which they are given."""
FILES = 200
"""Attachments that one page lists, and whose versions."""


def notice(visit: Visit) -> Context:
    found = visit.called("名单中没有“{}”这份通知。", "SELECT * FROM notices WHERE slug = ?")
    if visit.text("at"):
        return {"notice": found, **past(visit, found)}
    id = found["id"]
    listed = visit.rows(_LISTED, [id])
    files = [d["id"] for d in listed if d["kind"] in ("attachment", "member")]
    pager = Pager.of(visit, len(files), FILES, {})
    shown_files = files[pager.offset : pager.offset + FILES]
    documents = _documents(visit, [d["id"] for d in listed if d["kind"] == "page"] + shown_files)
    webpages = [d for d in documents if d["kind"] == "page"]
    shown = next((d for d in webpages if d["current"]), None)
    version = visit.version(shown["version_id"]) if shown else None
    return {
        "title": found["title"],
        "notice": found,
        "emptied": emptied(visit.connection, id),
        "page": shown,
        "version": version,
        "metadata": metadata_of(version) if version else [],
        "blocks": blocks_of(version["text"]) if version else [],
        "pages": pages(lines_of(version["text"]), LINES) if version else 0,
        "attachments": [d for d in documents if d["kind"] != "page"],
        "pager": pager,
        "versions": visit.rows(_VERSIONS, [json.dumps([d["id"] for d in documents])]),
        "others": [d for d in webpages if d is not shown and d["version_id"]],
        "review": [grid for version in _reviewed(visit, listed) for grid in grids_to_review(visit, version)],
        "captures_total": visit.value(
            """SELECT count(*) FROM captures WHERE document_id IN (
                 SELECT id FROM documents WHERE notice_id = ? AND kind <> 'picture')""",
            [id],
        ),
        "timeline": timeline(visit, id, load_settings(visit.data).zone),
        "end": END,
        **{name: visit.rows(sql, [id]) for name, sql in _LISTS.items()},
    }


_LISTED = """SELECT d.id, d.kind, v.id AS version_id, d.superseded_by IS NULL AND v.id IS NOT NULL AS current
    FROM documents d LEFT JOIN current_versions v ON v.document_id = d.id WHERE d.notice_id = ?
    ORDER BY d.kind <> 'page', d.superseded_by IS NOT NULL, d.state = 'gone', coalesce(d.mirror, '') <> '',
             v.id IS NULL, d.id"""
"""All documents of a notice; the declared page first, mirrors and former ones after it."""


def _documents(visit: Visit, ids: Sequence[int]) -> list[Row]:
    """These documents with their latest version, in this order."""
    rows = visit.rows(
        """SELECT d.*, v.id AS version_id, v.number, length(v.text) AS length, v.confidence,
                  d.superseded_by IS NULL AND v.id IS NOT NULL AS current,
                  (SELECT count(*) FROM items i WHERE i.version_id = v.id) AS items,
                  (SELECT c.detail FROM latest_captures c WHERE c.document_id = d.id) AS detail,
                  (SELECT c.bytes FROM captures c WHERE c.document_id = d.id AND c.bytes IS NOT NULL
                   ORDER BY c.id DESC LIMIT 1) AS bytes
           FROM json_each(?) j CROSS JOIN documents d ON d.id = j.value
           LEFT JOIN current_versions v ON v.document_id = d.id ORDER BY j.key""",
        [json.dumps([*ids])],
    )
    return [row | {"kept": has_bytes(visit, row)} for row in rows]


def _reviewed(visit: Visit, listed: Sequence[Row]) -> list[int]:
    return visit.column(_REVIEWED, [json.dumps([d["version_id"] for d in listed if d["current"]])])


ROUTES = ((r"^/notices/(?P<slug>[^/]+)$", page("notice.html", notice)),)
