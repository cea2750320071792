"""Chinese full-text search over notices, document texts and catalogue rows.

The index (three FTS5 tables, see schema.py) holds folded text, one token a character, and only what is in force: the
latest version of each document and its rows. It is written here and nowhere else; there are no triggers, and the
tables must never be rebuilt by other tools, since their content exists only in them.
"""

# ruff: noqa: S608 (table and column names are constants of this module; values are always parameters)

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import asdict, frozen
from sqlite_utils import Database

from archive.machine.transaction import atomic
from archive.text.fold import search_fold
from archive.text.noise import without_noise
from archive.text.struck import in_force
from archive.text.tokens import Folding, phrase, spaced, split

MAX_CHARACTERS = 100
MAX_TERMS = 8
TELLING = 10
"""Characters from which a link's text is taken to say by itself what the file is (附件1 does not)."""
SNIPPET = 120
"""Characters of a snippet."""
FORM = "2"
"""Of the index: which words of a text it holds. Another one is made anew when the archive is opened."""
_LEFT_OUT = "\ue000"
"""Stands for a line of noise in the index, so that no phrase is found across it that no page shows."""

KINDS = ("notice", "document", "item")

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


# ---------------------------------------------------------------- indexing


def index_notice(db: Database, notice_id: int) -> None:
    """Bring a notice's entry in line with its row and the metadata of its page in force."""
    with atomic(db):
        _replace(db.conn, "notices_fts", [notice_id], _notice_rows(db.conn, notice_id))


def index_document(db: Database, document_id: int) -> None:
    """Bring the entries of a document, its rows and its notice in line with the tables.

    Other documents of the notice are taken in or out where their standing has changed: a file that the page no longer
    links to, a mirror beside a declared address that has a text again.
    """
    found = db.conn.execute("SELECT notice_id FROM documents WHERE id = ?", [document_id]).fetchone()
    if found is None:
        return
    notice = found[0]
    with atomic(db):
        documents = {row[0]: row for row in _document_rows(db.conn, notice)}
        siblings = [row[0] for row in db.conn.execute("SELECT id FROM documents WHERE notice_id = ?", [notice])]
        indexed = {
            id for id in siblings if db.conn.execute("SELECT 1 FROM documents_fts WHERE rowid = ?", [id]).fetchone()
        }
        for id in {document_id} | (indexed ^ documents.keys()):
            _replace(db.conn, "documents_fts", [id], [documents[id]] if id in documents else [])
            items = [row[0] for row in db.conn.execute("SELECT id FROM items WHERE document_id = ?", [id])]
            _replace(db.conn, "items_fts", items, _item_rows(db.conn, notice, id))
        index_notice(db, notice)


def renew(db: Database) -> None:
    """Index everything anew where the index was made by a release that left out other words of the text."""
    made = db.conn.execute("SELECT value FROM archive_info WHERE key = 'index'").fetchone()
    if made is None or made[0] != FORM:
        with atomic(db):
            rebuild(db)
            db.conn.execute("INSERT OR REPLACE INTO archive_info (key, value) VALUES ('index', ?)", [FORM])


def rebuild(db: Database) -> int:
    """Index everything anew; returns the number of entries."""
    with atomic(db):
        for kind in KINDS:
            db.conn.execute(f"DELETE FROM {kind}s_fts")
        return sum(_insert(db.conn, f"{kind}s_fts", rows) for kind, rows in _everything(db.conn))


def check(db: Database) -> list[str]:
    """Where the index and the tables disagree, in Chinese; empty when all is well."""
    problems = []
    for kind, rows in _everything(db.conn):
        words = {"notice": "通知", "document": "文件", "item": "目录事项"}[kind]
        indexed = {row[0]: tuple(row[1:]) for row in db.conn.execute(f"SELECT rowid, * FROM {kind}s_fts")}
        for id, *texts in rows:
            entry = indexed.pop(id, None)
            if entry is None:
                problems.append(f"{words} {id} 不在检索索引中")
            elif entry != tuple(spaced(text) for text in texts):
                problems.append(f"{words} {id} 的检索索引与原文不一致")
        problems += [f"检索索引中的{words} {id} 已不是现行内容" for id in indexed]
        try:
            db.conn.execute(f"INSERT INTO {kind}s_fts ({kind}s_fts) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            problems.append(f"{kind}s_fts 索引已损坏：{error}")
    return problems


def _everything(connection: sqlite3.Connection) -> Iterable[tuple[str, Iterable[Sequence[Any]]]]:
    yield "notice", _notice_rows(connection)
    yield "document", _document_rows(connection)
    yield "item", _item_rows(connection)


def _replace(connection: sqlite3.Connection, table: str, ids: Iterable[int], rows: Iterable[Sequence[Any]]) -> None:
    connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(id,) for id in ids])
    _insert(connection, table, rows)


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[Any]]) -> int:
    entries = [(id, spaced(title), spaced(text)) for id, title, text in rows]
    connection.executemany(f"INSERT INTO {table} (rowid, {_columns(table)}) VALUES (?, ?, ?)", entries)
    return len(entries)


def _columns(table: str) -> str:
    return "title, issuer" if table == "notices_fts" else "title, text"


def _notice_rows(connection: sqlite3.Connection, notice: int | None = None) -> Iterable[Sequence[Any]]:
    """(id, title, issuer and numbers)."""
    for id, title, issuer, metadata in connection.execute(
        """SELECT n.id, n.title, n.issuer, (
                SELECT v.metadata FROM pages_in_force p JOIN current_versions v ON v.document_id = p.id
                WHERE p.notice_id = n.id ORDER BY p.id DESC LIMIT 1)
            FROM notices n WHERE :notice IS NULL OR n.id = :notice""",
        {"notice": notice},
    ):
        yield id, title, notice_text(issuer, metadata)


def _document_rows(connection: sqlite3.Connection, notice: int | None = None) -> Iterable[Sequence[Any]]:
    """(id, title, text)."""
    for id, name, title, text in connection.execute(
        f"""SELECT d.id, d.name, v.title, v.text
            FROM documents_in_force d JOIN current_versions v ON v.document_id = d.id {_of(notice)}""",
        {"notice": notice},
    ):
        yield id, document_title(name or "", title or ""), document_text(text or "")


def _item_rows(
    connection: sqlite3.Connection, notice: int | None = None, document: int | None = None
) -> Iterable[Sequence[Any]]:
    """(id, area and headings, the other columns)."""
    for row in connection.execute(
        f"""SELECT i.id, a.name, i.level1, i.level2, {_ITEM_TEXT}
            FROM documents_in_force d JOIN items_in_force i ON i.document_id = d.id
            LEFT JOIN areas a ON a.id = i.area_id {_of(notice)} {"AND d.id = :document" if document else ""}""",
        {"notice": notice, "document": document},
    ):
        yield row[0], item_title(*row[1:4]), item_text(row[4:])


def _of(notice: int | None) -> str:
    return "" if notice is None else "WHERE d.notice_id = :notice"


_ITEM_TEXT = "i.content, i.basis, i.time_limit, i.subject, i.channels"


def notice_text(issuer: str, metadata: str | None) -> str:
    """What is searched of a notice beside its title: who issued it and its numbers."""
    known = json.loads(metadata or "{}")
    return "\n".join([issuer, *(str(known[key]) for key in ("document_number", "index_number") if known.get(key))])


def document_title(name: str, title: str) -> str:
    """What a document is called: the link's text, and the title inside the file where that says little."""
    if not name or name in title:
        return title or name
    return f"{name}　{title}" if title and len(name) < TELLING else name


def document_text(text: str) -> str:
    """What is searched of a document: its text without noise and without what is struck out in it."""
    return "\n".join(without_noise(line) or _LEFT_OUT for line in in_force(text).split("\n"))


def item_title(area: str | None, level1: str | None, level2: str | None) -> str:
    return " › ".join(part for part in (area, level1, level2) if part)


def item_text(columns: Sequence[Any]) -> str:
    content, basis, time_limit, subject, channels = (column or "" for column in columns)
    return "\n".join(
        part for part in (content, basis, time_limit, subject, "、".join(json.loads(channels or "[]"))) if part
    )


# ---------------------------------------------------------------- queries


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
    _, title, text = next(iter(_notice_rows(connection, id)))
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
        f"""SELECT n.slug, a.name, i.level1, i.level2, {_ITEM_TEXT}
            FROM items i JOIN documents d ON d.id = i.document_id JOIN notices n ON n.id = d.notice_id
            LEFT JOIN areas a ON a.id = i.area_id WHERE i.id = ?""",
        [id],
    ).fetchone()
    return row[0], item_title(*row[1:4]), item_text(row[4:]), f"/items/{id}"


_TEXTS = {"notice": _notice, "document": _document, "item": _item}


# ---------------------------------------------------------------- snippets


def spans(text: str, terms: Sequence[str], limit: int = 50) -> list[tuple[int, int]]:
    """Where the terms stand in a text, from left to right, overlapping ones joined."""
    folding = Folding(text)
    return _joined(folding.find(search_fold(term), limit) for term in terms)


def _joined(found: Iterable[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for spans_ in found for span in spans_):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def snippet_of(text: str, title: str, terms: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """A verbatim piece of the text around the hits, and the hits' spans in it; of the title when only that has hits."""
    folding = Folding(text)
    per_term = {term: folding.find(search_fold(term)) for term in terms}
    starts = sorted(span[0] for found in per_term.values() for span in found)
    if not starts:
        return title, spans(title, terms)

    def variety(start: int) -> int:
        return sum(any(start <= at and end <= start + SNIPPET for at, end in found) for found in per_term.values())

    best = max(starts, key=lambda start: (variety(start), -start))
    begin = _beginning(text, best)
    piece = text[begin : best + SNIPPET].rstrip()
    inside = [
        (start - begin, end - begin)
        for start, end in _joined(per_term.values())
        if start >= begin and end <= begin + len(piece)
    ]
    return piece, inside


def _beginning(text: str, hit: int) -> int:
    """Where a snippet around a hit begins: at the start of its line or sentence when that is near."""
    near = max(0, hit - 40)
    breaks = [text.rfind(mark, near, hit) for mark in "\n。；┃"]
    return max(breaks) + 1 if max(breaks) >= near else near
