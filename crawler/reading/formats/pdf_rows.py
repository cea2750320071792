"""The rows of a table whose rows no line divides: by its numbers, and by the blank between its lines of text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from attrs import frozen

from crawler.reading.formats.pdf_layout import Line, edges_of

_SERIAL = re.compile(r"[(（]?\d{1,4}[)）.、．]?")
_MOST = 600
"""Lines that are looked at."""
_DOUBT = "行与行之间没有线，行的起止按文字间距推断，请对照原件核对"


@frozen
class Column:
    index: int
    lines: Sequence[Line]

    @property
    def left(self) -> float:
        return min((line.x0 for line in self.lines), default=0)

    @property
    def right(self) -> float:
        return max((line.x1 for line in self.lines), default=0)


@frozen
class Band:
    """One row, from top to bottom in points."""

    top: float
    bottom: float


def bands_of(
    columns: Sequence[Column], serial: int | None, rules: Sequence[float] | None, extent: tuple[float, float]
) -> tuple[list[Band], dict[int, str]]:
    """The rows between `extent`, and by number of row why one is not sure.

    rules: the lines between rows, none where one row fills the page; None in a table that has no such lines.
    """
    cuts, doubts = (list(rules), {}) if rules is not None else _cuts(columns, serial, extent)
    edges = [extent[0], *cuts, max(extent[1], *cuts, 0)]
    return [Band(above, below) for above, below in pairwise(edges)], doubts


def inner_rules(columns: Sequence[Column], rules: Iterable[float]) -> list[float]:
    """Lines with text above and below them; a text that a page's end cuts may reach over its edge."""
    lines = [line for column in columns for line in column.lines]
    least, most = min((line.bottom for line in lines), default=0), max((line.top for line in lines), default=0)
    return [y for y in edges_of(rules) if least - 2 < y < most + 2]


def _cuts(
    columns: Sequence[Column], serial: int | None, extent: tuple[float, float]
) -> tuple[list[float], dict[int, str]]:
    """Where one row ends and the next begins."""
    usual = _usual_gap(columns)
    gaps = _gaps([line for column in _solid(columns, serial) for line in column.lines])
    wide = [gap for gap in gaps if gap[1] - gap[0] > usual * 1.3 + 0.6]
    anchors = [line for line in columns[serial].lines if _SERIAL.fullmatch(line.text)] if serial is not None else []
    if len(anchors) < 2:
        return [(a + b) / 2 for a, b in wide], {}
    cuts: list[float] = []
    doubts: dict[int, str] = {}
    above = [gap for gap in wide if gap[1] <= anchors[0].top + 2 and gap[0] > extent[0]]
    pitch = _pitch(columns, anchors)
    if above:
        cuts.append((above[-1][0] + above[-1][1]) / 2)
    elif pitch and any(line.top < anchors[0].top - pitch / 2 for column in columns for line in column.lines):
        cuts.append(_beside(columns, anchors[0], pitch))
    for one, other in pairwise(anchors):
        middle, next_middle = (one.top + one.bottom) / 2, (other.top + other.bottom) / 2
        between = [gap for gap in gaps if middle < (gap[0] + gap[1]) / 2 < next_middle]
        if pitch and max((b - a for a, b in between), default=0.0) < pitch:
            cuts.append(_beside(columns, other, pitch))
            continue
        if not between:
            cuts.append((middle + next_middle) / 2)
            doubts |= {len(cuts) - 1: _DOUBT, len(cuts): _DOUBT}
            continue
        best = max(between, key=lambda gap: (round(gap[1] - gap[0], 1), gap[1]))
        cuts.append((best[0] + best[1]) / 2)
        rivals = [gap for gap in between if gap is not best and gap[1] - gap[0] > (best[1] - best[0]) / 1.2 - 0.3]
        directly = abs(best[1] - other.top) < 0.35 * (other.bottom - other.top)
        if rivals and not directly:
            doubts |= {len(cuts) - 1: _DOUBT, len(cuts): _DOUBT}
    below = [gap for gap in wide if gap[0] >= anchors[-1].bottom - 2]
    if below and below[-1][1] - below[-1][0] > 3 * (anchors[-1].bottom - anchors[-1].top):
        cuts.append((below[-1][0] + below[-1][1]) / 2)
    return cuts, doubts


def _beside(columns: Sequence[Column], anchor: Line, pitch: float) -> float:
    """Just above the lines that stand beside a number."""
    lines = [line for column in columns for line in column.lines]
    return min(line.top for line in lines if abs(line.top - anchor.top) < pitch / 2) - 0.1


def _pitch(columns: Sequence[Column], anchors: Sequence[Line]) -> float:
    """From line to line, in points, where cells begin at the top of their row; 0 where not: in the middle of a row,
    every second cell stands half a line lower or higher than its number."""
    steps = [below.top - above.top for column in columns for above, below in pairwise(column.lines)]
    pitch = median(steps) if steps else 0.0
    lines = [line for column in columns for line in column.lines][:_MOST]
    if pitch < 1 or not lines:
        return 0.0
    tops = [anchor.top for anchor in anchors]
    rests = [((line.top - tops[max(bisect_right(tops, line.top + pitch / 2) - 1, 0)]) / pitch) % 1 for line in lines]
    alike = max(sum(min(abs(rest - one), 1 - abs(rest - one)) < 0.15 for rest in rests) for one in set(rests))
    return pitch if alike >= 0.95 * len(rests) else 0.0


def _solid(columns: Sequence[Column], serial: int | None) -> list[Column]:
    """The columns whose cells are each row's own: the fullest ones; 一级事项, basis and subject may reach over rows."""
    most = max((len(column.lines) for column in columns), default=0)
    return [c for c in columns if len(c.lines) * 2 >= most or c.index == serial]


def _gaps(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Where no line stands, from top to bottom."""
    found: list[tuple[float, float]] = []
    reach: float | None = None
    for line in sorted(lines, key=lambda line: line.top):
        if reach is not None and line.top > reach - 0.1 * (line.bottom - line.top):
            found.append((reach, max(line.top, reach)))
        reach = line.bottom if reach is None else max(reach, line.bottom)
    return found


def _usual_gap(columns: Sequence[Column]) -> float:
    """Between two lines of one cell: the smaller half of what stands between lines of a column."""
    gaps = sorted(below.top - above.bottom for column in columns for above, below in pairwise(column.lines))
    return max(median(gaps[: max(1, len(gaps) // 2)]), 0.0) if gaps else 0.0


def merged_down(bands: Sequence[Band], rules: Sequence[float]) -> list[tuple[int, int]]:
    """(first, last) row of each cell of a column between these rules; without any, each row has its own."""
    if not rules:
        return [(row, row) for row in range(len(bands))]
    found = [(0, 0)]
    for row in range(1, len(bands)):
        edge = bands[row].top
        if any(abs(y - edge) < 4 for y in rules):
            found.append((row, row))
        else:
            found[-1] = (found[-1][0], row)
    return found
