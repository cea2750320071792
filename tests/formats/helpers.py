"""What the tests of formats share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive.model import Document, Grid
from crawler.reading.formats.read import read_file
from crawler.reading.rule import Rule

_REPOSITORY = Path(__file__).parents[2]
SHARED = Path(os.environ.get("GUIDELINES_SHARED", _REPOSITORY.parent / "shared")) / "attachments"
OWN = _REPOSITORY / "tests" / "samples" / "files"
"""Files of our own in the forms that real ones have; they are always there."""
needs_samples = pytest.mark.skipif(
    not SHARED.is_dir(),
    reason="needs ../shared/attachments (files of authorities, not ours to publish); tests/samples is read instead",
)


def reading(payload: bytes, **headers: str) -> Document:
    return read_file(payload, {name.replace("_", "-"): value for name, value in headers.items()}, Rule())


def grids_in(document: Document) -> list[Grid]:
    assert not document.problem
    return [table.grid for table in document.tables]


def filled(grid: Grid) -> list[list[str]]:
    """Its rows with each merged cell's text in all the places it covers."""
    rows = [[cell or "" for cell in row] for row in grid.cells]
    for (row, column), (high, wide) in grid.spans.items():
        for r in range(row, row + high):
            for c in range(column, column + wide):
                rows[r][c] = grid.cells[row][column] or ""
    return rows
