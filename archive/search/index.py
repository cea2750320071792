"""What is searched: notices, document texts and catalogue rows.

The index (three FTS5 tables) holds folded text, one token a character, and no text to read: an entry is taken out by
the words that were put in, which are had from versions and rows (they never change) and from `search_entries` (what
can change: titles, names). What is in force stands under its id, a former version or row under its id made negative.
It is written here and nowhere else; there are no triggers.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path

from archive.machine.database import Database, atomic
from archive.search import texts
from archive.search.texts import KINDS, entry
from archive.text import fold, noise

log = logging.getLogger(__name__)
FORM = "3"
"""Of the index. One of another form, or made by other rules of folding and noise, is made anew on opening."""
MANY = 20_000
"""Entries from which a rebuilding says how far it is."""
Entry = tuple[int, str, str]
"""(rowid, title, text)"""
Noted = tuple[str, int, int | None, str, str | None]
"""A row of `search_entries`."""
Note = Callable[[Iterable[Noted]], None]


# ---------------------------------------------------------------- keeping it in line with the tables


def index_notice(db: Database, notice_id: int) -> None:
    """Bring a notice's entry in line with its row and the metadata of its page in force."""
    connection = db.conn
    new = next(texts.notices(connection, notice_id), None)
    old = connection.execute(
        "SELECT id, title, text FROM search_entries WHERE kind = 'notice' AND id = ?", [notice_id]
    ).fetchone()
    if old is not None:
        old = tuple(old)
    if old == new:
        return
    with atomic(db):
        if old is not None:
            _take_out(connection, "notice", [old])
            connection.execute("DELETE FROM search_entries WHERE kind = 'notice' AND id = ?", [notice_id])
        if new is not None:
            put_in(connection, "notice", [new])
            _note(connection, [("notice", new[0], None, new[1], new[2])])


def index_areas(db: Database) -> None:
    """Rows are found by the name of their area: bring them in line with names that have changed."""
    connection = db.conn
    changed = connection.execute(
        """SELECT a.id, a.name FROM areas a LEFT JOIN search_entries e ON e.kind = 'area' AND e.id = a.id
           WHERE e.title IS NOT a.name"""
    ).fetchall()
    for area, name in changed:
        with atomic(db):
            ids = [row[0] for row in connection.execute("SELECT id FROM items WHERE area_id = ?", [area])]
            held = _held_items(connection, ids)
            _items(connection, held, _take_out)
            _note(connection, [("area", area, None, name, None)])
            _items(connection, held, put_in)


def index_document(db: Database, document_id: int) -> None:
    """Bring the entries of a document and its rows in line with the tables; a page can change the standing of all
    documents of its notice."""
    found = db.conn.execute("SELECT notice_id, kind FROM documents WHERE id = ?", [document_id]).fetchone()
    if found is None:
        return
    if found[1] == "page":
        index_all_of_notice(db, found[0])
        return
    with atomic(db):
        index_areas(db)
        _bring(db, [document_id])


def index_all_of_notice(db: Database, notice_id: int) -> None:
    """Bring the entries of a notice, its documents and its rows in line with the tables."""
    with atomic(db):
        index_areas(db)
        _bring(db, list(_out_of_line(db.conn, notice_id)))
        index_notice(db, notice_id)


def _bring(db: Database, documents: list[int]) -> None:
    try:
        for id in documents:
            _index_one(db.conn, id)
    except texts.Lost:  # nobody deletes a version; where somebody did, its words are not to be had any more
        rebuild(db)


def _out_of_line(connection: sqlite3.Connection, notice: int) -> Iterator[int]:
    """The documents of a notice whose entries do not say what the tables say."""
    in_force = json.dumps(
        [row[0] for row in connection.execute("SELECT id FROM national_documents WHERE notice_id = ?", [notice])]
    )
    national = connection.execute("SELECT 1 FROM national_notices WHERE id = ?", [notice]).fetchone() is not None
    known = {"notice": notice, "national": national, "in_force": in_force}
    found = {row[0] for row in connection.execute(_OUT_OF_LINE, known)}
    for id, name, inside, version, held, title in connection.execute(
        """SELECT d.id, coalesce(d.name, ''), coalesce(v.title, ''), v.id, e.version_id, e.title
           FROM documents d LEFT JOIN current_versions v
             ON v.document_id = d.id AND d.id IN (SELECT value FROM json_each(:in_force))
           LEFT JOIN search_entries e ON e.kind = 'document' AND e.id = d.id WHERE d.notice_id = :notice""",
        known,
    ):
        if version != held or (version is not None and title != texts.document_title(name, inside)):
            found.add(id)
    yield from sorted(found)


_OUT_OF_LINE = """
    SELECT d.id FROM documents d JOIN versions w ON w.document_id = d.id
    LEFT JOIN search_entries e ON e.kind = 'document' AND e.id = d.id
    WHERE d.notice_id = :notice AND (:national AND d.kind <> 'picture' AND w.state IN ('', 'accepted')
                                     AND w.id IS NOT e.version_id)
          IS NOT EXISTS (SELECT 1 FROM search_entries f WHERE f.kind = 'former' AND f.id = w.id)
    UNION SELECT d.id FROM documents d JOIN items i ON i.document_id = d.id
    WHERE d.notice_id = :notice AND (i.current AND d.id IN (SELECT value FROM json_each(:in_force)))
          IS NOT EXISTS (SELECT 1 FROM items_fts_docsize z WHERE z.id = i.id)"""


def _index_one(connection: sqlite3.Connection, document: int) -> None:
    in_force = connection.execute("SELECT 1 FROM national_documents WHERE id = ?", [document]).fetchone() is not None
    name, current, title = connection.execute(
        """SELECT coalesce(d.name, ''), v.id, coalesce(v.title, '') FROM documents d
           LEFT JOIN current_versions v ON v.document_id = d.id WHERE d.id = ?""",
        [document],
    ).fetchone()
    shown = current if in_force else None
    wanted = {}
    for version, inside in connection.execute(
        """SELECT v.id, coalesce(v.title, '') FROM standing_versions v JOIN documents d ON d.id = v.document_id
           WHERE v.document_id = ? AND d.kind <> 'picture' AND d.notice_id IN (SELECT id FROM national_notices)""",
        [document],
    ):
        if version == shown:
            wanted["document", document] = (version, texts.document_title(name, title))
        else:
            wanted["former", version] = (version, texts.document_title(name, inside))
    held = {
        (kind, id): (version, title)
        for kind, id, version, title in connection.execute(
            """SELECT kind, id, version_id, title FROM search_entries WHERE kind = 'document' AND id = :id
               UNION ALL SELECT e.kind, e.id, e.version_id, e.title FROM versions v
               CROSS JOIN search_entries e ON e.kind = 'former' AND e.id = v.id WHERE v.document_id = :id""",
            {"id": document},
        )
    }
    gone = {key: held[key] for key in held if wanted.get(key) != held[key]}
    new = {key: wanted[key] for key in wanted if held.get(key) != wanted[key]}
    _take_out(connection, "document", _document_entries(connection, gone))
    connection.executemany("DELETE FROM search_entries WHERE kind = ? AND id = ?", list(gone))
    put_in(connection, "document", _document_entries(connection, new))
    _note(connection, ((kind, id, version, title, None) for (kind, id), (version, title) in new.items()))
    _index_rows(connection, document, in_force)


def _document_entries(
    connection: sqlite3.Connection, entries: dict[tuple[str, int], tuple[int, str]]
) -> Iterator[Entry]:
    for (kind, id), (version, title) in entries.items():
        text = texts.document_text(texts.version_text(connection, version))
        yield (id if kind == "document" else -id), title, text


def _index_rows(connection: sqlite3.Connection, document: int, in_force: bool) -> None:
    wanted = set()
    ids = []
    for id, current, standing in connection.execute(
        """SELECT i.id, i.current, v.state IN ('', 'accepted') AND n.id IS NOT NULL
           FROM items i JOIN versions v ON v.id = i.version_id JOIN documents d ON d.id = i.document_id
           LEFT JOIN national_notices n ON n.id = d.notice_id WHERE i.document_id = ?""",
        [document],
    ):
        ids.append(id)
        if current and in_force:
            wanted.add(id)
        elif standing:
            wanted.add(-id)
    held = _held_items(connection, ids)
    _items(connection, held - wanted, _take_out)
    _items(connection, wanted - held, put_in)


def _held_items(connection: sqlite3.Connection, ids: Collection[int]) -> set[int]:
    """The entries that the index has of these rows."""
    both = json.dumps([sign * id for id in ids for sign in (1, -1)])
    return {
        row[0]
        for row in connection.execute(
            "SELECT z.id FROM json_each(?) j CROSS JOIN items_fts_docsize z ON z.id = j.value", [both]
        )
    }


def _items(
    connection: sqlite3.Connection, entries: set[int], write: Callable[[sqlite3.Connection, str, list[Entry]], object]
) -> None:
    """Put in or take out the entries of rows."""
    if not entries:
        return
    read = {id: (title, text) for id, title, text in texts.items(connection, {abs(id) for id in entries})}
    write(connection, "item", [(id, *read[abs(id)]) for id in sorted(entries)])


# ---------------------------------------------------------------- the tables of the index


def put_in(connection: sqlite3.Connection, kind: str, entries: Iterable[Entry]) -> int:
    return connection.executemany(
        f"INSERT INTO {kind}s_fts (rowid, text) VALUES (?, ?)",  # noqa: S608 - one of KINDS
        ((id, entry(title, text)) for id, title, text in entries),
    ).rowcount


def _take_out(connection: sqlite3.Connection, kind: str, entries: Iterable[Entry]) -> None:
    """By the very words that were put in: the index has no text of its own to look them up."""
    connection.executemany(
        f"INSERT INTO {kind}s_fts ({kind}s_fts, rowid, text) VALUES ('delete', ?, ?)",  # noqa: S608 - one of KINDS
        ((id, entry(title, text)) for id, title, text in entries),
    )


def _note(connection: sqlite3.Connection, entries: Iterable[Noted]) -> None:
    connection.executemany("INSERT OR REPLACE INTO search_entries VALUES (?, ?, ?, ?, ?)", entries)


# ---------------------------------------------------------------- making it anew


@cache
def form() -> str:
    """What an index must have been made by: the rules of folding and noise, and the characters that Python knows."""
    rules = [FORM, unicodedata.unidata_version]
    rules += [Path(str(module.__file__)).read_text("utf-8") for module in (fold, noise, texts)]
    return hashlib.sha256("\0".join(rules).encode()).hexdigest()[:16]


def renew(db: Database) -> None:
    """Index everything anew where the index was made by other rules: entries are taken out by the words of today."""
    made = db.conn.execute("SELECT value FROM archive_info WHERE key = 'index'").fetchone()
    if made is None or made[0] != form():
        rebuild(db)


def rebuild(db: Database) -> int:
    """Index everything anew; returns the number of entries."""
    with atomic(db):
        empty(db.conn)
        made = 0
        for kind, entries in everything(db.conn, partial(_note, db.conn)):
            while batch := list(islice(entries, MANY)):
                made += put_in(db.conn, kind, batch)
                if len(batch) == MANY:
                    log.warning("正在建立检索索引：%d 条", made)
            db.conn.execute(f"INSERT INTO {kind}s_fts ({kind}s_fts) VALUES ('optimize')")  # noqa: S608
        db.conn.execute("INSERT OR REPLACE INTO archive_info (key, value) VALUES ('index', ?)", [form()])
    return made


def empty(connection: sqlite3.Connection) -> None:
    for kind in KINDS:
        connection.execute(f"INSERT INTO {kind}s_fts ({kind}s_fts) VALUES ('delete-all')")  # noqa: S608
    connection.execute("DELETE FROM search_entries")


def everything(connection: sqlite3.Connection, note: Note) -> Iterator[tuple[str, Iterator[Entry]]]:
    """All that the index should hold, by kind; `note` is told, on the way, what `search_entries` should hold."""
    note(connection.execute("SELECT 'area', id, NULL, name, NULL FROM areas").fetchall())
    notices = list(texts.notices(connection))
    note([("notice", id, None, title, text) for id, title, text in notices])
    yield "notice", iter(notices)
    yield "document", _all_documents(connection, note)
    yield "item", _all_items(connection)


def _all_documents(connection: sqlite3.Connection, note: Note) -> Iterator[Entry]:
    shown = {
        version: id
        for id, version in connection.execute(
            "SELECT f.id, v.id FROM national_documents f JOIN current_versions v ON v.document_id = f.id"
        )
    }
    for version, name, inside, text, former in connection.execute(
        """SELECT v.id, coalesce(d.name, ''), coalesce(v.title, ''), coalesce(v.text, ''), e.title
           FROM standing_versions v JOIN documents d ON d.id = v.document_id
           LEFT JOIN search_entries e ON e.kind = 'former' AND e.id = v.id
           WHERE d.kind <> 'picture' AND d.notice_id IN (SELECT id FROM national_notices) ORDER BY v.id"""
    ):
        title = texts.document_title(name, inside)
        if version in shown:
            note([("document", shown[version], version, title, None)])
            yield shown[version], title, texts.document_text(text)
        else:  # a former version keeps the title under which it went out of force
            title = title if former is None else former
            note([("former", version, version, title, None)])
            yield -version, title, texts.document_text(text)


def _all_items(connection: sqlite3.Connection) -> Iterator[Entry]:
    for row in connection.execute(
        f"""SELECT CASE WHEN i.current AND f.id IS NOT NULL THEN i.id ELSE -i.id END,
                   a.name, i.level1, i.level2, {texts.ITEM_TEXT}
            FROM national_items i JOIN versions v ON v.id = i.version_id
            LEFT JOIN national_documents f ON f.id = i.document_id LEFT JOIN areas a ON a.id = i.area_id
            WHERE (i.current AND f.id IS NOT NULL) OR v.state IN ('', 'accepted')"""  # noqa: S608 - columns of ours
    ):
        yield row[0], texts.item_title(*row[1:4]), texts.item_text(row[4:])
