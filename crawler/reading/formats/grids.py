"""From placed cells to a Grid: the one place where spans are laid out, clamped and checked against the limits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from attrs import define

from archive.model import Grid, Place
from archive.words.channels import CHANNELS
from crawler.reading.assemble import clean
from crawler.reading.catalogue.channels import split
from crawler.reading.formats.errors import too_large

MAX_ROWS = 20_000
MAX_COLUMNS = 1_024
MAX_CELLS = 2_000_000
WIDE = 256
"""Wider than this no table is; columns in which no cell begins (a span of 10,000) are then left out."""


LIST = 600
"""Characters in a table inside a cell that may still be a list of channels."""


@define
class Cell:
    row: int
    column: int
    rows: int
    columns: int
    text: str


def build(cells: Sequence[Cell], place: Place, *, height: int = 0) -> Grid | None:
    """The grid of these cells, None where there is none. A span ends before the next cell that has text of its own.

    height: rows there are at least; a span never reaches below the last row (or `height`).
    """
    if not cells:
        return None
    height = max(height, 1 + max(cell.row for cell in cells))
    width = max(cell.column + cell.columns for cell in cells)
    if width > WIDE:
        width = _narrow(cells)
    if height > MAX_ROWS or width > MAX_COLUMNS or height * width > MAX_CELLS:
        raise too_large(f"表格有 {height} 行 {width} 列")
    table: list[list[str | None]] = [[""] * width for _ in range(height)]
    taken = [bytearray(width) for _ in range(height)]
    written = [bytearray(width) for _ in range(height)]
    for cell in cells:
        written[cell.row][cell.column] = bool(cell.text)
    spans: dict[tuple[int, int], tuple[int, int]] = {}

    def free(row: int, start: int, end: int) -> bool:
        return not any(taken[row][start:end]) and not any(written[row][start:end])

    for cell in cells:
        row, column = cell.row, cell.column
        if taken[row][column]:
            continue
        wide = 1
        while wide < min(cell.columns, width - column) and free(row, column + wide, column + wide + 1):
            wide += 1
        high = 1
        while high < min(cell.rows, height - row) and free(row + high, column, column + wide):
            high += 1
        for r in range(row, row + high):
            taken[r][column : column + wide] = b"\x01" * wide
            table[r][column : column + wide] = [None] * wide
        table[row][column] = clean(cell.text)
        if (high, wide) != (1, 1):
            spans[row, column] = (high, wide)
    return Grid(tuple(tuple(row) for row in table), place, spans)


def _narrow(cells: Iterable[Cell]) -> int:
    """Close up the columns in which no cell begins; returns the new width."""
    cells = list(cells)
    starts = sorted({cell.column for cell in cells})
    place = {column: index for index, column in enumerate(starts)}
    for cell in cells:
        end = cell.column + cell.columns
        cell.columns = sum(1 for column in starts if cell.column <= column < end)
        cell.column = place[cell.column]
    return len(starts)


def is_list(grid: Grid) -> bool:
    """Whether a table inside a cell is but the cell's text set in columns: a list of channels."""
    texts = [cell for row in grid.cells for cell in row if cell]
    named = sum(any(entry.name in CHANNELS for entry in split(text)) for text in texts)
    return sum(map(len, texts)) <= LIST and named * 3 >= len(texts) > 0


def without(cells: Iterable[Cell], rows: Collection[int], columns: Collection[int]) -> list[Cell]:
    """The cells without these rows and columns; a merged cell keeps its text in what is left of it."""
    gone_rows, gone_columns = sorted(rows), sorted(columns)
    found: list[Cell] = []
    for cell in cells:
        row, high = _left(gone_rows, cell.row, cell.rows)
        column, wide = _left(gone_columns, cell.column, cell.columns)
        if high and wide:
            found.append(Cell(row, column, high, wide, cell.text))
    return found


def _left(gone: Sequence[int], start: int, length: int) -> tuple[int, int]:
    """Where a stretch begins and how long it is once some places are gone."""
    before, inside = bisect_left(gone, start), bisect_left(gone, start + length) - bisect_left(gone, start)
    return start - before, length - inside


def trim(grid: Grid) -> Grid | None:
    """Without the empty rows and columns around it: in a sheet they are no part of the table."""
    full = [r for r, row in enumerate(grid.cells) if any(row)]
    if not full:
        return None
    columns = [c for c in range(len(grid.cells[0])) if any(row[c] for row in grid.cells)]
    top, left = full[0], columns[0]
    bottom = max(full[-1] + 1, *(r + h for (r, c), (h, _) in grid.spans.items() if grid.cells[r][c]), 0)
    right = max(columns[-1] + 1, *(c + w for (r, c), (_, w) in grid.spans.items() if grid.cells[r][c]), 0)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for (r, c), (h, w) in grid.spans.items():
        if top <= r < bottom and left <= c < right:
            size = (min(h, bottom - r), min(w, right - c))
            if size != (1, 1):
                spans[r - top, c - left] = size
    return Grid(tuple(row[left:right] for row in grid.cells[top:bottom]), grid.place, spans)
