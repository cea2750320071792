"""The text of one version of a document, and any two of its versions held against each other."""

from __future__ import annotations

from archive.compare.redline import redline
from archive.model import CATALOGUE_ROW
from archive.record.difference import metadata_changes, metadata_of, rows_between
from archive.search.texts import LINES
from archive.web.folds import folds
from archive.web.pager import Pager
from archive.web.pages.files import has_bytes
from archive.web.texts import blocks_of, grids_to_review, lines_of
from archive.web.views import page
from archive.web.visit import BadParameter, Context, Missing, Row, Visit

_DOCUMENT = """SELECT d.*, n.slug, n.title AS notice FROM documents d JOIN notices n ON n.id = d.notice_id
               WHERE d.id = ?"""


def document(visit: Visit) -> Context:
    """The version that stands, unless ?version= names another; one page of its text."""
    found = visit.numbered("文件", _DOCUMENT)
    versions = _versions(visit, found["id"])
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
        "sha256": visit.value("SELECT max(sha256) FROM captures WHERE id = ?", [version["capture_id"]]),
        "blocks": blocks_of(version["text"], pager.page),
        "pager": pager,
        "latest": version["id"] == standing["id"],
        "standing": standing,
        "metadata": metadata_of(version),
        "items": visit.value("SELECT count(*) FROM items WHERE version_id = ?", [version["id"]]),
        "review": grids_to_review(visit, version["id"]),
    }


def _versions(visit: Visit, document_id: int) -> list[Row]:
    """All versions of a document, the newest first."""
    return visit.rows(
        """SELECT v.id, v.number, v.captured_at, v.state,
                  v.capture_id IN (SELECT id FROM received_captures) AS received,
                  c.id IS NOT NULL AS standing
           FROM versions v LEFT JOIN current_versions c ON c.id = v.id
           WHERE v.document_id = ? ORDER BY v.number DESC""",
        [document_id],
    )


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


# ---------------------------------------------------------------- two versions


def compare(visit: Visit) -> Context:
    """?from=1&to=5: text, rows and what the two say of themselves; of a notice's page, over its editions."""
    found = visit.numbered("文件", _DOCUMENT)
    versions = _with_editions(visit, found)
    if len(versions) < 2:
        raise Missing("这份文件只有一个版本，没有可以对照的。")
    numbers = [row["number"] for row in versions]
    from_, to = (
        visit.number(name, what, default=numbers[at]) for name, what, at in (("from", "旧版", 1), ("to", "新版", 0))
    )
    for number in (from_, to):
        if number not in numbers:
            raise Missing(f"这份文件没有第 {number} 版。")
    if from_ == to:
        raise BadParameter("请选两个不同的版本。")
    before, after = (visit.version(next(v["id"] for v in versions if v["number"] == n)) for n in (from_, to))
    if before is None or after is None:
        raise Missing("这份文件没有这一版。")
    rows = rows_between(visit.connection, before["id"], after["id"])
    return {
        "title": f"{found['name'] or found['notice']}：第 {from_} 版与第 {to} 版对照",
        "document": found,
        "versions": versions,
        "before": before,
        "after": after,
        "rows": rows,
        "metadata": metadata_changes(before, after),
        "folds": folds(redline(*(_words(version["text"], bool(rows)) for version in (before, after)))),
    }


def _words(text: str, rows_told: bool) -> str:
    """The text to be held against another; without the rows of catalogues where these are told one by one."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if not (rows_told and line.startswith(CATALOGUE_ROW)))


def _with_editions(visit: Visit, document: Row) -> list[Row]:
    """Versions of a document, of a notice's page those of all its editions; the newest first, each number once."""
    found = _versions(visit, document["id"])
    if document["kind"] == "page" and not document["mirror"]:
        others = visit.column(
            "SELECT id FROM documents WHERE notice_id = ? AND kind = 'page' AND mirror = '' AND id <> ?",
            [document["notice_id"], document["id"]],
        )
        numbers = {row["number"] for row in found}
        found += [row for id in others for row in _versions(visit, id) if row["number"] not in numbers]
    return sorted(found, key=lambda row: -row["number"])


ROUTES = (
    (r"^/documents/(?P<id>[0-9]+)$", page("document.html", document)),
    (r"^/compare/(?P<id>[0-9]+)$", page("compare.html", compare)),
)
