"""Single cells of a catalogue: labels of columns, marks, channels, time limits, titles."""

from __future__ import annotations

import pytest

from archive.text.numbers import han_count
from crawler.reading.catalogue.areas import AreaFinder, Named
from crawler.reading.catalogue.channels import habit, read_channels
from crawler.reading.catalogue.headers import label_role
from crawler.reading.catalogue.items import read_deadline
from crawler.reading.catalogue.marks import read_mark
from tests.catalogue.generator import AREAS

BOARD = "社区/企事业单位/村公示栏（电子屏）"


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("序　号", "serial"), ("公开事项", "matter"), ("一级\n事项", "level1"), ("公开内容（要素）", "content"),
        ("公开要求", "requirement"), ("公开渠道和载体（在所选项前打■）", "channels"), ("特定群众", "audience_specific"),
        ("依申请公开", "on_request"), ("县级", "county"), ("县（市、区）级", "county"), ("市/区级", "county"),
        ("乡、村级", "township"), ("镇街乡", "township"), ("乡镇（街道）", "township"), ("村级", "village"),
        ("村", "village"), ("市级", "city"), ("县级\n（打√）", "county"), ("备注", ""), ("公开", ""), ("五公开", ""),
        ("村民委员会公示栏", ""),
    ],
)  # fmt: skip
def test_a_label_names_its_column(label: str, role: str) -> None:
    assert label_role(label) == role


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("√", True), ("✓", True), ("☑", True), ("■", True), ("◆", True), ("●", True), ("是", True), ("R", True),
        ("t", True), ("\uf052", True), ("\uf0fe", True), ("", False), ("□", False), ("☐", False), ("£", False),
        ("口", False), ("否", False), ("—", False), ("\uf0a3", False), ("×", False),
    ],
)  # fmt: skip
def test_a_mark_is_chosen_or_not(text: str, value: bool) -> None:
    mark = read_mark(text)
    assert (mark.value, mark.doubtful) == (value, False)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("■政府网站\n□政府公报\n口两微一端", ("政府网站",)),
        (
            "t政府网站□政府公报\nt社区/企事业单位/村公示栏(电子屏)\n□其他",
            ("政府网站", "社区/企事业单位/村公示栏（电子屏）"),
        ),
        ("R政府网站 £政府公报 R发布会/听证会", ("政府网站", "发布会/听证会")),
        ("■发布会听证会 ■公共资源交易平台", ("发布会/听证会", "公共资源交易平台")),
        (
            "☑ 政府网站 ☐ 政府公报 ☑ 社区/企事业单位/村公示\n栏（电子屏）",
            ("政府网站", "社区/企事业单位/村公示栏（电子屏）"),
        ),
        ("■其他（微信群） □精准推送", ("其他（微信群）",)),
        ("口政府网站口政府公报■入户/现场", ("入户/现场",)),
        ("窗口公示、人口信息网", ("窗口公示", "人口信息网")),
        ("■广播、电视 ■纸质载体", ("广播电视", "纸质媒体")),
        ("\uf052政府网站 \uf0a3政府公报", ("政府网站",)),
        ("☐政府网站\n☐村务微信群", ("政府网站", "村务微信群")),
        ("", ()),
    ],
)
def test_the_chosen_channels_have_their_canonical_names(text: str, chosen: tuple[str, ...]) -> None:
    assert read_channels(text, habit([text])).chosen == chosen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("自信息形成之日起20个工作日内", (20, "工作日", "信息形成", "20个工作日")),
        ("自信息形\n成或者变\n更之日起\n20个工作\n日内", (20, "工作日", "信息形成或者变更", "20个工作日")),
        ("收到之日起十五个工作日内", (15, "工作日", "收到", "15个工作日")),
        ("三十日内", (30, "自然日", None, "30个自然日")),
        ("批准后20日内", (20, "自然日", "批准", "20个自然日")),
        ("24小时内", (24, "小时", None, "24小时")),
        ("一个月内", (1, "月", None, "1个月")),
        ("公告期限不少于30日", (30, "自然日", None, "不少于30个自然日")),
        ("及时公开，公告期限为5个工作日", (None, None, None, "及时")),
        ("实时公开", (None, None, None, "实时")),
        ("每年3月底前", (None, None, None, "每年3月底前")),
        ("当年12月底前", (None, None, None, "当年12月底前")),
        ("每季度结束后10个工作日内", (10, "工作日", "每季度结束", "10个工作日")),
        ("长期公示", (None, None, None, "长期")),
    ],
)
def test_a_time_limit_is_read_as_a_deadline(text: str, expected: tuple[object, ...]) -> None:
    deadline = read_deadline(text) or {}
    assert tuple(deadline.get(key) for key in ("count", "unit", "event", "label")) == expected


@pytest.mark.parametrize("text", ["", "按规定执行", "2019年12月31日前", "依照国令第711号"])
def test_what_is_no_deadline_is_left_alone(text: str) -> None:
    assert read_deadline(text) is None


def test_chinese_numerals() -> None:
    assert [han_count(text) for text in ("七", "十", "十五", "二十", "三十一", "一百二十", "两")] == [
        7,
        10,
        15,
        20,
        31,
        120,
        2,
    ]


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("（二）养老服务领域基层政务公开标准目录", Named("elderly-care")),
        ("附件1：国土空间规划领域基层政务公开标准目录", Named("urban-planning")),
        ("一、社会救助领域", Named("social-assistance")),
        ("就业创业领域基层政务公开标准目录", Named("employment")),
        ("安全生产和救灾领域基层政务公开标准目录", None),
        ("涉农补贴领域基层政务公开标准目录", Named(unknown="涉农补贴")),
        ("扶贫资金使用情况", None),
        ("26个试点领域基层政务公开标准目录", None),
    ],
)
def test_a_title_names_its_area(title: str, named: Named | None) -> None:
    assert AreaFinder(AREAS).in_title(title) == named
