"""Merged cells that the ends of pages have cut: which parts are one cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from attrs import frozen

from crawler.reading.catalogue.drafts import INHERITED
from crawler.reading.formats.pdf_grid import Cell
from crawler.reading.formats.pdf_layout import Line, moved
from crawler.reading.formats.pdf_runs import Middle, Part, setting

DOUBT = "表格被分页截断，跨页的单元格属于哪些行不能确定，请对照原件核对"
_MOST = 6
"""Pages that one cell may reach over; more ways to part it than that are not tried."""


@frozen
class Fragment:
    """A page's part of what may be one cell."""

    part: Part
    cell: Cell
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def lines(self) -> list[Line]:
        return self.cell.lines


def fragment(part: Part, cell: Cell) -> Fragment:
    first = max(cell.row, part.first)
    return Fragment(part, cell, part.laid.ys[first], part.laid.ys[cell.row + cell.rows])


def whole_cells(run: Sequence[Part], column: int) -> None:
    """Each chain of cells that may be one, over the ends of pages."""
    middle = setting(run, [column], range(run[0].laid.width))
    number = 0
    while number < len(run) - 1:
        chain = [run[number]]
        while number < len(run) - 1 and (len(chain) == 1 or _fills(run[number], column)):
            number += 1
            chain.append(run[number])
        cells = [part.laid.at(part.last if part is chain[0] else part.first, column) for part in chain]
        fragments = [fragment(part, cell) for part, cell in zip(chain, cells, strict=True) if cell is not None]
        if len(fragments) == len(chain) and chain[0].roles[column]:
            _settle(fragments, column, middle)


def _fills(part: Part, column: int) -> bool:
    cell = part.laid.at(part.first, column)
    return cell is not None and cell.row + cell.rows > part.last


def _settle(fragments: list[Fragment], column: int, middle: Middle | None) -> None:
    """Which of these parts are one cell."""
    known = [_known(one, other, column) for one, other in pairwise(fragments)]
    if len(fragments) > _MOST or not any(fragment.lines for fragment in fragments):
        return
    ways = [way for way in _ways(known) if middle and all(_stands(group, middle) for group in _groups(fragments, way))]
    if middle is None or all(link is not None for link in known):
        ways = [[bool(link) for link in known]]
    if not ways:
        _doubt(fragments, column)
        return
    if len(ways) > 1 and not any(_single(fragment) for fragment in fragments):
        _doubt(fragments, column)
    for group in _groups(fragments, ways[0]):
        if len(group) > 1:
            _unite(group, column)


def _single(fragment: Fragment) -> bool:
    return fragment.cell.rows == 1


def _known(one: Fragment, other: Fragment, column: int) -> bool | None:
    """Whether two parts are one cell, as far as lines and texts say; None where they do not."""
    if column in one.part.linked:
        return one.part.linked[column]
    if column in one.part.laid.carries or column in one.part.laid.unclosed[1] or column in other.part.laid.unclosed[0]:
        return True
    if one.cell.text and one.cell.text == other.cell.text:
        return False
    return None


def _ways(known: Sequence[bool | None]) -> Iterator[list[bool]]:
    """Every way to part a chain, those with the fewest joins first."""
    free = [index for index, link in enumerate(known) if link is None]
    for bits in sorted(range(2 ** len(free)), key=lambda bits: (bits.bit_count(), bits)):
        way = [bool(link) for link in known]
        for place, index in enumerate(free):
            way[index] = bool(bits >> place & 1)
        yield way


def _groups(fragments: Sequence[Fragment], way: Sequence[bool]) -> list[list[Fragment]]:
    groups = [[fragments[0]]]
    for joined, fragment in zip(way, fragments[1:], strict=True):
        if joined:
            groups[-1].append(fragment)
        else:
            groups.append([fragment])
    return groups


def _stands(group: Sequence[Fragment], middle: Middle) -> bool:
    """Whether these parts can be a cell: with text, in its middle; empty, one part whose row was left blank."""
    if not any(fragment.lines for fragment in group):
        return len(group) == 1 and _single(group[0])
    return centred(group, middle) or _at_top(group)


def centred(group: Sequence[Fragment], middle: Middle) -> bool:
    lines = list(_lines(group))
    above = lines[0].top - group[0].top
    below = sum(fragment.height for fragment in group) - (lines[-1].bottom - group[0].top)
    return abs(above - below - middle.bias) <= middle.slack and _dense(lines)


def _at_top(group: Sequence[Fragment]) -> bool:
    """Some programs do not set the text of a cell that is cut in its middle, but begin at the top of its first part."""
    first, *others = group
    if not others or not first.lines or any(fragment.lines for fragment in others):
        return False
    return first.lines[0].top - first.top < first.lines[0].bottom - first.lines[0].top


def _lines(group: Sequence[Fragment]) -> Iterator[Line]:
    """The lines of all parts, as on one page."""
    shift = 0.0
    for before, fragment in zip([None, *group], group, strict=False):
        shift += before.bottom - fragment.top if before else 0.0
        yield from (moved(line, shift) for line in fragment.lines)


def _dense(lines: Sequence[Line]) -> bool:
    """Whether no blank parts them that is wider than a line."""
    return all(below.top - above.bottom < 1.5 * (above.bottom - above.top) for above, below in pairwise(lines))


def _unite(group: Sequence[Fragment], column: int) -> None:
    """The text of all parts into the first."""
    lines, (first, *others) = list(_lines(group)), group
    first.cell.left = min(f.cell.left for f in group if f.lines) if lines else 0.0
    first.cell.right = max(fragment.cell.right for fragment in group)
    first.cell.lines = lines
    first.cell.set()
    for fragment in others:
        fragment.cell.lines = []
        fill(fragment.cell, first.cell.text, fragment.part.roles[column])


def _doubt(fragments: Sequence[Fragment], column: int) -> None:
    for fragment in fragments:
        for row in range(max(fragment.cell.row, fragment.part.first), fragment.cell.row + fragment.cell.rows):
            fragment.part.laid.doubts.setdefault(row, DOUBT)


def fill(rest: Cell, text: str, role: str) -> None:
    """What is left of a merged cell on the next page: empty where that is read as the rest of the one above."""
    rest.text = text if rest.rows == 1 and role not in INHERITED else ""
