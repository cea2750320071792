"""From placed characters to text: lines, and paragraphs that a line's end had cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve, frozen

Home = TypeVar("Home")
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points; down is positive."""
_OPENING = "（《“‘〔【〈(["
CLINGING = "，。；：、！？）》”’〕】〉)],.;:!?"
"""Marks that stay with what they follow, and may hang over the edge of its cell."""
_UNIT = re.compile(r"[（《“‘〔【〈(\[]*(?:(?:[0-9A-Za-z.,%/-]+[〕）)\]]?)+|.)[，。；：、？！）》”’〕】〉)\].,;:!?…]*")
PAGE_NUMBER = re.compile(r"[-–—·\s]*(第\s*)?\d{1,4}\s*(页)?[-–—·\s]*([/,，共]*\s*共?\s*\d{1,4}\s*页?)?")
_SAME = 3.0
"""Points within which two rulings are one (pdfplumber snaps to the same)."""


@frozen
class Char:
    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        return max(self.bottom - self.top, 1.0)

    def within(self, top: float, bottom: float) -> bool:
        """Whether it stands between these heights, with a third of itself at least: a page's end cuts through lines."""
        return self.top + self.size / 3 < bottom and self.bottom - self.size / 3 > top


@frozen
class Line:
    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    first: float
    """Width of its beginning that no line end may cut: a word or character with the marks that cling to it."""
    blank: bool = False
    """Whether a blank stands at its end."""


def moved(line: Line, down: float) -> Line:
    return evolve(line, top=line.top + down, bottom=line.bottom + down)


def lines_of(chars: Iterable[Char]) -> list[Line]:
    """Characters as lines from top to bottom; a character belongs to a line when its middle is within half its size."""
    return [line for row in levels(chars) if (line := _line(row)) is not None]


def levels(chars: Iterable[Char], share: float = 0.5) -> list[list[Char]]:
    """Characters by the height of their middle, each level from left to right; `share` of its size a character may
    stand below the first of its level."""
    rows: list[list[Char]] = []
    level = 0.0
    for char in sorted(chars, key=lambda c: (c.middle[1], c.x0)):
        if rows and char.middle[1] - level <= char.size * share:
            rows[-1].append(char)
        else:
            rows.append([char])
            level = char.middle[1]
    return [sorted(row, key=lambda c: c.x0) for row in rows]


def homes(level: Sequence[Char], home_of: Callable[[Char], Home | None]) -> Iterator[tuple[Home, Char]]:
    """(place, character) for what has a place; a mark that hangs over the edge stays with what it follows."""
    before: tuple[Home, Char] | None = None
    for char in level:
        home = home_of(char)
        if before is not None and char.text in CLINGING and abs(char.x0 - before[1].x1) < 0.3 * char.size:
            home = before[0]
        before = (home, char) if home is not None else None
        if home is not None:
            yield home, char


def _line(row: list[Char]) -> Line | None:
    parts: list[str] = []
    previous: Char | None = None
    for char in row:
        if previous is not None:
            if char.text == previous.text and abs(char.x0 - previous.x0) < 0.3 * char.size:
                continue  # drawn twice to look bold
            gap = char.x0 - previous.x1
            apart = 0.25 if previous.text[-1].isascii() and char.text[:1].isascii() else 1.0
            if gap > apart * char.size:
                parts.append(" ")
        parts.append(char.text)
        previous = char
    written = "".join(parts)
    text = written.strip()
    if not text:
        return None
    inked = [char for char in row if not char.text.isspace()]
    unit = _UNIT.match("".join(char.text[0] for char in inked))
    last = inked[unit.end() - 1 if unit else 0]
    return Line(
        text, inked[0].x0, min(c.top for c in inked), inked[-1].x1, max(c.bottom for c in inked),
        last.x1 - inked[0].x0, written[-1].isspace(),
    )  # fmt: skip


def paragraphs(lines: Sequence[Line], left: float, right: float, *, indented: bool = True) -> list[str]:
    """Lines joined where only the right edge broke them: the next line's beginning would not have fitted.

    indented: a line that starts away from the left edge begins a paragraph (prose, not cells).
    """
    found: list[str] = []
    previous: Line | None = None
    for line in lines:
        if previous is not None and _continues(previous, line, left, right, indented):
            words = (found[-1][-1] + line.text[0]).isascii() and found[-1][-1].isalpha() and line.text[0].isalpha()
            found[-1] += (" " if previous.blank or words else "") + line.text
        else:
            found.append(line.text)
        previous = line
    return found


def _continues(previous: Line, line: Line, left: float, right: float, indented: bool) -> bool:
    size = line.bottom - line.top
    if line.top - previous.bottom > size * 1.5:
        return False
    if indented and line.x0 > left + size:
        return False
    if previous.text[-1] in _OPENING or line.text in _OPENING:
        return True
    # a character of slack: closing marks may hang over the edge, justified lines end a little before it
    return right - previous.x1 < line.first + size


def edges_of(values: Iterable[float]) -> list[float]:
    """Sorted, with those that are nearly the same as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SAME:
            found.append(value)
    return found


# ---------------------------------------------------------------- segments of a line


@frozen
class Segment:
    """Characters of one line without a gap between them."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    pieces: tuple[tuple[float, float], ...]
    """From where to where its characters reach, without the marks at its end, which may hang over an edge."""
    words: tuple[tuple[float, float], ...]
    """The same without any mark."""

    @property
    def size(self) -> float:
        return self.bottom - self.top


def visual_lines(chars: Iterable[Char]) -> list[list[Segment]]:
    """Segments by the height at which they stand."""
    found = (_segments(level) for level in levels(chars, 0.3))
    return [row for row in found if row]


def _segments(level: Sequence[Char]) -> list[Segment]:
    runs: list[list[Char]] = []
    for char in level:
        if runs and char.x0 - runs[-1][-1].x1 <= 0.45 * char.size:
            runs[-1].append(char)
        else:
            runs.append([char])
    return [segment for run in runs if (segment := _segment(run)) is not None]


def _segment(run: Sequence[Char]) -> Segment | None:
    inked = [char for char in run if not char.text.isspace()]
    if not inked:
        return None
    top, bottom = min(char.top for char in inked), max(char.bottom for char in inked)
    end = len(inked)
    while end > 1 and inked[end - 1].text in CLINGING:
        end -= 1
    pieces = tuple((char.x0, char.x1) for char in inked[:end])
    words = tuple((char.x0, char.x1) for char in inked if char.text not in CLINGING)
    text = "".join(char.text for char in run).strip()
    return Segment(text, inked[0].x0, max(inked[-1].x1, inked[0].x1), top, bottom, pieces, words)
