"""What a searcher typed, as terms: which must occur, which may stand for one another, which must not occur."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

from archive.search.texts import phrase, titled
from archive.text.fold import search_fold

MAX_CHARACTERS = 100
MAX_TERMS = 8

_WORD = re.compile(r'-?"[^"]+"(?=\s|$)|-?“[^“”]+”(?=\s|$)|\S+')
_QUOTED = re.compile(r'"(.+)"|“(.+)”')
_OR = frozenset({"OR", "|", "｜"})


class QueryError(ValueError):
    """A query that is not searched; the message says why, in Chinese."""


@frozen
class Term:
    text: str
    quoted: bool = False
    """Found as it is written, or not at all."""


@frozen
class Query:
    groups: tuple[tuple[Term, ...], ...]
    """Of each group at least one term must occur."""
    excluded: tuple[Term, ...] = ()

    @property
    def terms(self) -> list[Term]:
        return [term for group in self.groups for term in group]


def parse(query: str) -> Query:
    """Words stand between blanks; "…" is found as written, A OR B is one of them, -A must not occur.

    Any other sign is searched like a letter. Raises QueryError when there is nothing to search or too much.
    """
    if len(query) > MAX_CHARACTERS:
        raise QueryError(f"检索词太长（{len(query)} 个字），请缩短到 {MAX_CHARACTERS} 个字以内。")
    found = _parsed(query)
    if not found.groups:
        raise QueryError("请输入检索词。")
    if (count := len(found.terms) + len(found.excluded)) > MAX_TERMS:
        raise QueryError(f"检索词太多（{count} 个），请减少到 {MAX_TERMS} 个以内。")
    return found


def _parsed(query: str) -> Query:
    groups: list[list[Term]] = []
    excluded: list[Term] = []
    either = False
    for word in _WORD.findall(query):
        if word in _OR and groups and not either:
            either = True
            continue
        term, out = _term(word)
        if not search_fold(term.text):
            continue
        if out:
            excluded.append(term)
        elif either:
            groups[-1].append(term)
        else:
            groups.append([term])
        either = False
    if not groups:  # nothing but -A: the sign means itself
        return Query(tuple((Term(word),) for word in dict.fromkeys(query.split()) if search_fold(word)))
    return Query(tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in groups)), tuple(dict.fromkeys(excluded)))


def _term(word: str) -> tuple[Term, bool]:
    """A term, and whether it must not occur."""
    out = len(word) > 1 and word[0] in "-－" and word[1] not in "-－"
    bare = word[1:] if out else word
    quoted = _QUOTED.fullmatch(bare)
    return (Term(quoted[1] or quoted[2], True) if quoted else Term(bare)), out


@frozen
class Expression:
    """For FTS5."""

    anywhere: str
    in_title: str
    """All that is wanted stands in the title; what is not wanted, nowhere."""


def expression(groups: Iterable[Iterable[str]], excluded: Iterable[str] = ()) -> Expression:
    """Of each group one text must occur, none of the excluded ones."""
    kept = [list(dict.fromkeys(filter(phrase, group))) for group in groups]
    anywhere = " AND ".join(_or(either(text) for text in group) for group in kept if group)
    in_title = " AND ".join(_or(phrase(text, titled) for text in group) for group in kept if group)
    unwanted = _or(either(text) for text in dict.fromkeys(filter(phrase, excluded)))
    if unwanted:
        return Expression(f"({anywhere}) NOT {unwanted}", f"({in_title}) NOT {unwanted}")
    return Expression(anywhere, in_title)


def either(text: str) -> str:
    """In the text or in the title."""
    return f"{phrase(text)} OR {phrase(text, titled)}"


def _or(phrases: Iterable[str]) -> str:
    joined = " OR ".join(phrases)
    return f"({joined})" if joined else ""


def match_expression(query: str) -> str:
    """The FTS5 MATCH expression of a query, within the same limits (what is beyond them is left out)."""
    found = _parsed(query[:MAX_CHARACTERS])
    groups = [[term.text for term in group][:MAX_TERMS] for group in found.groups[:MAX_TERMS]]
    return expression(groups, [term.text for term in found.excluded[:MAX_TERMS]]).anywhere or '""'
