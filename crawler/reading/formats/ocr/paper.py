"""The picture of a page: made straight, its ink, its rulings, the cells between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from attrs import frozen

_TURN = 4.0
"""Degrees within which a page is made straight."""
_PAD = 2
"""Pixels from the edge of a ruling to its middle."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


def scale(long_side: float) -> float:
    """Pixels a point for a page with this longer side: 200 an inch, but never more than on A3, nor less than on A4."""
    return min(max(long_side * 200 / 72, 2_400), 3_400) / long_side


@frozen
class Paper:
    picture: Any
    """BGR, straight, without its rulings."""
    ink: Any
    """255 where there is ink that is no ruling."""
    tables: tuple[tuple[Box, tuple[Box, ...]], ...]
    """Each with its cells."""


def paper(picture: Any) -> Paper:
    """picture: BGR, of 2,400 to 3,400 pixels."""
    straight = _straightened(picture)
    ink = _ink(straight)
    rulings = _rulings(ink)
    tables = tuple(_tables(rulings))
    drawn = cv2.dilate(rulings, np.ones((5, 5), np.uint8)) if tables else np.zeros_like(ink)
    straight = np.where(drawn[:, :, None] > 0, np.uint8(255), straight)
    return Paper(straight, _without_specks(cv2.bitwise_and(ink, cv2.bitwise_not(drawn))), tables)


def _ink(picture: Any) -> Any:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 51, 18)


def _without_specks(ink: Any, least: int = 12) -> Any:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= least
    keep[0] = False
    return np.where(keep[labels], 255, 0).astype(np.uint8)


# ---------------------------------------------------------------- straight


def _straightened(picture: Any) -> Any:
    angle = _angle(picture)
    return picture if abs(angle) < 0.03 else _turned(picture, angle, (255, 255, 255))


def _angle(picture: Any) -> float:
    """Degrees by which the page is turned: where its rows of ink are told apart best."""
    scale = 900 / max(picture.shape[:2])
    small = cv2.resize(_ink(picture), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    best = 0.0
    for width, step in ((_TURN, 0.5), (0.5, 0.1), (0.1, 0.02)):
        angles = [best + step * i for i in range(-round(width / step), round(width / step) + 1)]
        best = max(angles, key=lambda angle: (_sharpness(small, angle), -abs(angle)))
    return best


def _sharpness(ink: Any, angle: float) -> float:
    rows = _turned(ink, angle, 0).sum(axis=1, dtype=np.float64)
    return float(((rows[1:] - rows[:-1]) ** 2).sum())


def _turned(picture: Any, angle: float, ground: Any) -> Any:
    high, wide = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1)
    return cv2.warpAffine(picture, matrix, (wide, high), flags=cv2.INTER_LINEAR, borderValue=ground)


# ---------------------------------------------------------------- rulings


def _rulings(ink: Any) -> Any:
    """The long lines, without gaps, and short ones that are held by a line of the other way at both ends."""
    short = max(ink.shape[:2]) // 64
    across, down = (
        cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, _bar(3, way)), cv2.MORPH_OPEN, _bar(short, way))
        for way in (True, False)
    )
    kept = cv2.bitwise_or(_held(across, down, True, 6 * short), _held(down, across, False, 6 * short))
    for way in (True, False):
        lines = cv2.morphologyEx(kept, cv2.MORPH_OPEN, _bar(short, way))
        kept = cv2.bitwise_or(kept, cv2.morphologyEx(lines, cv2.MORPH_CLOSE, _bar(short, way)))
    return kept


def _held(lines: Any, others: Any, across: bool, sure: int) -> Any:
    """Without the short ones that end in the open: strokes of characters that stand in one row."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines)
    near = cv2.dilate(others, np.ones((9, 9), np.uint8))
    keep = np.zeros(count, bool)
    for number in range(1, count):
        x, y, w, h = (int(v) for v in stats[number, :4])
        box = near[y : y + h, x : x + w]
        first, last = (box[:, :3], box[:, -3:]) if across else (box[:3], box[-3:])
        keep[number] = max(w, h) >= sure or (first.any() and last.any())
    return np.where(keep[labels], 255, 0).astype(np.uint8)


def _bar(length: int, across: bool) -> Any:
    return np.ones((1, length) if across else (length, 1), np.uint8)


def _tables(rulings: Any) -> Iterator[tuple[Box, tuple[Box, ...]]]:
    """Rulings that hang together and hold cells; what a page's cut left open is closed."""
    high, wide = rulings.shape[:2]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(rulings, np.ones((5, 5), np.uint8)))
    for number in range(1, count):
        x, y, w, h = (int(v) for v in stats[number, :4])
        if w < wide // 6 or h < max(high, wide) // 50:
            continue
        mine = np.where(labels[y : y + h, x : x + w] == number, 255, 0).astype(np.uint8)
        cv2.rectangle(mine, (0, 0), (w - 1, h - 1), 255, 3)
        cells = tuple(_cells(mine, x, y))
        if len(cells) > 3:
            yield (x, y, x + w, y + h), cells


def _cells(rulings: Any, left: int, top: int) -> Iterator[Box]:
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(rulings), connectivity=4)
    for number in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[number])
        if min(w, h) >= 10 and area >= 0.5 * w * h:
            yield left + x - _PAD, top + y - _PAD, left + x + w + _PAD, top + y + h + _PAD
