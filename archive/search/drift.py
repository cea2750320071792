"""Whether the index says what the tables say: it is made once more beside it, and the two are compared."""

# ruff: noqa: S608 (table names are constants of this module)

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

from archive.search.index import Entry, Noted, everything, put_in
from archive.words import HIT_KINDS

SHOWN = 20
"""Entries of a kind that are named one by one."""
_PLACES = "SELECT doc, offset FROM {}_words WHERE term = ?"
_SUM = "SELECT sum((doc * 1000003 + offset * 8191) % 2147483629) FROM {}_words WHERE term = ?"
"""Of all places of a character in the index."""


def check(kept: sqlite3.Connection) -> list[str]:
    """Where the index and the tables disagree, in Chinese; empty when all is well. Reads all texts."""
    noted: dict[tuple[str, int], Noted] = {}

    def note(entries: Iterable[Noted]) -> None:
        noted.update({(entry[0], entry[1]): entry for entry in entries})

    problems: list[str] = []
    with closing(sqlite3.connect("")) as made:  # a temporary file
        for kind, entries in everything(kept, note):
            problems += _of_kind(kept, made, kind, entries)
    held = {(row[0], row[1]): tuple(row) for row in kept.execute("SELECT * FROM search_entries")}
    if not problems and held != noted:
        names = sorted(key for key in held.keys() | noted.keys() if held.get(key) != noted.get(key))
        problems.append("检索索引的登记与原文不一致：" + "、".join(f"{kind} {id}" for kind, id in names[:SHOWN]))
    return problems


def _of_kind(kept: sqlite3.Connection, made: sqlite3.Connection, kind: str, entries: Iterator[Entry]) -> Iterator[str]:
    table = f"{kind}s_fts"
    made.execute(kept.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0])
    put_in(made, kind, entries)
    try:
        should, has = _entries(made, table), _entries(kept, table)
        wrong = _different(kept, made, table)
    except sqlite3.DatabaseError as error:
        yield f"{table} 索引已损坏：{error}"
        return
    yield from _told(kind, (has | wrong) - should, "检索索引中的{} 已不是现行内容")
    yield from _told(kind, should - has, "{} 不在检索索引中")
    yield from _told(kind, wrong & should & has, "{} 的检索索引与原文不一致")


def _entries(connection: sqlite3.Connection, table: str) -> set[int]:
    return {row[0] for row in connection.execute(f"SELECT id FROM {table}_docsize")}


def _different(kept: sqlite3.Connection, made: sqlite3.Connection, table: str) -> set[int]:
    """The entries that do not have the same characters in the same places."""
    terms = set()
    for connection in (kept, made):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}_words")
        connection.execute(f"CREATE VIRTUAL TABLE temp.{table}_words USING fts5vocab(main, {table}, instance)")
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}_terms")
        connection.execute(f"CREATE VIRTUAL TABLE temp.{table}_terms USING fts5vocab(main, {table}, row)")
        terms |= {row[0] for row in connection.execute(f"SELECT term FROM {table}_terms")}
    wrong: set[int] = set()
    for term in sorted(terms):
        one, other = (connection.execute(_SUM.format(table), [term]).fetchone() for connection in (kept, made))
        if tuple(one) != tuple(other) and len(wrong) <= SHOWN:
            places = [
                {tuple(row) for row in connection.execute(_PLACES.format(table), [term])} for connection in (kept, made)
            ]
            wrong |= {place[0] for place in places[0] ^ places[1]}
    for connection in (kept, made):
        connection.execute(f"DROP TABLE temp.{table}_words")
        connection.execute(f"DROP TABLE temp.{table}_terms")
    return wrong


def _told(kind: str, ids: set[int], what: str) -> Iterator[str]:
    for id in sorted(ids, key=abs)[:SHOWN]:
        former = "旧版" if id < 0 else ""
        yield what.format(f"{former}{HIT_KINDS[kind]} {abs(id)}")
    if len(ids) > SHOWN:
        yield what.format(f"另外 {len(ids) - SHOWN} 条{HIT_KINDS[kind]}")
