"""What an office does in a year, as a person at the page does it: each task with the clicks that it takes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Office, served
from tests.browser.person import Person
from tests.web.years import BYTES, RENAMED, ROW, make_years

LIMIT = "自信息形成之日起20个工作日内"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Three years behind it; one file of 社会救助 in six revisions."""
    data = tmp_path_factory.mktemp("years") / "data"
    make_years(data).close()
    with served(data) as address:
        yield Office(data, address)


@pytest.fixture
def person(years: Office, browser: Any) -> Iterator[Person]:
    context = browser.new_context(locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    page.goto(years.address)
    yield Person(page)
    context.close()


def test_how_long_a_land_taking_is_announced_is_two_actions_away(person: Person) -> None:
    person.type("#q", "征地的公示期限")
    person.page.keyboard.press("Enter")
    person.on("ol.hits li:first-child a")
    assert person.count <= 2
    assert "征地补偿安置方案" in person.page.inner_text("h1")
    assert LIMIT in person.page.inner_text("main")


def test_what_changed_in_an_area_since_may_and_who_must_act(person: Person) -> None:
    person.on("text=全部修订记录")
    person.choose("#area", "社会救助")
    person.fill("#since", "2026-05-01")
    person.on("text=筛选")
    found = person.page.locator("ol.changes li > a").all_inner_texts()
    told = ("公开主体由“县级民政部门”改为", "“请认真贯彻执行”改为“请严格贯彻执行”", "新增社会救助 序号2“救助热线”")
    assert [what in text for what, text in zip(told, found, strict=True)] == [True] * 3
    person.on("ol.changes li:first-child a")
    assert person.count <= 5
    assert "县级民政部门、乡镇人民政府（街道办事处）" in person.page.inner_text("dl.concern")


def test_version_two_against_five(person: Person) -> None:
    person.on("th a:has-text('社会救助和养老服务')")
    person.on("a:text-is('附件：标准目录.docx')")
    person.on("text=任选两版对照")
    person.choose("#from", "第 2 版", part=True)
    person.choose("#to", "第 5 版", part=True)
    person.on("button:text-is('对照')")
    assert person.count <= 6
    assert person.page.inner_text("h1") == "附件：标准目录.docx：第 2 版与第 5 版对照"
    assert "目录事项的变化（7 条）" in person.page.inner_text("main")
    changed = person.page.locator("tbody", has_text=RENAMED)
    assert changed.locator("del").first.inner_text().endswith("批")
    assert changed.locator("ins").first.inner_text().endswith("核确认")


def test_one_row_through_six_revisions(person: Person, years: Office) -> None:
    person.on("ol.changes a:has-text('序号4')")
    person.on(f"tbody a:has-text('{RENAMED}')")
    assert person.count <= 2
    key = years.value("SELECT key FROM items WHERE level2 = ?", ROW)
    assert person.page.url.endswith(f"/rows/{key}")
    said = person.page.inner_text("main")
    for step in (
        LIMIT,
        "7个工作日",
        "－批",
        "＋核确认",
        RENAMED,
        "《社会救助暂行办法》第十二条",
        "乡镇人民政府（街道办事处）",
    ):
        assert step in said
    days = re.findall(r"20\d\d年\d\d月\d\d日", said)
    assert {"2024年06月01日", "2024年09月10日", "2025年04月01日", "2025年12月01日", "2026年10月08日"} <= set(days)


def test_the_original_of_the_first_version_has_the_sum_that_the_page_shows(person: Person) -> None:
    person.on("th a:has-text('社会救助和养老服务')")
    person.on("a:text-is('附件：标准目录.docx')")
    person.on("a:text-is('第 2 版')")  # the first one with bytes of its own: the one before stood for an empty archive
    shown = re.search(r"[0-9a-f]{64}", person.page.inner_text("dl.facts"))
    name, body = person.download("a:has-text('下载第 2 版的原件')")
    assert person.count <= 4
    assert Path(name).suffix == ".docx"
    assert body == BYTES[0]
    assert shown
    assert shown[0] == hashlib.sha256(body).hexdigest()
