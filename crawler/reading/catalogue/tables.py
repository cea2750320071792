"""Tables of a document as rows of the standard catalogue: grids and areas in, table readings and items out. Pure.

Each row of a grid ends as exactly one of: header, caption (titles, notes, blank rows), item, continuation of an item,
or flagged (kept in the raw grid only, with the reason).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from attrs import evolve

from archive.model import Area, Grid, Item, TableReading
from archive.text.numbers import han_count, serial_number
from archive.words.columns import NAMES
from crawler.reading.catalogue.areas import AreaFinder
from crawler.reading.catalogue.drafts import Draft
from crawler.reading.catalogue.items import make_items
from crawler.reading.catalogue.lattice import squeeze
from crawler.reading.catalogue.rows import Fate, RowReader, Table

_EXPECTED = ("content", "basis", "time_limit", "subject", "channels")
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


# ---------------------------------------------------------------- what a person should look at


def check_header(table: Table) -> list[str]:
    """Columns that a catalogue should have and this one has not, and headings that say nothing."""
    notes: list[str] = []
    for header in table.headers:
        roles = {column.role for column in header.columns}
        missing = [NAMES[role] for role in _EXPECTED if role not in roles]
        if not roles & {"level1", "level2", "level3"}:
            missing.insert(0, NAMES["matter"])
        if missing:
            notes.append(f"缺少列：{'、'.join(missing)}")
        notes += header.doubts
    return notes


def review_items(items: Sequence[Item], drafts: Sequence[Draft]) -> tuple[list[Item], dict[int, list[str]]]:
    """The items with the reasons found, and notes by number of the grid."""
    notes: dict[int, list[str]] = {}
    unnumbered, restarting = _unnumbered(items, drafts), _restarting(items, drafts)
    reviewed: list[Item] = []
    before: tuple[Item, Draft] | None = None
    for item, draft in zip(items, drafts, strict=True):
        reasons = [item.review] if item.review else []
        if draft.run in unnumbered:
            notes.setdefault(draft.grid, []).append("序号列为空（可能是自动编号），未检查序号是否连续")
        elif "serial" in draft.roles:
            reasons += _check_serial(item, draft, before, draft.run in restarting)
            if gap := _gap(item, draft, before):
                notes.setdefault(draft.grid, []).append(gap)
        reasons += _check_values(item, draft)
        reviewed.append(evolve(item, review="；".join(reasons)) if reasons else item)
        before = (item, draft)
    return reviewed, notes


def _unnumbered(items: Sequence[Item], drafts: Sequence[Draft]) -> set[int]:
    """Runs whose column 序号 is empty throughout: Word's automatic numbers are not in the text."""
    runs = {draft.run for draft in drafts if "serial" in draft.roles}
    return runs - {draft.run for item, draft in zip(items, drafts, strict=True) if item.serial}


def _restarting(items: Sequence[Item], drafts: Sequence[Draft]) -> set[int]:
    """Runs whose numbers begin again under each 一级事项, and nowhere else."""
    found: dict[int, list[bool]] = {}
    for (one, other), draft in zip(pairwise(items), drafts[1:], strict=True):
        first, new = serial_number(other.serial) == 1, one.level1 != other.level1
        if first or new:
            found.setdefault(draft.run, []).append(first and new)
    return {run for run, kept in found.items() if len(kept) > 1 and all(kept)}


def _check_serial(item: Item, draft: Draft, before: tuple[Item, Draft] | None, restarts: bool) -> list[str]:
    if not item.serial:
        return ["序号为空"]
    value = _value(item.serial)
    if value is None:
        return [f"序号“{item.serial[:20]}”看不懂"]
    if before is None or before[1].section != draft.section:
        return []  # a new table may begin again or go on with the numbers of the one before; both are published
    last = _value(before[0].serial)
    if last is None or value > last or (value == last and draft.merged_serial):
        return []  # a number left out is no doubt about this row but one about the table: see `_gap`
    if value == 1 and (_prefix(item.serial) != _prefix(before[0].serial) or restarts):
        return []
    return [f"序号不连续：{before[0].serial} 之后是 {item.serial}"]


def _gap(item: Item, draft: Draft, before: tuple[Item, Draft] | None) -> str:
    """What the numbers promise and the table has not."""
    if before is None or before[1].section != draft.section:
        return ""
    last, value = _value(before[0].serial), _value(item.serial)
    if last is None or value is None or value <= last + 1:
        return ""
    return f"序号不连续：{before[0].serial} 之后是 {item.serial}"


def _value(serial: str) -> int | None:
    whole = serial_number(serial)
    if whole is not None:
        return whole
    parts = re.findall(r"\d+|[零一二三四五六七八九十百]+", squeeze(serial))
    return han_count(parts[-1]) if parts else None


def _prefix(serial: str) -> str:
    return re.sub(r"(?:\d+|[零一二三四五六七八九十百]+)\D*$", "", squeeze(serial))


def _check_values(item: Item, draft: Draft) -> list[str]:
    reasons = []
    if draft.roles & {"level1", "level2", "level3"} and not (item.level1 or item.level2 or item.more.get("level3")):
        reasons.append("没有一级事项和二级事项")
    if item.proactive is not None and item.on_request is not None and item.proactive == item.on_request:
        reasons.append("主动与依申请同时选中" if item.proactive else "主动与依申请都没有选中")
    if "channels" in draft.roles and not item.channels and "渠道只见空框" not in item.review:
        reasons.append("没有选中的渠道")
    return reasons
