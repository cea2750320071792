"""The text of one version of a document."""

from __future__ import annotations

from archive.record.story import metadata_of
from archive.web.pager import Pager
from archive.web.pages.files import has_bytes
from archive.web.texts import LINES, blocks_of, grids_to_review, lines_of
from archive.web.views import page
from archive.web.visit import Context, Missing, Row, Visit


def document(visit: Visit) -> Context:
    """The version that stands, unless ?version= names another; one page of its text."""
    found = visit.numbered(
        "文件",
        "SELECT d.*, n.slug, n.title AS notice FROM documents d JOIN notices n ON n.id = d.notice_id WHERE d.id = ?",
    )
    versions = visit.rows(
        """SELECT v.id, v.number, v.captured_at, v.state,
                  v.capture_id IN (SELECT id FROM received_captures) AS received,
                  c.id IS NOT NULL AS standing
           FROM versions v LEFT JOIN current_versions c ON c.id = v.id
           WHERE v.document_id = ? ORDER BY v.number DESC""",
        [found["id"]],
    )
    standing = next((v for v in versions if v["standing"]), versions[0]) if versions else None
    version = visit.version(_chosen(visit, versions, standing))
    context: Context = {
        "title": found["name"] or found["notice"],
        "document": found,
        "versions": versions,
        "members": visit.rows("SELECT * FROM documents WHERE parent_id = ? ORDER BY id", [found["id"]]),
        "kept": has_bytes(visit, found),
    }
    if version is None or standing is None:
        return context
    pager = Pager.of(visit, lines_of(version["text"]), LINES, {"version": str(version["number"])})
    return context | {
        "title": found["name"] or version["title"] or found["notice"],
        "version": version,
        "blocks": blocks_of(version["text"], pager.page),
        "pager": pager,
        "latest": version["id"] == standing["id"],
        "metadata": metadata_of(version),
        "items": visit.value("SELECT count(*) FROM items WHERE version_id = ?", [version["id"]]),
        "review": grids_to_review(visit, version["id"]),
    }


def _chosen(visit: Visit, versions: list[Row], standing: Row | None) -> int | None:
    """The id of the version asked for; None of a document that has no text yet. Raises Missing."""
    if standing is None:
        if visit.text("version"):
            raise Missing("这份文件还没有文本。")
        return None
    number = visit.number("version", "版本", default=standing["number"])
    chosen: int | None = next((v["id"] for v in versions if v["number"] == number), None)
    if chosen is None:
        raise Missing(f"这份文件没有第 {number} 版。")
    return chosen


ROUTES = ((r"^/documents/(?P<id>[0-9]+)$", page("document.html", document)),)
