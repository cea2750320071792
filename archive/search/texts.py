"""What is searched of a notice, a document, a row: a title and a text each, taken from the tables and folded.

Folded text is a sequence of characters, each a token of the index, so that a term is found wherever its characters
stand side by side; `Folding` leads back from a place in folded text to the original.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

from archive.text.fold import CLUSTER, search_fold
from archive.text.noise import in_force, lines_without_noise

SEPARATOR = "\x1f"
"""Between two characters in the index; the tokenizer's separator (see schema.FTS)."""

MARKS = 0xF0000
"""Private-use characters: letters to SQLite's tokenizer, which would drop punctuation, ticks and cell borders."""

TITLE = "\ue001"
"""Before each token of a title in the index."""

UNFOUND = "\ue000"
"""Stands in the index for what is left out of a text, so that no phrase is found across it that no page shows."""

_LETTERS = frozenset({"L", "N"})


class _Indexed(dict[int, str]):
    """Folded character to the token that stands for it in the index."""

    def __missing__(self, code: int) -> str:
        letter = unicodedata.category(chr(code))[0] in _LETTERS
        self[code] = chr(code) if letter else chr(MARKS + (code & 0xFFFF))
        return self[code]


_INDEXED = _Indexed()


def spaced(text: str) -> str:
    """Folded text as the index holds it: every character a token."""
    return SEPARATOR.join(search_fold(text).translate(_INDEXED))


def titled(title: str) -> str:
    """A folded title as the index holds it: the same tokens, marked, so that titles can be asked for by themselves."""
    return SEPARATOR.join(TITLE + token for token in search_fold(title).translate(_INDEXED))


def entry(title: str, text: str) -> str:
    """All that the index holds of a title and a text."""
    return f"{spaced(text)}{SEPARATOR}{titled(title)}"


def phrase(term: str, held: Callable[[str], str] = spaced) -> str:
    """One term of a query as an FTS5 phrase of the text, or (`titled`) of the title; '' when nothing visible is left of
    it."""
    inner = held(term)
    return f'"{inner}"' if inner else ""


class _Widths(dict[str, int]):
    """Character to the number of characters that it is folded to."""

    def __missing__(self, char: str) -> int:
        self[char] = len(search_fold(char))
        return self[char]


_WIDTHS = _Widths()


class Folding:
    """A folded text that remembers where each of its characters came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = search_fold(text)

    def find(self, term: str, limit: int = 50) -> list[tuple[int, int]]:
        """Spans (from, to) in the original text of the first `limit` places of an already folded term."""
        spans: list[tuple[int, int]] = []
        at = self.folded.find(term)
        while at >= 0 and len(spans) < limit:
            spans.append((self._original(at)[0], self._original(at + len(term) - 1)[1]))
            at = self.folded.find(term, at + len(term))
        return spans

    def _original(self, position: int) -> tuple[int, int]:
        """Where the folded character at `position` stands in the text."""
        clusters, ends = self._places
        place = bisect_right(ends, position)
        return clusters[place] if clusters else (place, place + 1)

    @cached_property
    def _places(self) -> tuple[list[tuple[int, int]], list[int]]:
        """The characters of the text with their accents, none where no accent stands alone; and where each ends in the
        folded text."""
        text = self.text
        if unicodedata.is_normalized("NFC", text):
            return [], list(accumulate(map(_WIDTHS.__getitem__, text)))
        clusters = [found.span() for found in CLUSTER.finditer(text)]
        return clusters, list(accumulate(len(search_fold(text[start:end])) for start, end in clusters))


# ---------------------------------------------------------------- taken from the tables

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
