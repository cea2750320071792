"""A table as it stands on a page: cells with their lines of text, and where its rows and columns end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from attrs import define, field, frozen

from archive.model import Grid, Place
from crawler.reading.formats import grids
from crawler.reading.formats.pdf_layout import CLINGING, Box, Char, Line, edges_of, homes, levels, lines_of, paragraphs

_NONE: frozenset[int] = frozenset()
_HOMELESS = "表格里有文字不在任何单元格中，请对照原件核对"
_LOW = 6.0
"""Points below which no line of text has room."""
_NEAR = 3.0
"""Points within which a line is at a height."""


@frozen
class Rule:
    """A horizontal line, in points."""

    x0: float
    x1: float
    y: float

    def passes(self, x: float, y: float) -> bool:
        return self.x0 - 2 <= x <= self.x1 + 2 and abs(self.y - y) <= _NEAR


@define(eq=False)
class Cell:
    row: int
    column: int
    rows: int
    columns: int
    text: str = ""
    lines: list[Line] = field(factory=list)
    """Empty where only the text is known: in the header of a table without rulings."""
    left: float = 0.0
    right: float = 0.0
    """From where to where its lines may reach, in points."""

    def set(self) -> None:
        """Its text from its lines."""
        self.text = "\n".join(paragraphs(self.lines, self.left, self.right, indented=False))


@define(eq=False)
class Laid:
    """A table on one page, before it is known what it goes on with."""

    page: int
    cells: list[Cell]
    ys: list[float]
    """Where rows end, one more than rows."""
    xs: list[float]
    unclosed: tuple[frozenset[int], frozenset[int]] = (_NONE, _NONE)
    """Columns that no ruling ends above and below, where rulings end the others."""
    carries: set[int] = field(factory=set)
    """Columns whose last cell goes on on the next page: its text is drawn on both, here outside of the table."""
    doubts: dict[int, str] = field(factory=dict)
    guessed: bool = False
    """Whether no line divides its rows: each has a cell of its own in each column, what is merged is not known."""

    @property
    def height(self) -> int:
        return len(self.ys) - 1

    @property
    def width(self) -> int:
        return len(self.xs) - 1

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers a place."""
        for cell in self.cells:
            if cell.row <= row < cell.row + cell.rows and cell.column <= column < cell.column + cell.columns:
                return cell
        return None

    def split(self, row: int, y: float) -> None:
        """Two rows of one, each with its own cells: what stands above this height and what stands below."""
        mine = [cell for cell in self.cells if cell.row == row and cell.rows == 1]
        for cell in self.cells:
            cell.row += cell.row > row
        for cell in mine:
            rest = Cell(row + 1, cell.column, 1, cell.columns, "", [], cell.left, cell.right)
            rest.lines = [line for line in cell.lines if line.top + line.bottom >= 2 * y]
            cell.lines = [line for line in cell.lines if line.top + line.bottom < 2 * y]
            cell.set()
            rest.set()
            self.cells.append(rest)
        self.cells.sort(key=lambda cell: (cell.row, cell.column))
        self.ys.insert(row + 1, y)
        self.doubts = {number + (number > row): reason for number, reason in self.doubts.items()}

    def close(self, rules: Sequence[Rule]) -> None:
        """Note which columns these lines leave open; none where that are most: then lines do not end the cells here."""
        middles = [(x0 + x1) / 2 for x0, x1 in pairwise(self.xs)]
        above, below = (
            frozenset(n for n, x in enumerate(middles) if not any(rule.passes(x, y) for rule in rules))
            for y in (self.ys[0], self.ys[-1])
        )
        few = self.width / 2
        self.unclosed = (above if len(above) < few else _NONE, below if len(below) < few else _NONE)

    def grid(self) -> Grid | None:
        placed = [grids.Cell(cell.row, cell.column, cell.rows, cell.columns, cell.text) for cell in self.cells]
        grid = grids.build(placed, Place(0, page=self.page), height=self.height)
        return grid and Grid(grid.cells, grid.place, grid.spans, doubts=dict(self.doubts))


def laid_out(boxes: Iterable[Box], chars: Iterable[Char], page: int) -> Laid | None:
    """A ruled table from the boxes of its cells; None for a frame of one row or column around prose."""
    found = sorted({box for box in boxes if box[2] - box[0] > 1 and box[3] - box[1] > 1}, key=lambda b: (b[1], b[0]))
    xs, ys = edges_of([x for b in found for x in (b[0], b[2])]), edges_of([y for b in found for y in (b[1], b[3])])
    if len(xs) < 3 or (len(ys) < 3 and len(xs) < 4):
        return None
    owner: dict[tuple[int, int], Cell] = {}
    cells: list[Cell] = []
    for box in found:
        left, last_column, top, last_row = _at(xs, box[0]), _at(xs, box[2]), _at(ys, box[1]), _at(ys, box[3])
        if last_column <= left or last_row <= top or (top, left) in owner:
            continue
        cells.append(Cell(top, left, last_row - top, last_column - left))
        for row in range(top, last_row):
            for column in range(left, last_column):
                owner.setdefault((row, column), cells[-1])
    laid = Laid(page, cells, ys, xs)
    chars = list(chars)
    _write(cells, owner, chars, xs, ys)
    for char in chars:
        row, column = _place(char, xs, ys)
        if (row, column) not in owner and char.text.strip() and char.text not in CLINGING:
            laid.doubts[row] = _HOMELESS
    for row in reversed(range(laid.height)):
        _without_sliver(laid, row)
    return laid


def _without_sliver(laid: Laid, row: int) -> None:
    """No row where only the gap between two frames is: too low for text, and without any."""
    mine = [cell for cell in laid.cells if cell.row == row and cell.rows == 1]
    if laid.height < 3 or laid.ys[row + 1] - laid.ys[row] > _LOW or any(cell.text for cell in mine):
        return
    laid.cells = [cell for cell in laid.cells if cell not in mine]
    for cell in laid.cells:
        cell.rows -= cell.row <= row < cell.row + cell.rows
        cell.row -= cell.row > row
    del laid.ys[row if row else 1]


def _write(
    cells: Sequence[Cell],
    owner: dict[tuple[int, int], Cell],
    chars: Iterable[Char],
    xs: Sequence[float],
    ys: Sequence[float],
) -> None:
    def home_of(char: Char) -> Cell | None:
        return owner.get(_place(char, xs, ys))

    inside: dict[int, list[Char]] = {id(cell): [] for cell in cells}
    for level in levels(chars, 0.3):
        for home, char in homes(level, home_of):
            inside[id(home)].append(char)
    for cell in cells:
        cell.lines = lines_of(inside[id(cell)])
        if cell.lines:
            # the padding is not known; text begins as far from its left edge as it ends from its right one
            cell.left, edge = xs[cell.column], xs[cell.column + cell.columns]
            padding = max(min(line.x0 for line in cell.lines) - cell.left, 0.0)
            cell.right = edge - min(padding, 6.0)
            cell.set()


def _place(char: Char, xs: Sequence[float], ys: Sequence[float]) -> tuple[int, int]:
    x, y = char.middle
    return min(max(bisect_right(ys, y) - 1, 0), len(ys) - 2), bisect_right(xs, x) - 1


def _at(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))
