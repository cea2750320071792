"""Tables of a local government: read as any catalogue is, under the names that local governments give to the fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from archive.local.areas import with_local_names
from archive.model import Area, Grid, Item, TableReading
from crawler.reading.catalogue.areas import AreaFinder
from crawler.reading.catalogue.tables import read_tables


def read_local(
    grids: Sequence[Grid], areas: Sequence[Area], names: Sequence[str] = ()
) -> tuple[tuple[TableReading, ...], tuple[Item, ...]]:
    """As `read_tables`; a row of a table for several fields has them all as its area (a+b).

    names: of the file and of the page that it belongs to, the nearest last, for tables that say no field.
    """
    known = with_local_names(areas, [*_titles(grids), *names])
    tables, items = read_tables(grids, known)
    named = AreaFinder(known).in_titles(names)
    if named is not None and named.slug and not any(item.area for item in items):
        items = tuple(evolve(item, area=named.slug) for item in items)
    return tables, items


def _titles(grids: Sequence[Grid]) -> Iterator[str]:
    """Captions, names of sheets, and rows of one cell."""
    for grid in grids:
        yield from grid.caption.splitlines()
        yield grid.place.sheet
        for row in grid.cells:
            filled = [cell for cell in row if cell and cell.strip()]
            if len(filled) == 1:
                yield filled[0]
