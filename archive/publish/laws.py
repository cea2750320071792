"""Laws as people ask for them: their state on a day, the rows that rest on them, and those whose basis has changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from archive import words
from archive.laws.register import Entry, State, Text
from archive.machine.database import Row, rows_of


def entry_of(law: Mapping[str, Any]) -> Entry:
    """A row of `laws` as an entry of the register, which knows its states."""
    texts = tuple(Text(*one) for one in json.loads(law["texts"]))
    return Entry(law["title"], law["category"] or "", texts, repealed=law["repealed"] or "")


def laws(connection: sqlite3.Connection, day: str, *, cited: bool = True) -> list[dict[str, Any]]:
    """Every law, or those that national rows rest on: its state on a day (ISO 8601) and its newest text then, with the
    number of rows and areas."""
    found = rows_of(
        connection,
        """SELECT l.*, coalesce(r.items, 0) AS items, coalesce(r.areas, 0) AS areas FROM laws l LEFT JOIN (
             SELECT c.law_id, count(DISTINCT i.id) AS items, count(DISTINCT i.area_id) AS areas
             FROM citations c JOIN items_in_force i ON i.id = c.item_id GROUP BY c.law_id) r ON r.law_id = l.id
           ORDER BY coalesce(r.items, 0) DESC, l.title""",
    )
    return [_at(law, day) for law in found if law["items"] or law["notice_id"] or not cited]


def _at(law: Row, day: str) -> dict[str, Any]:
    entry = entry_of(law)
    text = entry.newest(day)
    return {
        "slug": law["slug"],
        "title": law["title"],
        "category": law["category"],
        "number": law["number"],
        "state": str(entry.state(day) or ""),
        "date": text.date if text else "",
        "force": text.force if text else "",
        "repealed": law["repealed"],
        "watched": law["notice_id"] is not None,
        "items": law["items"],
        "areas": law["areas"],
    }


def texts_at(law: Mapping[str, Any], day: str) -> list[tuple[Text, str]]:
    """All texts of a law, the newest first, each with its state on a day."""
    entry = entry_of(law)
    return [(text, str(entry.state_of(text, day) or "") if text.date <= day else "") for text in entry.texts[::-1]]


def check(connection: sqlite3.Connection, day: str) -> list[dict[str, Any]]:
    """National rows whose basis was amended or repealed, as known on a day, since their catalogue was issued."""
    found = rows_of(
        connection,
        """SELECT l.slug, l.title, l.texts, l.category, l.repealed, c.article, c.printed, c.year, c.based_on,
                  i.id AS item, i.level1, i.level2, i.serial, coalesce(a.name, '') AS area
           FROM citations c JOIN laws l ON l.id = c.law_id JOIN items_in_force i ON i.id = c.item_id
           LEFT JOIN areas a ON a.id = i.area_id ORDER BY l.title, a.position, i.document_id, i.position""",
    )
    checked = []
    entries: dict[str, Entry] = {}
    for row in found:
        entry = entries.setdefault(row["slug"], entry_of(row))
        state, since = _since(entry, row["year"], row["based_on"], day)
        if state:
            kept = ("title", "article", "printed", "item", "area", "serial", "level1", "level2")
            named = {"law": row["slug"]} | {key: row[key] for key in kept}
            checked.append(named | {"state": state, "since": since})
    return checked


def _since(entry: Entry, year: str, based_on: str, day: str) -> tuple[str, str]:
    """What has become of the text that a row rests on, and when; ('', '') when nothing, or when it is not known which
    text that is. The same rule as the view amended_bases, for any day."""
    if entry.repealed and entry.repealed <= day:
        return str(State.REPEALED), entry.repealed
    newest = entry.newest(day)
    before = entry.newest(based_on)
    if newest is None or not (newest.date[:4] > year if year else before and newest.date > before.date):
        return "", ""
    return str(State.AMENDED), newest.date


def coverage(connection: sqlite3.Connection) -> dict[str, Any]:
    """How many citations of the national rows are resolved, and what is not: {"citations", "resolved", "printed": {as
    printed: n}}."""
    (row,) = rows_of(
        connection,
        """SELECT count(*) AS citations, count(c.law_id) AS resolved FROM citations c
           JOIN items_in_force i ON i.id = c.item_id""",
    )
    unresolved = rows_of(
        connection,
        """SELECT c.printed, count(*) AS n FROM citations c JOIN items_in_force i ON i.id = c.item_id
           WHERE c.law_id IS NULL GROUP BY c.printed ORDER BY n DESC, c.printed""",
    )
    return row | {"printed": {one["printed"]: one["n"] for one in unresolved}}


MARKS = """(SELECT json_group_array(DISTINCT b.state || ' ' || b.since || ' ' || b.title)
            FROM amended_bases b WHERE b.item_id = i.id)"""
"""A column of a query over items `i`: what has become of its basis, as JSON; see `marks`."""


def marks(found: str | None) -> Sequence[str]:
    """'依据已修改：2021-04-29（教育法）', of what MARKS gives."""
    told = (one.split(" ", 2) for one in json.loads(found or "[]"))
    return [f"依据{words.LAW_STATES[state]}：{since}（{title}）" for state, since, title in told]
