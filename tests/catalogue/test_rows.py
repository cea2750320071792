"""Rows of standard catalogues: every variation, and that no row of a grid is lost."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Area, Grid, Item, Place, TableReading
from crawler.reading.catalogue.tables import accounted, read_tables
from tests.catalogue.generator import AREAS, COLUMNS, Case, Layout, grid, rows, wild
from tests.catalogue.variations import cases

PLAIN = Layout()
INDEX = {role: index for index, (role, _, _) in enumerate(COLUMNS)}


def value(item: Item, key: str) -> Any:
    return item.more.get(key, "") if key == "level3" else getattr(item, key)


def check_accounted(tables: tuple[TableReading, ...], items: tuple[Item, ...]) -> None:
    for table in tables:
        if table.kind == "catalogue":
            counted = table.headers + table.captions + table.items + table.joined + table.flagged
            assert counted == len(table.grid.cells)
            assert not any("行数对不上" in reason for reason in table.review)
        else:
            assert table.items == 0
    assert sum(table.items for table in tables) == len(items)
    assert [item.position for item in items] == list(range(1, len(items) + 1))


CASES = [pytest.param(case, id=f"{case.name}-{seed}") for seed in (1, 2) for case in cases(seed)]


@pytest.mark.parametrize("case", CASES)
def test_every_variation_gives_its_known_rows(case: Case) -> None:
    tables, items = read_tables(case.grids, case.areas)
    check_accounted(tables, items)
    assert not any(table.flagged for table in tables)
    got = [{key: value(item, key) for key in row} for item, row in zip(items, case.rows, strict=False)]
    assert got == list(case.rows), case.name
    assert len(items) == len(case.rows)
    assert {bool(item.review) for item in items} == {case.review}, [item.review for item in items]


@given(st.integers(0, 10**9))
@settings(max_examples=150, deadline=None)
def test_any_grid_is_read_without_losing_a_row(seed: int) -> None:
    rng = random.Random(seed)
    grids = [wild(rng) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.5:
        grids.insert(0, PLAIN.table(rows(rng, 3)))
    check_accounted(*read_tables(grids, AREAS))


cell = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["√", "公开事项", "公开内容", "公开时限", "序号"]))


@given(
    st.integers(1, 6).flatmap(lambda width: st.lists(st.tuples(*[cell] * width), max_size=6)),
    st.dictionaries(st.tuples(st.integers(0, 7), st.integers(0, 7)), st.tuples(st.integers(0, 9), st.integers(0, 9))),
)
@settings(max_examples=150, deadline=None)
def test_spans_that_do_not_fit_the_grid_do_no_harm(cells: list[Any], spans: dict[Any, Any]) -> None:
    check_accounted(*read_tables([Grid(tuple(cells), Place(1), spans)], AREAS))


def test_a_table_that_is_no_catalogue_stays_a_table() -> None:
    tables, items = read_tables([grid([["序号", "单位", "电话"], ["1", "演示局", "12345"]])], AREAS)
    assert (tables[0].kind, items) == ("table", ())


def test_an_empty_document_has_no_rows() -> None:
    assert read_tables([], AREAS) == ((), ())
    tables, items = read_tables([Grid((), Place(1))], AREAS)
    assert (tables[0].kind, items) == ("table", ())


def changed(made: list[dict[str, Any]], **cells: str) -> tuple[tuple[TableReading, ...], tuple[Item, ...]]:
    """The table of these rows with cells of its third row replaced."""
    body = PLAIN.body(made)
    for role, text in cells.items():
        body[2][INDEX[role]] = text
    return read_tables([grid([*PLAIN.header(), *body])], AREAS)


def test_a_number_left_out_is_a_doubt_about_the_table() -> None:
    tables, items = changed(rows(random.Random(3), 5), serial="7")
    assert "序号不连续：2 之后是 7" in tables[0].review
    assert items[2].review == ""
    assert "序号不连续：7 之后是 4" in items[3].review


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"serial": ""}, "序号为空"),
        ({"proactive": "", "on_request": ""}, "主动与依申请都没有选中"),
        ({"proactive": "√", "on_request": "√"}, "主动与依申请同时选中"),
        ({"channels": ""}, "没有选中的渠道"),
        ({"channels": "□政府网站 □两微一端"}, "没有选中的渠道"),
        ({"channels": "政府网站"}, "渠道前没有标记，按列出的全部计"),
    ],
)
def test_a_row_that_fails_a_check_is_kept_with_the_reason(cells: dict[str, str], reason: str) -> None:
    _, items = changed(rows(random.Random(3), 5), **cells)
    assert len(items) == 5
    assert reason in items[2].review
    assert items[0].review == items[1].review == ""


def test_numbers_that_begin_again_without_a_new_title_are_doubtful() -> None:
    made = rows(random.Random(1), 3)
    again = [*made, *rows(random.Random(2), 2)]
    _, items = read_tables([PLAIN.table(again)], AREAS)
    assert [bool(item.review) for item in items] == [False, False, False, True, False]


def test_a_missing_column_is_reported_on_the_table() -> None:
    tables, items = read_tables([PLAIN.without("basis").table(rows(random.Random(1), 3))], AREAS)
    assert "缺少列：公开依据" in tables[0].review
    assert items[0].basis == ""


def test_a_column_without_heading_keeps_its_text() -> None:
    made = rows(random.Random(1), 2)
    cells = [
        [*row, extra] for row, extra in zip([*PLAIN.header(), *PLAIN.body(made)], ["", "", "补充", ""], strict=True)
    ]
    _, items = read_tables([grid(cells)], AREAS)
    assert items[0].more["extra"] == {"第15列": "补充"}


def test_a_header_that_lost_its_merged_cells_makes_every_row_doubtful() -> None:
    made = rows(random.Random(1), 3)
    top = [cell for cell in PLAIN.header()[0] if cell is not None]
    low = [cell or "" for cell in PLAIN.header()[1]]
    shifted = [[*top, *[""] * (len(COLUMNS) - len(top))], low, *PLAIN.body(made)]
    tables, items = read_tables([grid(shifted)], AREAS)
    assert all("表头与各列对不上" in item.review for item in items)
    assert any("各列可能错位" in reason for reason in tables[0].review)


def test_a_catalogue_page_that_lost_its_header_is_flagged_not_dropped() -> None:
    made = rows(random.Random(1), 4)
    body = [row[2:] for row in PLAIN.body(made)]
    tables, items = read_tables([grid(body)], AREAS)
    assert (tables[0].kind, tables[0].flagged, items) == ("catalogue", 4, ())
    assert tables[0].review


def test_a_merged_cell_cut_by_a_page_break_is_one_text_for_all_its_rows() -> None:
    made = rows(random.Random(1), 4)
    for row in made:
        row |= {"level1": "国土空间规划", "basis": "《甲办法》（演示发〔2019〕26号）"}
    merged = Layout(merged=("level1", "basis"))
    upper, lower = merged.body(made[:2]), merged.body(made[2:])
    upper[0][INDEX["basis"]] = "《甲办法》（演示发"
    rest: list[str | None] = [""] * len(COLUMNS)
    rest[INDEX["basis"]] = "〔2019〕26号）"
    lower[0][INDEX["basis"]] = lower[0][INDEX["level1"]] = None
    tables, items = read_tables([grid([*merged.header(), *upper]), grid([*merged.header(), rest, *lower])], AREAS)
    assert [item.basis for item in items] == ["《甲办法》（演示发〔2019〕26号）"] * 4
    assert [item.level1 for item in items] == ["国土空间规划"] * 4
    assert (tables[1].items, tables[1].joined) == (2, 1)


def test_what_was_filled_down_is_listed_and_ticks_never_are() -> None:
    made = rows(random.Random(1), 4)
    body = PLAIN.body(made)
    for role in ("level1", "time_limit", "channels", "proactive", "county"):
        body[2][INDEX[role]] = ""
    _, items = read_tables([grid([*PLAIN.header(), *body])], AREAS)
    assert items[2].more["inferred"] == ["level1", "time_limit"]
    assert (items[2].level1, items[2].time_limit) == (items[1].level1, items[1].time_limit)
    assert (items[2].proactive, items[2].county, items[2].channels) == (False, False, ())


def test_the_original_of_what_was_resolved_is_kept() -> None:
    _, items = changed(rows(random.Random(3), 4), basis="同上", proactive="✔", on_request="", level2="家庭 特别扶助")
    original = items[2].more["original"]
    assert (original["basis"], original["proactive"], original["level2"]) == ("同上", "✔", "家庭 特别扶助")
    assert items[2].basis == items[1].basis
    assert items[2].level2 == "家庭特别扶助"
    assert original["channels"].startswith("■政府网站 □政府公报")


def test_text_in_the_column_of_specific_groups_names_them() -> None:
    _, items = changed(rows(random.Random(3), 4), audience_specific="√（申请人）")
    assert (items[2].audience_specific, items[2].more["audience_specific"]) == (True, "申请人")


def test_words_in_a_tick_column_are_doubtful() -> None:
    _, items = changed(rows(random.Random(3), 4), county="见说明")
    assert items[2].county is True
    assert "见说明" in items[2].review


def test_each_row_says_where_it_stands() -> None:
    made = rows(random.Random(1), 2)
    table = Grid(PLAIN.table(made).cells, Place(3, page=7, sheet="表3"), PLAIN.table(made).spans)
    _, items = read_tables([table], AREAS)
    assert items[1].more["place"] == {"table": 3, "page": 7, "sheet": "表3", "row": 4}


def test_columns_of_other_tiers_are_kept_beside_the_standard_ones() -> None:
    city = PLAIN.relabel(county="区级")
    layout = Layout(columns=(*city.columns, ("city", "公开层级", "市级"), ("village", "公开层级", "村级")))
    made = [row | {"city": True, "village": True} for row in rows(random.Random(1), 2)]
    _, items = read_tables([layout.table(made)], AREAS)
    assert items[0].county is True
    assert items[0].more["extra"] == {"市级": "√", "村级": "√"}


def test_an_area_that_is_not_in_the_list_is_named_and_not_inherited() -> None:
    made = rows(random.Random(1), 2)
    grids = [
        PLAIN.table(made, "社会救助领域基层政务公开标准目录"),
        PLAIN.table(made, "涉农补贴领域基层政务公开标准目录"),
    ]
    tables, items = read_tables(grids, AREAS)
    assert [item.area for item in items] == ["social-assistance"] * 2 + [""] * 2
    assert "标题中的“涉农补贴”领域不在领域清单中" in tables[1].review


def test_prose_above_a_table_names_no_area() -> None:
    caption = "各地要做好社会救助、养老服务等工作。\n各单位要认真落实社会救助领域的要求，及时公开信息。"
    tables, _ = read_tables([PLAIN.table(rows(random.Random(1), 2), caption)], AREAS)
    assert tables[0].area == ""


def test_a_sheet_name_names_the_area() -> None:
    table = PLAIN.table(rows(random.Random(1), 2))
    tables, items = read_tables([Grid(table.cells, Place(1, sheet="养老服务"), table.spans)], AREAS)
    assert (tables[0].area, items[0].area) == ("elderly-care", "elderly-care")


def test_an_alias_works_whichever_name_is_declared() -> None:
    table = PLAIN.table(rows(random.Random(1), 2), "农村集体土地征收领域基层政务公开标准目录")
    assert read_tables([table], (Area("one", "征地补偿"), Area("two", "社会救助")))[0][0].area == "one"


def test_rows_that_do_not_add_up_are_flagged_as_a_whole() -> None:
    table = PLAIN.table(rows(random.Random(1), 4))
    wrong = TableReading(table, "catalogue", headers=2, items=3)
    repaired = accounted(wrong, 3)
    assert (repaired.headers, repaired.items, repaired.flagged) == (0, 3, 3)
    assert "行数对不上" in repaired.review[0]
