"""Marks that a recogniser loses, by the shape of their ink: ■ before a channel, √ alone in a cell."""

from __future__ import annotations

import re
from typing import Any

import cv2
import numpy as np

_SURE = 0.85
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
    if _TICKS.fullmatch(text) or not (score >= _SURE and _WORD.search(text)):
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
