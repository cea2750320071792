"""Workbooks whose cells are struck out in part or as a whole."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from tests.formats.helpers import grids_in, reading


def _book() -> bytes:
    saved = io.BytesIO()
    book = xlsxwriter.Workbook(saved, {"in_memory": True})
    sheet = book.add_worksheet()
    gone, high = book.add_format({"font_strikeout": True}), book.add_format({"font_script": 1})
    sheet.write_row(0, 0, ["事项", "时限", "浓度", "数"])
    sheet.write(1, 0, "旧事项", gone)
    sheet.write_rich_string(1, 1, "于", gone, "20", "7个工作日")
    sheet.write_rich_string(1, 2, "10", high, "2", "个")
    sheet.write_number(1, 3, 20, gone)
    sheet.write_row(2, 0, ["新事项", "即时", "无", "7"])
    book.close()
    return saved.getvalue()


def test_words_struck_out_in_a_workbook_are_kept_apart_from_those_in_force() -> None:
    document = reading(_book())
    assert document.text.splitlines()[1:] == [
        "│〔删：旧事项〕│于〔删：20〕7个工作日│10²个│〔删：20〕",
        "│新事项│即时│无│7",
    ]
    (grid,) = grids_in(document)
    assert grid.cells[1] == ("", "于7个工作日", "10²个", "")


@pytest.mark.parametrize("cut", [3000, 4000])
def test_a_damaged_workbook_with_looks_is_told_as_damaged(cut: int) -> None:
    book = _book()
    assert reading(book[:cut] + bytes(40) + book[cut + 40 :]).problem.partition(":")[0] in ("", "corrupt")
