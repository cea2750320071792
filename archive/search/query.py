"""A query becomes terms, the terms expressions of FTS5, and what they find one ranking of all kinds.

What holds the very words comes first, then what holds other words for the same; where nothing does, less is asked for
(relax.py), and that is said.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from attrs import Factory, asdict, define, frozen

from archive.search import texts
from archive.search.ask import Query, QueryError, either, expression, parse
from archive.search.meaning import load
from archive.search.rank import COUNTED, RANKED, Filters, Match, Matches, matches, score
from archive.search.relax import Index, forms_of, relaxations
from archive.search.snippet import Piece, piece_of
from archive.search.texts import KINDS
from archive.text.fold import search_fold

EXACT = 10.0
"""What the very words add to a score, so that they always come first."""
SAME = 5.0
"""What other words for the same add."""
RELAXED = {"near": 0.0, "parts": 0.0, "some": -5.0}


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
    """Path of its place on our site: the page with the paragraph or row."""
    score: float
    """A higher score is better."""
    match: str = "exact"
    """exact | same (other words for it) | near (one sign differs) | parts (all its parts) | some (some of its parts)"""
    said: str = ""
    """How the query was relaxed to find it, in Chinese; '' of an exact hit."""
    former: bool = False
    """A version that is no longer in force."""
    review: str = ""
    """What its reader doubts: of a scan, that its text was recognised."""
    marks: tuple[str, ...] = ()
    """What may be marked in it."""
    landing: str = ""
    """`url`, and what has the browser mark the words there."""

    def as_dict(self) -> dict[str, Any]:
        shown = asdict(self)
        del shown["marks"], shown["landing"]
        return shown


@define
class Found:
    """All that a query finds, as far as it is ranked."""

    ranking: list[Match] = Factory(list)
    uncounted: bool = False
    """There are more than were counted."""
    cut: bool = False
    """Very many: only the first of them were ranked."""
    ids: dict[str, set[int]] = Factory(lambda: {kind: set() for kind in KINDS})
    """The first of all that match, by kind."""
    said: dict[str, str] = Factory(dict)
    """How the query was relaxed, by the `how` of the matches."""
    problems: tuple[str, ...] = ()
    """What is wrong in the operator's list of synonyms."""

    @property
    def counts(self) -> dict[str, int]:
        """How many, by kind."""
        return {kind: len(ids) for kind, ids in self.ids.items()}


def search(
    connection: sqlite3.Connection, query: str, *, area: str = "", kind: str = "", limit: int = 20, offset: int = 0
) -> list[Hit]:
    """The best hits of all kinds in one ranking: what holds all words, or others for the same. Raises QueryError."""
    found = find(connection, query, Filters(area=area, kind=kind), need=limit + offset, relax=False)
    return hits(connection, found, limit, offset)


def count(connection: sqlite3.Connection, query: str, *, area: str = "") -> dict[str, int]:
    """How many entries of each kind a query finds."""
    return find(connection, query, Filters(area=area), relax=False).counts


def find(
    connection: sqlite3.Connection,
    query: str,
    filters: Filters | None = None,
    *,
    need: int = RANKED,
    relax: bool = True,
) -> Found:
    """Whatever a query finds; `need`: so many of each kind are ranked at least; `relax`: less is asked for where there
    is nothing. Raises QueryError."""
    filters = filters or Filters()
    asked = parse(query)
    _check(connection, filters)
    synonyms = load(_data_of(connection))
    found = Found(problems=synonyms.problems)
    plain = tuple(tuple(term.text for term in group) for group in asked.groups)
    forms = tuple(tuple(form for term in group for form in forms_of(term, synonyms)) for group in asked.groups)
    search = _Search(connection, asked, filters, need, found)
    search.add(plain, "exact", EXACT)
    others = [form for group, own in zip(forms, plain, strict=True) for form in group if form not in own]
    same = (tuple(others),) if len(forms) == 1 else forms  # of one term, what holds it is found already
    if others and not found.cut and search.add(same, "same", SAME):
        index = Index(connection, synonyms)
        listed = "、".join(f"“{form}”" for form in others if index.has(form))
        found.said["same"] = f"也列出含有{listed}的结果，排在后面。"
    if relax and not found.ranking and (filters == Filters() or not search.elsewhere(forms)):
        for way in relaxations(Index(connection, synonyms), asked):
            if search.add(way.groups, way.how, RELAXED[way.how]):
                found.said.setdefault(way.how, way.said)
                if way.how == "near" or any(match.kind != "document" or filters.kind for match in found.ranking):
                    break  # a file that holds all the words somewhere is no answer by itself
    found.ranking.sort(key=lambda match: (-match.score, KINDS.index(match.kind), abs(match.id)))
    return found


@frozen
class _Search:
    connection: sqlite3.Connection
    asked: Query
    filters: Filters
    need: int
    found: Found

    def add(self, groups: Sequence[Sequence[str]], how: str, more: float) -> bool:
        """Add what holds a text of each group and was not found before; false when there is nothing."""
        asked = expression(groups, [term.text for term in self.asked.excluded])
        known = {(match.kind, match.id) for match in self.found.ranking}
        terms = [tuple(search_fold(form) for form in group) for group in groups]
        texts = tuple(dict.fromkeys(form for group in groups for form in group))
        new = []
        for kind in KINDS:
            some = matches(self.connection, kind, asked, self.filters, self.need)
            self._count(kind, some)
            fresh = [match for match in some.found if (kind, match.id) not in known]
            lower = partial(self.connection, kind, fresh, texts)
            for match in fresh:
                match.how, match.texts, match.score = how, texts, score(match, terms)
                match.score = round(more - 1 + match.score / 10 if match.id in lower else more + match.score, 6)
            new += fresh
        self.found.ranking += new
        return bool(new)

    def _count(self, kind: str, some: Matches) -> None:
        found = self.found
        found.ids[kind].update(some.ids)
        found.cut |= some.cut
        found.uncounted |= not some.counted

    def elsewhere(self, groups: Sequence[Sequence[str]]) -> bool:
        """Whether the filters alone are why there is nothing."""
        asked = expression(groups, [term.text for term in self.asked.excluded])
        return any(matches(self.connection, kind, asked, Filters(), 1).found for kind in KINDS)


def _check(connection: sqlite3.Connection, filters: Filters) -> None:
    """Raises QueryError."""
    if filters.area and not connection.execute("SELECT 1 FROM areas WHERE slug = ?", [filters.area]).fetchone():
        raise QueryError(f"没有名为“{filters.area}”的领域。")
    if filters.kind and filters.kind not in KINDS:
        raise QueryError(f"没有名为“{filters.kind}”的类别。")


def _data_of(connection: sqlite3.Connection) -> Path | None:
    """The folder of the archive, where the operator's own list of synonyms may be."""
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    return Path(file).parent if file else None


def hits(connection: sqlite3.Connection, found: Found, limit: int, offset: int = 0) -> list[Hit]:
    """A part of the ranking as it is shown."""
    shown = []
    matches = found.ranking[offset : offset + limit]
    for match, place in zip(matches, places_of(connection, matches), strict=True):
        shown.append(
            Hit(
                match.kind, abs(match.id), place.notice, match.title, place.snippet, place.hits, place.url, match.score,
                match.how, found.said.get(match.how, ""), match.id < 0, place.review,
                match.texts, place.url + place.mark,
            )
        )  # fmt: skip
    return shown


# ---------------------------------------------------------------- another agency's name

# A term that is only part of another agency's name: 民政部 stands in 县级民政部门, which is no ministry.
GOES_ON = {"部": "门"}
"""The last sign of an agency's name, and what makes another one of it."""
READ = 300
"""Matches of a kind whose text is looked at."""


def partial(connection: sqlite3.Connection, kind: str, found: Sequence[Match], terms: Iterable[str]) -> set[int]:
    """The matches that hold a term only as part of another agency's name."""
    lower: set[int] = set()
    for term in terms:
        follows = GOES_ON.get(term[-1])
        if not follows or len(term) < 3:
            continue
        sql = f"SELECT rowid FROM {kind}s_fts WHERE {kind}s_fts MATCH ? LIMIT {COUNTED}"  # noqa: S608 - of KINDS
        longer = {row[0] for row in connection.execute(sql, [either(term + follows)])}
        suspects = [match.id for match in found if match.id in longer][:READ]
        itself = re.compile(f"{re.escape(term)}(?!{follows})")
        lower |= {id for id, text in texts.of_entries(connection, kind, suspects) if not itself.search(text)}
    return lower


# ---------------------------------------------------------------- where a match stands

# Its notice, a verbatim piece of the text, and the address of its paragraph or row.
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
