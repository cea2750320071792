"""How a catalogue stands on paper: how wide its columns are, how its texts break into lines, how high its rows are.

Lengths are points (1/72 inch); breadths are halves of a Chinese character. A spreadsheet program does not fit rows by
itself when it opens a file, so every height is worked out here, from the same lines that the program will break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt

from attrs import frozen

LINE = 1.45
"""Height of a line in sizes of its font: what Noto CJK takes, which LibreOffice puts in the place of 宋体."""
PADDING = 6.0
"""Left and right of the text in a cell."""
SLACK = 1.04
"""Programs round the width of a character to their screen's or printer's points."""
WIDER = 1.085
"""The unit of a column's width is a digit of the workbook's own font: of Arial 10 that is 7 pixels in Excel, 7.4 in
LibreOffice (of a font that a machine lacks, 宋体 or Calibri, up to a third more)."""
HIGHEST_ROW = 360.0
"""Excel takes 409; with its headings a row must stand on one page of A4. A longer one goes on in the next row."""
MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 0.4, 0.5, 0.6
"""Inches."""

# 避头尾: what may not begin a line takes the character before it along
_NOT_FIRST = "，。、；：？！）》〉】〕」』”’…—·％%,.;:?!)]}"
_NOT_LAST = "（《〈【〔「『“‘([{"
_PIECES = re.compile(r"[\u0021-\u2e7f]+|\s+|.", re.DOTALL)


@frozen
class Paper:
    """A sheet, laid across."""

    name: str
    code: int
    """Excel's number."""
    width: float
    """Points across the longer side."""
    font: float
    """Points of the text in the table."""
    whole_list: bool
    """Room for the official list of channels with ■ and □; without it only the chosen ones are printed."""

    @property
    def printable(self) -> float:
        """Less than between the margins: a program whose columns come out wider must not shrink the page."""
        return (self.width - 2 * MARGIN_X * 72) / WIDER


PAPERS: Mapping[str, Paper] = {
    "A3": Paper("A3", 8, 1190.6, 9.0, whole_list=True),
    "A4": Paper("A4", 9, 841.9, 8.0, whole_list=False),
}


@frozen
class Wanted:
    """One column before it has a width."""

    share: int
    """Of the width that is left over when there is no text to go by."""
    texts: Sequence[str]
    fixed: float = 0
    """In characters; 0 where the width follows from the texts."""


NARROWEST = 4
WIDEST = 30


def widths(columns: Sequence[Wanted], paper: Paper) -> list[int]:
    """Halves of a character for the text of each column, so that all of them fill the paper's width.

    A column gets room by the root of its length: then the longest cells of a row are about as high as one another.
    """
    size = paper.font / 2 * SLACK
    halves = (paper.printable - PADDING * len(columns)) / size
    given = [round(column.fixed * 2) for column in columns]
    left = halves - sum(given)
    free = [at for at, column in enumerate(columns) if not column.fixed]
    weights = {at: _weight(columns[at]) for at in free}
    for at in sorted(free, key=weights.__getitem__):
        share = left * weights[at] / sum(weights[other] for other in free if not given[other])
        given[at] = int(min(max(share, NARROWEST * 2), WIDEST * 2))
        left -= given[at]
    return given


def _weight(column: Wanted) -> float:
    lengths = sorted(breadth(text) for text in column.texts)
    typical = lengths[len(lengths) * 9 // 10] if lengths else column.share
    return sqrt(max(typical, column.share, 8))


def points(halves: int, paper: Paper) -> float:
    """Of a column with room for so many halves of a character."""
    return halves * paper.font / 2 * SLACK + PADDING


def breadth(text: str) -> int:
    return sum(1 if _is_narrow(char) else 2 for char in text)


def _is_narrow(char: str) -> bool:
    return ord(char) < 0x2E80 and char not in "■□√“”‘’…—·①②③④⑤⑥⑦⑧⑨⑩"


def lines(text: str, room: int) -> list[str]:
    """The text as it breaks into lines of `room` halves of a character; joined they are the text again."""
    return [line for paragraph in text.splitlines(keepends=True) or [""] for line in _broken(paragraph, room)]


def _broken(paragraph: str, room: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _fitting(paragraph, room):
        if piece.isspace():  # hangs over the edge
            line += piece
            used += breadth(piece.rstrip("\r\n"))
            continue
        wide = breadth(piece)
        if used + wide > room and line:
            at = _end(line, piece)
            yield line[:at]
            line, used = line[at:], breadth(line[at:])
        line, used = line + piece, used + wide
    yield line


def _fitting(paragraph: str, room: int) -> Iterator[str]:
    """Words of letters and digits stay whole where a line has room for them."""
    for piece in _PIECES.findall(paragraph):
        if breadth(piece) <= room:
            yield piece
        else:
            yield from piece


def _end(line: str, piece: str) -> int:
    """Where the line ends when `piece` does not fit on it."""
    at = len(line)
    if piece[0] in _NOT_FIRST:
        at -= 1
    while at > 0 and (line[at - 1] in _NOT_LAST or (at < len(line) and line[at] in _NOT_FIRST)):
        at -= 1
    return at or len(line)


def height(count: int, paper: Paper) -> float:
    """Of a row with so many lines."""
    return max(18.0, count * paper.font * LINE + 4)


def rows(cells: Sequence[str], rooms: Sequence[int], paper: Paper) -> Iterator[tuple[list[str], float]]:
    """One row of the table as rows of the sheet with their heights: more than one where a cell is longer than a row
    may be high. Nothing of a text is lost."""
    broken = [lines(text, room) for text, room in zip(cells, rooms, strict=True)]
    most = int((HIGHEST_ROW - 4) / (paper.font * LINE))
    longest = max(map(len, broken))
    if longest <= most:
        yield list(cells), height(longest, paper)
        return
    for at in range(0, longest, most):
        parts = [found[at : at + most] for found in broken]
        yield ["".join(part).rstrip("\n") for part in parts], height(max(map(len, parts)), paper)
