"""Marks that a recogniser loses, by the shape of their ink: ■ □ before a channel, √ alone in a cell."""

from __future__ import annotations

import re
from typing import Any

import cv2
import numpy as np
from attrs import frozen

_SURE = 0.85
_WORD = re.compile(r"[\u3400-\u9fff0-9]")
_TICKS = re.compile(r"[√✓✔☑VvνγYy丿/J∨✗]")
SQUARES = "■□口☐▪▢▄█"


@frozen
class Square:
    left: int
    right: int
    full: bool


def squares(ink: Any, size: float) -> list[Square]:
    """The squares among a line's ink, from left to right; a hollow one may as well be the word 口."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    found: list[Square] = []
    for number in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[number])
        if not (0.5 * size <= min(w, h) and max(w, h) <= 1.25 * size and 0.82 <= w / h <= 1.22):
            continue
        mine = (labels[y : y + h, x : x + w] == number).astype(np.uint8)
        if area >= 0.85 * w * h:
            found.append(Square(x, x + w, True))
        elif area < 0.5 * w * h and _framed(mine):
            found.append(Square(x, x + w, False))
    return sorted(found, key=lambda square: square.left)


def _framed(mine: Any) -> bool:
    """Ink along all four sides and none in the middle."""
    high, wide = mine.shape
    edge = max(2, min(high, wide) // 5)
    middle = mine[edge:-edge, edge:-edge]
    sides = (mine[:edge].max(axis=0), mine[-edge:].max(axis=0), mine[:, :edge].max(axis=1), mine[:, -edge:].max(axis=1))
    return not middle.any() and all(float(side.mean()) > 0.94 for side in sides)


def lone(ink: Any, size: float, text: str, score: float) -> str:
    """What a mark alone in its cell is: the word where the recogniser is sure of one, else √ by its shape, else as read."""
    high, wide = ink.shape[:2]
    if _TICKS.fullmatch(text) or not (score >= _SURE and _WORD.search(text)):
        if wide > 2.5 * high and high < 0.35 * size:
            return "—"
        if _ticked(ink):
            return "√"
    return text


def _ticked(ink: Any) -> bool:
    """Down a little way and up a long one: the lowest ink stands left of the middle, the highest at the right end."""
    high, wide = ink.shape[:2]
    lowest = float(np.flatnonzero(ink[-max(2, high // 8) :].any(axis=0)).mean()) / wide
    highest = float(np.flatnonzero(ink[: max(2, high // 8)].any(axis=0)).mean()) / wide
    return 0.12 <= lowest <= 0.65 and highest >= 0.6 and high >= 5
