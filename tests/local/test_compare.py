"""A local catalogue held against the national rows: what deviates is told, what is only spelled otherwise is not."""

from __future__ import annotations

import pytest
from attrs import evolve

from archive.local.compare import compare_local
from archive.local.deadlines import limit_of, weigh
from archive.local.result import Comparison, Kind
from archive.model import Item
from crawler.reading.catalogue.items import read_deadline
from tests.factory import item
from tests.local.generator import SEEDS, copies, national_items
from tests.local.score import compared, score

NATIONAL = national_items()


def rows(count: int = 4, **values: object) -> list[Item]:
    return [item(n, id=n, **values) for n in range(1, count + 1)]


def only(found: Comparison, place: int = 0) -> tuple[Kind, ...]:
    return found.rows[place].kinds


def with_limit(text: str, position: int = 1) -> Item:
    return item(position, time_limit=text, more={"deadline": read_deadline(text)})


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_known_deviations_are_found_and_nothing_else_is_told(seed: int) -> None:
    (copy,) = copies([seed])
    assert score(copy, compared(copy, NATIONAL)) == (set(), set())


def test_a_copy_without_deviations_has_none() -> None:
    assert compare_local(rows(), rows()).counts == {"same": 4}


@pytest.mark.parametrize(
    ("national", "local", "order"),
    [
        ("自信息形成之日起20个工作日内", "自信息形成之日起30个工作日内", "longer"),
        ("自信息形成之日起20个工作日内", "信息形成后二十个工作日内予以公开", "same"),
        ("自信息形成之日起20个工作日内", "自信息形成之日起7日内", "shorter"),
        ("自信息形成之日起20个工作日内", "半年至少更新1次", "longer"),
        ("自信息形成之日起20个工作日内", "每年更新一次", "longer"),
        ("自信息形成之日起20个工作日内", "自信息形成之日起30日内", "unclear"),  # holidays decide
        ("自信息形成之日起20个工作日内", "1个月内", "unclear"),
        ("自信息形成之日起20个工作日内", "按进展情况及时公开", "unclear"),
        ("自信息形成之日起20个工作日内", "公示期不少于20个工作日", "unclear"),  # another thing than a deadline
        ("实时公开", "每季度公开一次", "longer"),
        ("实时公开", "即时公开", "same"),
        ("每年3月31日前", "每年03月31日之前", "same"),
        ("每年3月31日前", "每年6月底前", "longer"),
        ("公示期限不少于7个工作日", "公示时间不得少于5个工作日", "shorter"),
        ("作出决定之日起7个工作日内", "作出决定之日起24小时内", "shorter"),
    ],
)
def test_a_deadline_is_weighed_only_where_it_can_be(national: str, local: str, order: str) -> None:
    assert weigh(limit_of(with_limit(national)), limit_of(with_limit(local))) == order


@pytest.mark.parametrize(
    ("national", "local", "kind"),
    [
        ("县级民政部门", "青禾县民政局", Kind.SAME),
        ("县级民政部门", "区民政局", Kind.SAME),
        ("县级民政部门", "民政部门", Kind.SAME),
        ("县级人力资源社会保障部门", "青禾县人社局", Kind.SAME),
        ("县级住房和城乡建设部门", "青禾县住建局", Kind.SAME),
        ("县级发展改革部门", "县发展和改革局", Kind.SAME),
        ("县级应急管理部门", "枣庄高新区应急管理局", Kind.SAME),
        ("县级司法行政部门", "市司法局（行政复议局）", Kind.SAME),
        ("县级生态环境部门", "市生态环境局青禾分局", Kind.SAME),
        ("县级税务机关", "国家税务总局青禾县税务局", Kind.SAME),
        ("县级人民政府", "青禾县人民政府", Kind.SAME),
        ("乡镇人民政府（街道办事处）", "各乡镇人民政府、街道办事处", Kind.SAME),
        ("县级民政部门", "青禾县民政局社会救助科", Kind.SPECIFIC),
        ("县级人力资源社会保障部门", "青禾县人力资源和社会保障局就业服务中心", Kind.SPECIFIC),
        ("县级民政部门；乡镇人民政府（街道办事处）", "青禾县民政局", Kind.SUBJECT),
        ("县级民政部门；乡镇人民政府（街道办事处）", "青禾县民政局、各镇人民政府", Kind.SAME),
        ("县级民政部门", "", Kind.SUBJECT),
        ("县级民政部门", "——", Kind.SUBJECT),
        ("县级民政部门", "青禾县残疾人联合会", Kind.DOUBTFUL),
        ("县级民政部门", "青禾县人民政府", Kind.DOUBTFUL),
    ],
)
def test_an_authority_is_known_by_its_local_name(national: str, local: str, kind: Kind) -> None:
    theirs = rows(2, subject=national)
    ours = [evolve(theirs[0], subject=local), evolve(theirs[1], subject="某处")]
    assert only(compare_local(theirs, ours)) == (kind,)


@pytest.mark.parametrize(
    ("national", "local", "outdated"),
    [
        ("《中华人民共和国政府信息公开条例》（国务院令第711号）", "《政府信息公开条例》(国务院令第492号)", True),
        ("《中华人民共和国政府信息公开条例》（国务院令第711号）", "《政府信息公开条例》", False),
        ("《土地管理法》（2019年修正）第四十七条", "《中华人民共和国土地管理法》（2004年修正）", True),
        ("《某办法》（民发〔2021〕5号）", "《某办法》（民发〔2012〕220号）", True),
        ("《某办法》（民发〔2021〕5号）", "《某办法》（民发[2021]5号）", False),
        ("《甲法》（2019年修正）", "《乙法》（2004年修正）", False),
        ("《甲法》（2019年修正）", "《甲法》（2019年修正）、《本省条例》（2001年）", False),
    ],
)
def test_an_older_text_of_the_same_law_is_outdated(national: str, local: str, outdated: bool) -> None:
    theirs = rows(1, basis=national)
    found = compare_local(theirs, [evolve(theirs[0], basis=local)])
    assert (Kind.BASIS in only(found)) is outdated


def test_the_register_of_laws_says_what_is_outdated() -> None:
    theirs = rows(1)
    found = compare_local(theirs, theirs, outdated=lambda basis: [("《土地管理法》", "2019年已修改")])
    assert only(found) == (Kind.BASIS,)
    assert found.rows[0].deviations[0].says == "2019年已修改"


def test_a_channel_that_is_left_out_is_told_and_one_more_is_not() -> None:
    theirs = rows(2, channels=("政府网站", "两微一端"))
    ours = [
        evolve(theirs[0], channels=("政府网站",)),
        evolve(theirs[1], channels=("政府网站", "政务新媒体", "广播电视")),
    ]
    found = compare_local(theirs, ours)
    assert [row.kinds for row in found.rows] == [(Kind.CHANNEL,), (Kind.SAME,)]
    assert found.rows[0].deviations[0].says == "缺少渠道：两微一端"


def test_a_level_is_compared_only_where_both_tables_have_it() -> None:
    theirs = rows(2, county=True, township=False)
    swapped = [evolve(row, county=False, township=True) for row in theirs]
    assert only(compare_local([*theirs], [swapped[0], theirs[1]])) == (Kind.LEVEL,)
    without = [evolve(row, county=None, township=None) for row in theirs]
    assert compare_local(theirs, without).counts == {"same": 2}


def test_a_townships_own_catalogue_is_held_against_the_townships_rows() -> None:
    theirs = rows(6)
    ours = [evolve(row, county=None, subject="九里街道办事处") for row in theirs if row.township]
    found = compare_local(theirs, ours)
    assert "missing" not in found.counts
    assert any("乡级" in note for note in found.notes)


def test_likely_names_are_never_taken_for_one() -> None:
    """收支 is not 支出: a person decides."""
    theirs = [item(1, level1="部门预算", level2="部门收支总表", id=1)]
    ours = [evolve(theirs[0], level2="部门支出总表")]
    assert only(compare_local(theirs, ours)) == (Kind.DOUBTFUL,)


def test_numbers_order_and_empty_words_of_names_are_no_deviation() -> None:
    theirs = rows(4)
    ours = [
        evolve(row, serial=str(9 - n), level1=f"{n}.{row.level1}", level2=f"（{n}） {row.level2}信息")
        for n, row in enumerate(theirs, 1)
    ]
    assert compare_local(theirs, ours[::-1]).counts == {"same": 4}


def test_a_row_in_two_and_two_rows_in_one_are_said_and_are_no_deviation() -> None:
    whole = item(1, level1="户口登记", level2="出生登记", content="1.申报条件；2.办理时限", id=1)
    other = item(2, level1="户口登记", level2="死亡登记", content="1.材料；2.注销", id=2)
    parts = [
        evolve(whole, level2="出生登记—申报条件", content="申报条件"),
        evolve(whole, level2="出生登记—办理时限", content="办理时限"),
    ]
    split = compare_local([whole, other], [*parts, other])
    assert split.counts == {"same": 3}
    assert any("分为 2 行" in note.says for note in split.rows[0].notes)
    joined = evolve(whole, level2="出生登记、死亡登记", content="1.申报条件；2.办理时限；3.材料；4.注销")
    merged = compare_local([whole, other], [joined])
    assert merged.counts == {"same": 1}
    assert any("合并了国家标准的 2 项" in note.says for note in merged.rows[0].notes)


def test_what_is_read_as_equal_is_shown() -> None:
    theirs = rows(1, subject="县级民政部门")
    found = compare_local(theirs, [evolve(theirs[0], subject="青禾县民政局")])
    assert [(n.column, n.national, n.local) for n in found.rows[0].notes] == [
        ("subject", "县级民政部门", "青禾县民政局")
    ]


def test_a_table_that_names_no_field_is_known_by_its_rows_or_left_apart() -> None:
    local = [evolve(row, area="") for row in NATIONAL if row.area == "household-registration"]
    assert compare_local(NATIONAL, local).areas == ("household-registration",)
    strange = [item(n, "", level1="本县特色", level2=f"事项{n}") for n in range(3)]
    found = compare_local(NATIONAL, strange)
    assert found.rows == ()
    assert len(found.apart) == 3
    assert compare_local(NATIONAL, strange, ["disaster-relief"]).counts["additional"] == 3


def test_a_column_that_the_county_does_not_have_is_said_once() -> None:
    theirs = rows(3)
    found = compare_local(theirs, [evolve(row, basis="", time_limit="", more={}) for row in theirs])
    assert found.counts == {"same": 3}
    assert len(found.notes) == 2
