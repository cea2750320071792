from __future__ import annotations

from archive.model import Grid, Place
from crawler.reading.assemble import Paragraph, assemble, clean
from crawler.reading.rule import Rule

TABLE = Grid((("甲", None), ("一\n二", "三│四")), Place(9, page=2), {(0, 0): (1, 2)})


def test_blocks_become_lines_in_their_order() -> None:
    document = assemble([Paragraph("前\u3000文\u200b"), TABLE, Paragraph("后文\n末行")], Rule(), title="题")
    assert document.text == "前 文\n│甲│\n│一 二│三|四\n后文\n末行"
    assert document.title == "题"


def test_a_table_knows_its_place_and_the_lines_above_it() -> None:
    above = [Paragraph(str(number)) for number in range(8)]
    document = assemble([*above, TABLE, TABLE, Paragraph("下"), TABLE], Rule())
    grids = [table.grid for table in document.tables]
    assert [grid.caption for grid in grids] == ["3\n4\n5\n6\n7", "", "下"]
    assert [(grid.place.table, grid.place.page) for grid in grids] == [(1, 2), (2, 2), (3, 2)]


def test_rows_of_a_catalogue_are_marked_and_others_are_not() -> None:
    head = ("序号", "公开事项", "公开内容", "公开依据", "公开时限", "公开主体", "公开渠道和载体", "主动", "依申请")
    row = ("1", "征地", "公告", "土地管理法", "20个工作日", "县政府", "■政府网站", "√", "")
    document = assemble([TABLE, Grid((head, row), Place(1))], Rule())
    assert [line[0] for line in document.text.split("\n")] == ["│", "│", "┃", "┃"]
    assert len(document.items) == 1


def test_a_plain_line_never_looks_like_a_row() -> None:
    assert assemble([Paragraph("│假│行")], Rule()).text == "|假|行"


def test_blanks_and_invisible_marks_do_not_count() -> None:
    assert clean(" 甲\xa0\t乙\ufeff \r\n\r\n 丙\x07 ") == "甲 乙\n丙"
