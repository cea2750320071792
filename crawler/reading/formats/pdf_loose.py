"""Catalogues in a PDF without a full set of lines: where text stands gives the columns and, between lines, the rows.

Only a table whose header is that of a standard catalogue is read so, and what continues it on the next page: anything
else that stands in columns stays text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from attrs import evolve, frozen

from archive.words.columns import GROUPS
from crawler.reading.catalogue.headers import ROLE_OF, group_of, is_header, label_role
from crawler.reading.catalogue.lattice import squeeze
from crawler.reading.formats.pdf_grid import Cell, Laid, Rule
from crawler.reading.formats.pdf_layout import Char, Segment, homes, levels, lines_of, visual_lines
from crawler.reading.formats.pdf_rows import Band, Column, bands_of, inner_rules, merged_down

_LABELS = "\n".join(ROLE_OF)
_MOST_HEADER_LINES = 12
_KEPT = 20_000
"""Characters that say where columns part."""
_PADDING = 14
"""Points between text and the line above or below it, at the most."""
_TORN = "列与列之间没有线，有文字跨过推断的列边，请对照原件核对"
_CROSSING = 0.2
"""Share of the lines of a page that may reach over the columns of the page before and still go on with its table."""


@frozen
class Paper:
    """What a page holds of one: its characters and horizontal lines, and its number."""

    chars: Sequence[Char]
    rules: Sequence[Rule]
    page: int


@frozen
class Columns:
    """Where the columns of a table stand: what a page without a header goes on with."""

    edges: tuple[float, ...]
    """One more than columns."""
    serial: int | None
    ruled: bool = False
    """Lines divide its rows."""
    labels: tuple[tuple[float, float], ...] = ()
    """From where to where the label of each column reaches."""
    pieces: tuple[tuple[float, float], ...] = ()
    """The same of what was seen below them."""

    @property
    def count(self) -> int:
        return len(self.edges) - 1

    def at(self, x: float) -> int:
        """The column at this place; what stands outside is of the nearest one."""
        return min(sum(x >= edge for edge in self.edges[1:]), self.count - 1)


@frozen
class Loose:
    """A table found on a page, from `top` to `bottom`."""

    top: float
    bottom: float
    laid: Laid
    columns: Columns


def loose_tables(paper: Paper, carried: Columns | None) -> list[Loose]:
    """The catalogues among these characters, from top to bottom.

    carried: the columns with which the page before ended, when its table may go on here.
    """
    rows = visual_lines(paper.chars)
    starts = [number for number, row in enumerate(rows) if is_header(segment.text for segment in row)]
    found: list[Loose] = []
    first = _header_top(rows, starts[0]) if starts else len(rows)
    if carried is not None and not carried.pieces:  # only its header is known
        carried = _parted(carried, _pieces(rows[:first]))
    if carried is not None and _fits(rows[:first], carried):
        carried = _parted(carried, _pieces(rows[:first]))
        found += _table(paper, rows[:first], 0, carried)
    before = 0
    for index, start in enumerate(starts):
        if start < before:
            continue
        top, stop = _header_top(rows, start), _header_stop(rows, start)
        later = next((s for s in starts[index + 1 :] if s >= stop), None)
        end = _titles_top(rows, _header_top(rows, later), stop) if later is not None else len(rows)
        region, head = rows[top:end], stop - top
        columns = _columns(region, head)
        if columns and carried and _same(columns, carried):
            columns = _parted(carried, columns.pieces)
        before = end
        if columns is not None:
            body = _without_prose(region, head, columns)
            found += (
                _table(paper, body, head, columns)
                if len(body) > head or end < len(rows)
                else _bare(paper, body, columns)
            )
    return found


def _bare(paper: Paper, head: Sequence[Sequence[Segment]], columns: Columns) -> list[Loose]:
    """A header at the end of a page, whose rows all stand on the next ones."""
    cells = _head_cells(head, columns)
    top, bottom = head[0][0].top - 1, max(segment.bottom for row in head for segment in row) + 1
    depth = 1 + max(cell.row + cell.rows - 1 for cell in cells)
    ys = [top + (bottom - top) * row / depth for row in range(depth + 1)]
    return [Loose(top, bottom, Laid(paper.page, cells, ys, list(columns.edges)), columns)]


# ---------------------------------------------------------------- the header


def _is_fragment(segment: Segment) -> bool:
    text = squeeze(segment.text)
    return text in _LABELS or bool(label_role(text)) or text.startswith(("(", "注"))


def _of_header(row: Sequence[Segment]) -> bool:
    fragments = sum(map(_is_fragment, row))
    return fragments * 10 >= len(row) * 6 and not any(segment.text.isdecimal() for segment in row)


def _header_top(rows: Sequence[Sequence[Segment]], start: int) -> int:
    while start > 0 and _of_header(rows[start - 1]) and _near(rows[start - 1], rows[start]):
        start -= 1
    return start


def _header_stop(rows: Sequence[Sequence[Segment]], start: int) -> int:
    stop = start + 1
    while stop < len(rows) and stop - start < _MOST_HEADER_LINES and _of_header(rows[stop]):
        if not _near(rows[stop - 1], rows[stop]):
            break
        stop += 1
    return stop


def _near(above: Sequence[Segment], below: Sequence[Segment]) -> bool:
    return below[0].top - above[0].bottom < 2.5 * below[0].size


def _titles_top(rows: Sequence[Sequence[Segment]], top: int, least: int) -> int:
    """The lines of title above a header that follows on the same page."""
    while top > least and len(rows[top - 1]) == 1 and not _under(rows[top - 1][0], rows[least : top - 1]):
        top -= 1
    return top


def _columns(region: Sequence[Sequence[Segment]], head: int) -> Columns | None:
    """A column for each label, parted where the least text stands between two of them."""
    header = [segment for row in region[:head] for segment in row]
    groups = _groups(header)
    labels = _stacked([segment for segment in header if segment not in groups])
    if len(labels) < 3:
        return None
    pieces = _pieces(region[head:])
    serial = next((i for i, label in enumerate(labels) if label_role("".join(s.text for s in label)) == "serial"), None)
    boxes = tuple((min(s.x0 for s in label), max(s.x1 for s in label)) for label in labels)
    return _parted(Columns((), serial, labels=boxes), pieces)


def _parted(columns: Columns, pieces: Sequence[tuple[float, float]]) -> Columns:
    """The columns by what stands on one more page."""
    pieces = (*columns.pieces, *pieces)[-_KEPT:]
    left = min([columns.labels[0][0], *(x0 for x0, _ in pieces)])
    right = max([columns.labels[-1][1], *(x1 for _, x1 in pieces)])
    inner = [_parting(one[1], other[0], pieces) for one, other in pairwise(columns.labels)]
    return evolve(columns, edges=(left - 2, *inner, right + 2), pieces=pieces)


def _pieces(rows: Sequence[Sequence[Segment]]) -> list[tuple[float, float]]:
    """From where to where characters stand in the lines of a table."""
    starts = [segment.x0 for row in rows if len(row) > 1 for segment in row[1:]]
    inside = [
        row
        for row in rows
        if len(row) > 1 or any(abs(row[0].x0 - x0) < 0.1 * row[0].size for x0 in starts)  # no prose begins there
    ]
    return [piece for row in inside for segment in row for piece in segment.pieces]


def _same(columns: Columns, carried: Columns) -> bool:
    """Whether a header stands where that of the page before stood."""
    return columns.count == carried.count and all(
        abs(one[0] - other[0]) < 2 and abs(one[1] - other[1]) < 2
        for one, other in zip(columns.labels, carried.labels, strict=True)
    )


def _stacked(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments of one label stand below one another; labels from left to right."""
    found: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.x0):
        if found and segment.x0 < max(s.x1 for s in found[-1]) - 0.2 * segment.size:
            found[-1].append(segment)
        else:
            found.append([segment])
    return [sorted(label, key=lambda s: s.top) for label in found]


def _parting(left: float, right: float, pieces: Sequence[tuple[float, float]]) -> float:
    """Between two labels, the middle of the widest strip in which the least text stands."""
    steps = max(int((right - left) / 0.5), 1)
    counts = [0] * steps
    for x0, x1 in pieces:
        for step in range(max(int((x0 - left) / 0.5), 0), min(int((x1 - left) / 0.5) + 1, steps)):
            counts[step] += 1
    least = min(counts)
    runs: list[tuple[int, int]] = []
    for step, count in enumerate(counts):
        if count == least:
            if runs and runs[-1][1] == step:
                runs[-1] = (runs[-1][0], step + 1)
            else:
                runs.append((step, step + 1))
    first, last = max(runs, key=lambda run: run[1] - run[0])
    return left + 0.5 * (first + last) / 2


def _groups(header: Sequence[Segment]) -> list[Segment]:
    """Labels that stand over others: 公开对象 over 全社会 and 特定群体."""
    over = [segment for segment in header if label_role(segment.text) in GROUPS]
    leaves = _stacked([segment for segment in header if segment not in over])
    tops = [(group_of(label_role("".join(s.text for s in leaf))), leaf[0].top) for leaf in leaves]
    return [
        segment
        for segment in over
        if any(group == label_role(segment.text) and top >= segment.bottom - 0.3 * segment.size for group, top in tops)
    ]


# ---------------------------------------------------------------- what belongs to the table


def _crossed(segment: Segment, columns: Columns) -> int:
    slack = 0.5 * segment.size
    return sum(segment.x0 + slack < edge < segment.x1 - slack for edge in columns.edges[1:-1])


def _fits(rows: Sequence[Sequence[Segment]], columns: Columns) -> bool:
    """Whether lines at the top of a page go on with these columns."""
    segments = [segment for row in rows for segment in row]
    if segments and all(columns.at(segment.x0) > 1 and not _crossed(segment, columns) for segment in segments):
        return True  # the last lines of a cell on the right: no prose begins there
    if not segments or max(len(row) for row in rows) < 3:
        return False
    return sum(_crossed(segment, columns) > 0 for segment in segments) <= _CROSSING * len(segments)


def _without_prose(region: Sequence[Sequence[Segment]], head: int, columns: Columns) -> Sequence[Sequence[Segment]]:
    """Without the lines below the table that reach over its columns: a remark, a signature."""
    stop = len(region)
    while stop > head and len(region[stop - 1]) == 1 and _crossed(region[stop - 1][0], columns) >= 1:
        if columns.at(region[stop - 1][0].x0) > 1 and _under(region[stop - 1][0], region[head : stop - 1]):
            break
        stop -= 1
    return region[:stop]


def _under(segment: Segment, above: Sequence[Sequence[Segment]]) -> bool:
    """Whether it is the next line of a cell: it begins where a line directly above it does."""
    return any(
        abs(other.x0 - segment.x0) < 0.2 * segment.size and 0 <= segment.top - other.bottom < 0.6 * segment.size
        for row in above[-3:]
        for other in row
    )


# ---------------------------------------------------------------- the grid


def _table(paper: Paper, region: Sequence[Sequence[Segment]], head: int, columns: Columns) -> list[Loose]:
    if len(region) <= head:
        return []
    top, bottom = region[0][0].top - 1, max(segment.bottom for row in region for segment in row) + 1
    start = max(segment.bottom for row in region[:head] for segment in row) + 0.5 if head else top
    placed = _by_column([char for char in paper.chars if top <= char.middle[1] <= bottom], columns)
    lines = [[line for line in lines_of(mine) if line.top >= start - 1] for mine in placed]
    body = [Column(index, mine) for index, mine in enumerate(lines)]
    rules = [rule for rule in paper.rules if start - 2 <= rule.y <= bottom + 12]
    inner = inner_rules(body, (rule.y for rule in rules))
    columns = evolve(columns, ruled=columns.ruled or bool(inner))
    numbered = columns.serial is not None and len(lines[columns.serial]) > 1
    by_lines = columns.ruled and (bool(inner) or not numbered)
    bands, doubts = bands_of(body, columns.serial, inner if by_lines else None, (start, bottom))
    cells = _head_cells(region[:head], columns) if head else []
    depth = 1 + max((cell.row + cell.rows - 1 for cell in cells), default=-1)
    cells += _body_cells(body, bands, columns, rules if columns.ruled else (), depth)
    if not cells:
        return []
    ys = [
        *(top + (start - top) * row / depth for row in range(depth)),
        bands[0].top,
        *(band.bottom for band in bands),
    ]
    found = Laid(paper.page, cells, ys, list(columns.edges))
    found.guessed = not columns.ruled
    if columns.ruled:
        _close(found, depth, paper.rules)
    found.doubts = {depth + row: reason for row, reason in doubts.items()}
    torn = [segment for row in region[head:] for segment in row if _torn(segment, columns)]
    for number, band in enumerate(bands):
        if any(band.top <= (segment.top + segment.bottom) / 2 < band.bottom for segment in torn):
            found.doubts.setdefault(depth + number, _TORN)
    return [Loose(top, bottom, found, columns)]


def _torn(segment: Segment, columns: Columns) -> bool:
    """Whether an edge goes through its words: where columns part is then not sure."""
    slack = 0.5 * segment.size
    for edge in columns.edges[1:-1]:
        before = max((x1 for x0, x1 in segment.words if (x0 + x1) / 2 < edge), default=None)
        after = min((x0 for x0, x1 in segment.words if (x0 + x1) / 2 >= edge), default=None)
        if before is None or after is None or not segment.x0 + slack < edge < segment.x1 - slack:
            continue
        if after - before < 0.1 * segment.size:
            return True
    return False


def _close(laid: Laid, first: int, rules: Sequence[Rule]) -> None:
    """The first row begins and the last one ends at a line, if there is one beside their text."""
    lines = [line for cell in laid.cells for line in cell.lines]
    least, most = min(line.top for line in lines), max(line.bottom for line in lines)
    above = [rule.y for rule in rules if laid.ys[first] - _PADDING <= rule.y <= least + 1]
    below = [rule.y for rule in rules if most - 9 <= rule.y <= laid.ys[-1] + _PADDING]
    laid.ys[first] = max(above, default=laid.ys[first])
    laid.ys[-1] = min(below, default=laid.ys[-1])
    laid.close(rules)


def _by_column(chars: Sequence[Char], columns: Columns) -> list[list[Char]]:
    found: list[list[Char]] = [[] for _ in range(columns.count)]
    for level in levels(chars, 0.3):
        for home, char in homes(level, lambda char: columns.at(char.middle[0])):
            found[home].append(char)
    return found


def _head_cells(rows: Sequence[Sequence[Segment]], columns: Columns) -> list[Cell]:
    segments = [segment for row in rows for segment in row]
    groups = _groups(segments)
    texts: list[list[Segment]] = [[] for _ in range(columns.count)]
    for segment in segments:
        if segment not in groups:
            texts[columns.at((segment.x0 + segment.x1) / 2)].append(segment)
    labels = ["".join(s.text for s in sorted(mine, key=lambda s: s.top)) for mine in texts]
    over = [_over(label, groups) for label in labels]
    cells: list[Cell] = []
    for index, label in enumerate(labels):
        group = over[index]
        if group is None:
            cells.append(Cell(0, index, 2 if groups else 1, 1, label))
            continue
        if index == 0 or over[index - 1] is not group:
            wide = next((n for n in range(index, len(over)) if over[n] is not group), len(over)) - index
            cells.append(Cell(0, index, 1, wide, group.text))
        cells.append(Cell(1, index, 1, 1, label))
    return cells


def _over(label: str, groups: Sequence[Segment]) -> Segment | None:
    """The group's label above a column, if it has one."""
    group = group_of(label_role(label))
    return next((s for s in groups if group and label_role(s.text) == group), None)


def _body_cells(
    body: Sequence[Column], bands: Sequence[Band], columns: Columns, rules: Sequence[Rule], depth: int
) -> list[Cell]:
    cells: list[Cell] = []
    for column in body:
        left, right = columns.edges[column.index], columns.edges[column.index + 1]
        middle = (left + right) / 2
        mine = [rule.y for rule in rules if rule.x0 - 2 <= middle <= rule.x1 + 2]
        for first, last in merged_down(bands, mine):
            lines = [
                line for line in column.lines if bands[first].top <= (line.top + line.bottom) / 2 < bands[last].bottom
            ]
            cell = Cell(depth + first, column.index, last - first + 1, 1, "", lines, column.left, column.right)
            cell.set()
            cells.append(cell)
    return cells
