"""Tables of a local government: read as any catalogue is, under the names that local governments give to the fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.local.areas import with_local_names
from archive.model import Area, Grid, Item, TableReading
from crawler.reading.catalogue.tables import read_tables


def read_local(grids: Sequence[Grid], areas: Sequence[Area]) -> tuple[tuple[TableReading, ...], tuple[Item, ...]]:
    """As `read_tables`; a row of a table for several fields has them all as its area (a+b)."""
    return read_tables(grids, with_local_names(areas, _titles(grids)))


def _titles(grids: Sequence[Grid]) -> Iterator[str]:
    """Captions, names of sheets, and rows of one cell."""
    for grid in grids:
        yield from grid.caption.splitlines()
        yield grid.place.sheet
        for row in grid.cells:
            filled = [cell for cell in row if cell and cell.strip()]
            if len(filled) == 1:
                yield filled[0]
