"""Any grid written to a file and read again is the same grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.model import Grid, Place
from crawler.reading.formats.grids import trim
from tests.formats.helpers import grids_in, reading
from tests.formats.writers import write_docx, write_html, write_ods, write_xlsx

WORDS = st.text(
    st.sampled_from("公开事项目录县级乡依申请社会救助■□☑√、（）《》：；0123456789abcXYZ=+-@'\"&<>%|"),
    min_size=0,
    max_size=8,
)
TEXT = st.builds("\n".join, st.lists(WORDS.filter(bool), max_size=2))


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    height, width = draw(st.integers(1, 7)), draw(st.integers(2, 6))
    cells: list[list[str | None]] = [["?"] * width for _ in range(height)]
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(height):
        for column in range(width):
            if cells[row][column] != "?":
                continue
            wide, high = 1, 1
            if draw(st.integers(0, 3)) == 0:
                free = 1
                while column + free < width and cells[row][column + free] == "?":
                    free += 1
                wide, high = draw(st.integers(1, free)), draw(st.integers(1, height - row))
            for r in range(row, row + high):
                for c in range(column, column + wide):
                    cells[r][c] = None
            cells[row][column] = draw(TEXT)
            if (high, wide) != (1, 1):
                spans[row, column] = (high, wide)
    # a row or column in which no cell begins is no row or column of its own for a browser or Word
    for row in range(height):
        if all(cell is None for cell in cells[row]):
            return Grid((("甲", "乙"),), Place(1))
    for column in range(width):
        if all(line[column] is None for line in cells):
            return Grid((("甲", "乙"),), Place(1))
    return Grid(tuple(tuple(line) for line in cells), Place(1), spans)


def _same(read: list[Grid], written: Grid) -> None:
    (found,) = read
    assert found.cells == written.cells
    assert dict(found.spans) == dict(written.spans)


@pytest.mark.parametrize("write", [write_docx], ids=["docx"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(grids())
def test_a_written_table_is_the_same_table_when_read(write: Callable[[Iterable[Grid]], bytes], written: Grid) -> None:
    if any(cell for row in written.cells for cell in row):
        _same(grids_in(reading(write([written]))), written)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(grids())
def test_a_table_of_a_page_is_the_same_table_when_read(written: Grid) -> None:
    from crawler.reading.html.charset import decode
    from crawler.reading.html.dom import parse
    from crawler.reading.html.tables import grid_of

    root = parse(decode(write_html([written]), {})[0])
    table = root.find(".//table")
    assert table is not None
    _same([grid_of(table)], written)


@pytest.mark.parametrize("write", [write_xlsx, write_ods], ids=["xlsx", "ods"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(grids())
def test_a_written_sheet_is_the_same_sheet_but_for_empty_edges(
    write: Callable[[Iterable[Grid]], bytes], written: Grid
) -> None:
    expected = trim(written)
    if expected is not None:
        _same(grids_in(reading(write([written]))), expected)
