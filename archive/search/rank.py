"""What an expression finds of one kind, ranked: bounded, however much it finds.

Only so many matches are looked at one by one: those whose title matches, and the first others. How many there are is
counted up to a limit, too. Who asks for more (`need`) gets more.
"""

# ruff: noqa: S608 (tables, columns and conditions are constants of this module; values are always parameters)

from __future__ import annotations

import json
import math
import sqlite3

from attrs import Factory, asdict, define, frozen

from archive.search.ask import Expression
from archive.search.texts import item_title
from archive.text.fold import search_fold

RANKED = 100
"""Matches of a kind that are ranked: where there are more, so many whose title matches, and so many others."""
COUNTED = 1_000
"""Up to which matches of a kind are counted, by area, issuer, level, too."""
SCANNED = 20_000
"""Matches of a kind that are held against a filter."""

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
    ids: list[int] = Factory(list)
    """All that match, or the first COUNTED of them."""
    cut: bool = False
    """There are more than were ranked."""
    counted: bool = True
    """`ids` are all."""


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
    most = max(need, COUNTED)
    ids = _ids(connection, kind, expression.anywhere, filters, most + 1)
    if len(ids) <= need:
        return Matches(_read(connection, kind, ids), ids)
    titled = _ids(connection, kind, expression.in_title, filters, need)
    found = _read(connection, kind, list(dict.fromkeys([*titled, *ids[:need]])))
    return Matches(found, ids[:most], cut=True, counted=len(ids) <= most)


def _ids(connection: sqlite3.Connection, kind: str, match: str, filters: Filters, limit: int) -> list[int]:
    """The first entries that match, in the order of the index."""
    values = {"match": match, "limit": limit, **asdict(filters)}
    return [row[0] for row in connection.execute(_entries(kind, filters), values)]


def _entries(kind: str, filters: Filters) -> str:
    """SQL: the entries that match and pass the filters, in the order of the index."""
    table, side = f"{kind}s_fts", "<" if filters.former else ">"
    inner = f"SELECT rowid AS entry FROM {table} WHERE {table} MATCH :match AND rowid {side} 0 LIMIT "
    conditions = _conditions(kind, filters)
    if not conditions:
        return f"{inner} :limit"
    joined = _JOINED["former" if kind == "document" and filters.former else kind]
    return f"SELECT entry FROM ({inner} {SCANNED}) {joined} WHERE {' AND '.join(conditions)} LIMIT :limit"


def _conditions(kind: str, filters: Filters) -> list[str]:
    wanted = [_CONDITIONS[name] for name in _CONDITIONS if getattr(filters, name)]
    return [*([_IN_AREA[kind]] if filters.area else []), *wanted]


def _read(connection: sqlite3.Connection, kind: str, ids: list[int]) -> list[Match]:
    """Title and length of entries, in their order; one that was taken out since is left out."""
    return [
        Match(kind, id, item_title(*titles) if kind == "item" else titles[0], _varint(size))
        for id, size, *titles in connection.execute(_READ[kind], [json.dumps(ids)])
    ]


def _varint(blob: bytes) -> int:
    """The first number of a row's sizes, as SQLite writes numbers: 7 bits a byte, the high bit while more follow."""
    number = 0
    for byte in blob:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number


_READ = {
    "notice": """SELECT j.value, z.sz, n.title FROM json_each(?) j CROSS JOIN notices n ON n.id = j.value
                 CROSS JOIN notices_fts_docsize z ON z.id = j.value""",
    "document": """SELECT j.value, z.sz, e.title
                   FROM json_each(?) j CROSS JOIN documents_fts_docsize z ON z.id = j.value
                   CROSS JOIN search_entries e
                     ON e.kind = iif(j.value > 0, 'document', 'former') AND e.id = abs(j.value)""",
    "item": """SELECT j.value, z.sz, e.title, i.level1, i.level2
               FROM json_each(?) j CROSS JOIN items_fts_docsize z ON z.id = j.value
               CROSS JOIN items i ON i.id = abs(j.value)
               LEFT JOIN search_entries e ON e.kind = 'area' AND e.id = i.area_id""",
}


def score(match: Match, terms: list[tuple[str, ...]]) -> float:
    """More where the title holds the terms, most where it holds little else; else more in a short text.

    `terms`: of each term its forms, folded; one of them counts.
    """
    title = search_fold(match.title)
    found = signs = 0
    for forms in terms:
        longest = 0
        for form in forms:
            if form in title:
                longest = max(longest, len(form))
        found += longest > 0
        signs += longest
    share = found / max(1, len(terms))
    closeness = min(1.0, signs / max(1, len(title)))
    brevity = 1 / (1 + math.log1p(match.length / 40))
    whole = BONUS[match.kind] if found == len(terms) else 0.0
    return round(whole + 0.5 * share + 0.4 * closeness + 0.1 * brevity, 6)
