"""`compare_local(national, local)`: per row one verdict, several deviations allowed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from attrs import frozen

from archive.local.areas import slugs_of
from archive.local.cells import Has, Outdated, compare_cells
from archive.local.match import Row, matched, name_of
from archive.local.result import Comparison, Deviation, Kind, Note, RowResult
from archive.model import Item
from archive.words.columns import NAMES

_COLUMNS = ("content", "basis", "time_limit", "subject", "channels")
_RECOGNISED = 0.6
"""Share of rows by whose names a table without a title is one of a field."""


@frozen
class _Group:
    """Local rows and the national fields they are held against."""

    areas: tuple[str, ...]
    rows: list[Item]


def compare_local(
    national: Sequence[Item], local: Sequence[Item], areas: Sequence[str] = (), outdated: Outdated | None = None
) -> Comparison:
    """Hold a local catalogue against the national rows of its fields.

    areas: slugs of the fields, where somebody has said them; else those that the local tables name. outdated: the
    register of laws.
    """
    known = {item.area for item in national if item.area}
    groups, apart, notes = _groups(national, local, areas, known)
    has = _has(local)
    rows: list[RowResult] = []
    for group in groups:
        theirs = [
            item for item in national if item.area in group.areas and (not has.township or item.township is not False)
        ]
        rows += _results(theirs, group.rows, has, outdated)
    notes += [f"本地目录没有“{NAMES[column]}”列，这一列没有对标" for column in _COLUMNS if column not in has.columns]
    if has.township:
        notes.append("本地目录只有乡级，只与国家标准中乡级的事项对标")
    found = tuple(dict.fromkeys(area for group in groups for area in group.areas))
    return Comparison(tuple(rows), found, tuple(apart), tuple(notes))


def _groups(
    national: Sequence[Item], local: Sequence[Item], given: Sequence[str], known: set[str]
) -> tuple[list[_Group], list[Item], list[str]]:
    """Rows by their fields; tables that share a field are one group."""
    notes: list[str] = []
    by_area: dict[tuple[str, ...], list[Item]] = {}
    apart: list[Item] = []
    tables = [(tuple(slug for slug in slugs_of(table[0].area) if slug in known), table) for table in _tables(local)]
    # where some tables say the field that was given, one that says none is about another
    said = any(set(slugs) & set(given) for slugs, _ in tables)
    for slugs, table in tables:
        if given:
            if not slugs and not said:
                slugs = tuple(given)
            elif not set(slugs) & set(given):
                slugs = ()
        elif not slugs:
            slugs = _recognised(national, table)
            if slugs:
                notes.append(f"有 {len(table)} 行所在的表没有写明领域，按事项名称认出")
        if slugs:
            by_area.setdefault(slugs, []).extend(table)
        else:
            apart += table
    for slug in given:  # a field that no table is about lacks all its rows
        if not any(slug in slugs for slugs in by_area):
            by_area[slug,] = []
    groups: list[_Group] = []
    for slugs, rows in by_area.items():
        shared = [group for group in groups if set(group.areas) & set(slugs)]
        merged = _Group(
            tuple(dict.fromkeys(area for areas in (*(g.areas for g in shared), slugs) for area in areas)),
            [item for part in (*(g.rows for g in shared), rows) for item in part],
        )
        groups = [group for group in groups if group not in shared] + [merged]
    return groups, apart, notes


def _tables(local: Sequence[Item]) -> list[list[Item]]:
    """Neighbouring rows of one field."""
    tables: list[list[Item]] = []
    for item in local:
        if tables and tables[-1][0].area == item.area and (item.area or _table(tables[-1][0]) == _table(item)):
            tables[-1].append(item)
        else:
            tables.append([item])
    return tables


def _table(item: Item) -> object:
    place = item.more.get("place")
    return place.get("table") if isinstance(place, dict) else None


def _recognised(national: Sequence[Item], rows: Sequence[Item]) -> tuple[str, ...]:
    """The field whose rows have the names of most of these rows; () when that is not clear."""
    named: dict[str, set[str]] = {}
    for item in national:
        if item.area:
            named.setdefault(name_of(item.level1, item.level2), set()).add(item.area)
    hits = Counter(area for row in rows for area in named.get(name_of(row.level1, row.level2), ()))
    best = hits.most_common(2)
    if not best or best[0][1] < max(3, _RECOGNISED * len(rows)) or (len(best) > 1 and best[1][1] * 2 > best[0][1]):
        return ()
    return (best[0][0],)


def _has(local: Sequence[Item]) -> Has:
    columns = frozenset(column for column in _COLUMNS if any(getattr(item, column) for item in local))
    county = any(item.county for item in local)
    township = any(item.township for item in local)
    return Has(columns, township=township and not county)


# ---------------------------------------------------------------- rows


def _results(
    national: Sequence[Item], local: Sequence[Item], has: Has, outdated: Outdated | None
) -> Iterable[RowResult]:
    theirs, ours = matched(national, local)
    missing = [row for row in theirs if not row.partners]
    before = _before(theirs)
    for row in missing:
        if before[id(row)] is None:
            yield _missing(row.item)
    told: set[int] = set()
    for row in ours:
        yield _result(row, has, outdated)
        for gone in missing:
            after = before[id(gone)]
            if after is row and id(gone) not in told:
                told.add(id(gone))
                yield _missing(gone.item)


def _before(national: Sequence[Row]) -> dict[int, Row | None]:
    """Of each national row, the local row of the nearest national row above it that has one."""
    found: dict[int, Row | None] = {}
    last: Row | None = None
    for row in national:
        last = row.partners[-1] if row.partners else last
        found[id(row)] = last
    return found


def _missing(item: Item) -> RowResult:
    says = "本地目录没有这一事项"
    return RowResult(item.area, (item,), None, (Deviation(Kind.MISSING, "", item.level2 or item.level1, "", says),))


def _result(row: Row, has: Has, outdated: Outdated | None) -> RowResult:
    local = row.item
    if not row.partners:
        says = "国家标准没有这一事项"
        extra = Deviation(Kind.ADDITIONAL, "", "", local.level2 or local.level1, says)
        return RowResult(local.area, (), local, (extra,))
    national = tuple(partner.item for partner in row.partners)
    area = national[0].area
    if not row.sure:
        doubt = Deviation(Kind.DOUBTFUL, "", _named(national[0]), _named(local), row.why)
        return RowResult(area, national, local, (doubt,))
    deviations: dict[tuple[Kind, str], Deviation] = {}
    notes: dict[tuple[str, str], Note] = {}
    for item in national:
        different, alike = compare_cells(item, local, has, outdated)
        deviations |= {(one.kind, one.column): one for one in different}
        notes |= {(note.column, note.national): note for note in alike}
    together = _together(row)
    return RowResult(area, national, local, tuple(deviations.values()), (*together, *notes.values()))


def _named(item: Item) -> str:
    return "—".join(filter(None, (item.level1, item.level2)))


def _together(row: Row) -> list[Note]:
    """That a row stands for several, or is one of several."""
    notes = []
    if len(row.partners) > 1:
        names = "、".join(partner.item.level2 or partner.item.level1 for partner in row.partners)
        notes.append(Note("", names, row.item.level2, f"本行合并了国家标准的 {len(row.partners)} 项：{names}"))
    for partner in row.partners:
        if len(partner.partners) > 1:
            name = partner.item.level2 or partner.item.level1
            notes.append(Note("", name, row.item.level2, f"国家标准的“{name}”在本地分为 {len(partner.partners)} 行"))
    return notes
