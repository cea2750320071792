"""Text of pictures of pages by rapidocr (models in its wheel, offline), where the extra `[ocr]` is installed.

A page is set straight; ruled lines give its cells (OpenCV), each line of text in a cell is recognised by itself, and a cell
with ink in which no character is recognised holds a tick. Outside of tables the recogniser finds the lines itself. All
that comes from here may be wrong, and says so (`REVIEW`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from attrs import frozen

from archive.model import Grid
from crawler.reading.formats import pdf_layout as layout

REVIEW = "文字识别，可能有误"
DPI = 200
MAX_PAGES = 60
"""Pages that are recognised of one file, at some six seconds each."""
_DARK = 170
"""Grey below which a point is ink."""
_TICK = re.compile(r"[√✓✔VvJj丿ノ/Y、,，.ˇ∨〤xX乂]{0,2}|[口V]")
_STEEPEST = 5.0
"""Degrees by which a page may lie askew."""


@frozen
class Box:
    x0: int
    y0: int
    x1: int
    y1: int


def installed() -> bool:
    return find_spec("rapidocr_onnxruntime") is not None and find_spec("cv2") is not None


@cache
def _engine() -> Any:
    from rapidocr_onnxruntime import RapidOCR  # type: ignore[import-not-found,unused-ignore]

    return RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1, use_cls=False)


def read_page(picture: Any, number: int) -> tuple[layout.Line | Grid, ...]:
    """The lines and tables of a page from top to bottom. `picture`: grey values, rows by columns, at DPI."""
    straight = deskewed(picture)
    tables = list(find_tables(straight))
    placed: list[tuple[float, layout.Line | Grid]] = []
    free = straight.copy()
    for cells in tables:
        top, bottom = min(c.y0 for c in cells), max(c.y1 for c in cells)
        left, right = min(c.x0 for c in cells), max(c.x1 for c in cells)
        grid = _grid(straight, cells, number)
        if grid is not None:
            placed.append((float(top), grid))
        free[max(top - 4, 0) : bottom + 4, max(left - 4, 0) : right + 4] = 255
    placed += [(line.top, line) for line in _lines(free)]
    return tuple(part for _, part in sorted(placed, key=lambda pair: pair[0]))


def deskewed(picture: Any) -> Any:
    """The picture turned so that its lines lie level; by the angle at which rows of ink are sharpest."""
    import cv2

    small = cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    ink = (small < _DARK).astype(np.uint8)
    height, width = ink.shape

    def sharpness(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        rows = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1, dtype=np.int64)
        return float(((rows[1:] - rows[:-1]) ** 2).sum())

    best = max(np.arange(-_STEEPEST, _STEEPEST + 0.1, 0.5), key=sharpness)
    best = max(np.arange(best - 0.5, best + 0.51, 0.1), key=sharpness)
    if abs(best) < 0.05:
        return picture
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(best), 1)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


# ---------------------------------------------------------------- tables


def find_tables(picture: Any) -> Iterator[list[Box]]:
    """The cells of each ruled table: the white fields between its lines."""
    import cv2

    ink = (picture < _DARK).astype(np.uint8) * 255
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (DPI // 4, 1)))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (1, DPI // 6)))
    lines = cv2.dilate(level | upright, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines)
    for table in range(1, count):
        x, y, width, height, _ = stats[table]
        if width < DPI or height < DPI // 5:
            continue
        inside = (labels[y : y + height, x : x + width] == table).astype(np.uint8)
        number, _, fields, _ = cv2.connectedComponentsWithStats(1 - inside, connectivity=4)
        cells = [
            Box(int(x + f[0]), int(y + f[1]), int(x + f[0] + f[2]), int(y + f[1] + f[3]))
            for f in fields[1:number]
            if f[2] > DPI // 12 and f[3] > DPI // 12 and f[4] > 0.6 * f[2] * f[3]
        ]
        if len(cells) >= 2:
            yield cells


def _grid(picture: Any, cells: Sequence[Box], number: int) -> Grid | None:
    """The cells with their texts, laid out as those of a PDF with a text layer are."""
    chars: list[layout.Char] = []
    for cell in cells:
        text = _cell_text(picture, cell)
        middle = (cell.x0 + cell.x1) / 2
        for row, line in enumerate(text.split("\n") if text else []):
            # one character box a line, one under the other: the layout joins what stands in a cell
            y = cell.y0 + 4 + row * 4
            chars.append(layout.Char(line, middle - 1, y, middle + 1, y + 3))
    boxes = [(float(c.x0), float(c.y0), float(c.x1), float(c.y1)) for c in cells]
    return layout.grid_of(boxes, chars, number)


def _cell_text(picture: Any, cell: Box) -> str:
    inside = picture[cell.y0 + 2 : cell.y1 - 2, cell.x0 + 2 : cell.x1 - 2]
    bands = _bands(inside)
    if not bands:
        return ""
    texts, _ = _engine().text_rec([_padded(inside[top:bottom, left:right]) for top, bottom, left, right in bands])
    found = [str(text[0]).strip() for text in texts]
    if len(bands) == 1 and _TICK.fullmatch(found[0]):
        return "√"
    return "\n".join(filter(None, found))


def _bands(inside: Any) -> list[tuple[int, int, int, int]]:
    """The lines of text in a cell, as (top, bottom, left, right): rows with ink, apart from specks."""
    ink = inside < _DARK
    if ink.sum() < 12:
        return []
    rows = ink.sum(axis=1) > 0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    runs: list[list[int]] = []
    for top, bottom in zip(edges[::2], edges[1::2], strict=True):
        if runs and (top - runs[-1][1] <= 1 or runs[-1][1] - runs[-1][0] < 9):
            runs[-1][1] = int(bottom)
        else:
            runs.append([int(top), int(bottom)])
    bands = []
    for top, bottom in runs:
        columns = np.flatnonzero(ink[top:bottom].sum(axis=0))
        if bottom - top >= 6 and ink[top:bottom].sum() >= 12:
            bands.append((top, bottom, int(columns[0]), int(columns[-1]) + 1))
    return bands


def _padded(line: Any) -> Any:
    import cv2

    framed = cv2.copyMakeBorder(line, 5, 5, 6, 6, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(framed, cv2.COLOR_GRAY2BGR)


def _lines(picture: Any) -> Iterator[layout.Line]:
    import cv2

    if (picture < _DARK).sum() < 50:
        return
    found, _ = _engine()(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=True)
    chars = []
    for corners, text, _ in found or []:
        (x0, y0), (x1, y1) = np.min(corners, axis=0), np.max(corners, axis=0)
        chars.append(layout.Char(str(text), float(x0), float(y0), float(x1), float(y1)))
    yield from layout.lines_of(chars)
