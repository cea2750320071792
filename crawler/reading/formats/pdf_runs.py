"""Tables that go on from page to page, and where text stands in their cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from statistics import median

from attrs import define, field, frozen

from archive.words.columns import FLAGS
from crawler.reading.catalogue.drafts import SINGLE_GROUPS
from crawler.reading.catalogue.headers import Header, begins_header, read_header
from crawler.reading.catalogue.lattice import Lattice
from crawler.reading.formats.pdf_grid import Cell, Laid
from crawler.reading.formats.pdf_layout import Line

_SHOWN = 3
"""Cells that show where text stands in them."""
MARKS = (*FLAGS, *SINGLE_GROUPS)
SET_ONCE = {"serial", *MARKS}
"""Columns whose cells are each row's own."""


@define(eq=False)
class Part:
    """A page's part of a table: its rows below the header, and what each column means."""

    laid: Laid
    first: int
    roles: tuple[str, ...]
    linked: dict[int, bool] = field(factory=dict)
    """Columns of which it is known whether their last cell goes on in the next part."""

    @property
    def last(self) -> int:
        return self.laid.height - 1

    def of(self, *roles: str) -> list[int]:
        return [column for column, role in enumerate(self.roles) if role in roles]

    def own(self, row: int, column: int) -> Cell | None:
        """The cell of this row alone, None where it is merged with others or missing."""
        cell = self.laid.at(row, column)
        return cell if cell is not None and cell.rows == 1 else None

    def marked(self, row: int) -> bool:
        return any((cell := self.laid.at(row, column)) and cell.text for column in self.of(*MARKS))


@frozen
class Middle:
    """Text stands in the middle of its cells: by how much lower than that, as its letters are measured."""

    bias: float
    slack: float


def runs(pages: Sequence[Sequence[Line | Laid]]) -> Iterator[list[Part]]:
    """Tables that go on from page to page with the same columns and nothing between."""
    runs: list[list[Part]] = [[]]
    for parts in pages:
        for part in parts:
            before = runs[-1]
            if not isinstance(part, Laid):
                runs.append([])
            elif before and part is parts[0] and (next_part := _goes_on(before[-1], part)):
                before.append(next_part)
            else:
                first = _part(part)
                runs.append([first] if first else [])
    yield from (run for run in runs if run)


def _part(laid: Laid) -> Part | None:
    """A catalogue with its header at the top, or below lines of title in the table."""
    grid = laid.grid()
    if grid is None:
        return None
    lattice = Lattice.of(grid)
    header: Header | None = None
    for row in range(len(lattice)):
        if begins_header(lattice, row) and (header is None or row >= header.stop):
            header = read_header(lattice, row)
    return None if header is None else Part(laid, header.stop, tuple(column.role for column in header.columns))


def _goes_on(part: Part, laid: Laid) -> Part | None:
    """The table as the next part, if its columns are the same."""
    if laid.width != part.laid.width or not all(
        x0 < (a + b) / 2 < x1 for (x0, x1), (a, b) in zip(pairwise(part.laid.xs), pairwise(laid.xs), strict=True)
    ):
        return None
    grid = laid.grid()
    if grid is None:
        return None
    lattice = Lattice.of(grid)
    starts = [row for row in range(len(lattice)) if begins_header(lattice, row)]
    if not starts:
        return Part(laid, 0, part.roles)
    header = read_header(lattice, 0)
    same = starts[0] == 0 and starts[-1] < header.stop and tuple(c.role for c in header.columns) == part.roles
    return Part(laid, header.stop, part.roles) if same else None


def setting(run: Sequence[Part], *choices: Collection[int]) -> Middle | None:
    """Whether the first of these groups of columns that shows it has its text in the middle of its cells' height."""
    shown = (room for columns in choices if len(room := list(_room(run, columns))) >= _SHOWN)
    roomy = next(shown, [])
    if not roomy:
        return None
    bias = median(above - below for above, below, _ in roomy)
    free, size = median(above + below for above, below, _ in roomy), median(size for _, _, size in roomy)
    return Middle(bias, 0.8 * size) if abs(bias) < 0.25 * free else None


def _room(run: Sequence[Part], columns: Collection[int]) -> Iterator[tuple[float, float, float]]:
    """Points above the text and below it, and its size, of cells within a page that have room for more."""
    for part in run:
        for cell in part.laid.cells:
            if cell.column in columns and cell.lines and part.first < cell.row and cell.row + cell.rows <= part.last:
                above = cell.lines[0].top - part.laid.ys[cell.row]
                below = part.laid.ys[cell.row + cell.rows] - cell.lines[-1].bottom
                size = cell.lines[0].bottom - cell.lines[0].top
                if above + below > 2 * size:
                    yield above, below, size
