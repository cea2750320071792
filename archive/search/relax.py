"""When nothing holds all that was typed: one wrong sign, words run together, too many words. Each way is told.

Every question to the index is counted, and timed: a query that needs more than PROBES of them, or more than SECONDS,
is answered with what was found so far.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from attrs import Factory, define, frozen

from archive.search import texts
from archive.search.ask import Query, Term, either, expression
from archive.search.meaning import NUMBER, Synonyms, alternatives
from archive.search.texts import phrase, spaced, titled
from archive.text.fold import search_fold

PROBES = 600
"""Questions to the index that one query may ask."""
SECONDS = 2.0
"""For all of them together."""
LOOKED_AT = 30
"""Texts in which the right spelling of a mistyped word is looked for."""
LONGEST = 12
"""Characters of a piece of a question."""
WAYS = 6
"""To cut a question into words."""

_EMPTY = re.compile(
    "是什么|为什么|什么时候|什么|多少钱|多少|多久|多长时间|几天|怎么样|怎么办理|怎么办|怎么|怎样|如何|哪些|哪里|哪个|在哪|"
    "有没有|是否|能不能|可以|请问|我要|我想|需要|应该|应当|办理一下|吗|呢|的|了|？|\\?|，|。|、|,"
)
"""Words of a question that no row answers to."""


class Enough(Exception):
    """As many questions were asked as one query may."""


@define
class Index:
    """Which words the archive has at all; each is asked for once."""

    connection: sqlite3.Connection
    synonyms: Synonyms
    left: int = PROBES
    ends: float = Factory(lambda: time.monotonic() + SECONDS)
    known: dict[str, bool] = Factory(dict)

    def has(self, text: str) -> bool:
        if text not in self.known:
            self.known[text] = any(self.first(kind, either(text), 1) for kind in ("document", "item", "notice"))
        return self.known[text]

    def first(self, kind: str, match: str, limit: int) -> list[int]:
        """The first entries in force that match. Raises Enough."""
        if not self.left or time.monotonic() > self.ends:
            raise Enough
        self.left -= 1
        sql = f"SELECT rowid FROM {kind}s_fts WHERE {kind}s_fts MATCH ? AND rowid > 0 LIMIT ?"  # noqa: S608 - of KINDS
        return [row[0] for row in self.connection.execute(sql, [match, limit])]


@frozen
class Relaxed:
    """Another query in place of the one that found nothing."""

    groups: tuple[tuple[str, ...], ...]
    """Of each group one text must occur."""
    how: str
    """near | parts | some"""
    said: str
    """What was done, in Chinese."""


def relaxations(index: Index, query: Query) -> Iterator[Relaxed]:
    """Ways to ask less, the closest first. What is quoted stays as it is."""
    try:
        yield from _near(index, query)
        yield from _parts(index, query)
    except Enough:
        return


# ---------------------------------------------------------------- one wrong sign


def _near(index: Index, query: Query) -> Iterator[Relaxed]:
    groups, said = [], []
    for group in query.groups:
        forms = [form for term in group for form in forms_of(term, index.synonyms)]
        if any(index.has(form) for form in forms):
            groups.append(tuple(forms))
            continue
        right = [found for term in group if not term.quoted if (found := _respelled(index, term.text))]
        if not right:
            return
        said += [f"没有“{term.text}”，以下含有“{found}”" for term, found in zip(group, right, strict=False)]
        groups.append(tuple(form for found in right for form in (found, *alternatives(found, index.synonyms))))
    if said:
        yield Relaxed(tuple(groups), "near", "；".join(said) + "。")


def forms_of(term: Term, synonyms: Synonyms) -> tuple[str, ...]:
    return (term.text,) if term.quoted else (term.text, *alternatives(term.text, synonyms))


def _respelled(index: Index, word: str) -> str:
    """The word of the archive that differs from a mistyped one by one sign: another, one too many, one too few."""
    text = search_fold(word)
    if not 3 <= len(text) <= LONGEST + 3:
        return ""
    found: Counter[str] = Counter()
    for at in range(len(text)):
        before, after = text[:at], text[at + 1 :]
        shape = re.compile(f"{re.escape(before)}([\\w]){re.escape(after)}")
        for one in _written(index, before, after):
            found.update(hit[0] for hit in shape.finditer(one))
    if not found:
        for at in range(len(text)):
            shorter = text[:at] + text[at + 1 :]
            if len(shorter) > 2 and index.has(shorter):
                found[shorter] += 1
    return found.most_common(1)[0][0] if found else ""


def _written(index: Index, before: str, after: str) -> Iterator[str]:
    """Folded titles and texts of rows, then of titles of notices, that hold both parts of a word near each other."""
    match = " OR ".join(
        f"NEAR({phrase(before, held)} {phrase(after, held)}, 1)" if before and after else phrase(before or after, held)
        for held in (spaced, titled)
    )
    ids = index.first("item", match, LOOKED_AT)
    for _, title, text in texts.items(index.connection, ids):
        yield search_fold(f"{title}\n{text}")
    if not ids:
        for id in index.first("notice", match, LOOKED_AT):
            for _, title, text in texts.notices(index.connection, id):
                yield search_fold(f"{title}\n{text}")


# ---------------------------------------------------------------- words run together, too many words


def _parts(index: Index, query: Query) -> Iterator[Relaxed]:
    """All parts of the words; then as many of them as are found together, the longest first."""
    typed = "”“".join(term.text for term in query.terms)
    parts: list[tuple[str, ...]] = []
    left_out = False
    for group in query.groups:
        if group[0].quoted or len(group) > 1:
            parts.append(tuple(form for term in group for form in forms_of(term, index.synonyms)))
        else:
            pieces = _pieces_of(index, group[0].text)
            parts += [(piece, *alternatives(piece, index.synonyms)) for piece in pieces]
            left_out |= not pieces
    parts = list(dict.fromkeys(parts))
    if not parts:
        return
    if left_out:
        yield Relaxed(tuple(parts), "some", _said(typed, parts, "以下含有"))
    elif parts != [tuple(forms_of(term, index.synonyms)) for term in query.terms]:
        yield Relaxed(tuple(parts), "parts", _said(typed, parts, "以下同时含有"))
    for size in range(len(parts) - 1, 0, -1):
        for some in sorted(combinations(parts, size), key=_weight, reverse=True):
            if _weight(some) * 2 >= _weight(parts) and _together(index, some):
                yield Relaxed(some, "some", _said(typed, some, "以下含有"))


def _said(typed: str, parts: Sequence[tuple[str, ...]], words: str) -> str:
    listed = "、".join(f"“{part[0]}”" for part in parts)
    none = "没有同时含有" if "”“" in typed else "没有含有"
    return f"{none}“{typed}”的结果，{words}{listed}{_or_same(parts)}。"


def _or_same(parts: Sequence[tuple[str, ...]]) -> str:
    others = [form for part in parts for form in part[1:4]]
    return f"（或同义的“{'”“'.join(others)}”）" if others else ""


def _weight(parts: Sequence[tuple[str, ...]]) -> int:
    return sum(len(part[0]) for part in parts)


def _together(index: Index, parts: Sequence[tuple[str, ...]]) -> bool:
    """In one row or title: a whole file holds nearly anything."""
    match = expression(parts).anywhere
    return any(index.first(kind, match, 1) for kind in ("item", "notice"))


def _pieces_of(index: Index, text: str) -> list[str]:
    """The words of the archive, or of the list of synonyms, that a question is made of; what is none is left out."""
    pieces: list[str] = []
    for run in filter(None, _EMPTY.split(text)):
        # a sign that stands alone tells nothing
        ways = [way for all in _cuts(run, index) if (way := [piece for piece in all if len(piece) > 1])]
        together = (way for way in ways if _together(index, [(p, *alternatives(p, index.synonyms)) for p in way]))
        pieces += next(together, ways[0] if ways else [])
    return pieces


def _cuts(run: str, index: Index) -> list[list[str]]:
    """The fewest words that a run is made of, in up to WAYS ways; a sign alone, and one left out, count more."""
    best: list[list[tuple[int, list[str]]]] = [[(0, [])]]
    reach = [_ends(run, at, index) for at in range(len(run))]
    for end in range(1, len(run) + 1):
        if _within_number(run, end):
            best.append([])
            continue
        last = end - 1
        while _within_number(run, last):
            last -= 1
        ways = [(cost + 6 * (end - last), words) for cost, words in best[last]]
        for at in range(max(0, end - LONGEST), end):
            if end in reach[at]:
                ways += [(cost + (2 if end - at > 1 else 5), [*words, run[at:end]]) for cost, words in best[at]]
        best.append(sorted(ways, key=lambda way: way[0])[:WAYS])
    return [words for _, words in best[-1]]


def _within_number(run: str, at: int) -> bool:
    """A number is not cut: 12345 holds no 1234."""
    return 0 < at < len(run) and NUMBER.fullmatch(run[at - 1 : at + 1]) is not None


def _ends(run: str, at: int, index: Index) -> set[int]:
    """Where words end that begin here. Signs that the archive does not have in a row are no longer word of it either,
    but other signs may stand for them."""
    ends = set()
    end = at + 1
    while end <= min(len(run), at + LONGEST) and index.has(run[at:end]):
        ends.add(end)
        end += 1
    for longer in range(max(end, at + 2), min(len(run), at + LONGEST) + 1):
        if any(index.has(form) for form in alternatives(run[at:longer], index.synonyms)):
            ends.add(longer)
    return ends
