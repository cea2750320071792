"""Merged cells of a table without lines whose text stands in the middle: its place says how far each reaches.

The rows of all pages are one stack; a block of text is the middle of the rows that it stands for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import frozen

from crawler.reading.formats.pdf_grid import Cell, Laid
from crawler.reading.formats.pdf_layout import Line, moved

_MOST = 60
"""Rows that one cell may reach over."""
_BLANK, _TORN = 10_000.0, 3_000.0
"""What a row without text, and a blank inside a cell, cost, against squared points from the middle."""
_CUT = 50.0
"""What it costs that a cell which goes on on the next page has its text at its top: some programs set it so."""
_RIVAL = 20.0
"""Squared points by which the best way must be better than the next one."""


@frozen
class Row:
    """A row of the stack: its table, its number there, from where to where it reaches in the stack."""

    laid: Laid
    number: int
    top: float
    bottom: float


@frozen
class _Block:
    """Lines that stand together."""

    lines: tuple[Line, ...]
    middle: float

    @property
    def top(self) -> float:
        return self.lines[0].top

    @property
    def bottom(self) -> float:
        return self.lines[-1].bottom


@frozen
class _Way:
    """How the rows from here on are parted into cells: the cost, the first cell's rows and blocks, and the rest."""

    cost: float
    rows: range = range(0)
    blocks: range = range(0)
    rest: _Way | None = None

    def cells(self) -> Iterator[tuple[range, range]]:
        way: _Way | None = self
        while way is not None and way.rows:
            yield way.rows, way.blocks
            way = way.rest


def stacked(tables: Sequence[tuple[Laid, int]]) -> list[Row]:
    """tables: each with the number of its first row below the header."""
    rows: list[Row] = []
    at = 0.0
    for laid, first in tables:
        for number in range(first, laid.height):
            high = laid.ys[number + 1] - laid.ys[number]
            rows.append(Row(laid, number, at, at + high))
            at += high
    return rows


def merge(rows: Sequence[Row], column: int, bias: float, slack: float) -> list[Row]:
    """Give each cell of the column the rows that it stands for; the rows for which that is not sure.

    bias: by how much more room is above a text in the middle than below, as its letters are measured, in points.
    """
    blocks = list(_blocks(rows, column, bias))
    if not blocks or _plain(rows, blocks):
        return []
    ways = _ways(rows, blocks, bias, slack)
    if not ways:
        return [row for row in rows if not any(row.top <= block.middle < row.bottom for block in blocks)]
    cells = list(ways[0].cells())
    doubtful = {row for mine, theirs in cells if len(theirs) != 1 for row in mine}
    if len(ways) > 1 and ways[1].cost - ways[0].cost < _RIVAL:
        others = {mine for mine, _ in ways[1].cells()}
        doubtful |= {row for mine, _ in cells if mine not in others for row in mine}
    for mine, theirs in cells:
        _write([rows[n] for n in mine], column, [line for n in theirs for line in blocks[n].lines])
    return [rows[n] for n in sorted(doubtful)]


def _blocks(rows: Sequence[Row], column: int, bias: float) -> Iterator[_Block]:
    block: list[Line] = []
    for row in rows:
        cell = row.laid.at(row.number, column)
        for line in cell.lines if cell else ():
            line = moved(line, row.top - row.laid.ys[row.number])
            if block and line.top - block[-1].bottom >= 0.6 * (line.bottom - line.top):
                yield _block(block, bias)
                block = []
            block.append(line)
    if block:
        yield _block(block, bias)


def _block(lines: Sequence[Line], bias: float) -> _Block:
    return _Block(tuple(lines), (lines[0].top + lines[-1].bottom - bias) / 2)


def _plain(rows: Sequence[Row], blocks: Sequence[_Block]) -> bool:
    """Whether each row has its own text."""
    inside = [sum(row.top <= block.top and block.bottom <= row.bottom for block in blocks) for row in rows]
    return all(inside) and sum(inside) == len(blocks)


def _ways(rows: Sequence[Row], blocks: Sequence[_Block], bias: float, slack: float) -> list[_Way]:
    """The best way and the next one; none where the text does not stand in the middle."""
    middles = [block.middle for block in blocks]
    best: list[list[_Way]] = [[] for _ in rows] + [[_Way(0)]]
    for first in reversed(range(len(rows))):
        begin = bisect_left(middles, rows[first].top)
        found: list[_Way] = []
        for last in range(first, min(len(rows), first + _MOST)):
            mine = range(begin, bisect_left(middles, rows[last].bottom))
            if len(mine) > 2:
                break
            cost = _cost(rows[first : last + 1], [blocks[n] for n in mine], bias, slack)
            if cost is not None:
                found += [_Way(cost + way.cost, range(first, last + 1), mine, way) for way in best[last + 1]]
        best[first] = sorted(found, key=lambda way: way.cost)[:2]
    return best[0]


def _cost(rows: Sequence[Row], blocks: Sequence[_Block], bias: float, slack: float) -> float | None:
    """What it costs that these blocks are the cell of these rows; None where they cannot be."""
    if not blocks:
        return _BLANK if len(rows) == 1 else None
    top, bottom = rows[0].top, rows[-1].bottom
    off = (blocks[0].top + blocks[-1].bottom) / 2 - (top + bottom) / 2 - bias / 2
    if blocks[0].top < top - slack or blocks[-1].bottom > bottom + slack:
        return None
    if abs(off) <= slack:
        return off**2 + _TORN * (len(blocks) - 1)
    size = blocks[0].lines[0].bottom - blocks[0].lines[0].top
    cut = rows[0].laid is not rows[-1].laid and len(blocks) == 1
    return _CUT if cut and 0 <= blocks[0].top - top < size else None


def _write(rows: Sequence[Row], column: int, lines: Sequence[Line]) -> None:
    """One cell over these rows, a part of it on each page; its text in the first."""
    shift = rows[0].laid.ys[rows[0].number] - rows[0].top
    written = False
    for _, group in groupby(rows, key=lambda row: id(row.laid)):
        mine = list(group)
        laid, first = mine[0].laid, mine[0].number
        old = [cell for row in mine if (cell := laid.at(row.number, column)) is not None]
        laid.cells = [cell for cell in laid.cells if cell not in old]
        cell = Cell(first, column, len(mine), 1, "", [], min(c.left for c in old), max(c.right for c in old))
        if not written:
            cell.lines, written = [moved(line, shift) for line in lines], True
            cell.set()
        laid.cells.append(cell)
    for laid in {id(row.laid): row.laid for row in rows}.values():
        laid.cells.sort(key=lambda cell: (cell.row, cell.column))
