"""A grid with its merged cells resolved: whose text stands at a place, merged from above or from the left."""

from __future__ import annotations

import re
import unicodedata

from attrs import frozen

from archive.model import Grid

Cell = tuple[int, int]

_BLANK = re.compile(r"[\s\u200b\u200c\u200d\ufeff\u00ad]+")


def squeeze(text: str) -> str:
    """Without any white space, full-width forms narrowed: for comparing labels, never for keeping."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text))


@frozen(eq=False)
class Lattice:
    """Rows and columns count from 0; every row has `width` cells."""

    grid: Grid
    rows: tuple[tuple[str | None, ...], ...]
    width: int
    _anchors: dict[Cell, Cell]

    @classmethod
    def of(cls, grid: Grid) -> Lattice:
        width = max((len(row) for row in grid.cells), default=0)
        rows = tuple(
            tuple(None if cell is None else cell.strip() for cell in (*row, *[""] * (width - len(row))))
            for row in grid.cells
        )
        return cls(grid, rows, width, _find_anchors(rows, width, grid))

    def __len__(self) -> int:
        return len(self.rows)

    def anchor(self, row: int, column: int) -> Cell:
        return self._anchors.get((row, column), (row, column))

    def text(self, row: int, column: int) -> str:
        """The text that a reader sees at this place, wherever its merged cell begins."""
        above, left = self.anchor(row, column)
        return self.rows[above][left] or ""

    def filled(self, row: int) -> list[int]:
        """Columns whose own cell has text."""
        return [column for column, cell in enumerate(self.rows[row]) if cell]

    def extent(self, row: int, column: int) -> tuple[int, int]:
        """(rows, columns) of the cell that begins here."""
        rows, columns = self.grid.spans.get((row, column), (1, 1))
        if columns == 1:  # some files leave cells merged away without saying how far the merged cell reaches
            right = column + 1
            while right < self.width and self.anchor(row, right) == (row, column):
                right += 1
            columns = right - column
        return max(1, rows), max(1, columns)


def _find_anchors(rows: tuple[tuple[str | None, ...], ...], width: int, grid: Grid) -> dict[Cell, Cell]:
    """Where each merged-away cell begins. Without a span that says so: above, in the first row left."""
    anchors: dict[Cell, Cell] = {}
    for (top, left), (height, breadth) in grid.spans.items():
        if not (0 <= top < len(rows) and 0 <= left < width):
            continue
        for row in range(top, min(top + height, len(rows))):
            for column in range(left, min(left + breadth, width)):
                if rows[row][column] is None:
                    anchors[row, column] = (top, left)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell is None and (row, column) not in anchors:
                if row:
                    anchors[row, column] = anchors.get((row - 1, column), (row - 1, column))
                elif column:
                    anchors[row, column] = anchors.get((0, column - 1), (0, column - 1))
    return anchors
