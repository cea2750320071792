"""OpenDocument (ISO/IEC 26300): sheets (.ods) and texts (.odt). calamine reads .ods too, but without merged ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve
from lxml import etree

from archive.model import Grid, Place
from archive.text.struck import LOOKS, Look, joined, lowered, raised, struck
from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats import grids
from crawler.reading.formats.errors import corrupt, encrypted, too_large
from crawler.reading.formats.office import sheets
from crawler.reading.formats.office.package import Package
from crawler.reading.formats.office.sheet_hidden import Hidden

_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLED = {
    _TEXT + "span": _TEXT + "style-name",
    _TEXT + "p": _TEXT + "style-name",
    _TEXT + "h": _TEXT + "style-name",
    _TABLE + "table-cell": _TABLE + "style-name",
}
WHAT = "OpenDocument 文件"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_UNSEEN = ("collapse", "filter")
_ROW_GROUPS = frozenset(_TABLE + n for n in ("table-header-rows", "table-row-group", "table-rows"))
_SKIPPED = frozenset(
    (_OFFICE + "annotation", _TEXT + "note-citation", _TEXT + "tracked-changes", _TABLE + "shapes", _OFFICE + "forms")
)


def read(payload: bytes) -> list[Block]:
    with Package(payload, WHAT) as package:
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise encrypted(WHAT)
        root = package.xml("content.xml")
        named = package.xml("styles.xml")
    body = root.find(_OFFICE + "body") if root is not None else None
    if body is None:
        raise corrupt(WHAT)
    show_looks(body, [part for part in (named, root) if part is not None])
    sheet = body.find(_OFFICE + "spreadsheet")
    if sheet is not None:
        return [block for table in sheet.iterchildren(_TABLE + "table") for block in _sheet(table)]
    return [block for child in body for block in _blocks(child)]


def _sheet(table: etree._Element) -> list[Block]:
    name = table.get(_TABLE + "name", "")
    grid = _grid(table, [], name)
    grid = grids.trim(grid) if grid is not None else None
    return [] if grid is None else [*sheets.heading(name), grid]


def _grid(table: etree._Element, inner: list[Grid], sheet: str = "") -> Grid | None:
    """Repeated empty rows and columns, with which programs fill a sheet up to its edge, only move the place.

    inner: takes the tables inside its cells.
    """
    cells: list[grids.Cell] = []
    height = 0
    gone: set[int] = set()
    for row in _rows(table):
        line: list[grids.Cell] = []
        column = 0
        for cell in row.iterchildren(_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            repeated = _number(cell, "number-columns-repeated")
            if cell.tag == _TABLE + "table-cell":
                text = "\n".join(_lines(cell, inner))
                high, wide = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
                if text or (high, wide) != (1, 1):
                    if repeated > grids.MAX_COLUMNS:
                        raise too_large(f"表格有 {repeated} 列")
                    line += [grids.Cell(height, column + i, high, wide, text) for i in range(repeated)]
            column += repeated
        repeated = _number(row, "number-rows-repeated")
        if line and (height + repeated) > grids.MAX_ROWS:
            raise too_large(f"表格有 {height + repeated} 行")
        if row.get(_TABLE + "visibility") in _UNSEEN:
            gone.update(range(height, height + repeated if line else height))
        for i in range(repeated if line else 0):
            cells += [grids.Cell(height + i, c.column, c.rows, c.columns, c.text) for c in line]
        height += repeated
    last = 1 + max((cell.row for cell in cells), default=0)
    for placed in cells:
        placed.columns = min(placed.columns, grids.WIDE)
    hidden = Hidden(frozenset(gone), frozenset(_hidden_columns(table)))
    height = min(height, last + _tail(cells, last)) - len(gone)
    grid = grids.build(grids.without(cells, hidden.rows, hidden.columns), Place(0, sheet=sheet), height=height)
    return evolve(grid, notes=hidden.notes(cells)) if grid is not None else None


def _hidden_columns(table: etree._Element) -> Iterator[int]:
    place = 0
    for column in table.iter(_TABLE + "table-column"):
        repeated = _number(column, "number-columns-repeated")
        if column.get(_TABLE + "visibility") in _UNSEEN:
            yield from range(place, min(place + repeated, grids.MAX_COLUMNS))
        place += repeated


def _tail(cells: list[grids.Cell], last: int) -> int:
    """Rows below the last row with a cell of its own that a span still reaches (no more than a table has)."""
    return min(max((cell.row + cell.rows for cell in cells), default=last) - last, grids.WIDE)


def _rows(parent: etree._Element) -> Iterator[etree._Element]:
    for child in parent.iterchildren():
        if child.tag == _TABLE + "table-row":
            yield child
        elif child.tag in _ROW_GROUPS:
            yield from _rows(child)


def _number(element: etree._Element, name: str) -> int:
    value = element.get(_TABLE + name, "1")
    return min(int(value), 10_000_000) if value.isascii() and value.isdigit() and int(value) else 1


def _blocks(parent: etree._Element) -> Iterator[Block]:
    for element in parent.iterchildren():
        if element.tag in (_TEXT + "p", _TEXT + "h"):
            text = joined("".join(_inline(element)))
            if text.strip():
                yield Paragraph(text, heading=element.tag == _TEXT + "h")
        elif element.tag == _TABLE + "table":
            yield from _tables(element)
        elif element.tag not in _SKIPPED:
            yield from _blocks(element)


def _tables(element: etree._Element) -> Iterator[Grid]:
    """A table and those inside its cells."""
    inner: list[Grid] = []
    grid = _grid(element, inner)
    if grid is not None:
        yield grid
    yield from inner


def _lines(cell: etree._Element, inner: list[Grid]) -> Iterator[str]:
    """Lines of the cell; a table inside it that has rows and columns goes to `inner`."""
    for element in cell.iterchildren():
        if element.tag in (_TEXT + "p", _TEXT + "h"):
            yield joined("".join(_inline(element)))
        elif element.tag == _TABLE + "table":
            for grid in _tables(element):
                if len(grid.cells) > 1 and len(grid.cells[0]) > 1 and not grids.is_list(grid):
                    inner.append(grid)
                else:
                    yield from (" ".join(filter(None, row)) for row in grid.cells)
        elif element.tag not in _SKIPPED:
            yield from _lines(element, inner)


def _inline(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element.iterchildren():
        if child.tag == _TEXT + "s":
            yield " "
        elif child.tag == _TEXT + "tab":
            yield "\t"
        elif child.tag == _TEXT + "line-break":
            yield "\n"
        elif child.tag in (_TEXT + "p", _TEXT + "h"):  # a text box inside a paragraph
            yield "\n"
            yield from _inline(child)
        elif child.tag not in _SKIPPED:
            yield from _inline(child)
        yield child.tail or ""


# ---------------------------------------------------------------- styles


def show_looks(body: etree._Element, parts: Sequence[etree._Element]) -> None:
    """Rewrite the text under `body` as its styles show it. parts: the files that declare styles."""
    looks = _looks(parts)
    if not looks:
        return
    for element in [element for element in body.iter(*_STYLED) if element.get(_STYLED[element.tag]) in looks]:
        # the outermost element applies a look to all that is in it
        above = {look for outer in element.iterancestors(*_STYLED) for look in _of(outer, looks)}
        for look in _of(element, looks):
            if look not in above:
                _apply(element, look)


def _of(element: etree._Element, looks: Mapping[str, tuple[Look, ...]]) -> tuple[Look, ...]:
    return looks.get(element.get(_STYLED[element.tag]) or "", ())


def _apply(element: etree._Element, look: Look) -> None:
    for inner in element.iter():
        inner.text = look(inner.text) if inner.text else inner.text
        if inner is not element and inner.tail:
            inner.tail = look(inner.tail)


def _looks(parts: Sequence[etree._Element]) -> dict[str, tuple[Look, ...]]:
    """Name of a style → how it shows text, the styles that are based on it too."""
    styles = {style.get(_STYLE + "name", ""): style for part in parts for style in part.iter(_STYLE + "style")}
    return {name: found for name in styles if (found := _inherited(name, styles))}


def _inherited(name: str, styles: Mapping[str, etree._Element]) -> tuple[Look, ...]:
    found: set[Look] = set()
    seen: set[str] = set()
    while name in styles and name not in seen:
        seen.add(name)
        properties = styles[name].find(_STYLE + "text-properties")
        if properties is not None:
            found |= set(_own(properties))
        name = styles[name].get(_STYLE + "parent-style-name", "")
    return tuple(look for look in LOOKS if look in found)


def _own(properties: etree._Element) -> list[Look]:
    looks: list[Look] = []
    position = properties.get(_STYLE + "text-position", "").split(" ")[0]
    if position == "super" or (position.endswith("%") and position[:1].isdigit() and position[0] != "0"):
        looks.append(raised)
    elif position == "sub" or position.startswith("-"):
        looks.append(lowered)
    lines = (properties.get(_STYLE + "text-line-through-" + name) for name in ("style", "type"))
    if any(line not in (None, "none") for line in lines):
        looks.append(struck)
    return looks
