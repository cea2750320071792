"""Tables of a document as rows of the standard catalogue: grids and areas in, table readings and items out. Pure.

Each row of a grid ends as exactly one of: header, caption (titles, notes, blank rows), item, continuation of an item,
or flagged (kept in the raw grid only, with the reason).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from attrs import evolve

from archive.model import Area, Grid, Item, TableReading
from crawler.reading.catalogue.areas import AreaFinder
from crawler.reading.catalogue.drafts import Draft
from crawler.reading.catalogue.items import make_items
from crawler.reading.catalogue.rows import Fate, RowReader
from crawler.reading.catalogue.validate import check_header, review_items

CATALOGUE, TABLE = "catalogue", "table"


def read_tables(grids: Sequence[Grid], areas: Sequence[Area]) -> tuple[tuple[TableReading, ...], tuple[Item, ...]]:
    """Readings of all grids in order, and the items of the catalogues among them, numbered over the document."""
    reader = RowReader(AreaFinder(areas))
    tables = [reader.read(number, grid) for number, grid in enumerate(grids)]
    items, run_notes = make_items(reader.drafts)
    items, serial_notes = review_items(items, reader.drafts)
    first_of = {draft.grid: draft for draft in reversed(reader.drafts)}
    readings = []
    for number, (grid, table) in enumerate(zip(grids, tables, strict=True)):
        if not table.catalogue:
            readings.append(TableReading(grid, TABLE))
            continue
        fates = Counter(table.fates)
        first = first_of.get(number)
        notes = [*grid.notes, *table.notes, *check_header(table)]
        notes += run_notes.get(table.run, []) if table.opens_run else []
        notes += serial_notes.get(number, [])
        readings.append(
            TableReading(
                grid,
                CATALOGUE,
                area=first.area if first else table.area,
                headers=fates[Fate.HEADER],
                captions=fates[Fate.CAPTION],
                items=fates[Fate.ITEM],
                flagged=fates[Fate.FLAGGED],
                joined=fates[Fate.JOINED],
                review=tuple(dict.fromkeys(notes)),
                sections=_sections(reader.drafts, number),
            )
        )
    counts = Counter(draft.grid for draft in reader.drafts)
    return tuple(accounted(reading, counts[number]) for number, reading in enumerate(readings)), tuple(items)


def _sections(drafts: Sequence[Draft], grid: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Where the meaning of a grid's columns begins and changes."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for draft in drafts:
        roles = tuple(column.role for column in draft.columns)
        if draft.grid == grid and (not found or found[-1][1] != roles):
            found.append((draft.row + 1, roles))
    return tuple(found)


def accounted(reading: TableReading, items: int) -> TableReading:
    """The reading if every row of its grid is accounted for; else all rows that are no items count as flagged."""
    rows = len(reading.grid.cells)
    counted = reading.headers + reading.captions + reading.items + reading.joined + reading.flagged
    if reading.kind == TABLE or (counted == rows and reading.items == items):
        return reading
    reason = f"行数对不上：表格 {rows} 行，只认出 {counted} 行，请人工核对原表"
    return evolve(
        reading,
        headers=0,
        captions=0,
        joined=0,
        items=items,
        flagged=max(0, rows - items),
        review=(*reading.review, reason),
    )
