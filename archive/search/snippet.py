"""What is shown of a hit: a verbatim piece of the text, and where the terms stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from archive.search.texts import Folding
from archive.text.fold import search_fold

LENGTH = 120
"""Characters of a snippet."""
LONG = 4_000
"""Characters from which a text is not folded as a whole where a part will do."""


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


@frozen
class Piece:
    text: str
    """Verbatim: of the text around the hits, or the title when only that has hits."""
    hits: list[tuple[int, int]]
    """Spans in it."""
    at: int | None
    """Where in the text its first hit is; None when it is the title."""


def piece_of(text: str, title: str, terms: Sequence[str]) -> Piece:
    """The piece of a text that shows most of the terms."""
    if len(text) > LONG:
        near = _around(text, terms)
        if near is not None:
            start, part = near
            piece = _piece_of(part, title, terms)
            if piece.at is not None:
                return evolve(piece, at=start + piece.at)
    return _piece_of(text, title, terms)


def _around(text: str, terms: Sequence[str]) -> tuple[int, str] | None:
    """A part of a long text, by whole lines, that holds a term as it is written: folding all of it takes its time."""
    places = [at for term in terms if (at := text.find(term)) >= 0]
    if not places:
        return None
    start = text.rfind("\n", 0, max(0, min(places) - LENGTH)) + 1
    return start, text[start : start + LONG]


def _piece_of(text: str, title: str, terms: Sequence[str]) -> Piece:
    folding = Folding(text)
    per_term = {term: folding.find(search_fold(term)) for term in terms}
    starts = sorted(span[0] for found in per_term.values() for span in found)
    if not starts:
        return Piece(title, spans(title, terms), None)

    def variety(start: int) -> int:
        return sum(any(start <= at and end <= start + LENGTH for at, end in found) for found in per_term.values())

    best = max(starts, key=lambda start: (variety(start), -start))
    begin = _beginning(text, best)
    piece = text[begin : best + LENGTH].rstrip()
    inside = [
        (start - begin, end - begin)
        for start, end in _joined(per_term.values())
        if start >= begin and end <= begin + len(piece)
    ]
    return Piece(piece, inside, begin + inside[0][0] if inside else best)


def _beginning(text: str, hit: int) -> int:
    """Where a snippet around a hit begins: at the start of its line or sentence when that is near."""
    near = max(0, hit - 40)
    breaks = [text.rfind(mark, near, hit) for mark in "\n。；┃"]
    return max(breaks) + 1 if max(breaks) >= near else near
