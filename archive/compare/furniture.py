"""Furniture: what a site changes on a page that is not the notice's, learnt from what the page itself did.

A counter, a stamp of the day, a list of other articles, a banner for an app: no list of words knows them all, but they
give themselves away. The same short line comes with other figures at every visit, the same block of links with other
links, the same line comes and goes. One such change may be the ministry's and is told; from the second on it is held
and proposed to a person as furniture of that one page (docs/decisions/0008). Nothing is ever learnt in silence, and no
sentence, table or file can become furniture.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from attrs import frozen

from archive.model import Document
from archive.text.fold import compare_fold
from archive.text.late import late
from archive.text.noise import in_force, lines_without_noise
from archive.text.same import is_row

LONGEST_LINE = 60
"""Characters of a line that may be furniture; what is longer says something."""
_FIGURES = late(r"\d[\d,.:/\-年月日时分秒]*(?:(?:星期|周)[一二三四五六日天])?")
_SAYS_SOMETHING = late("[。；，]")


class FurnitureKind(StrEnum):
    FIGURES = "figures"
    """A line of which only digits and dates change."""
    LINKS = "links"
    """The links between two lines that stay."""
    BANNER = "banner"
    """A line that comes and goes."""


@frozen
class Pattern:
    """By what one piece of furniture is known again."""

    kind: FurnitureKind
    pattern: str
    """The folded line, its figures as '#'; of links the two lines around them, joined by ' … '."""


@frozen
class Furniture:
    """The furniture of one document that is known or proposed; the comparison leaves it out."""

    patterns: frozenset[Pattern] = frozenset()

    def __or__(self, more: Iterable[Pattern]) -> Furniture:
        return Furniture(self.patterns.union(more))

    def __bool__(self) -> bool:
        return bool(self.patterns)


NONE = Furniture()


def without_furniture(document: Document, furniture: Furniture) -> list[str]:
    """The lines of the document's text that are the notice's."""
    lines = document.text.split("\n")
    if not furniture:
        return lines
    links = frozenset(document.link_lines)
    gone = {at for block in _link_blocks(lines, links) if block.is_one_of(furniture) for at in block.lines}
    return [line for at, line in enumerate(lines) if at not in gone and not _line_patterns(line) & furniture.patterns]


def figures_of(line: str) -> str:
    """The folded line with '#' for its figures: '热度 3345' and '热度 3346' are one."""
    return _FIGURES.sub("#", compare_fold(line))


def _line_patterns(line: str) -> frozenset[Pattern]:
    if not _may_be(line):
        return frozenset()
    folded = compare_fold(line)
    return frozenset((Pattern(FurnitureKind.FIGURES, _FIGURES.sub("#", folded)), Pattern(FurnitureKind.BANNER, folded)))


def _may_be(line: str) -> bool:
    """Short, no row of a table, and no more than one clause: 本页已被访问 3345 次。"""
    return len(line) <= LONGEST_LINE and not is_row(line) and len(_SAYS_SOMETHING.findall(line)) <= 1


# ---------------------------------------------------------------- blocks of links


@frozen
class _Block:
    pattern: Pattern
    lines: range
    plain: Pattern
    """By the very lines around it, as older releases knew it."""

    def is_one_of(self, known: Furniture) -> bool:
        return self.pattern in known.patterns or self.plain in known.patterns


def _link_blocks(lines: Sequence[str], links: frozenset[int]) -> Iterator[_Block]:
    """Each run of lines that are nothing but links, with the lines that stand around it, noise left out."""
    if not links:
        return
    counting = [at for at, line in enumerate(lines_without_noise([*map(in_force, lines)])) if line.strip()]
    at = 0
    while at < len(lines):
        if at not in links:
            at += 1
            continue
        end = at
        while end < len(lines) and end in links:
            end += 1
        before, after = bisect_left(counting, at), bisect_left(counting, end)
        around = counting[before - 1] if before else -1, counting[after] if after < len(counting) else len(lines)
        yield _Block(_links_between(lines, *around), range(at, end), _links_between(lines, at - 1, end))
        at = end


def _links_between(lines: Sequence[str], before: int, after: int) -> Pattern:
    around = (figures_of(lines[at]) if 0 <= at < len(lines) else "" for at in (before, after))
    return Pattern(FurnitureKind.LINKS, " … ".join(around))


# ---------------------------------------------------------------- what one change may be


def patterns_between(old: Document, new: Document, known: Furniture = NONE) -> tuple[frozenset[Pattern], bool]:
    """What of the difference of two texts may be furniture, and whether that is all of the difference."""
    sides = [_Lines.of(document, known) for document in (old, new)]
    found: set[Pattern] = set()
    whole = True
    matcher = SequenceMatcher(None, sides[0].folded, sides[1].folded, autojunk=False)
    for op, a1, a2, b1, b2 in matcher.get_opcodes():
        if op == "equal":
            continue
        before, after = sides[0].cut(a1, a2), sides[1].cut(b1, b2)
        patterns = _of_hunk(before, after)
        found |= patterns or _beside_others(before, after)
        whole = whole and bool(patterns)
    return frozenset(found), whole


@frozen
class _Lines:
    """The lines of a text that count, folded, and for each the pattern of its block of links ('' for the others)."""

    plain: tuple[str, ...]
    folded: tuple[str, ...]
    blocks: tuple[Pattern | None, ...]

    @classmethod
    def of(cls, document: Document, known: Furniture) -> _Lines:
        lines = document.text.split("\n")
        of_line = {at: block for block in _link_blocks(lines, frozenset(document.link_lines)) for at in block.lines}
        kept = [
            (line, compare_fold(cleaned), block.pattern if block else None)
            for at, (line, cleaned) in enumerate(zip(lines, lines_without_noise([*map(in_force, lines)]), strict=True))
            for block in [of_line.get(at)]
            if cleaned.strip() and not (block and block.is_one_of(known)) and not _line_patterns(line) & known.patterns
        ]
        plain, folded, blocks = zip(*kept, strict=True) if kept else ((), (), ())
        return cls(plain, folded, blocks)

    def cut(self, start: int, end: int) -> _Lines:
        return _Lines(self.plain[start:end], self.folded[start:end], self.blocks[start:end])


def _of_hunk(before: _Lines, after: _Lines) -> frozenset[Pattern]:
    """The patterns that would explain one edit; empty when it is the notice's own."""
    blocks = {*before.blocks, *after.blocks}
    if len(blocks - {None}) and None not in blocks:
        return frozenset(block for block in blocks if block)
    lines = (*before.plain, *after.plain)
    if not all(map(_may_be, lines)):
        return frozenset()
    if len(before.plain) == len(after.plain):
        pairs = list(zip(map(figures_of, before.plain), map(figures_of, after.plain), strict=True))
        if all(was == now and "#" in was for was, now in pairs):
            return frozenset(Pattern(FurnitureKind.FIGURES, was) for was, _ in pairs)
    if (not before.plain or not after.plain) and not any(map(_SAYS_SOMETHING.search, lines)):
        return frozenset(Pattern(FurnitureKind.BANNER, compare_fold(line)) for line in lines)
    return frozenset()


def _beside_others(before: _Lines, after: _Lines) -> frozenset[Pattern]:
    """Lines of other figures in an edit that is the notice's own: a stamp below a list of files that got shorter."""
    was, now = ({figures_of(line) for line in side.plain if _may_be(line)} for side in (before, after))
    return frozenset(Pattern(FurnitureKind.FIGURES, line) for line in was & now if "#" in line)


# ---------------------------------------------------------------- evidence


def seen(pattern: Pattern, texts: Sequence[Document]) -> list[str]:
    """What the pattern read in these texts, one entry where it differs from the one before; '' where it was absent.

    Another spelling (08月03日 for 8月3日) is no other reading.
    """
    values: list[str] = []
    for document in texts:
        value = _value(pattern, document)
        if not values or compare_fold(values[-1]) != compare_fold(value):
            values.append(value)
    return values


def _value(pattern: Pattern, document: Document) -> str:
    lines = document.text.split("\n")
    if pattern.kind is FurnitureKind.LINKS:
        blocks = _link_blocks(lines, frozenset(document.link_lines))
        asked = Furniture(frozenset({pattern}))
        return " / ".join(lines[at] for block in blocks if block.is_one_of(asked) for at in block.lines)
    fitting = figures_of if pattern.kind is FurnitureKind.FIGURES else compare_fold
    return " / ".join(line for line in lines if _may_be(line) and fitting(line) == pattern.pattern)


def is_proven(pattern: Pattern, values: Sequence[str]) -> bool:
    """Three visits that read otherwise, or a line that came and went: once may be the ministry's, twice is a habit.

    Figures that only go back to what they were are a revision taken back.
    """
    if pattern.kind is FurnitureKind.BANNER:
        return len(values) >= 3
    return len(set(map(compare_fold, values)) - {""}) >= 3
