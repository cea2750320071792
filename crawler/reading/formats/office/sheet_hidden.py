"""What an .xlsx does not show: hidden rows, columns and sheets are no part of what is published."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from crawler.reading.formats import grids
from crawler.reading.formats.office.package import Package

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_NUMBER = re.compile(rb"""\b(r|min|max)=["'](\d{1,7})["']""")
_SHOWN = 12


@frozen
class Hidden:
    """Rows and columns of a sheet, counted from 0."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()

    def moved(self, start: tuple[int, int]) -> Hidden:
        """As they stand in a part of the sheet that begins at `start`."""
        return Hidden(
            frozenset(row - start[0] for row in self.rows if row >= start[0]),
            frozenset(column - start[1] for column in self.columns if column >= start[1]),
        )

    def notes(self, cells: Iterable[grids.Cell], start: tuple[int, int] = (0, 0)) -> tuple[str, ...]:
        """What a person should know: only of rows and columns that hold words."""
        filled = [cell for cell in cells if cell.text]
        rows = sorted({cell.row for cell in filled} & self.rows)
        columns = sorted({cell.column for cell in filled} & self.columns)
        found = []
        if rows:
            found.append(f"原表中隐藏的第 {_listed(str(row + start[0] + 1) for row in rows)} 行没有计入")
        if columns:
            found.append(f"原表中隐藏的第 {_listed(str(column + start[1] + 1) for column in columns)} 列没有计入")
        return tuple(found)


def _listed(numbers: Iterable[str]) -> str:
    found = list(numbers)
    return "、".join(found[:_SHOWN]) + (" 等" if len(found) > _SHOWN else "")


def hidden_parts(package: Package) -> Mapping[str, Hidden]:
    """By name of sheet, what it hides; sheets that hide nothing are left out."""
    found = {}
    for name, path in _sheets(package):
        data = package.read(path)
        if not _HIDDEN.search(data):
            continue
        rows = frozenset(number["r"] - 1 for number in _hidden(_ROW, data) if "r" in number)
        columns = frozenset(
            column - 1
            for number in _hidden(_COLUMN, data)
            if {"min", "max"} <= number.keys()
            for column in range(number["min"], min(number["max"], grids.MAX_COLUMNS) + 1)
        )
        found[name] = Hidden(rows, columns)
    return found


def _hidden(tag: re.Pattern[bytes], data: bytes) -> Iterator[dict[str, int]]:
    for match in tag.finditer(data):
        if _HIDDEN.search(match[0]):
            yield {name.decode(): int(value) for name, value in _NUMBER.findall(match[0])}


def _sheets(package: Package) -> Iterator[tuple[str, str]]:
    """(name, path of its part) of each sheet."""
    book, relations = package.xml("xl/workbook.xml"), package.xml("xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    for sheet in book.iter(_S + "sheet"):
        target = targets.get(sheet.get(_R + "id", ""), "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if path in package.names:
            yield sheet.get("name", ""), path
