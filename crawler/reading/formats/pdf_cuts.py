"""What a page's end has cut: a row of a catalogue in two parts, a merged cell whose text stands on one page only.

Where text is set in the middle of its cell, its place says how far the cell reaches: the text of a cell that was cut
stands in the middle of all parts together. Where that is not to be seen, the rows beside the cut say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from crawler.reading.formats.pdf_chains import DOUBT, centred, fill, fragment, whole_cells
from crawler.reading.formats.pdf_grid import Cell, Laid
from crawler.reading.formats.pdf_layout import Line, moved
from crawler.reading.formats.pdf_middles import merge, stacked
from crawler.reading.formats.pdf_runs import MARKS, SET_ONCE, Middle, Part, runs, setting

MERGED = "表格没有线，合并的单元格包括哪些行不能确定，请对照原件核对"


def mended(pages: Sequence[Sequence[Line | Laid]]) -> list[list[Line | Laid]]:
    """What stands on each page, from top to bottom, with what the ends of pages have cut put together."""
    found = [list(parts) for parts in pages]
    for above, below in pairwise(found):
        _without_clipped(above, below)
    _mend(found)
    return found


def _without_clipped(above: list[Line | Laid], below: list[Line | Laid]) -> None:
    """A merged cell may be drawn whole on both pages, and what is outside of the table hidden: no text of its own."""
    one = next((part for part in reversed(above) if isinstance(part, Laid)), None)
    other = next((part for part in below if isinstance(part, Laid)), None)
    if one is None or other is None or one.width != other.width:
        return
    last = [one.at(one.height - 1, column) for column in range(one.width)]
    for parts, start, stop in ((above, above.index(one) + 1, len(above)), (below, 0, below.index(other))):
        for line in parts[start:stop]:
            words = line.text.split() if isinstance(line, Line) else []
            of = [
                next((c for c, cell in enumerate(last) if cell and _drawn(word, cell, other, c)), -1) for word in words
            ]
            if words and -1 not in of:
                parts.remove(line)
                one.carries |= set(of)


def _drawn(word: str, last: Cell, laid: Laid, column: int) -> bool:
    """Whether of a page's last cell and the next page's cells in its column one has this text and another one none."""
    others = [cell for cell in laid.cells if cell.column == column]
    if last.text:
        return word in last.text and any(not cell.text for cell in others)
    return any(word in cell.text for cell in others)


def _mend(pages: Sequence[Sequence[Line | Laid]]) -> None:
    for run in runs(pages):
        guessed = all(part.laid.guessed for part in run)
        middle = setting(run, run[0].of(*SET_ONCE)) if guessed else None
        if middle is not None:
            for part in run:
                _split(part, middle, first=True)
            for part, after in zip(run, [*run[1:], None], strict=True):
                # where the next page begins with the rest of a row, this one ends with its number
                if after is None or _numbered(after):
                    _split(part, middle, first=False)
            _edge(run, middle)
        _whole_rows(run)
        run = [part for part in run if part.laid.height > part.first]
        for column, role in enumerate(run[0].roles if run else ()):
            if role in SET_ONCE:
                continue
            if middle is not None:
                rows = stacked([(part.laid, part.first) for part in run])
                for row in merge(rows, column, middle.bias, middle.slack):
                    row.laid.doubts.setdefault(row.number, MERGED)
            elif not guessed:
                whole_cells(run, column)


def _numbered(part: Part) -> bool:
    cell = next((part.own(part.first, column) for column in part.of("serial")), None)
    return cell is None or bool(cell.text)


def _split(part: Part, middle: Middle, *, first: bool) -> None:
    """Lines above the top that a page's first row must have by its number are of the row before; so below the last."""
    serials = part.of("serial")
    if not serials or part.last <= part.first:
        return
    row, other = (part.first, part.first + 1) if first else (part.last, part.last)
    cell, ys = part.own(row, serials[0]), part.laid.ys
    if cell is None or not cell.lines:
        return
    end, slack = cell.lines[0].top + cell.lines[-1].bottom - middle.bias - ys[other], middle.slack / 2
    lines = [line for mine in part.laid.cells if mine.row == row for line in mine.lines]
    beyond = any(line.bottom < end + slack if first else line.top > end - slack for line in lines)
    if beyond and ys[row] + slack < end < ys[row + 1] - slack:
        part.laid.split(row, end)


def _edge(run: Sequence[Part], middle: Middle) -> None:
    """Where the first and the last row of each page end, of which only the text is known: as far from its number as on
    its other side."""
    for before, part, after in zip([None, *run], run, [*run[1:], None], strict=False):
        ys, serials = part.laid.ys, part.of("serial")
        if not serials or part.last <= part.first:
            continue
        for row, edge, other, beside in (
            (part.first, part.first, part.first + 1, before.own(before.last, serials[0]) if before else None),
            (part.last, -1, -2, after.own(after.first, serials[0]) if after else None),
        ):
            cell = part.own(row, serials[0])
            if cell and cell.lines and (beside is None or beside.text):  # else the page's end may cut this row
                ys[edge] = cell.lines[0].top + cell.lines[-1].bottom - middle.bias - ys[other]


# ---------------------------------------------------------------- rows


def _whole_rows(run: list[Part]) -> None:
    above = run[0]
    for below in run[1:]:
        if above.laid.height <= above.first or below.laid.height <= below.first:
            above = below
            continue
        if _open(below):
            above.laid.doubts[above.last] = DOUBT
        verdict = _one_row(run, above, below)
        if verdict:
            _join_rows(above, below)
            if verdict == "doubt":
                above.laid.doubts[above.last] = DOUBT
        if below.laid.height > below.first:
            above = below


def _one_row(run: Sequence[Part], above: Part, below: Part) -> str:
    """Whether the last row above and the first one below are one: '' | 'sure' | 'doubt'."""
    if any(_wide(part, row) for part, row in ((above, above.last), (below, below.first))):
        return ""
    serials, flags = above.of("serial"), above.of(*MARKS)
    if not serials or not flags:
        return ""
    one, other = above.own(above.last, serials[0]), below.own(below.first, serials[0])
    if one is None or other is None or (one.text and other.text):
        return ""
    if one.text:
        return "" if below.marked(below.first) else "sure"
    if not other.text:
        return "sure" if above.last == above.first and not above.marked(above.last) else ""
    if above.marked(above.last) or not any(cell.text for cell in above.laid.cells if cell.row == above.last):
        return ""
    middle = setting(run, serials)
    if middle is None or _unnumbered(run, serials[0]):
        return ""
    cells = [(part, cell) for part, cell in ((above, one), (below, other))]
    return "sure" if centred([fragment(part, cell) for part, cell in cells], middle) else "doubt"


def _open(part: Part) -> bool:
    """Whether a page begins with text in no column: the rest of a row whose cells have no lines there."""
    cells = [cell for cell in part.laid.cells if cell.row == part.first and cell.text]
    return len(cells) == 1 and cells[0].column > 0 and cells[0].columns * 2 > part.laid.width


def _wide(part: Part, row: int) -> bool:
    cells = [cell for cell in part.laid.cells if cell.row <= row < cell.row + cell.rows]
    return any(cell.columns * 2 > part.laid.width for cell in cells)


def _unnumbered(run: Sequence[Part], column: int) -> bool:
    """Whether rows without a number are usual: then such a row is no part of another."""
    inner = [(part, row) for part in run for row in range(part.first + 1, part.last)]
    blank = sum((cell := part.own(row, column)) is not None and not cell.text for part, row in inner)
    return blank * 10 > len(inner)


def _join_rows(above: Part, below: Part) -> None:
    """The first row below becomes the rest of the last row above."""
    upper, lower, row = above.laid, below.laid, below.first
    shift, high = upper.ys[-1] - lower.ys[row], lower.ys[row + 1] - lower.ys[row]
    for column in range(lower.width):
        rest, whole = lower.at(row, column), upper.at(above.last, column)
        if rest is None or rest.column != column or rest.row < row:
            continue
        if whole is not None:
            _append(whole, rest, shift)
        above.linked[column] = rest.rows > 1
        if rest.rows > 1:
            rest.rows, rest.lines, rest.text = rest.rows - 1, [], ""
            fill(rest, whole.text if whole else "", above.roles[column])
            rest.row += 1  # with the others below the row that goes
        else:
            lower.cells.remove(rest)
    for cell in lower.cells:
        cell.row -= cell.row > row
    if row in lower.doubts:
        upper.doubts.setdefault(above.last, lower.doubts[row])
    lower.doubts = {r - (r > row): reason for r, reason in lower.doubts.items() if r != row}
    del lower.ys[row]
    upper.ys[-1] += high


def _append(cell: Cell, rest: Cell, shift: float) -> None:
    cell.lines = [*cell.lines, *(moved(line, shift) for line in rest.lines)]
    cell.left, cell.right = (cell.left or rest.left), max(cell.right, rest.right)
    cell.set()
