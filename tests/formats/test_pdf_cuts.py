"""What the end of a page cuts, hides or turns: nothing of a table is lost, and nothing put where it does not belong."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import pairwise

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from archive.model import Document
from tests.formats.helpers import reading

HEAD = ("序号", "一级事项", "二级事项", "公开内容", "公开时限", "公开主体", "主动公开", "依申请公开")
XS = (40, 80, 160, 260, 480, 580, 680, 730, 790)
Cell = tuple[int, float, float, str]
"""Column, top, bottom in points from the top of the page, text in its middle."""


class Sheet:
    """Pages on which cells are drawn where a test wants them."""

    def __init__(self) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=landscape(A4))
        self.canvas.setFont("STSong-Light", 9)
        self.height = landscape(A4)[1]

    def page(self, cells: Iterable[Cell], *, lines: bool = True) -> None:
        for column, top, bottom, text in cells:
            if lines:
                self.canvas.rect(XS[column], self.height - bottom, XS[column + 1] - XS[column], bottom - top)
            parts = text.split("\n")
            for number, part in enumerate(parts):
                self.text(column, (top + bottom) / 2 + (number - (len(parts) - 1) / 2) * 12, part)

    def text(self, column: int, middle: float, text: str) -> None:
        self.canvas.drawString(XS[column] + 4, self.height - middle - 3, text)

    def turn(self) -> None:
        self.canvas.showPage()
        self.canvas.setFont("STSong-Light", 9)

    def read(self) -> Document:
        self.canvas.showPage()
        self.canvas.save()
        return reading(self.buffer.getvalue())


def head(top: float) -> list[Cell]:
    return [(column, top, top + 30, label) for column, label in enumerate(HEAD)]


def row(number: int, top: float, bottom: float, *, level1: str | None = "", content: str = "名单") -> list[Cell]:
    cells = [str(number), level1, f"事项{number}", content, "及时公开", "演示局", "√", ""]
    return [(column, top, bottom, text) for column, text in enumerate(cells) if text is not None]


def level1(document: Document) -> list[tuple[str, str]]:
    return [(item.serial, item.level1) for item in document.items]


def rows(first: int, last: int, top: float, *, level1: str | None = "") -> list[Cell]:
    return [
        cell
        for place, number in enumerate(range(first, last + 1))
        for cell in row(number, top + 50 * place, top + 50 * place + 50, level1=level1)
    ]


def test_the_text_of_a_merged_cell_that_stands_on_the_next_page_is_that_of_its_rows_on_both() -> None:
    sheet = Sheet()
    merged: list[Cell] = [(1, 90, 290, "甲类"), (1, 290, 340, "")]
    sheet.page([*head(60), *rows(1, 5, 90, level1=None), *merged])
    sheet.turn()
    # of 150 points from the last row on, the middle is 25 points below the top of this page's part
    sheet.page([*rows(6, 9, 60, level1=None), (1, 160, 260, "丙类")])
    sheet.canvas.rect(XS[1], sheet.height - 160, XS[2] - XS[1], 100)
    sheet.text(1, 85, "乙类")
    document = sheet.read()
    assert level1(document) == [
        *((str(n), "甲类") for n in range(1, 5)), *((str(n), "乙类") for n in (5, 6, 7)),
        *((str(n), "丙类") for n in (8, 9)),
    ]  # fmt: skip
    assert [item.review for item in document.items] == [""] * 9


def test_where_the_place_of_a_text_fits_no_cell_the_rows_say_so() -> None:
    sheet = Sheet()
    sheet.page([*head(60), *rows(1, 5, 90, level1=None), (1, 90, 290, "甲类"), (1, 290, 340, "")])
    sheet.turn()
    sheet.page([*rows(6, 9, 60, level1=None), (1, 60, 160, ""), (1, 160, 260, "丙类")])
    sheet.text(1, 145, "乙类")
    doubtful = [item.serial for item in sheet.read().items if item.review]
    assert {"5", "6", "7"} <= set(doubtful)


def test_a_row_whose_number_stands_on_the_next_page_is_one_row() -> None:
    sheet = Sheet()
    begun: list[Cell] = [(column, 340, 366, "受理条件，" if column == 3 else "") for column in range(8)]
    sheet.page([*head(60), *rows(1, 5, 90, level1="甲类"), *begun])
    sheet.turn()
    rest = row(6, 60, 134, level1="甲类", content="")
    sheet.page([(c, top, bottom, "") for c, top, bottom, _ in rest])
    for column, _, _, text in rest:  # the row is 100 points high: its middle is 24 below the top of this part
        sheet.text(column, 84, text if column != 3 else "受理流程")
    sheet.page(rows(7, 9, 134, level1="甲类"))
    items = sheet.read().items
    assert [item.serial for item in items] == [str(n) for n in range(1, 10)]
    assert items[5].content.replace("\n", "") == "受理条件，受理流程"
    assert items[4].content == "名单"


def test_a_merged_cell_that_is_drawn_on_both_pages_leaves_no_words_beside_the_table() -> None:
    sheet = Sheet()
    sheet.page([*head(60), *rows(1, 5, 90, level1=None), (1, 90, 290, "甲类"), (1, 290, 340, "")])
    sheet.text(1, 365, "乙类")
    sheet.turn()
    sheet.page([*rows(6, 9, 60, level1=None), (1, 60, 160, "乙类"), (1, 160, 260, "丙类")])
    document = sheet.read()
    assert level1(document)[3:8] == [("4", "甲类"), ("5", "乙类"), ("6", "乙类"), ("7", "乙类"), ("8", "丙类")]
    assert document.text.count("乙类") == 1


def test_a_ground_under_every_second_row_is_no_table_of_its_own() -> None:
    sheet = Sheet()
    for top in (90, 190, 290):
        for x0, x1 in pairwise(XS):
            sheet.canvas.setFillGray(0.9)
            sheet.canvas.rect(x0, sheet.height - top - 50, x1 - x0, 50, stroke=0, fill=1)
    sheet.canvas.setFillGray(0)
    sheet.page([*head(60), *rows(1, 6, 90, level1="甲类")], lines=False)
    assert level1(sheet.read()) == [(str(n), "甲类") for n in range(1, 7)]


def test_the_last_lines_of_a_row_at_the_foot_of_a_page_are_its_own_and_the_number_of_the_page_is_not() -> None:
    sheet = Sheet()
    content = "\n".join(f"第{n}项内容，" for n in range(1, 14))
    sheet.page([*head(60), *rows(1, 6, 90, level1="甲类")], lines=False)
    sheet.page(row(7, 395, 567, level1="甲类", content=content), lines=False)
    sheet.canvas.drawString(420, 12, "— 1 —")
    (last,) = sheet.read().items[6:]
    assert last.content.replace("\n", "") == content.replace("\n", "")


def test_lines_that_begin_below_a_label_over_others_part_no_label_beside_them() -> None:
    sheet = Sheet()
    sheet.page([*head(60), *rows(1, 3, 90, level1="甲类")], lines=False)
    high = sheet.height
    for y in (60, 90, 140, 190, 240):
        sheet.canvas.line(XS[0], high - y, XS[-1], high - y)
    for number, x in enumerate(XS):
        sheet.canvas.line(x, high - (60 if number in (0, 3, 4, 8) else 75), x, high - 240)
    for first, last in ((0, 3), (4, 8)):
        sheet.canvas.line(XS[first], high - 75, XS[last], high - 75)
    (label,) = [cell for cell in sheet.read().tables[0].grid.cells[0] if cell and "内容" in cell]
    assert label == "公开内容"


def test_a_text_in_a_table_that_is_in_no_cell_makes_its_row_doubtful() -> None:
    sheet = Sheet()
    sheet.page([*head(60), *rows(1, 3, 90), *(cell for cell in rows(4, 4, 240) if cell[0] < 6)])
    sheet.text(6, 265, "√")
    *sure, last = sheet.read().items
    assert "不在任何单元格" in last.review
    assert [item.review for item in sure] == [""] * 3


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_as_it_is_shown(turned: int) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    wide, high = landscape(A4)
    canvas = Canvas(buffer, pagesize=(wide, high))
    canvas.setPageRotation(turned)
    canvas.translate(*{0: (0, 0), 90: (high, 0), 180: (wide, high), 270: (0, wide)}[turned])
    canvas.rotate(turned)
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(100, 400, "第一条 本办法自发布之日起施行。")
    canvas.drawString(100, 300, "第二条 由演示局负责解释。")
    canvas.showPage()
    canvas.save()
    assert reading(buffer.getvalue()).text == "第一条 本办法自发布之日起施行。\n第二条 由演示局负责解释。"
