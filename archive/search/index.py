"""What is searched: notices, document texts and catalogue rows.

The index (three FTS5 tables) holds folded text, one token a character, and only what is in force: the
latest version of each document and its rows. It is written here and nowhere else; there are no triggers, and the
tables must never be rebuilt by other tools, since their content exists only in them.
"""

# ruff: noqa: S608 (table and column names are constants of this module; values are always parameters)

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from archive.machine.transaction import atomic
from archive.text.noise import without_noise
from archive.text.struck import in_force
from archive.text.tokens import spaced
from archive.words import HIT_KINDS

if TYPE_CHECKING:
    from archive.machine.tables import Database

TELLING = 10
"""Characters from which a link's text is taken to say by itself what the file is (附件1 does not)."""
FORM = "2"
"""Of the index: which words of a text it holds. Another one is made anew when the archive is opened."""
_LEFT_OUT = "\ue000"
"""Stands for a line of noise in the index, so that no phrase is found across it that no page shows."""

KINDS = ("notice", "document", "item")


def index_notice(db: Database, notice_id: int) -> None:
    """Bring a notice's entry in line with its row and the metadata of its page in force."""
    with atomic(db):
        _replace(db.conn, "notices_fts", {notice_id}, notice_rows(db.conn, notice_id))


def index_document(db: Database, document_id: int) -> None:
    """Bring the entries of a document, its rows and its notice in line with the tables."""
    for (notice,) in db.conn.execute("SELECT notice_id FROM documents WHERE id = ?", [document_id]).fetchall():
        _index_documents(db, notice, {document_id})


def index_all_of_notice(db: Database, notice_id: int) -> None:
    """Bring the entries of a notice, its documents and its rows in line with the tables."""
    _index_documents(db, notice_id, _ids(db, "SELECT id FROM documents WHERE notice_id = ?", notice_id))


def _index_documents(db: Database, notice_id: int, touched: set[int]) -> None:
    """And those documents of the notice whose standing has changed: a file that the page no longer links to, a mirror
    beside a declared address that has a text again."""
    with atomic(db):
        in_force = _ids(
            db,
            """SELECT d.id FROM national_documents d JOIN current_versions v ON v.document_id = d.id
               WHERE d.notice_id = ?""",
            notice_id,
        )
        indexed = _ids(
            db, "SELECT d.id FROM documents d JOIN documents_fts f ON f.rowid = d.id WHERE d.notice_id = ?", notice_id
        )
        for id in touched | (indexed ^ in_force):
            _replace(db.conn, "documents_fts", {id}, _document_rows(db.conn, id))
            rows = _ids(db, "SELECT id FROM items WHERE document_id = ?", id)
            _replace(db.conn, "items_fts", rows, _item_rows(db.conn, id))
        index_notice(db, notice_id)


def _ids(db: Database, sql: str, id: int) -> set[int]:
    return {row[0] for row in db.conn.execute(sql, [id])}


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
        words = HIT_KINDS[kind]
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
    yield "notice", notice_rows(connection)
    yield "document", _document_rows(connection)
    yield "item", _item_rows(connection)


def _replace(connection: sqlite3.Connection, table: str, ids: set[int], rows: Iterable[Sequence[Any]]) -> None:
    connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(id,) for id in ids])
    _insert(connection, table, rows)


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[Any]]) -> int:
    entries = [(id, spaced(title), spaced(text)) for id, title, text in rows]
    connection.executemany(f"INSERT INTO {table} (rowid, {_columns(table)}) VALUES (?, ?, ?)", entries)
    return len(entries)


def _columns(table: str) -> str:
    return "title, issuer" if table == "notices_fts" else "title, text"


def notice_rows(connection: sqlite3.Connection, notice: int | None = None) -> Iterable[Sequence[Any]]:
    """(id, title, issuer and numbers), of one notice or all."""
    for id, title, issuer, metadata in connection.execute(
        f"""SELECT n.id, n.title, n.issuer, (
                SELECT v.metadata FROM pages_in_force p JOIN current_versions v ON v.document_id = p.id
                WHERE p.notice_id = n.id ORDER BY p.id DESC LIMIT 1)
            FROM national_notices n {_only("n.id", notice)}"""
    ):
        yield id, title, notice_text(issuer, metadata)


def _document_rows(connection: sqlite3.Connection, document: int | None = None) -> Iterable[Sequence[Any]]:
    """(id, title, text), of one document or all."""
    for id, name, title, text in connection.execute(
        f"""SELECT d.id, d.name, v.title, v.text
            FROM national_documents d JOIN current_versions v ON v.document_id = d.id {_only("d.id", document)}"""
    ):
        yield id, document_title(name or "", title or ""), document_text(text or "")


def _item_rows(connection: sqlite3.Connection, document: int | None = None) -> Iterable[Sequence[Any]]:
    """(id, area and headings, the other columns), of one document or all."""
    for row in connection.execute(
        f"""SELECT i.id, a.name, i.level1, i.level2, {ITEM_TEXT}
            FROM national_documents d JOIN items_in_force i ON i.document_id = d.id
            LEFT JOIN areas a ON a.id = i.area_id {_only("d.id", document)}"""
    ):
        yield row[0], item_title(*row[1:4]), item_text(row[4:])


def _only(column: str, id: int | None) -> str:
    return "" if id is None else f"WHERE {column} = {id:d}"


ITEM_TEXT = "i.content, i.basis, i.time_limit, i.subject, i.channels"


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


# ---------------------------------------------------------------- snippets
