"""One row of the catalogue at its permanent address: all its columns, where it stands, and what became of it."""

from __future__ import annotations

import json
from typing import Any

from attrs import frozen
from datasette import Response

from archive.compare.rows import cell_changes
from archive.record.difference import CellStory
from archive.record.readings import item_of
from archive.web.texts import place_words
from archive.web.views import answer, page
from archive.web.visit import Context, Missing, Row, Visit
from archive.words import addresses
from archive.words.columns import FLAGS, LABELS, NAMES

_FLAG_WORDS = {None: "原表没有这一列", 0: "否", 1: "是"}
_SEEN = """SELECT i.*, a.slug AS area, a.name AS area_name, d.name AS document, d.kind AS document_kind, d.mirror,
                  n.slug AS notice_slug, n.title AS notice, n.issuer, n.document_number, v.number AS version,
                  v.captured_at, v.capture_id IN (SELECT id FROM received_captures) AS received,
                  v.state AS version_state, v.title AS version_title
           FROM items i JOIN versions v ON v.id = i.version_id JOIN documents d ON d.id = i.document_id
           JOIN notices n ON n.id = d.notice_id LEFT JOIN areas a ON a.id = i.area_id
           WHERE i.key = coalesce((SELECT now FROM row_aliases WHERE key = :key), :key)
           ORDER BY v.captured_at, v.id"""
_ORIGINS = """SELECT name FROM origins WHERE id IN (SELECT origin_id FROM version_origins WHERE version_id = ?)
    ORDER BY id"""


def moved(visit: Visit) -> Response:
    """The number of a row changes with each version of its file; its page has a permanent address."""
    found = visit.numbered("目录事项", "SELECT key FROM items WHERE id = ?")
    return Response.redirect(addresses.row(found["key"]), status=301)


def item(visit: Visit) -> Context:
    """The row as it is in force, else as it was last, with its history."""
    rows = visit.rows(_SEEN, {"key": visit.vars["key"]})
    seen = [row | {"turn": turn} for turn, row in enumerate(rows)]
    standing = [row for row in seen if row["version_state"] in ("", "accepted")]
    if not seen:
        raise Missing("没有这个目录事项。")
    found = max(standing or seen, key=lambda row: (row["current"], row["turn"]))
    more = json.loads(found["more"] or "{}")
    place = more.pop("place", None) or {}
    original = more.pop("original", None)
    inferred = more.pop("inferred", None) or []
    more.pop("deadline", None)  # among the columns already
    neighbour = "SELECT key FROM items WHERE version_id = ? AND position {} ? ORDER BY position {} LIMIT 1"
    at = [found["version_id"], found["position"]]
    shown = found | {"area": found["area_name"]}
    return {
        "title": found["level2"] or found["level1"] or f"目录事项 {found['id']}",
        "item": found,
        "columns": [(label, _cell(shown, name)) for name, label in LABELS.items() if name != "review"],
        "place": place_words(place) if isinstance(place, dict) else str(place),
        "original": _pairs(original),
        "inferred": [LABELS.get(name, name) for name in inferred],
        "extra": _pairs(more),
        "bases": visit.rows(
            """SELECT c.printed, c.article, l.slug, l.title, l.state, l.date,
                      (SELECT b.state FROM amended_bases b WHERE b.citation_id = c.id) AS became,
                      (SELECT b.since FROM amended_bases b WHERE b.citation_id = c.id) AS since
               FROM citations c LEFT JOIN laws l ON l.id = c.law_id
               WHERE c.item_id = ? ORDER BY c.position""",
            [found["id"]],
        ),
        "history": _history(visit, found, standing or seen),
        "beside": [row for row in standing if row["current"] and row["document_id"] != found["document_id"]],
        "origins": visit.column(_ORIGINS, [found["version_id"]]),
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


# ---------------------------------------------------------------- its history


@frozen
class Step:
    """What became of the row in one version."""

    row: Row
    cells: tuple[CellStory, ...]
    """What changed in it; () when it came, stayed or went."""
    what: str
    """first | changed | replaced | reread | removed"""
    change: Row | None
    """The change that told of it."""


def _history(visit: Visit, found: Row, seen: list[Row]) -> list[Step]:
    """The newest step first: where the row was first seen, and every version or file in which it became another."""
    chain = _chain(found, seen)
    told = _told(visit, chain)
    steps: list[Step] = []
    for before, row in zip([None, *chain], chain, strict=False):
        if before is None:
            steps.append(Step(row, (), "first", told.get(("to", row["version_id"]))))
            continue
        went = told.get(("removed", before["id"]))
        if went and went["detected_at"] < row["captured_at"]:
            steps.append(Step(before, (), "removed", went))
        cells = tuple(
            CellStory.of(LABELS.get(cell.column, cell.column), cell.before, cell.after)
            for cell in cell_changes(item_of(before), item_of(row))
        )
        change = told.get(("to", row["version_id"]))
        other = row["document_id"] != before["document_id"]
        if cells or other or (steps and steps[-1].what == "removed"):
            what = "replaced" if other else "reread" if change and change["kind"] == "upgrade" else "changed"
            steps.append(Step(row, cells, what, change))
    last = told.get(("removed", chain[-1]["id"]))
    if last and not found["current"]:
        steps.append(Step(chain[-1], (), "removed", last))
    return steps[::-1]


def _chain(found: Row, seen: list[Row]) -> list[Row]:
    """One line of versions that ends at `found`: of its document, then of the document that stood before that one.

    Where two files list the same row, the other one is no step of this one's history.
    """
    chain = [row for row in seen if row["document_id"] == found["document_id"] and row["turn"] <= found["turn"]]
    rest = [row for row in seen if row["document_id"] != found["document_id"] and not row["current"]]
    while before := [row for row in rest if row["turn"] < chain[0]["turn"]]:
        document = before[-1]["document_id"]
        chain = [row for row in before if row["document_id"] == document] + chain
        rest = [row for row in rest if row["document_id"] != document]
    return chain


def _told(visit: Visit, chain: list[Row]) -> dict[tuple[str, int], Row]:
    """Changes by the version that they led to ('to'), and by the row that they took away ('removed')."""
    versions, items = (json.dumps([row[name] for row in chain]) for name in ("version_id", "id"))
    columns = "c.id, c.kind, c.summary, c.detected_at, c.from_version, c.to_version"
    led_to = visit.rows(
        f"""SELECT {columns} FROM json_each(?) v JOIN changes c ON c.to_version = v.value
            WHERE c.withdrawn_at IS NULL ORDER BY c.id""",  # noqa: S608 - a constant
        [versions],
    )
    took_away = visit.rows(
        f"""SELECT {columns}, r.item_before FROM json_each(?) v JOIN row_changes r ON r.item_before = v.value
            JOIN changes c ON c.id = r.change_id
            WHERE r.kind = 'removed' AND c.withdrawn_at IS NULL ORDER BY c.id""",  # noqa: S608 - a constant
        [items],
    )
    return {("to", row["to_version"]): row for row in led_to} | {
        ("removed", row["item_before"]): row for row in took_away
    }


ROUTES: tuple[tuple[str, Any], ...] = (
    (r"^/rows/(?P<key>[0-9a-f]+)$", page("item.html", item)),
    (r"^/items/(?P<id>[0-9]+)$", answer(moved)),
)
