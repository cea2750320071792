"""What of a redline is shown: its changes with some of what stands around them, by characters or by lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from archive.compare.redline import EQUAL, Line, Op

SKIPPED = "skipped"
"""An op of an excerpt only: so many characters of unchanged text are left out; its text is their number."""
ON_A_PAGE = 200
"""Unchanged characters that a page shows on each side of a change."""
IN_A_MESSAGE = 24
"""The same in a message."""
LINES = 3
"""Unchanged lines on each side of a changed one."""
_WORTH_SKIPPING = 40
"""A page leaves out no fewer characters than this."""


def excerpt(ops: Sequence[Op]) -> list[Op]:
    """The redline for a page: long unchanged text is cut to what stands next to a change."""
    result: list[Op] = []
    for (op, text), head, tail in _edges(ops, ON_A_PAGE):
        if op != EQUAL or len(text) <= head + tail + _WORTH_SKIPPING:
            result.append((op, text))
            continue
        end = len(text) - tail
        pieces = [(op, text[:head]), (SKIPPED, str(end - head)), (op, text[end:])]
        result += [piece for piece in pieces if piece[1]]
    return result


def passages(ops: Sequence[Op]) -> list[tuple[Op, ...]]:
    """The redline for a message: its changed passages, with what stands around them in the same line.

    Changes that are closer than twice IN_A_MESSAGE share a passage.
    """
    found: list[list[Op]] = [[]]
    for (op, text), head, tail in _edges(ops, IN_A_MESSAGE):
        if op != EQUAL or (head and tail and len(text) <= head + tail and "\n" not in text.strip("\n")):
            found[-1].append((op, text))
            continue
        after, before = text[:head].split("\n")[0], text[max(0, len(text) - tail) :].rsplit("\n", 1)[-1]
        whole = len(text.strip())
        if head:
            found[-1].append((op, after + ("…" if len(after) < whole else "")))
        if tail:
            found.append([(op, ("…" if len(before) < whole else "") + before)])
    return [tuple(op for op in passage if op[1]) for passage in found if any(op != EQUAL for op, _ in passage)]


def _edges(ops: Sequence[Op], around: int) -> Iterator[tuple[Op, int, int]]:
    """Each op with the number of its characters that stand next to a change, at its start and at its end."""
    for number, op in enumerate(ops):
        yield op, around if number else 0, around if number < len(ops) - 1 else 0


def near(lines: Sequence[Line]) -> Iterable[tuple[Line | None, int]]:
    """The changed lines and their neighbours as (line, 0); (None, n) where n lines are left out."""
    shown = {at + n for at, line in enumerate(lines) if line.changed for n in range(-LINES, LINES + 1)}
    for visible, group in groupby(range(len(lines)), key=lambda at: at in shown):
        numbers = list(group)
        yield from ((lines[at], 0) for at in numbers) if visible else [(None, len(numbers))]
