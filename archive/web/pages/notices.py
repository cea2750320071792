"""A notice with everything known about it, and the text of one document."""

from __future__ import annotations

import json

from archive import words
from archive.operate.troubles.areas import emptied
from archive.web.pages.texts import extract
from archive.web.visit import Context, Missing, Row, Visit, page

CAPTURES = 50
"""Captures shown on a notice's page; all of them are in Datasette's table."""
ROWS = 200
"""Rows shown of a raw table that needs a person's look."""


def notice(visit: Visit) -> Context:
    slug = visit.vars["slug"]
    found = visit.row("SELECT * FROM notices WHERE slug = ?", [slug])
    if found is None:
        raise Missing(f"名单中没有“{slug}”这份通知。")
    documents = _documents(visit, found["id"])
    page_ = next((d for d in documents if d["kind"] == "page" and d["current"]), None)
    version = _version(visit, page_["version_id"]) if page_ else None
    ids = [d["id"] for d in documents]
    marks = ",".join("?" * len(ids))
    return {
        "title": found["title"],
        "notice": found,
        "areas": visit.rows("SELECT slug, name FROM areas WHERE notice_id = ? ORDER BY position", [found["id"]]),
        "emptied": emptied(visit.connection, found["id"]),
        "page": page_,
        "version": version,
        "metadata": metadata_of(version) if version else [],
        "extract": extract(version["text"]) if version else None,
        "attachments": [d for d in documents if d["kind"] != "page"],
        "others": [d for d in documents if d["kind"] == "page" and d is not page_ and d["version_id"]],
        "review": [grid for d in documents if d["current"] and d["version_id"] for grid in _reviews(visit, d)],
        "captures": visit.rows(
            f"""SELECT c.*, d.kind, d.name, d.mirror FROM captures c JOIN documents d ON d.id = c.document_id
                WHERE c.document_id IN ({marks}) ORDER BY c.id DESC LIMIT {CAPTURES}""",  # noqa: S608
            ids,
        ),
        "captures_total": visit.value(f"SELECT count(*) FROM captures WHERE document_id IN ({marks})", ids),  # noqa: S608
        "doubtful": visit.rows(
            f"""SELECT c.*, d.kind, d.name,
                       (SELECT r.id FROM waiting r WHERE r.kind = 'capture' AND r.subject_id = c.id) AS review
                FROM latest_captures c JOIN documents d ON d.id = c.document_id
                WHERE c.document_id IN ({marks}) AND c.verdict = 'suspect' AND coalesce(c.decision, '') = ''
                ORDER BY c.id DESC""",  # noqa: S608
            ids,
        ),
        "versions": visit.rows(
            f"""SELECT v.id, v.number, v.captured_at, length(v.text) AS length, v.confidence, v.document_id,
                       v.state, d.kind, d.name, d.mirror,
                       (SELECT count(*) FROM items i WHERE i.version_id = v.id) AS items
                FROM versions v JOIN documents d ON d.id = v.document_id
                WHERE v.document_id IN ({marks}) ORDER BY v.document_id, v.number DESC""",  # noqa: S608
            ids,
        ),
        "changes": visit.rows(
            "SELECT * FROM changes WHERE notice_id = ? ORDER BY id DESC LIMIT 20",
            [found["id"]],
        ),
        "held": visit.rows(
            "SELECT id, kind, why, opened_at FROM waiting WHERE notice_id = ? AND kind != 'capture' ORDER BY id",
            [found["id"]],
        ),
        "candidates": visit.rows("SELECT * FROM candidates WHERE notice_id = ? ORDER BY id DESC", [found["id"]]),
    }


def document(visit: Visit) -> Context:
    """The text of one version of a document, the latest unless ?version= names another."""
    id = visit.id("文件")
    found = visit.row(
        "SELECT d.*, n.slug, n.title AS notice FROM documents d JOIN notices n ON n.id = d.notice_id WHERE d.id = ?",
        [id],
    )
    if found is None:
        raise Missing(f"没有编号为 {id} 的文件。")
    versions = visit.rows(
        """SELECT v.id, v.number, v.captured_at, v.state, c.id IS NOT NULL AS standing
           FROM versions v LEFT JOIN current_versions c ON c.id = v.id
           WHERE v.document_id = ? ORDER BY v.number DESC""",
        [id],
    )
    version, text = None, None
    if versions:
        standing = next((v for v in versions if v["standing"]), versions[0])
        number = visit.number("version", "版本", default=standing["number"])
        chosen = next((v for v in versions if v["number"] == number), None)
        if chosen is None:
            raise Missing(f"这份文件没有第 {number} 版。")
        version = _version(visit, chosen["id"])
        text = extract(version["text"], visit.number("page", "页码"))
        if text.page > text.pages:
            raise Missing(f"没有第 {text.page} 页，共 {text.pages} 页。")
    elif visit.text("version"):
        raise Missing("这份文件还没有文本。")
    return {
        "title": title_of(found, version),
        "document": found,
        "versions": versions,
        "version": version,
        "extract": text,
        "latest": bool(version and version["id"] == standing["id"]),
        "metadata": metadata_of(version) if version else [],
        "items": visit.value("SELECT count(*) FROM items WHERE version_id = ?", [version["id"]]) if version else 0,
        "review": _reviews(visit, {**found, "version_id": version["id"]}) if version else [],
        "members": visit.rows("SELECT * FROM documents WHERE parent_id = ? ORDER BY id", [id]),
        "kept": has_bytes(visit, found),
    }


def title_of(document: Row, version: Row | None) -> str:
    return document["name"] or (version["title"] if version else "") or document["notice"]


def metadata_of(version: Row) -> list[tuple[str, str]]:
    """(label, value) in the order of a page; what has no Chinese name keeps its own."""
    known = json.loads(version["metadata"] or "{}")
    ordered = [key for key in words.METADATA if known.get(key)]
    return [
        (words.METADATA.get(key, key), str(known[key]))
        for key in [*ordered, *sorted(set(known) - set(ordered))]
        if known[key]
    ]


def has_bytes(visit: Visit, document: Row) -> bool:
    """Whether the file itself can be had: its own record, or that of the archive file it is in."""
    document_id = document["parent_id"] if document["kind"] == "member" else document["id"]
    return bool(
        visit.row(
            """SELECT 1 FROM good_captures WHERE document_id = ?
               AND (warc_file IS NOT NULL OR refers_to IS NOT NULL) LIMIT 1""",
            [document_id],
        )
    )


def _version(visit: Visit, id: int) -> Row:
    found = visit.row("SELECT * FROM versions WHERE id = ?", [id])
    if found is None:
        raise Missing(f"没有编号为 {id} 的版本。")
    return found | {"review": json.loads(found["review"] or "[]")}


def _documents(visit: Visit, notice_id: int) -> list[Row]:
    """The notice's documents with their latest version; the declared page first, mirrors and former ones after it."""
    rows = visit.rows(
        """SELECT d.*, v.id AS version_id, v.number, length(v.text) AS length, v.confidence,
                  (SELECT count(*) FROM items i WHERE i.version_id = v.id) AS items,
                  (SELECT c.detail FROM latest_captures c WHERE c.document_id = d.id) AS detail,
                  (SELECT c.bytes FROM captures c WHERE c.document_id = d.id AND c.bytes IS NOT NULL
                   ORDER BY c.id DESC LIMIT 1) AS bytes
           FROM documents d LEFT JOIN current_versions v ON v.document_id = d.id
           WHERE d.notice_id = ?
           ORDER BY d.kind <> 'page', d.superseded_by IS NOT NULL, d.state = 'gone',
                    coalesce(d.mirror, '') <> '', v.id IS NULL, d.id""",
        [notice_id],
    )
    for row in rows:
        row["current"] = row["superseded_by"] is None and bool(row["version_id"])
        row["kept"] = has_bytes(visit, row)
    return rows


def _reviews(visit: Visit, document: Row) -> list[Row]:
    """The tables of a document that a person should look at, with their raw cells."""
    grids = visit.rows(
        """SELECT g.*, a.name AS area FROM grids g LEFT JOIN areas a ON a.id = g.area_id
           WHERE g.version_id = ? AND (g.review <> '[]' OR g.flagged > 0) ORDER BY g.position LIMIT 50""",
        [document["version_id"]],
    )
    for grid in grids:
        grid["review"] = json.loads(grid["review"] or "[]")
        grid["cells"] = json.loads(grid["cells"] or "[]")[:ROWS]
        grid["place"] = place_words(json.loads(grid["place"] or "{}"))
        grid["document"] = document["name"] or "正文"
        grid["document_id"] = document["id"]
    return grids


def place_words(place: Row) -> str:
    parts = [
        f"第 {place['page']} 页" if place.get("page") else "",
        f"工作表“{place['sheet']}”" if place.get("sheet") else "",
        f"第 {place['table']} 个表格" if place.get("table") else "",
    ]
    return "，".join(part for part in parts if part)


ROUTES = (
    (r"^/notices/(?P<slug>[^/]+)$", page("notice.html", notice)),
    (r"^/documents/(?P<id>[0-9]+)$", page("document.html", document)),
)
