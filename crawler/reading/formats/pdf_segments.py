"""Lines of a page as segments: what stands without a gap between its characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from crawler.reading.formats.pdf_layout import CLINGING, Char, levels


@frozen
class Segment:
    """Characters of one line without a gap between them."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    pieces: tuple[tuple[float, float], ...]
    """From where to where its characters reach, without the marks at its end, which may hang over an edge."""
    words: tuple[tuple[float, float], ...]
    """The same without any mark."""

    @property
    def size(self) -> float:
        return self.bottom - self.top


def visual_lines(chars: Iterable[Char]) -> list[list[Segment]]:
    """Segments by the height at which they stand."""
    found = (_segments(level) for level in levels(chars, 0.3))
    return [row for row in found if row]


def _segments(level: Sequence[Char]) -> list[Segment]:
    runs: list[list[Char]] = []
    for char in level:
        if runs and char.x0 - runs[-1][-1].x1 <= 0.45 * char.size:
            runs[-1].append(char)
        else:
            runs.append([char])
    return [segment for run in runs if (segment := _segment(run)) is not None]


def _segment(run: Sequence[Char]) -> Segment | None:
    inked = [char for char in run if not char.text.isspace()]
    if not inked:
        return None
    top, bottom = min(char.top for char in inked), max(char.bottom for char in inked)
    end = len(inked)
    while end > 1 and inked[end - 1].text in CLINGING:
        end -= 1
    pieces = tuple((char.x0, char.x1) for char in inked[:end])
    words = tuple((char.x0, char.x1) for char in inked if char.text not in CLINGING)
    text = "".join(char.text for char in run).strip()
    return Segment(text, inked[0].x0, max(inked[-1].x1, inked[0].x1), top, bottom, pieces, words)
