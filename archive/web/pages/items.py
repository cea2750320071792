"""One row of the catalogue at its permanent address: all its columns, where it stands, and what happened to it."""

from __future__ import annotations

import json

from datasette import Response

from archive.web.texts import place_words
from archive.web.views import answer, page
from archive.web.visit import Context, Missing, Row, Visit
from archive.words import addresses
from archive.words.columns import FLAGS, LABELS, NAMES

_FLAG_WORDS = {None: "原表没有这一列", 0: "否", 1: "是"}


def moved(visit: Visit) -> Response:
    """The number of a row changes with each version of its file; its page has a permanent address."""
    found = visit.numbered("目录事项", "SELECT key FROM items WHERE id = ?")
    return Response.redirect(addresses.row(found["key"]), status=301)


def item(visit: Visit) -> Context:
    """The row as it is in force, else as it was last."""
    found = visit.row(
        """SELECT i.*, a.name AS area, a.slug AS area_slug, d.name AS document, d.kind AS document_kind, d.mirror,
                  n.slug, n.title AS notice, n.issuer, n.document_number, v.number AS version, v.captured_at,
                  v.capture_id IN (SELECT id FROM received_captures) AS received
           FROM items i JOIN versions v ON v.id = i.version_id JOIN documents d ON d.id = i.document_id
           JOIN notices n ON n.id = d.notice_id LEFT JOIN areas a ON a.id = i.area_id
           WHERE i.key = ? ORDER BY i.current DESC, v.state IN ('', 'accepted') DESC, v.id DESC LIMIT 1""",
        [visit.vars["key"]],
    )
    if found is None:
        raise Missing("没有这个目录事项。")
    more = json.loads(found["more"] or "{}")
    place = more.pop("place", None) or {}
    original = more.pop("original", None)
    inferred = more.pop("inferred", None) or []
    more.pop("deadline", None)  # among the columns already
    neighbour = "SELECT key FROM items WHERE version_id = ? AND position {} ? ORDER BY position {} LIMIT 1"
    at = [found["version_id"], found["position"]]
    return {
        "title": found["level2"] or found["level1"] or f"目录事项 {found['id']}",
        "item": found,
        "columns": [(label, _cell(found, name)) for name, label in LABELS.items() if name != "review"],
        "place": place_words(place) if isinstance(place, dict) else str(place),
        "original": _pairs(original),
        "inferred": [LABELS.get(name, name) for name in inferred],
        "extra": _pairs(more),
        "history": _history(visit, found["id"]),
        "previous": visit.row(neighbour.format("<", "DESC"), at),
        "next": visit.row(neighbour.format(">", "ASC"), at),
    }


def _cell(item: Row, name: str) -> str:
    if name == "channels":
        return "、".join(json.loads(item[name] or "[]"))
    return _FLAG_WORDS[item[name]] if name in FLAGS else str(item[name] or "")


def _pairs(values: object) -> list[tuple[str, str]]:
    """Original marks and other columns, in words."""
    if not isinstance(values, dict):
        return [("", str(values))] if values else []
    labels = {**LABELS, "level3": NAMES["level3"]}
    texts = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in values.items()}
    return [(labels.get(key, key), text) for key, text in texts.items() if text]


def _history(visit: Visit, id: int) -> list[Row]:
    """The changes that touched this row, in this version and in those before and after it, newest first."""
    return visit.rows(
        """WITH RECURSIVE same(id) AS (
               SELECT :id
               UNION SELECT r.item_before FROM row_changes r JOIN same ON r.item_after = same.id
                     WHERE r.item_before IS NOT NULL
               UNION SELECT r.item_after FROM row_changes r JOIN same ON r.item_before = same.id
                     WHERE r.item_after IS NOT NULL)
           SELECT DISTINCT c.id, c.kind, c.summary, c.detected_at
           FROM row_changes r JOIN changes c ON c.id = r.change_id
           WHERE r.item_before IN same OR r.item_after IN same
           ORDER BY c.id DESC LIMIT 50""",
        {"id": id},
    )


ROUTES = (
    (r"^/rows/(?P<key>[0-9a-f]+)$", page("item.html", item)),
    (r"^/items/(?P<id>[0-9]+)$", answer(moved)),
)
