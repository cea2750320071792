"""From blocks in document order to a Document: the one place where text lines, captions and tables come together.

Pages and every attachment format use it, so that the same table gives the same lines whatever file it came in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve, frozen

from archive.model import CATALOGUE_ROW, CELL, TABLE_ROW, Document, Grid
from archive.text.fold import RADICALS
from archive.text.noise import in_force, without_noise
from crawler.reading.catalogue.tables import read_tables
from crawler.reading.rule import Rule

CAPTION_LINES = 5
# Joiners and direction marks that Word and web editors leave behind; they are invisible and differ between savings.
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")
_ROW_MARKS = str.maketrans({TABLE_ROW: "|", CATALOGUE_ROW: "|"})


@frozen
class Paragraph:
    text: str
    heading: bool = False
    linked: bool = False
    """All its words stand inside links."""


Block = Paragraph | Grid


def clean(text: str) -> str:
    """Text with its lines kept, runs of blanks (no-break and ideographic ones too) as one, invisible marks dropped,
    radicals as the characters that are meant."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    text = _INVISIBLE.sub("", text).translate(RADICALS)
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def row_line(cells: Sequence[str | None], mark: str = TABLE_ROW) -> str:
    """One table row as a line of text; a cell merged away is as empty as an empty one here (the grid knows better)."""
    return mark + CELL.join((cell or "").translate(_ROW_MARKS).replace("\n", " ") for cell in cells)


def assemble(blocks: Iterable[Block], rule: Rule, **fields: Any) -> Document:
    """The Document of these blocks. `fields` are further fields of Document, taken as they are.

    A grid gets the plain lines between it and the table before it as its caption (the nearest five), unless it brings
    its own; its table number is its place among the grids of this file. What is struck out stays in the text, marked,
    and is no part of the catalogue.
    """
    lines: list[str | int] = []  # an int is the place of a grid
    linked: set[int] = set()  # places in `lines`
    grids: list[Grid] = []
    above: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            plain = [line.translate(_ROW_MARKS) if line[0] in "│┃" else line for line in clean(block.text).splitlines()]
            if block.linked:
                linked.update(range(len(lines), len(lines) + len(plain)))
            lines += plain
            above += filter(None, map(without_noise, plain))
        else:
            caption = block.caption or "\n".join(above[-CAPTION_LINES:])
            lines.append(len(grids))
            grids.append(evolve(block, caption=caption, place=evolve(block.place, table=len(grids) + 1)))
            above = []
    tables, items = read_tables([_in_force(grid) for grid in grids], rule.areas)
    catalogues = {reading.grid.place.table for reading in tables if reading.kind == "catalogue"}
    text: list[str] = []
    links: list[int] = []
    for place, line in enumerate(lines):
        if isinstance(line, str):
            if place in linked:
                links.append(len(text))
            text.append(line)
            continue
        mark = CATALOGUE_ROW if grids[line].place.table in catalogues else TABLE_ROW
        text += [row_line(cells, mark) for cells in grids[line].cells]
    return Document(text="\n".join(text), tables=tables, items=items, link_lines=tuple(links), **fields)


def _in_force(grid: Grid) -> Grid:
    """The grid without what is struck out in its cells; the grid itself where nothing is."""
    if not any("〔删：" in (cell or "") for row in grid.cells for cell in row):
        return grid
    cells = tuple(tuple(cell if cell is None else clean(in_force(cell)) for cell in row) for row in grid.cells)
    return evolve(grid, cells=cells)
