from __future__ import annotations

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from crawler.reading.formats.pdf_layout import Line, paragraphs
from tests.formats.helpers import filled, grids_in, reading
from tests.formats.writers import grid, write_pdf

HEAD = [["序号", "公开事项", None, "公开时限"], [None, "一级事项", "二级事项", None]]


def _canvas(buffer: io.BytesIO) -> Canvas:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont("STSong-Light", 12)
    return canvas


def test_merged_cells_of_a_ruled_table_are_spans() -> None:
    written = grid([*HEAD, ["1", "征地", "公告", "20日"], ["2", None, "补偿", ""]], "附件\n土地标准目录")
    document = reading(write_pdf([written]))
    (found,) = grids_in(document)
    assert found.cells == written.cells
    assert found.spans == written.spans
    assert found.caption == "附件\n土地标准目录"
    assert document.title == "土地标准目录"


def test_a_long_cell_is_one_line_of_text_again() -> None:
    text = "《中华人民共和国政府信息公开条例》（国务院令第711号）、《中华人民共和国土地管理法》第四十七条" * 3
    written = grid([["序号", "依据", "甲", "乙", "丙", "丁"], ["1", text, "", "", "", ""]])
    (found,) = grids_in(reading(write_pdf([written])))
    assert found.cells[1][1] == text


def test_a_table_over_several_pages_is_a_grid_on_each() -> None:
    rows = [[str(n), "征地", f"事项{n}", "20日"] for n in range(1, 121)]
    grids = grids_in(reading(write_pdf([grid([*HEAD, *rows])], repeat_header=2)))
    assert [found.place.page for found in grids] == list(range(1, len(grids) + 1))
    assert len(grids) > 1
    assert [row[0] for found in grids for row in filled(found)[2:]] == [str(n) for n in range(1, 121)]
    assert [found.place.table for found in grids] == list(range(1, len(grids) + 1))


def test_running_heads_and_page_numbers_are_no_text() -> None:
    buffer = io.BytesIO()
    canvas = _canvas(buffer)
    for number in range(1, 5):
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(200, 810, "演示部办公厅文件")
        canvas.drawString(100, 600, f"第{number}页的正文。")
        canvas.drawString(290, 30, f"— {number} —")
        canvas.showPage()
    canvas.save()
    assert reading(buffer.getvalue()).text == "第1页的正文。\n第2页的正文。\n第3页的正文。\n第4页的正文。"


def test_lines_that_the_edge_broke_are_one_paragraph() -> None:
    buffer = io.BytesIO()
    canvas = _canvas(buffer)
    canvas.drawString(124, 700, "各有关单位，现将基层政务公开标准指引印发给你们，请认真贯彻执行，有关情况")
    canvas.drawString(100, 680, "请及时报告。")
    canvas.drawString(124, 660, "联系电话见附件。")
    canvas.save()
    assert reading(buffer.getvalue()).text.split("\n") == [
        "各有关单位，现将基层政务公开标准指引印发给你们，请认真贯彻执行，有关情况请及时报告。",
        "联系电话见附件。",
    ]


@pytest.mark.parametrize(("end", "joined"), [(100.0, True), (60.0, False)])
def test_only_a_full_line_goes_on(end: float, joined: bool) -> None:
    lines = [Line("办理流", 0, 0, end, 10, 10), Line("程；", 0, 12, 20, 22, 20)]
    assert len(paragraphs(lines, 0, 110, indented=False)) == (1 if joined else 2)


def test_a_scan_among_pages_of_text_is_named() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    buffer = io.BytesIO()
    canvas = _canvas(buffer)
    for number in range(1, 5):
        canvas.setFont("STSong-Light", 12)
        if number == 3:
            canvas.drawImage(ImageReader(Image.new("RGB", (50, 50))), 0, 0, 500, 800)
        else:
            canvas.drawString(100, 600, f"基层政务公开标准指引正文，一共四页{'甲乙丙丁'[number - 1]}。")
        canvas.showPage()
    canvas.save()
    document = reading(buffer.getvalue())
    assert "第 3 页" in document.review[0]
    assert len(document.text.split("\n")) == 3
