"""What is searched of a notice, a document, a row: a title and a text each, taken from the tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from archive.text.noise import lines_without_noise
from archive.text.struck import in_force
from archive.text.tokens import UNFOUND

TELLING = 10
"""Characters from which a link's text is taken to say by itself what the file is (附件1 does not)."""
ITEM_TEXT = "i.content, i.basis, i.time_limit, i.subject, i.channels"

LINES = 1_000
"""Lines of a text on one page of our site: a hit lands on the page and line where it stands."""

KINDS = ("notice", "document", "item")


def notices(connection: sqlite3.Connection, notice: int | None = None) -> Iterator[tuple[int, str, str]]:
    """(id, title, issuer and numbers), of one notice or all."""
    where, parameters = ("WHERE n.id = ?", [notice]) if notice is not None else ("", [])
    for id, title, issuer, metadata in connection.execute(
        f"""SELECT n.id, n.title, n.issuer, (
                SELECT v.metadata FROM pages_in_force p JOIN current_versions v ON v.document_id = p.id
                WHERE p.notice_id = n.id ORDER BY p.id DESC LIMIT 1)
            FROM national_notices n {where}""",  # noqa: S608 - one of two fixed texts
        parameters,
    ):
        yield id, title, notice_text(issuer, metadata)


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
    return "\n".join(line or UNFOUND for line in lines_without_noise(in_force(text).split("\n")))


class Lost(Exception):
    """A version that the index knows is not in the archive any more."""


def version_text(connection: sqlite3.Connection, version: int) -> str:
    """Raises Lost."""
    found = connection.execute("SELECT coalesce(text, '') FROM versions WHERE id = ?", [version]).fetchone()
    if found is None:
        raise Lost(version)
    return str(found[0])


def item_title(area: str | None, level1: str | None, level2: str | None) -> str:
    return " › ".join(part for part in (area, level1, level2) if part)


def item_text(columns: Sequence[Any]) -> str:
    """Of the columns that ITEM_TEXT names."""
    content, basis, time_limit, subject, channels = (column or "" for column in columns)
    return "\n".join(
        part for part in (content, basis, time_limit, subject, "、".join(json.loads(channels or "[]"))) if part
    )


def items(connection: sqlite3.Connection, ids: Collection[int]) -> Iterator[tuple[int, str, str]]:
    """(id, area and headings, the other columns) of these rows. The area is called what the index was told."""
    for row in connection.execute(
        f"""SELECT i.id, coalesce(e.title, ''), i.level1, i.level2, {ITEM_TEXT}
            FROM json_each(?) j JOIN items i ON i.id = j.value
            LEFT JOIN search_entries e ON e.kind = 'area' AND e.id = i.area_id""",  # noqa: S608 - columns of ours
        [json.dumps(list(ids))],
    ):
        yield row[0], item_title(*row[1:4]), item_text(row[4:])


def of_entries(connection: sqlite3.Connection, kind: str, entries: Collection[int]) -> Iterator[tuple[int, str]]:
    """(entry, title and text as they are read) of entries of the index; a former one's id is negative."""
    if kind == "item":
        read = {id: f"{title}\n{text}" for id, title, text in items(connection, {abs(id) for id in entries})}
        yield from ((id, read[abs(id)]) for id in entries if abs(id) in read)
        return
    for id in entries:
        if kind == "notice":
            yield from ((id, f"{title}\n{text}") for _, title, text in notices(connection, id))
        else:
            for title, version in connection.execute(
                "SELECT title, version_id FROM search_entries WHERE kind = ? AND id = ?",
                ["document" if id > 0 else "former", abs(id)],
            ):
                yield id, f"{title}\n{version_text(connection, version)}"
