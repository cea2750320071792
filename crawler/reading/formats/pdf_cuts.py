"""What a page's end has cut: a row of a catalogue in two parts, a merged cell whose text stands on one page only.

Where text is set in the middle of its cell, its place says how far the cell reaches: the text of a cell that was cut
stands in the middle of all parts together. Where that is not to be seen, the rows beside the cut say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from attrs import define, evolve, field, frozen

from archive.words.columns import FLAGS
from crawler.reading.catalogue.drafts import INHERITED, SINGLE_GROUPS
from crawler.reading.catalogue.headers import begins_header, read_header
from crawler.reading.catalogue.lattice import Lattice
from crawler.reading.formats.pdf_grid import Cell, Laid
from crawler.reading.formats.pdf_layout import Line

DOUBT = "表格被分页截断，跨页的单元格属于哪些行不能确定，请对照原件核对"
_MOST = 6
"""Pages that one cell may reach over; more ways to part it than that are not tried."""
_MARKS = (*FLAGS, *SINGLE_GROUPS)
_SET_ONCE = {"serial", *_MARKS}
"""Columns whose cells are each row's own."""


@define(eq=False)
class _Part:
    """A page's part of a table: its rows below the header, and what each column means."""

    laid: Laid
    first: int
    roles: tuple[str, ...]
    linked: set[int] = field(factory=set)
    """Columns whose last cell is known to go on in the next part."""

    @property
    def last(self) -> int:
        return self.laid.height - 1

    def of(self, *roles: str) -> list[int]:
        return [column for column, role in enumerate(self.roles) if role in roles]

    def own(self, row: int, column: int) -> Cell | None:
        """The cell of this row alone, None where it is merged with others or missing."""
        cell = self.laid.at(row, column)
        return cell if cell is not None and cell.rows == 1 else None

    def marked(self, row: int) -> bool:
        return any((cell := self.laid.at(row, column)) and cell.text for column in self.of(*_MARKS))


def mend(pages: Sequence[Sequence[Line | Laid]]) -> None:
    """Put together what the ends of pages have cut, in place. pages: what stands on each, from top to bottom."""
    for run in _runs(pages):
        _whole_rows(run)
        for column, role in enumerate(run[0].roles):
            if role not in _SET_ONCE:
                _whole_cells([part for part in run if part.laid.height > part.first], column)


def _runs(pages: Sequence[Sequence[Line | Laid]]) -> Iterator[list[_Part]]:
    """Tables that go on from page to page with the same columns and nothing between."""
    runs: list[list[_Part]] = [[]]
    for parts in pages:
        for part in parts:
            before = runs[-1]
            if not isinstance(part, Laid):
                runs.append([])
            elif before and part is parts[0] and (next_part := _goes_on(before[-1], part)):
                before.append(next_part)
            else:
                first = _part(part)
                runs.append([first] if first else [])
    yield from (run for run in runs if len(run) > 1)


def _part(laid: Laid) -> _Part | None:
    """A catalogue with its header at the top, or below lines of title in the table."""
    grid = laid.grid()
    if grid is None:
        return None
    lattice = Lattice.of(grid)
    starts = [row for row in range(len(lattice)) if begins_header(lattice, row)]
    if not starts:
        return None
    header = read_header(lattice, starts[-1])
    return _Part(laid, header.stop, tuple(column.role for column in header.columns))


def _goes_on(part: _Part, laid: Laid) -> _Part | None:
    """The table as the next part, if its columns are the same."""
    if laid.width != part.laid.width or not all(
        x0 < (a + b) / 2 < x1 for (x0, x1), (a, b) in zip(pairwise(part.laid.xs), pairwise(laid.xs), strict=True)
    ):
        return None
    grid = laid.grid()
    if grid is None:
        return None
    lattice = Lattice.of(grid)
    starts = [row for row in range(len(lattice)) if begins_header(lattice, row)]
    if not starts:
        return _Part(laid, 0, part.roles)
    header = read_header(lattice, 0)
    same = starts[0] == 0 and starts[-1] < header.stop and tuple(c.role for c in header.columns) == part.roles
    return _Part(laid, header.stop, part.roles) if same else None


# ---------------------------------------------------------------- rows


def _whole_rows(run: list[_Part]) -> None:
    above = run[0]
    for below in run[1:]:
        if above.laid.height <= above.first or below.laid.height <= below.first:
            above = below
            continue
        verdict = _one_row(run, above, below)
        if verdict:
            _join_rows(above, below)
            if verdict == "doubt":
                above.laid.doubts[above.last] = DOUBT
        if below.laid.height > below.first:
            above = below


def _one_row(run: Sequence[_Part], above: _Part, below: _Part) -> str:
    """Whether the last row above and the first one below are one: '' | 'sure' | 'doubt'."""
    if any(_wide(part, row) for part, row in ((above, above.last), (below, below.first))):
        return ""
    serials, flags = above.of("serial"), above.of(*_MARKS)
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
    middle = _setting(run, serials[0])
    if middle is None or _unnumbered(run, serials[0], above, below):
        return ""
    cells = [(part, cell) for part, cell in ((above, one), (below, other))]
    return "sure" if _centred([_fragment(part, cell) for part, cell in cells], middle) else "doubt"


def _wide(part: _Part, row: int) -> bool:
    cells = [cell for cell in part.laid.cells if cell.row <= row < cell.row + cell.rows]
    return any(cell.columns * 2 > part.laid.width for cell in cells)


def _unnumbered(run: Sequence[_Part], column: int, above: _Part, below: _Part) -> bool:
    """Whether rows without a number are usual: then such a row is no part of another."""
    inner = [(part, row) for part in run for row in range(part.first + 1, part.last)]
    blank = sum((cell := part.own(row, column)) is not None and not cell.text for part, row in inner)
    return blank * 10 > len(inner)


def _join_rows(above: _Part, below: _Part) -> None:
    """The first row below becomes the rest of the last row above."""
    upper, lower, row = above.laid, below.laid, below.first
    shift, high = upper.ys[-1] - lower.ys[row], lower.ys[row + 1] - lower.ys[row]
    for column in range(lower.width):
        rest, whole = lower.at(row, column), upper.at(above.last, column)
        if rest is None or rest.column != column or rest.row < row:
            continue
        if whole is not None:
            _append(whole, rest, shift)
        if rest.rows > 1:
            above.linked.add(column)
            rest.rows, rest.lines, rest.text = rest.rows - 1, [], ""
            _fill(rest, whole.text if whole else "", above.roles[column])
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
    cell.lines = [*cell.lines, *(_moved(line, shift) for line in rest.lines)]
    cell.left, cell.right = (cell.left or rest.left), max(cell.right, rest.right)
    cell.set()


def _moved(line: Line, shift: float) -> Line:
    return evolve(line, top=line.top + shift, bottom=line.bottom + shift)


def _fill(rest: Cell, text: str, role: str) -> None:
    """What is left of a merged cell on the next page: empty where that is read as the rest of the one above."""
    rest.text = text if rest.rows == 1 and role not in INHERITED else ""


# ---------------------------------------------------------------- merged cells


@frozen
class _Fragment:
    """A page's part of what may be one cell."""

    part: _Part
    cell: Cell
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def lines(self) -> list[Line]:
        return self.cell.lines


@frozen
class _Middle:
    """Text stands in the middle of its cells: by how much lower than that, as its letters are measured."""

    bias: float
    slack: float


def _fragment(part: _Part, cell: Cell) -> _Fragment:
    first = max(cell.row, part.first)
    return _Fragment(part, cell, part.laid.ys[first], part.laid.ys[cell.row + cell.rows])


def _whole_cells(run: Sequence[_Part], column: int) -> None:
    """Each chain of cells that may be one, over the ends of pages."""
    middle = _setting(run, column)
    number = 0
    while number < len(run) - 1:
        chain = [run[number]]
        while number < len(run) - 1 and (len(chain) == 1 or _fills(run[number], column)):
            number += 1
            chain.append(run[number])
        cells = [part.laid.at(part.last if part is chain[0] else part.first, column) for part in chain]
        fragments = [_fragment(part, cell) for part, cell in zip(chain, cells, strict=True) if cell is not None]
        if len(fragments) == len(chain) and chain[0].roles[column]:
            _settle(fragments, column, middle)


def _fills(part: _Part, column: int) -> bool:
    cell = part.laid.at(part.first, column)
    return cell is not None and cell.row + cell.rows > part.last


def _settle(fragments: list[_Fragment], column: int, middle: _Middle | None) -> None:
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


def _single(fragment: _Fragment) -> bool:
    return fragment.cell.rows == 1


def _known(one: _Fragment, other: _Fragment, column: int) -> bool | None:
    """Whether two parts are one cell, as far as lines and texts say; None where they do not."""
    if column in one.part.linked or column in one.part.laid.unclosed[1] or column in other.part.laid.unclosed[0]:
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


def _groups(fragments: Sequence[_Fragment], way: Sequence[bool]) -> list[list[_Fragment]]:
    groups = [[fragments[0]]]
    for joined, fragment in zip(way, fragments[1:], strict=True):
        if joined:
            groups[-1].append(fragment)
        else:
            groups.append([fragment])
    return groups


def _stands(group: Sequence[_Fragment], middle: _Middle) -> bool:
    """Whether these parts can be a cell: with text, in its middle; empty, one part whose row was left blank."""
    if not any(fragment.lines for fragment in group):
        return len(group) == 1 and _single(group[0])
    return _centred(group, middle)


def _centred(group: Sequence[_Fragment], middle: _Middle) -> bool:
    lines = list(_lines(group))
    above = lines[0].top - group[0].top
    below = sum(fragment.height for fragment in group) - (lines[-1].bottom - group[0].top)
    return abs(above - below - middle.bias) <= middle.slack and _dense(lines)


def _lines(group: Sequence[_Fragment]) -> Iterator[Line]:
    """The lines of all parts, as on one page."""
    shift = 0.0
    for before, fragment in zip([None, *group], group, strict=False):
        shift += before.bottom - fragment.top if before else 0.0
        yield from (_moved(line, shift) for line in fragment.lines)


def _dense(lines: Sequence[Line]) -> bool:
    """Whether no blank parts them that is wider than a line."""
    return all(below.top - above.bottom < 1.5 * (above.bottom - above.top) for above, below in pairwise(lines))


def _unite(group: Sequence[_Fragment], column: int) -> None:
    """The text of all parts into the first."""
    lines, (first, *others) = list(_lines(group)), group
    first.cell.left = min(f.cell.left for f in group if f.lines) if lines else 0.0
    first.cell.right = max(fragment.cell.right for fragment in group)
    first.cell.lines = lines
    first.cell.set()
    for fragment in others:
        fragment.cell.lines = []
        _fill(fragment.cell, first.cell.text, fragment.part.roles[column])


def _doubt(fragments: Sequence[_Fragment], column: int) -> None:
    for fragment in fragments:
        for row in range(max(fragment.cell.row, fragment.part.first), fragment.cell.row + fragment.cell.rows):
            fragment.part.laid.doubts.setdefault(row, DOUBT)


# ---------------------------------------------------------------- where text stands in its cells


def _setting(run: Sequence[_Part], column: int) -> _Middle | None:
    """Whether cells have their text in the middle of their height: those of this column, or else of the whole table."""
    inner = [
        (part.laid.ys[cell.row], part.laid.ys[cell.row + cell.rows], cell)
        for part in run
        for cell in part.laid.cells
        if cell.lines and part.first < cell.row and cell.row + cell.rows <= part.last
    ]
    for cells in ([found for found in inner if found[2].column == column], inner):
        roomy = []
        for top, bottom, cell in cells:
            above, below = cell.lines[0].top - top, bottom - cell.lines[-1].bottom
            size = cell.lines[0].bottom - cell.lines[0].top
            if above + below > 2 * size:
                roomy.append((above, below, size))
        if len(roomy) >= 3:
            bias = median(above - below for above, below, _ in roomy)
            room, size = median(above + below for above, below, _ in roomy), median(s for _, _, s in roomy)
            return _Middle(bias, 0.8 * size) if abs(bias) < 0.25 * room else None
    return None
