"""What is found of a local catalogue, for others: as JSON, and as the local table itself with the deviations marked."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter
from attrs import frozen

from archive import words
from archive.local.result import Comparison, Deviation, Kind, RowResult
from archive.model import Grid, Item
from archive.publish.export import FORMULA
from archive.publish.layout import HIGHEST_ROW, lines
from archive.publish.workbook import sheet_name
from archive.words.channels import official_list
from archive.words.columns import CATALOGUE, GROUPS, NAMES

_UNITS = 1.1
"""Half characters of 9 points in one unit of a column's width."""
WIDTHS: Mapping[str, int] = {column.field: column.width for column in CATALOGUE}
_MARKS = {"deviation": "#FFE699", "doubt": "#BDD7EE", "missing": "#F8CBAD", "additional": "#E2EFDA"}
_LEGEND = {
    "deviation": "与国家标准不同（批注里是国家标准的原文）",
    "doubt": "需人工判断",
    "missing": "国家标准有、本地没有的事项（按本地格式补在表末）",
    "additional": "本地有、国家标准没有的事项",
}
_LOOK = {Kind.DOUBTFUL: "doubt", Kind.MISSING: "missing", Kind.ADDITIONAL: "additional"}
_LONGEST = 32_767
_SUMMARY = (18, 30, 14, 14, 40, 40, 40)
"""Widths of the columns of the summary."""


@frozen
class LocalTable:
    """One table of the local catalogue as it is laid out."""

    file: int
    name: str
    """Of its file."""
    grid: Grid
    sections: tuple[tuple[int, tuple[str, ...]], ...]

    def columns_at(self, row: int) -> tuple[str, ...]:
        """What the columns hold in a row (from 1)."""
        return next((roles for start, roles in reversed(self.sections) if start <= row), ())


@frozen
class Report:
    """A local catalogue with what was found of it."""

    title: str
    comparison: Comparison
    tables: Sequence[LocalTable]
    areas: Mapping[str, str]
    """Names by slug."""
    unread: Sequence[tuple[str, str]] = ()
    """(file, reason)."""


def place_of(item: Item) -> tuple[int, int, int]:
    """(file, table, row) of a local row."""
    place = item.more.get("place") or {}
    return int(item.more.get("file", 0)), int(place.get("table", 0)), int(place.get("row", 0))


def label(column: str) -> str:
    return NAMES.get(column) or GROUPS.get(column, "")


def name_of(item: Item | None) -> str:
    return "—".join(filter(None, (item.level1, item.level2))).replace("\n", "") if item else ""


# ---------------------------------------------------------------- JSON


def as_json(report: Report) -> dict[str, Any]:
    found = report.comparison
    return {
        "title": report.title,
        "areas": [{"slug": slug, "name": report.areas.get(slug, slug)} for slug in found.areas],
        "counts": found.counts,
        "rows": [_row(row) for row in found.rows],
        "apart": [_item(item) for item in found.apart],
        "notes": list(found.notes),
        "unread": [{"file": file, "why": why} for file, why in report.unread],
    }


def _row(row: RowResult) -> dict[str, Any]:
    return {
        "area": row.area,
        "verdicts": [kind.value for kind in row.kinds],
        "local": _item(row.local) if row.local else None,
        "national": [_item(item) for item in row.national],
        "deviations": [
            {"kind": d.kind.value, "column": d.column, "national": d.national, "local": d.local, "says": d.says}
            for d in row.deviations
        ],
        "notes": [{"column": n.column, "national": n.national, "local": n.local, "says": n.says} for n in row.notes],
    }


def _item(item: Item) -> dict[str, Any]:
    fields = ("id", "serial", "level1", "level2", "content", "basis", "time_limit", "subject", "channels")
    file, table, row = place_of(item)
    place = {} if item.id is not None else {"file": file, "table": table, "row": row}
    return {name: getattr(item, name) for name in fields} | place


# ---------------------------------------------------------------- Excel


def as_xlsx(report: Report) -> bytes:
    """The local tables in their own layout: deviating cells marked, the national text as a comment, what is missing at
    the end of its table; in front a sheet that sums up."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    sheets = _Sheets(book, report)
    sheets.summary()
    sheets.tables()
    book.close()
    return buffer.getvalue()


class _Sheets:
    """The sheets of one report, written one after the other."""

    def __init__(self, book: Any, report: Report) -> None:
        self.book, self.report = book, report
        base = {"font_name": "宋体", "font_size": 9, "text_wrap": True, "border": 1, "valign": "vcenter"}
        self.formats = {
            (look, quoted): book.add_format(
                base | ({"bg_color": colour} if colour else {}) | ({"quote_prefix": True} if quoted else {})
            )
            for look, colour in {"": "", **_MARKS}.items()
            for quoted in (False, True)
        }
        self.head = book.add_format(base | {"bold": True, "align": "center", "bg_color": "#E7EEF7"})
        self.title = book.add_format({"font_name": "黑体", "font_size": 14})
        self.plain = book.add_format({"font_name": "宋体", "font_size": 10, "text_wrap": True, "valign": "top"})
        self.taken: set[str] = set()
        self.by_place = {place_of(row.local): row for row in report.comparison.rows if row.local}

    def write(self, sheet: Any, row: int, column: int, text: str, look: str = "") -> None:
        sheet.write_string(row, column, text[:_LONGEST], self.formats[look, bool(FORMULA.match(text))])

    # ------------------------------------------------------------ summing up

    def summary(self) -> None:
        report, found = self.report, self.report.comparison
        sheet = self.book.add_worksheet(sheet_name("对标汇总", self.taken))
        for column, width in enumerate(_SUMMARY):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, f"{report.title or '本地目录'}：与国家标准目录对照", self.title)
        told = [(key, value, "") for key, value in self._facts()] + [("", says, look) for look, says in _LEGEND.items()]
        for row, (key, value, look) in enumerate(told, 2):
            self.write(sheet, row, 0, key, look)
            self.write(sheet, row, 1, value)
        top = 3 + len(told)
        heads = ("领域", "事项", "原表位置", "结论", "国家标准", "本地", "说明")
        sheet.write_row(top, 0, heads, self.head)
        sheet.autofilter(top, 0, top + max(1, sum(len(r.deviations) for r in found.rows)), len(heads) - 1)
        for row, line in enumerate(self._lines(), top + 1):
            sheet.set_row(row, _height(line[:-1], _SUMMARY))
            for column, text in enumerate(line[:-1]):
                self.write(sheet, row, column, text, line[-1] if column == 3 else "")
        _for_print(sheet)

    def _facts(self) -> Iterator[tuple[str, str]]:
        report, found = self.report, self.report.comparison
        yield "对照的领域", "、".join(report.areas.get(slug, slug) for slug in found.areas) or "没有认出领域"
        yield "本地事项", f"{sum(1 for row in found.rows if row.local)} 条"
        for kind, count in found.counts.items():
            yield words.DEVIATIONS[kind], f"{count} 条"
        if found.apart:
            yield "没有对标", f"{len(found.apart)} 条：所属领域没有国家标准，或表中没有写明领域"
        for note in found.notes:
            yield "说明", note
        for file, why in report.unread:
            yield "没有读出", f"{file}：{why}"

    def _lines(self) -> Iterator[tuple[str, ...]]:
        for row in self.report.comparison.rows:
            area = "、".join(self.report.areas.get(slug, slug) for slug in row.area.split("+"))
            item = row.local or row.national[0]
            for one in row.deviations:
                yield (
                    area, name_of(item), where(row.local), words.DEVIATIONS[one.kind], one.national, one.local,
                    one.says, _LOOK.get(one.kind, "deviation"),
                )  # fmt: skip

    # ------------------------------------------------------------ the local tables

    def tables(self) -> None:
        sheets: dict[tuple[int, str], tuple[Any, list[int]]] = {}
        missing = self._missing()
        for table in self.report.tables:
            key = (table.file, table.grid.place.sheet)
            if key not in sheets:
                name = table.grid.place.sheet or table.name or f"表{len(sheets) + 1}"
                sheets[key] = (self.book.add_worksheet(sheet_name(name, self.taken)), [0])
                _for_print(sheets[key][0])
            sheet, at = sheets[key]
            at[0] = self._table(sheet, at[0], table, missing.get((table.file, table.grid.place.table), []))

    def _missing(self) -> dict[tuple[int, int], list[RowResult]]:
        """Rows that the county lacks, by the table where they would stand: that of the local row before them."""
        found: dict[tuple[int, int], list[RowResult]] = {}
        of_area: dict[str, tuple[int, int]] = {}
        for row in self.report.comparison.rows:
            if row.local:
                of_area[row.area] = place_of(row.local)[:2]
        last = next(iter(of_area.values()), (0, 0))
        for row in self.report.comparison.rows:
            last = place_of(row.local)[:2] if row.local else of_area.get(row.area, last)
            if row.local is None:
                found.setdefault(last, []).append(row)
        return found

    def _table(self, sheet: Any, top: int, table: LocalTable, missing: Sequence[RowResult]) -> int:
        """Writes a table from the row `top` on; returns the row for the next one."""
        for line in table.grid.caption.splitlines():
            sheet.write_string(top, 0, line, self.title)
            top += 1
        first = table.sections[0][0] - 1 if table.sections else 0
        covered = _covered(table.grid)
        widths = _widths(table)
        for r, cells in enumerate(table.grid.cells):
            alone = [text if text and covered.get((r, c), (1, 1)) == (1, 1) else "" for c, text in enumerate(cells)]
            sheet.set_row(top + r, _height(alone, widths))
            for c, text in enumerate(cells):
                if text is None:
                    continue
                down, across = covered.get((r, c), (1, 1))
                if r < first:
                    look = self.head
                else:
                    look = self.formats[self._look(table, r, c, down), bool(FORMULA.match(text))]
                if (down, across) != (1, 1):
                    sheet.merge_range(top + r, c, top + r + down - 1, c + across - 1, "", look)
                sheet.write_string(top + r, c, text[:_LONGEST], look)
        self._comments(sheet, top, table)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        end = top + len(table.grid.cells)
        for row in missing:
            texts = [cell_text(row.national[0], role) for role in (table.sections[-1][1] if table.sections else ())]
            sheet.set_row(end, _height(texts, widths[: len(texts)]))
            for column, text in enumerate(texts):
                self.write(sheet, end, column, text, "missing")
            end += 1
        return end + 1

    def _look(self, table: LocalTable, r: int, c: int, down: int) -> str:
        """The colour of a cell; a merged one has that of the first row in it that deviates there."""
        for row in range(r, r + down):
            result = self.by_place.get((table.file, table.grid.place.table, row + 1))
            if result is None:
                continue
            roles = table.columns_at(row + 1)
            role = roles[c] if c < len(roles) else ""
            for one in result.deviations:
                if not one.column or role in roles_of(one.column):
                    return _LOOK.get(one.kind, "deviation")
        return ""

    def _comments(self, sheet: Any, top: int, table: LocalTable) -> None:
        told: dict[tuple[int, int], list[str]] = {}
        for (file, number, line), row in self.by_place.items():
            if (file, number) == (table.file, table.grid.place.table):
                for column, text in _remarks(row, table.columns_at(line)):
                    told.setdefault(_anchor(table.grid, line - 1, column), []).append(text)
        for (r, c), texts in told.items():
            text = "\n".join(dict.fromkeys(texts))[:2_000]
            sheet.write_comment(top + r, c, text, {"x_scale": 2, "y_scale": 2, "author": "guidelines"})


def _for_print(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _widths(table: LocalTable) -> list[int]:
    roles = table.sections[-1][1] if table.sections else ()
    return [WIDTHS.get(roles[c], 10) if c < len(roles) else 10 for c in range(len(table.grid.cells[0]))]


def _remarks(row: RowResult, roles: Sequence[str]) -> Iterator[tuple[int, str]]:
    """(column, comment) of a row: what deviates with the national text, then what is read as equal."""
    whole = next((c for c, role in enumerate(roles) if role in ("level2", "level1")), 0)
    for one in row.deviations:
        column = next((c for c, role in enumerate(roles) if role in roles_of(one.column)), whole)
        national = f"\n国家标准：{one.national}" if one.national else ""
        yield column, f"{words.DEVIATIONS[one.kind]}：{one.says}{national}"
    for note in row.notes:
        if note.says:
            column = next((c for c, role in enumerate(roles) if role in roles_of(note.column)), whole)
            yield column, note.says


def roles_of(column: str) -> tuple[str, ...]:
    """The columns of a table that a deviation's column stands for."""
    return (column, *(c.field for c in CATALOGUE if c.group == column)) if column else ()


def cell_text(item: Item, role: str) -> str:
    """A national cell as it stands in a column of the local table."""
    if role == "channels":
        return official_list(item.channels)
    if role in GROUPS and role != "matter":
        return "、".join(c.heading for c in CATALOGUE if c.group == role and getattr(item, c.field))
    value = getattr(item, role, "")
    return value if isinstance(value, str) and role != "serial" else "√" if value is True else ""


def where(item: Item | None) -> str:
    """第 3 表第 12 行, as a person finds a local row."""
    if item is None:
        return "—"
    place = item.more.get("place") or {}
    sheet = f"“{place['sheet']}”" if place.get("sheet") else f"第 {place.get('table', '?')} 表"
    page = f"第 {place['page']} 页" if place.get("page") else ""
    return f"{page}{sheet}第 {place.get('row', '?')} 行"


def _covered(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """The merged cells that fit into the grid and do not overlap."""
    taken: set[tuple[int, int]] = set()
    found = {}
    for (r, c), (down, across) in sorted(grid.spans.items()):
        down, across = min(down, len(grid.cells) - r), min(across, len(grid.cells[0]) - c)
        cells = {(r + i, c + j) for i in range(down) for j in range(across)}
        if not cells & taken and all(grid.cells[x][y] is None for x, y in cells - {(r, c)}):
            taken |= cells
            found[r, c] = (down, across)
    return found


def _anchor(grid: Grid, row: int, column: int) -> tuple[int, int]:
    for (r, c), (down, across) in grid.spans.items():
        if r <= row < r + down and c <= column < c + across:
            return r, c
    return row, column


def deviating(rows: Iterable[RowResult]) -> Iterator[tuple[RowResult, Deviation]]:
    for row in rows:
        for one in row.deviations:
            yield row, one


def _height(cells: Sequence[str], widths: Sequence[int]) -> float:
    """Points that the longest cell of a row needs: LibreOffice does not fit rows by itself when it opens a file."""
    rooms = (max(1, int(width * _UNITS)) for width in widths)
    count = max((len(lines(text, room)) for text, room in zip(cells, rooms, strict=True)), default=1)
    return min(HIGHEST_ROW, max(18.0, count * 12.0 + 4))
