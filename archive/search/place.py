"""Where a match stands: its notice, a verbatim piece of the text, and the address of its paragraph or row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from urllib.parse import quote

from attrs import frozen

from archive.search import texts
from archive.search.rank import Match
from archive.search.snippet import Piece, piece_of

MARKED = 40
"""Characters of a hit that an address names, to be marked by the browser."""


@frozen
class Place:
    notice: str
    """Slug."""
    snippet: str
    hits: list[tuple[int, int]]
    url: str
    mark: str
    """What goes behind the address to have the browser mark the words there."""
    review: str = ""
    """What its reader doubts of the text or the row."""


def places_of(connection: sqlite3.Connection, matches: Sequence[Match]) -> list[Place]:
    """In their order."""
    rows = {abs(match.id) for match in matches if match.kind == "item"}
    items = {id: (title, text) for id, title, text in texts.items(connection, rows)}
    known = {id: (slug, review) for id, slug, review in connection.execute(_FACTS, [json.dumps(list(rows))])}
    return [
        _item(match, *known[abs(match.id)], *items[abs(match.id)])
        if match.kind == "item"
        else _OTHERS[match.kind](connection, match)
        for match in matches
    ]


def _notice(connection: sqlite3.Connection, match: Match) -> Place:
    slug = connection.execute("SELECT slug FROM notices WHERE id = ?", [match.id]).fetchone()[0]
    _, title, text = next(texts.notices(connection, match.id))
    piece = piece_of(text, title, match.texts)
    return Place(slug, piece.text, piece.hits, f"/notices/{slug}", "")


def _document(connection: sqlite3.Connection, match: Match) -> Place:
    document, number, slug, text, review, former, on_notice = connection.execute(
        """SELECT d.id, v.number, n.slug, coalesce(v.text, ''), v.review, :id < 0,
                  d.kind = 'page' AND d.mirror = '' AND d.superseded_by IS NULL
           FROM search_entries e JOIN versions v ON v.id = e.version_id JOIN documents d ON d.id = v.document_id
           JOIN notices n ON n.id = d.notice_id
           WHERE e.kind = iif(:id > 0, 'document', 'former') AND e.id = abs(:id)""",
        {"id": match.id},
    ).fetchone()
    piece = piece_of(text, match.title, match.texts)
    line = text.count("\n", 0, piece.at) if piece.at is not None else None
    page = line // texts.LINES + 1 if line is not None else 1
    if on_notice and not former and page == 1:
        url = f"/notices/{slug}"
    else:
        chosen = {"version": number if former else "", "page": page if page > 1 else ""}
        query = "&".join(f"{name}={value}" for name, value in chosen.items() if value)
        url = f"/documents/{document}" + (f"?{query}" if query else "")
    anchor = f"#l{line + 1}" if line is not None else "#text"
    doubts = "；".join(json.loads(review or "[]"))
    return Place(slug, piece.text, piece.hits, url + anchor, _marked(piece), doubts)


def _item(match: Match, slug: str, review: str, title: str, text: str) -> Place:
    piece = piece_of(text, title, match.texts)
    return Place(slug, piece.text, piece.hits, f"/items/{abs(match.id)}", _marked(piece, "#"), review)


def _marked(piece: Piece, before: str = "") -> str:
    """The browser marks these words where the address leads (a text fragment); older ones overlook it."""
    if not piece.hits:
        return ""
    start, end = piece.hits[0]
    words = piece.text[start:end][:MARKED]
    if "\n" in words or any(sign in words for sign in "│┃┠"):
        return ""
    return f"{before}:~:text={quote(words, safe='').replace('-', '%2D')}"


_OTHERS = {"notice": _notice, "document": _document}
_FACTS = """SELECT i.id, n.slug, i.review FROM json_each(?) j CROSS JOIN items i ON i.id = j.value
    CROSS JOIN documents d ON d.id = i.document_id CROSS JOIN notices n ON n.id = d.notice_id"""
"""Of rows: their notice, and why a person should look at them."""
