"""A query becomes terms, the terms an FTS5 expression, and what it finds one ranking of all kinds."""

# ruff: noqa: S608 (table and column names are constants of this module; values are always parameters)

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from attrs import asdict, frozen

from archive.search.index import ITEM_TEXT, KINDS, document_title, item_text, item_title, notice_rows
from archive.search.snippet import snippet_of
from archive.text.tokens import phrase, spaced, split

MAX_CHARACTERS = 100
MAX_TERMS = 8

# bm25 weights of (title, rest), and what a title that holds all terms adds to the score
_WEIGHTS = {"notice": (8.0, 2.0, 3.0), "document": (6.0, 1.0, 1.5), "item": (5.0, 1.0, 2.0)}


class QueryError(ValueError):
    """A query that is not searched; the message says why, in Chinese."""


@frozen
class Hit:
    kind: str
    """notice | document | item"""
    id: int
    notice: str
    """Slug of the notice."""
    title: str
    snippet: str
    """Verbatim from the title or text."""
    hits: list[tuple[int, int]]
    """Spans in the snippet, in characters."""
    url: str
    """Path of its page on our site."""
    score: float
    """A higher score is better."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def terms_of(query: str) -> list[str]:
    """The terms of a query; raises QueryError when there are none or too many."""
    if len(query) > MAX_CHARACTERS:
        raise QueryError(f"检索词太长（{len(query)} 个字），请缩短到 {MAX_CHARACTERS} 个字以内。")
    terms = split(query)
    if not terms:
        raise QueryError("请输入检索词。")
    if len(terms) > MAX_TERMS:
        raise QueryError(f"检索词太多（{len(terms)} 个），请减少到 {MAX_TERMS} 个以内。")
    return terms


def match_expression(query: str) -> str:
    """The FTS5 MATCH expression of a query, within the same limits (what is beyond them is left out)."""
    return " ".join(phrase(term) for term in split(query[:MAX_CHARACTERS])[:MAX_TERMS]) or '""'


def search(
    connection: sqlite3.Connection,
    query: str,
    *,
    area: str = "",
    kind: str = "",
    limit: int = 20,
    offset: int = 0,
) -> list[Hit]:
    """The best hits of all kinds in one ranking; every term must occur. Raises QueryError."""
    terms = terms_of(query)
    if area and not connection.execute("SELECT 1 FROM areas WHERE slug = ?", [area]).fetchone():
        raise QueryError(f"没有名为“{area}”的领域。")
    if kind and kind not in KINDS:
        raise QueryError(f"没有名为“{kind}”的类别。")
    found = []
    for each in [kind] if kind else KINDS:
        found += _ranked(connection, each, terms, area, limit + offset)
    found.sort(key=lambda entry: (-entry[0], KINDS.index(entry[1]), entry[2]))
    return [_hit(connection, each, id, score, terms) for score, each, id in found[offset : offset + limit]]


def count(connection: sqlite3.Connection, query: str, *, area: str = "") -> dict[str, int]:
    """How many entries of each kind a query finds."""
    parameters = {"match": match_expression(query), "area": area}
    return {
        kind: connection.execute(
            f"SELECT count(*) FROM {kind}s_fts WHERE {kind}s_fts MATCH :match {_in_area(kind, area)}", parameters
        ).fetchone()[0]
        for kind in KINDS
    }


def _in_area(kind: str, area: str) -> str:
    if not area:
        return ""
    inside = {
        "notice": "SELECT notice_id FROM areas WHERE slug = :area",
        "document": "SELECT d.id FROM documents d JOIN areas a ON a.notice_id = d.notice_id WHERE a.slug = :area",
        "item": "SELECT i.id FROM items i JOIN areas a ON a.id = i.area_id WHERE a.slug = :area",
    }[kind]
    return f"AND rowid IN ({inside})"


def _ranked(
    connection: sqlite3.Connection, kind: str, terms: Sequence[str], area: str, limit: int
) -> list[tuple[float, str, int]]:
    """(score, kind, id): bm25 as a share of the best of its kind, and more where the title alone holds all terms."""
    table = f"{kind}s_fts"
    title, rest, bonus = _WEIGHTS[kind]
    parameters: dict[str, Any] = {"match": " ".join(phrase(term) for term in terms), "area": area, "limit": limit}
    titled = []
    for number, term in enumerate(terms):
        parameters[f"t{number}"] = spaced(term)
        titled.append(f"instr(title, :t{number}) > 0")
    rows = connection.execute(
        f"""WITH matched AS MATERIALIZED (
                SELECT rowid AS id, bm25({table}, {title}, {rest}) AS rank, ({" AND ".join(titled)}) AS titled
                FROM {table} WHERE {table} MATCH :match {_in_area(kind, area)})
            SELECT id, rank / (SELECT min(rank) FROM matched) + titled * {bonus} AS score
            FROM matched ORDER BY score DESC, id LIMIT :limit""",
        parameters,
    )
    return [(round(score, 6), kind, id) for id, score in rows]


def _hit(connection: sqlite3.Connection, kind: str, id: int, score: float, terms: Sequence[str]) -> Hit:
    slug, title, text, url = _TEXTS[kind](connection, id)
    snippet, hits = snippet_of(text, title, terms)
    return Hit(kind, id, slug, title, snippet, hits, url, score)


def _notice(connection: sqlite3.Connection, id: int) -> tuple[str, str, str, str]:
    """(slug of the notice, title, text, path of its page)."""
    slug = connection.execute("SELECT slug FROM notices WHERE id = ?", [id]).fetchone()[0]
    _, title, text = next(iter(notice_rows(connection, id)))
    return slug, title, text, f"/notices/{slug}"


def _document(connection: sqlite3.Connection, id: int) -> tuple[str, str, str, str]:
    kind, slug, name, title, text = connection.execute(
        """SELECT d.kind, n.slug, coalesce(d.name, ''), coalesce(v.title, ''), coalesce(v.text, '')
            FROM documents d JOIN notices n ON n.id = d.notice_id JOIN current_versions v ON v.document_id = d.id
            WHERE d.id = ?""",
        [id],
    ).fetchone()
    return slug, document_title(name, title), text, f"/notices/{slug}#text" if kind == "page" else f"/documents/{id}"


def _item(connection: sqlite3.Connection, id: int) -> tuple[str, str, str, str]:
    row = connection.execute(
        f"""SELECT n.slug, a.name, i.level1, i.level2, {ITEM_TEXT}
            FROM items i JOIN documents d ON d.id = i.document_id JOIN notices n ON n.id = d.notice_id
            LEFT JOIN areas a ON a.id = i.area_id WHERE i.id = ?""",
        [id],
    ).fetchone()
    return row[0], item_title(*row[1:4]), item_text(row[4:]), f"/items/{id}"


_TEXTS = {"notice": _notice, "document": _document, "item": _item}
