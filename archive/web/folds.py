"""A redline as a page shows it: by lines, those near a change open, the others folded away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from attrs import frozen

from archive.compare.excerpts import LINES
from archive.compare.redline import EQUAL, Op
from archive.model import CATALOGUE_ROW, CELL

FOLDED = 2_000
"""Unchanged lines that one page holds folded; what is more is left out, and said."""
_BETWEEN_CELLS = " ｜ "


@frozen
class Fold:
    """A run of lines, each a list of ops."""

    open: bool
    lines: tuple[tuple[Op, ...], ...]
    count: int
    """Lines of the run; more than there are in `lines` where they were left out."""


def folds(ops: Sequence[Op], *, with_catalogue: bool = True) -> list[Fold]:
    """The redline in runs: open ones with what changed and LINES lines on each side, folded ones between them.

    `with_catalogue`: also the rows of catalogues, which are told apart where they could be read as rows.
    """
    lines = [line for line in _lines(ops) if with_catalogue or not _text(line).startswith(CATALOGUE_ROW)]
    changed = [at for at, line in enumerate(lines) if any(op != EQUAL and text.strip() for op, text in line)]
    if not changed:
        return []
    near = {at + n for at in changed for n in range(-LINES, LINES + 1)}
    left = FOLDED
    found = []
    for is_near, group in groupby(range(len(lines)), key=lambda at: at in near):
        run = [_shown(lines[at]) for at in group]
        kept = run if is_near else run[:left]
        left -= 0 if is_near else len(kept)
        found.append(Fold(is_near, tuple(kept), len(run)))
    return found


def _lines(ops: Iterable[Op]) -> list[list[Op]]:
    lines: list[list[Op]] = [[]]
    for op, text in ops:
        first, *rest = text.split("\n")
        if first:
            lines[-1].append((op, first))
        lines += [[(op, piece)] if piece else [] for piece in rest]
    return [line for line in lines if _text(line).strip()]


def _text(line: Iterable[Op]) -> str:
    return "".join(text for _, text in line)


def _shown(line: Sequence[Op]) -> tuple[Op, ...]:
    """Without the marks that a row of a table carries in the archive's text."""
    cleaned = [(op, text.replace(CATALOGUE_ROW, "")) for op, text in line]
    if _text(cleaned).startswith(CELL):
        op, text = cleaned[0]
        cleaned[0] = op, text.removeprefix(CELL)
    return tuple((op, text.replace(CELL, _BETWEEN_CELLS)) for op, text in cleaned if text)
