"""What an expression finds of one kind, ranked: bounded, however much it finds.

Only so many matches are looked at one by one: those whose title matches, and the first others. How many there are is
counted up to a limit, too. Who asks for more (`need`) gets more.
"""

# ruff: noqa: S608 (tables, columns and conditions are constants of this module; values are always parameters)

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from typing import Any

from attrs import Factory, define, frozen

from archive.search.ask import Expression
from archive.search.texts import item_title
from archive.text.fold import search_fold

RANKED = 500
"""Matches of a kind that are ranked."""
SCANNED = 20_000
"""Matches of a kind that are held against a filter."""
COUNTED = 10_000
"""Up to which matches are counted."""

BONUS = {"notice": 3.0, "document": 1.5, "item": 2.0}
"""What a title that holds all terms adds to a score between 0 and 1."""


@frozen
class Filters:
    area: str = ""
    issuer: str = ""
    kind: str = ""
    level: str = ""
    """county | township"""
    deadline: str = ""
    year: str = ""
    """Of publication."""
    former: bool = False
    """Former versions, in place of what is in force."""


@define
class Match:
    kind: str
    id: int
    """Of the entry; a former version's or row's is negative."""
    title: str
    facets: Mapping[str, Any]
    length: int
    """Characters of the text."""
    score: float = 0.0
    how: str = "exact"
    """exact | same (other words for it) | near (one sign differs) | parts (its parts) | some (of its parts)"""
    texts: tuple[str, ...] = ()
    """What was searched, as it may be marked."""


@define
class Matches:
    found: list[Match] = Factory(list)
    total: int = 0
    cut: bool = False
    """There are more than were ranked; `total` may be no more than COUNTED."""
    counted: bool = True
    """`total` is the whole number."""


_JOINED = {
    "notice": "CROSS JOIN notices n ON n.id = entry",
    "document": "CROSS JOIN documents d ON d.id = entry CROSS JOIN notices n ON n.id = d.notice_id",
    "former": """CROSS JOIN versions v ON v.id = -entry CROSS JOIN documents d ON d.id = v.document_id
                 CROSS JOIN notices n ON n.id = d.notice_id""",
    "item": """CROSS JOIN items i ON i.id = abs(entry) CROSS JOIN documents d ON d.id = i.document_id
               CROSS JOIN notices n ON n.id = d.notice_id""",
}
"""Where the values are that a filter asks for; the entries come first."""
_IN_AREA = {
    "notice": "n.id IN (SELECT notice_id FROM areas WHERE slug = :area)",
    "document": "d.notice_id IN (SELECT notice_id FROM areas WHERE slug = :area)",
    "item": "i.area_id = (SELECT id FROM areas WHERE slug = :area)",
}
_CONDITIONS = {
    "issuer": "n.issuer = :issuer",
    "year": "substr(n.published_on, 1, 4) = :year",
    "level": "((:level = 'county' AND i.county = 1) OR (:level = 'township' AND i.township = 1))",
    "deadline": "i.deadline = :deadline",
}


def matches(
    connection: sqlite3.Connection, kind: str, expression: Expression, filters: Filters, need: int = RANKED
) -> Matches:
    """What an expression finds of a kind, not yet scored."""
    if filters.kind not in ("", kind) or (kind != "item" and (filters.level or filters.deadline)):
        return Matches()
    if filters.former and kind == "notice":
        return Matches()
    need = max(need, RANKED)
    ids = _ids(connection, kind, expression.anywhere, filters, need + 1)
    if len(ids) <= need:
        return Matches(_read(connection, kind, ids), len(ids))
    titled = _ids(connection, kind, expression.in_title, filters, need)
    first = dict.fromkeys([*titled, *ids[:need]])
    total = len(_ids(connection, kind, expression.anywhere, filters, COUNTED + 1))
    return Matches(_read(connection, kind, list(first)), min(total, COUNTED), True, total <= COUNTED)


def _ids(connection: sqlite3.Connection, kind: str, expression: str, filters: Filters, limit: int) -> list[int]:
    """The first entries that match, in the order of the index."""
    table = f"{kind}s_fts"
    conditions = _conditions(kind, filters)
    side = "<" if filters.former else ">"
    inner = f"SELECT rowid AS entry FROM {table} WHERE {table} MATCH :match AND rowid {side} 0 LIMIT "
    parameters = {
        "match": expression, "limit": limit, "area": filters.area, "issuer": filters.issuer, "year": filters.year,
        "level": filters.level, "deadline": filters.deadline,
    }  # fmt: skip
    if not conditions:
        return [row[0] for row in connection.execute(f"{inner} :limit", parameters)]
    place = "former" if kind == "document" and filters.former else kind
    held = f"SELECT entry FROM ({inner} {SCANNED}) {_JOINED[place]} WHERE {' AND '.join(conditions)} LIMIT :limit"
    return [row[0] for row in connection.execute(held, parameters)]


def _conditions(kind: str, filters: Filters) -> list[str]:
    wanted = [_CONDITIONS[name] for name in _CONDITIONS if getattr(filters, name)]
    return [*([_IN_AREA[kind]] if filters.area else []), *wanted]


def _read(connection: sqlite3.Connection, kind: str, ids: list[int]) -> list[Match]:
    """Title, length and facets of entries, in their order."""
    rows = {row[0]: row for row in connection.execute(_READ[kind], [json.dumps(ids)])}
    found = []
    for id in ids:
        if (row := rows.get(id)) is None:
            continue  # the archive was written to since
        _, size, *titles, area, issuer, year, county, township, deadline = row
        facets = {
            "area": area, "issuer": issuer, "year": year or "", "deadline": deadline or "",
            "county": county, "township": township,
        }  # fmt: skip
        found.append(Match(kind, id, item_title(*titles) if kind == "item" else titles[0], facets, _varint(size)))
    return found


def _varint(blob: bytes) -> int:
    """The first number of a row's sizes, as SQLite writes numbers: 7 bits a byte, the high bit while more follow."""
    number = 0
    for byte in blob:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number


_READ = {
    "notice": """SELECT j.value, z.sz, n.title, '', '',
                        (SELECT min(slug) FROM areas WHERE notice_id = n.id), n.issuer, substr(n.published_on, 1, 4),
                        NULL, NULL, ''
                 FROM json_each(?) j CROSS JOIN notices n ON n.id = j.value
                 CROSS JOIN notices_fts_docsize z ON z.id = j.value""",
    "document": """SELECT j.value, z.sz, e.title, '', '',
                          (SELECT min(slug) FROM areas WHERE notice_id = n.id), n.issuer, substr(n.published_on, 1, 4),
                          NULL, NULL, ''
                   FROM json_each(?) j CROSS JOIN documents_fts_docsize z ON z.id = j.value
                   CROSS JOIN search_entries e ON e.kind = iif(j.value > 0, 'document', 'former') AND e.id = abs(j.value)
                   CROSS JOIN versions v ON v.id = e.version_id CROSS JOIN documents d ON d.id = v.document_id
                   CROSS JOIN notices n ON n.id = d.notice_id""",
    "item": """SELECT j.value, z.sz, a.name, i.level1, i.level2, a.slug, n.issuer, substr(n.published_on, 1, 4),
                      i.county, i.township, i.deadline
               FROM json_each(?) j CROSS JOIN items_fts_docsize z ON z.id = j.value
               CROSS JOIN items i ON i.id = abs(j.value) CROSS JOIN documents d ON d.id = i.document_id
               CROSS JOIN notices n ON n.id = d.notice_id LEFT JOIN areas a ON a.id = i.area_id""",
}


def score(match: Match, terms: list[tuple[str, ...]]) -> float:
    """More where the title holds the terms, most where it holds little else; else more in a short text.

    `terms`: of each term its forms, folded; one of them counts.
    """
    title = search_fold(match.title)
    held = [max((len(form) for form in forms if form in title), default=0) for forms in terms]
    share = sum(map(bool, held)) / max(1, len(held))
    closeness = min(1.0, sum(held) / max(1, len(title)))
    brevity = 1 / (1 + math.log1p(match.length / 40))
    whole = BONUS[match.kind] if share == 1 else 0.0
    return round(whole + 0.5 * share + 0.4 * closeness + 0.1 * brevity, 6)
