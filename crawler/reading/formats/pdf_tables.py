"""The tables of one page of a PDF: ruled ones by pdfplumber, with ends that a cut left open; else by the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from attrs import frozen
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from crawler.reading.catalogue.headers import is_header
from crawler.reading.formats import pdf_layout as layout
from crawler.reading.formats.errors import DAMAGE
from crawler.reading.formats.pdf_grid import Laid, Rule, laid_out
from crawler.reading.formats.pdf_layout import visual_lines
from crawler.reading.formats.pdf_loose import Columns, Loose, Paper, loose_tables

FAULTS = (PdfminerException, MalformedPDFException, PSException, *DAMAGE)
_NEAR = 3.0
_FOOT = 0.93
"""Share of the page's height below which its number may stand."""


@frozen
class Found:
    """What stands on a page from top to bottom, and the columns with which a table without lines may go on."""

    parts: tuple[layout.Line | Laid, ...]
    carried: Columns | None = None


def unruled(chars: Sequence[layout.Char], number: int, height: float, carried: Columns | None) -> Found:
    return _placed(chars, [], loose_tables(Paper(_body(chars, height), (), number), carried))


def ruled(pages: Sequence[Any], number: int, carried: Columns | None) -> Found | None:
    """None where pdfplumber cannot read the page."""
    if number > len(pages):
        return None
    page = pages[number - 1]
    try:
        # a damaged font gives characters without text
        usable = [c for c in page.chars if c["upright"] and c["text"] and c["bottom"] > 0 and c["top"] < page.height]
        chars = [layout.Char(c["text"], c["x0"], c["top"], c["x1"], c["bottom"]) for c in usable]
        edges = list(page.edges)
        settings = {"explicit_horizontal_lines": list(_closing(edges))}
        tables = [(t.bbox, [cell for cell in t.cells if cell is not None]) for t in page.find_tables(settings)]
        height = float(page.height)
        page.close()
    except FAULTS:
        return None
    rules = [Rule(e["x0"], e["x1"], e["top"]) for e in edges if e["orientation"] == "h"]
    return arranged(Sheet(chars, tables, rules, height, number), carried)


@frozen
class Sheet:
    """What stands on a page: characters, and tables with their box and the boxes of their cells."""

    chars: Sequence[layout.Char]
    tables: Sequence[tuple[layout.Box, Sequence[layout.Box]]]
    rules: Sequence[Rule]
    height: float
    number: int


def arranged(sheet: Sheet, carried: Columns | None) -> Found:
    """Ruled tables, or without any those that the text forms, and the lines between them."""
    placed: list[tuple[float, float, Laid]] = []
    rest = sheet.chars
    for (left, top, right, bottom), cells in sheet.tables:
        inside = [c for c in rest if left <= c.middle[0] <= right and c.within(top, bottom)]
        laid = laid_out(cells, inside, sheet.number)
        if laid is None or not any(cell.text for cell in laid.cells):
            continue
        laid.close(sheet.rules)
        taken = set(map(id, inside))
        rest = [c for c in rest if id(c) not in taken]
        placed.append((top, bottom, laid))
    loose: list[Loose] = []
    # what the stripes of a ground under every second row give are no tables
    if not placed or carried is not None or any(is_header(s.text for s in row) for row in visual_lines(rest)):
        loose = loose_tables(Paper(_body(sheet.chars, sheet.height), sheet.rules, sheet.number), carried)
    return _placed(sheet.chars, [] if loose else placed, loose)


def _body(chars: Sequence[layout.Char], height: float) -> list[layout.Char]:
    """Without the lines at the foot of the page that stand apart, or are its number."""
    body = [char for char in chars if char.middle[1] < height * _FOOT]
    reach = max((char.bottom for char in body if char.text.strip()), default=0.0)
    for level in layout.levels((char for char in chars if char.middle[1] >= height * _FOOT), 0.3):
        inked = [char for char in level if char.text.strip()]
        if (
            not inked
            or inked[0].top - reach > inked[0].size
            or layout.PAGE_NUMBER.fullmatch("".join(char.text for char in level).strip())
        ):
            break
        body += level
        reach = max(char.bottom for char in inked)
    return body


def _placed(chars: Sequence[layout.Char], ruled: list[tuple[float, float, Laid]], loose: Sequence[Loose]) -> Found:
    parts: list[layout.Line | Laid] = []
    grids = [*ruled, *((table.top, table.bottom, table.laid) for table in loose)]
    rest = list(chars)
    if loose:
        rest = [c for c in rest if not any(top <= c.middle[1] <= bottom for top, bottom, _ in grids)]
    else:
        taken = {id(c) for c in rest for top, bottom, _ in ruled if c.within(top, bottom)}
        rest = [c for c in rest if id(c) not in taken]
    for top, _, grid in sorted(grids, key=lambda found: found[0]):
        parts += layout.lines_of(c for c in rest if c.middle[1] < top)
        rest = [c for c in rest if c.middle[1] >= top]
        parts.append(grid)
    return Found((*parts, *layout.lines_of(rest)), loose[-1].columns if loose else None)


def _closing(edges: Iterable[Any]) -> Iterable[Any]:
    """The lines that are missing where vertical ones end together: at a page's cut, of all cells or of a merged one."""
    upright = [e for e in edges if e["orientation"] == "v"]
    rules = [Rule(e["x0"], e["x1"], e["top"]) for e in edges if e["orientation"] == "h"]
    for end in ("top", "bottom"):
        for y in layout.edges_of([e[end] for e in upright]):
            sides = layout.edges_of([e["x0"] for e in upright if abs(e[end] - y) <= _NEAR])
            if len(sides) < 4:
                continue
            passed = {x: _passed(upright, x, y) for x in sides}
            inner = [e["x0"] for e in upright if e["top"] < y - _NEAR and e["bottom"] > y + _NEAR]
            missing = [
                (x0, x1)
                for x0, x1 in pairwise(sides)
                if not any(rule.passes((x0 + x1) / 2, y) for rule in rules) and not any(x0 < x < x1 for x in inner)
            ]
            whole = sum(x1 - x0 for x0, x1 in missing) > 0.9 * (sides[-1] - sides[0])
            for x0, x1 in missing:
                # lines that meet are one line drawn row by row, unless they meet so in all columns
                if max(passed[x0], passed[x1]) < (2 if whole else 1):
                    ends = {"x0": x0, "x1": x1, "width": x1 - x0, "top": y, "bottom": y, "doctop": y, "height": 0}
                    yield ends | {"orientation": "h", "object_type": "line"}


def _passed(upright: Iterable[Any], x: float, y: float) -> int:
    """2: a vertical line goes past this height; 1: two meet there; 0: none goes on."""
    mine = [e for e in upright if abs(e["x0"] - x) <= _NEAR]
    if any(e["top"] < y - _NEAR and e["bottom"] > y + _NEAR for e in mine):
        return 2
    return int(any(e["top"] < y - _NEAR for e in mine) and any(e["bottom"] > y + _NEAR for e in mine))
