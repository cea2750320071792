"""The lines of text in a cell, found by their ink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import cv2
import numpy as np
from attrs import frozen

from crawler.reading.formats.ocr.paper import Box

_LEAST = 0.5
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
        if max(box[3] - box[1], box[2] - box[0]) >= _LEAST * size:
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
