"""Tables of a page as grids. rowspan and colspan are unrolled as browsers do (HTML standard, 4.9.12), within limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, field

from archive.model import Grid, Place
from archive.text.struck import Look, joined, lowered, raised, shown, struck
from crawler.reading.formats.grids import Cell, build
from crawler.reading.formats.office.marks import in_font
from crawler.reading.html.dom import END, WORDS, Element, Walk, is_block, is_hidden, select, tag_of, weight

_LOOK_OF_TAG = {"sup": raised, "sub": lowered, "s": struck, "strike": struck, "del": struck}
_STYLED = re.compile(r"(line-through)|vertical-align\s*:\s*(?:(super)|(sub)\b)", re.I)
MAX_COLSPAN = 1000
"""The HTML standard's own limit."""
MAX_COLUMN = 20_000
"""Cells further right are left out: only an attack gets there."""
LIST = 300
"""Characters; a table inside a cell with no more may be no more than that cell's text."""
_SYMBOL_FONT = re.compile(r"wingdings(?:\s*([23]))?|webdings|symbol", re.I)


def is_data(table: Element) -> bool:
    """Whether a table holds rows and columns of data; else it is there for the layout and its cells are blocks.

    Old government pages are built of tables; a table of data may hold a small one in a cell.
    """
    rows = [list(_cells(row)) for row in _rows(table)]
    wide = max((sum(_span(cell, "colspan") for cell in row) for row in rows), default=0)
    if len(rows) < 2 or wide < 2 or max(len(row) for row in rows) < 2:
        return False
    nested = select(table, "table table")
    own = (inner for inner in nested if next(inner.iterancestors("table"), None) is table)
    inner = sum(size for size in map(weight, own) if size > LIST)  # a list of channels set in columns is a cell's text
    if inner and (len(rows) < 3 or inner * 2 > weight(table)):
        return False
    # a page's frame: menu beside article
    return not any(len(select(cell, "p")) > 12 and weight(cell) * 3 > weight(table) * 2 for row in rows for cell in row)


def grid_of(table: Element, number: int = 1) -> Grid:
    """The cells of one table; `number` is its place in the file. Raises Unreadable (too-large) past the limits."""
    rows = [list(_cells(row)) for row in _rows(table)]
    grid = build(_placed(rows), Place(number), height=len(rows))
    return grid or Grid((), Place(number))


def cell_text(cell: Element) -> str:
    """The text of a cell: blocks and line breaks as lines, blanks as one, ticks of symbol fonts as Unicode."""
    lines: list[str] = []
    line: list[str] = []
    fonts: list[tuple[Element, str]] = []
    looks = Looks()

    def end() -> None:
        text = re.sub(r"\s+", " ", joined("".join(line))).strip()
        if text:
            lines.append(text)
        line.clear()

    walk = Walk(cell)
    for step, node, text in walk:
        tag = tag_of(node)
        if step == WORDS:
            line.append(looks.shown(in_font(text, fonts[-1][1] if fonts else "")))
            continue
        if node is not cell and is_block(tag):
            end()
        if step == END:
            if fonts and fonts[-1][0] is node:
                fonts.pop()
            looks.leave(node)
        elif node is not cell and is_hidden(node):
            walk.skip()
        else:
            if font := _symbol_font(node):
                fonts.append((node, font))
            looks.enter(node, tag)
    end()
    return "\n".join(lines)


def _symbol_font(node: Element) -> str:
    """'wingdings', 'wingdings 2' … when the element sets such a font, else ''."""
    found = _SYMBOL_FONT.search(f"{node.get('face', '')} {node.get('style', '')}") if node.attrib else None
    return re.sub(r"\s+", " ", found[0].lower()) if found else ""


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        tag = tag_of(child)
        if tag == "tr" and not is_hidden(child):
            yield child
        elif tag in ("tbody", "thead", "tfoot") and not is_hidden(child):
            yield from (row for row in child if tag_of(row) == "tr" and not is_hidden(row))


def _cells(row: Element) -> Iterator[Element]:
    return (cell for cell in row if tag_of(cell) in ("td", "th") and not is_hidden(cell))


def _span(cell: Element, name: str) -> int:
    """colspan or rowspan as a number of at least 1; 0 rows means 'to the end'."""
    found = re.match(r"\s*(\d{1,9})", cell.get(name, ""))
    number = int(found[1]) if found else 1
    return number or 1_000_000 if name == "rowspan" else min(max(number, 1), MAX_COLSPAN)


def _placed(rows: list[list[Element]]) -> list[Cell]:
    """Each cell where a browser puts it: in the first column of its row that no cell from above covers."""
    placed: list[Cell] = []
    until: dict[int, int] = {}  # column → the first row where it is free again
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while until.get(column, 0) > row:
                column += 1
            if column > MAX_COLUMN:
                break
            high = min(_span(cell, "rowspan"), len(rows) - row)
            wide = _span(cell, "colspan")
            placed.append(Cell(row, column, high, wide, cell_text(cell)))
            until.update(dict.fromkeys(range(column, column + wide), row + high))
            column += wide
    return placed


# ---------------------------------------------------------------- words struck out, set high or low


@define
class Looks:
    """The looks that hold at a place of a walk through a tree."""

    open: list[tuple[Element, Look]] = field(factory=list)

    def enter(self, node: Element, tag: str) -> None:
        look = _LOOK_OF_TAG.get(tag) or _by_style(node)
        if look is not None:
            self.open.append((node, look))

    def leave(self, node: Element) -> None:
        if self.open and self.open[-1][0] is node:
            self.open.pop()

    def shown(self, text: str) -> str:
        return shown(text, [look for _, look in self.open]) if self.open else text


def _by_style(node: Element) -> Look | None:
    style = node.get("style")
    found = _STYLED.search(style) if style else None
    if found is None:
        return None
    return struck if found[1] else raised if found[2] else lowered
