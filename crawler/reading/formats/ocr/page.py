"""The picture of a page as characters that stand somewhere, and cells: what a PDF with text would have given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import cv2
import numpy as np
from attrs import frozen

from crawler.reading.formats.ocr import engine, paper
from crawler.reading.formats.ocr.paper import Box, Paper
from crawler.reading.formats.pdf_layout import Box as Place
from crawler.reading.formats.pdf_layout import Char

_BLANK = re.compile(r"(?<=[^\x21-\x7e])\s+|\s+(?=[^\x21-\x7e])|(?<=\d\.)\s+")
_MARGIN = 3
_A4 = 842.0
_READ, _SHORT = 0.4, 0.5
"""What is read with less is no text; dirt looks like one character."""
_FEW, _TRIED = 4, 8
"""Lines of several characters by which it is seen which side is up: at least, and at most."""
_SURE, _BETTER, _LEAST = 0.92, 0.05, 0.7
"""What lines are read with that stand upright; by how much another side must be better; less is no writing."""
_RED, _HEAD = 60, 0.01
"""By how much a pixel is redder than anything else, and the share of such pixels where a red head stands."""


@frozen
class Recognised:
    """In points of a page as long as A4, whatever the file says: a scan's page is often as large as its pixels."""

    height: float
    chars: tuple[Char, ...]
    tables: tuple[tuple[Place, ...], ...]
    """The cells of each table with rulings."""


def recognise(picture: Any) -> Recognised | None:
    """picture: BGR. None where it shows words that cannot be read, whichever side is up."""
    sheet = _upright(picture)
    if sheet is None:
        return None
    scale = max(picture.shape[:2]) / _A4
    cells = [cell for _, found in sheet.tables for cell in found]
    written = [*_in_cells(sheet, cells), *_around(sheet)]
    chars = [char for strip, text in written for char in _chars(strip, text, scale)]
    tables = tuple(tuple(_points(cell, scale) for cell in found) for _, found in sheet.tables)
    return Recognised(sheet.picture.shape[0] / scale, tuple(chars), tables)


def _upright(picture: Any) -> Paper | None:
    """The page as it was written: pages lie on their side or are upside down in scans."""
    best = paper.paper(picture)
    most = _trust(best)
    if most is None or most >= _SURE:
        return best
    for quarters in (1, 3, 2):
        sheet = paper.paper(np.ascontiguousarray(np.rot90(picture, quarters)))
        trust = _trust(sheet) or 0.0
        if trust > most + _BETTER:
            best, most = sheet, trust
        if most >= _SURE:
            break
    return best if most >= _LEAST else None


def _trust(sheet: Paper) -> float | None:
    """How sure the recogniser is of some lines, 0 to 1; None where there are too few."""
    inner = [_inner(cell) for _, cells in sheet.tables for cell in cells]
    wide = [strip for found in strips(sheet.ink, inner) for strip in found if _wide(strip.box)]
    if len(wide) < _FEW:
        boxes = [(round(x0), round(y0), round(x1), round(y1)) for x0, y0, x1, y1 in engine.lines(sheet.picture)]
        tall = sum(box[3] - box[1] > 2 * (box[2] - box[0]) for box in boxes)
        wide = [Strip(box, float(box[3] - box[1]), False) for box in boxes if _wide(box)]
        if tall > max(len(wide), _FEW):
            return 0.0
    if len(wide) < _FEW:
        return None
    tried = sorted(wide, key=lambda strip: strip.box[0] - strip.box[2])[:_TRIED]
    reads = engine.texts([crop(sheet.picture, strip.box, strip.size) for strip in tried])
    return sum(read.score for read in reads) / len(reads)


def _wide(box: Box) -> bool:
    return box[2] - box[0] >= 4 * (box[3] - box[1]) > 0


def _inner(cell: Box) -> Box:
    left, top, right, bottom = cell
    return left + _MARGIN, top + _MARGIN, right - _MARGIN, bottom - _MARGIN


def _points(box: Box, scale: float) -> Place:
    left, top, right, bottom = (value / scale for value in box)
    return left, top, right, bottom


def _in_cells(sheet: Paper, cells: Sequence[Box]) -> list[tuple[Strip, str]]:
    inner = [_inner(cell) for cell in cells]
    return _read(sheet, [strip for found in strips(sheet.ink, inner) for strip in found])


def _around(sheet: Paper) -> list[tuple[Strip, str]]:
    """The lines that stand in no table."""
    rest = sheet.picture.copy()
    for (left, top, right, bottom), _ in sheet.tables:
        rest[max(top - _MARGIN, 0) : bottom + _MARGIN, max(left - _MARGIN, 0) : right + _MARGIN] = 255
    if sheet.tables and not _inked(sheet):
        return []
    high, wide = int(sheet.ink.shape[0]), int(sheet.ink.shape[1])
    found: list[tuple[Strip, Any]] = []
    for box in _lines(rest):
        left, top = max(round(box[0]), 0), max(round(box[1]), 0)
        right, bottom = min(round(box[2]), wide), min(round(box[3]), high)
        strip = Strip((left, top, right, bottom), float(bottom - top), False)
        found.append((strip, rest[top:bottom, left:right]))
    texts = engine.texts([piece for _, piece in found])
    return [(strip, read.text) for (strip, _), read in zip(found, texts, strict=True) if read.score >= _READ]


def _lines(picture: Any) -> list[tuple[float, float, float, float]]:
    """Where lines stand; the tall red letters of an office's head are only found in the upper part by itself."""
    found = engine.lines(picture)
    upper = picture[: picture.shape[0] // 3]
    blue, green, red = (upper[:, :, channel].astype("int16") for channel in range(3))
    if float((red - blue.clip(green) > _RED).mean()) < _HEAD:
        return found
    head = [box for box in engine.lines(upper) if box[3] < upper.shape[0] - _MARGIN]
    return [*head, *(box for box in found if not any(_inside(box, other) for other in head))]


def _inside(box: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def _inked(sheet: Paper) -> bool:
    """Whether anything stands outside the tables."""
    ink = sheet.ink.copy()
    for (left, top, right, bottom), _ in sheet.tables:
        ink[max(top - _MARGIN, 0) : bottom + _MARGIN, max(left - _MARGIN, 0) : right + _MARGIN] = 0
    return int((ink > 0).sum()) > 200


# ---------------------------------------------------------------- lines of cells


def _read(sheet: Paper, found: Sequence[Strip]) -> list[tuple[Strip, str]]:
    """The text of each strip. Where the ink of the page shows any ■, the ink decides on all of them."""
    marks = [_filled(sheet, strip) for strip in found]
    marked = any(marks)
    plain = [strip for strip, mine in zip(found, marks, strict=True) if not mine]
    reads = engine.texts([crop(sheet.picture, strip.box, strip.size) for strip in plain])
    written = [(strip, _between(sheet, strip, mine)) for strip, mine in zip(found, marks, strict=True) if mine]
    for strip, read in zip(plain, reads, strict=True):
        left, top, right, bottom = strip.box
        text, short = read.text.strip(), right - left <= 1.7 * strip.size
        if strip.alone and short:
            written.append((strip, lone(sheet.ink[top:bottom, left:right], strip.size, text, read.score)))
        elif read.score >= (_SHORT if short else _READ):
            written.append((strip, text.replace("■", "□") if marked else text))
    return written


def _filled(sheet: Paper, strip: Strip) -> list[tuple[int, int]]:
    left, top, right, bottom = strip.box
    return filled(sheet.ink[top:bottom, left:right], sheet.picture[top:bottom, left:right].max(axis=2), strip.size)


def _between(sheet: Paper, strip: Strip, marks: Sequence[tuple[int, int]]) -> str:
    """A line read piece by piece between its ■."""
    left, top, right, bottom = strip.box
    starts = [left, *(left + end for _, end in marks)]
    ends = [*(left + start for start, _ in marks), right]
    pieces = [
        engine.texts([crop(sheet.picture, (start, top, end, bottom), strip.size, beside=0)])[0].text
        if end - start > 0.3 * strip.size
        else ""
        for start, end in zip(starts, ends, strict=True)
    ]
    return "■".join(piece.replace("■", "") for piece in pieces)


# ---------------------------------------------------------------- characters


def _chars(strip: Strip, text: str, scale: float) -> Iterator[Char]:
    """The characters over the width of their strip: one of ASCII is half as wide as a Chinese one."""
    text = _BLANK.sub("", text.strip())
    if not text:
        return
    left, top, right, bottom = strip.box
    middle, half = (top + bottom) / 2, max(strip.size, 1.0) / 2
    widths = [0.55 if char.isascii() else 1.0 for char in text]
    unit = (right - left) / sum(widths)
    x = float(left)
    for char, width in zip(text, widths, strict=True):
        yield Char(char, x / scale, (middle - half) / scale, (x + unit * width) / scale, (middle + half) / scale)
        x += unit * width


# ---------------------------------------------------------------- marks by their ink

# Marks that a recogniser loses, by the shape of their ink: ■ before a channel, √ alone in a cell.
_SURE_CHARACTER = 0.85
_DARK = 128
_WORD = re.compile(r"[\u3400-\u9fff0-9]")
_TICKS = re.compile(r"[√✓✔☑VvνγYy丿/J∨✗]")


def filled(ink: Any, grey: Any, size: float) -> list[tuple[int, int]]:
    """Left and right edge of each ■ in a line, which a recogniser loses more often than not; □ it reads."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    found: list[tuple[int, int]] = []
    for number in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[number])
        if not (0.5 * size <= min(w, h) and max(w, h) <= 1.25 * size and 0.82 <= w / h <= 1.22 and area > 0.85 * w * h):
            continue
        inside = grey[y + 2 : y + h - 2, x + 2 : x + w - 2]
        if float((inside < _DARK).mean()) > 0.93:
            found.append((x, x + w))
    return sorted(found)


def lone(ink: Any, size: float, text: str, score: float) -> str:
    """What a mark alone in its cell is: a word that the recogniser is sure of, else √ by its shape, else as read."""
    high, wide = ink.shape[:2]
    if _TICKS.fullmatch(text) or not (score >= _SURE_CHARACTER and _WORD.search(text)):
        if wide > 2.5 * high and high < 0.35 * size:
            return "—"
        if _ticked(ink):
            return "√"
    return text


def _ticked(ink: Any) -> bool:
    """Down a little way and up a long one: the lowest ink stands left of the middle, the highest at the right end."""
    high, wide = int(ink.shape[0]), int(ink.shape[1])
    lowest = float(np.flatnonzero(ink[-max(2, high // 8) :].any(axis=0)).mean()) / wide
    highest = float(np.flatnonzero(ink[: max(2, high // 8)].any(axis=0)).mean()) / wide
    return 0.12 <= lowest <= 0.65 and highest >= 0.6 and high >= 5


# ---------------------------------------------------------------- lines in a cell

# The lines of text in a cell, found by their ink.
_LEAST_OF_LINE = 0.5
"""Share of a character's height that a line must be high or wide: less is dirt."""


@frozen
class Strip:
    """One line of text: its box, and the box of its ink."""

    box: Box
    size: float
    """Height of a character."""
    alone: bool
    """Whether its cell has no other line."""


def strips(ink: Any, cells: Sequence[Box]) -> list[list[Strip]]:
    """The lines of each cell from top to bottom."""
    runs = [list(_runs(ink[top:bottom, left:right])) for left, top, right, bottom in cells]
    heights = [end - start for found in runs for start, end in found if end - start >= 8]
    size = median(heights) if heights else 24.0
    return [list(_strips(ink, cell, found, size)) for cell, found in zip(cells, runs, strict=True)]


def _strips(ink: Any, cell: Box, runs: list[tuple[int, int]], size: float) -> Iterator[Strip]:
    left, top, right, _ = cell
    found: list[Box] = []
    for start, end in _levels(ink[top : cell[3], left:right], runs, size):
        columns = np.flatnonzero(ink[top + start : top + end, left:right].any(axis=0))
        box = (left + int(columns[0]), top + start, left + int(columns[-1]) + 1, top + end)
        if max(box[3] - box[1], box[2] - box[0]) >= _LEAST_OF_LINE * size:
            found.append(box)
    for box in found:
        yield Strip(box, size, len(found) == 1)


def _runs(ink: Any) -> Iterator[tuple[int, int]]:
    """Where rows of pixels hold ink, one after another."""
    filled = np.concatenate(([0], ink.any(axis=1).astype(np.int8), [0]))
    turns = np.diff(filled)
    starts, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
    yield from ((int(start), int(end)) for start, end in zip(starts, ends, strict=True))


def _levels(ink: Any, runs: Sequence[tuple[int, int]], size: float) -> Iterator[tuple[int, int]]:
    """Runs as lines: parts of one character (二, ；) put together, lines that touch taken apart."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and end - joined[-1][0] <= 1.25 * size and start - joined[-1][1] <= 0.45 * size:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in joined:
        yield from _apart(ink[start:end], start, max(1, round((end - start) / (1.35 * size))))


def _apart(ink: Any, start: int, lines: int) -> Iterator[tuple[int, int]]:
    """Cut where the least ink stands near each place at which a line should end."""
    high = ink.shape[0]
    weight = ink.sum(axis=1, dtype=np.int64)
    cuts = [0]
    for number in range(1, lines):
        place, reach = high * number // lines, high // lines // 4
        cuts.append(place - reach + int(np.argmin(weight[place - reach : place + reach + 1])))
    for before, after in zip(cuts, [*cuts[1:], high], strict=True):
        if ink[before:after].any():
            yield start + before, start + after


def crop(picture: Any, box: Box, size: float, beside: int = 3) -> Any:
    """The picture of one line for the recogniser, with the paper around it that it is used to.

    beside: pixels at its left and right that are known to be paper.
    """
    left, top, right, bottom = box
    high, wide = picture.shape[:2]
    pad = max(3, round(size * 0.2))
    low = max(0, round(size) - (bottom - top)) // 2 + pad
    piece = picture[max(top - pad, 0) : min(bottom + pad, high), max(left - beside, 0) : min(right + beside, wide)]
    extra = low - pad
    return cv2.copyMakeBorder(piece, extra, extra, 3, 3, cv2.BORDER_CONSTANT, value=(255, 255, 255))
