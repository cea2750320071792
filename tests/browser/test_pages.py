"""Every page of ours in a real browser: on a screen, a phone and paper, by keyboard, at 200 %, without script, axe."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook

from tests.browser.conftest import REVISED, Office
from tests.browser.person import Person

AREAS = ("social-assistance", "elderly-care", "tax-administration")
PAGES = {
    "home": "/",
    "notice": f"/notices/{REVISED}",
    "area": "/areas/social-assistance",
    "catalogue": "/catalogue?level=township",
    "compile": "/compile",
    "compile-rows": f"/compile?areas={'.'.join(AREAS)}&level=township&office={quote('演示县城关镇人民政府')}",
    "changes": "/changes",
    "change": "/changes/{change}",
    "change-side": "/changes/{change}?view=side",
    "search": "/search?q=" + quote("社会救助"),
    "search-nothing": "/search?q=" + quote("没有这样的话"),
    "row": "/rows/{row}",
    "document": "/documents/{file}",
    "review": "/review",
    "compare": "/compare/{twice}",
    "past": f"/notices/{REVISED}?at=2026-01-01",
    "laws": "/laws",
    "law": "/laws/{law}",
    "local": "/local",
    "local-one": "/local/{local}",
    "tasks": "/tasks",
    "status": "/status",
    "api": "/api",
    "missing": "/nowhere",
}
"""Name of the screenshot to address. Another page of ours belongs here."""
WIDTHS = {"screen": (1280, 900), "phone": (375, 800)}
FOCUSABLE = """() => {
  const groups = new Set();
  return [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')].filter(e => {
    if (e.type === 'hidden' || e.disabled || !e.checkVisibility()) return false;
    if (e.type !== 'radio') return true;
    const first = !groups.has(e.name); groups.add(e.name); return first;
  }).length;
}"""
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  if (e === document.body) return null;
  window.seen = window.seen || new Map();
  if (!window.seen.has(e)) window.seen.set(e, window.seen.size);
  return {number: window.seen.get(e), text: (e.innerText || e.name || e.id || '').slice(0, 40), href: e.hash || '',
          visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width * box.height > 0};
}"""


@pytest.fixture(scope="module")
def screen(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def page(screen: Any) -> Iterator[Any]:
    opened = screen.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()


def address(office: Office, name: str) -> str:
    ids = {
        "change": "SELECT max(id) FROM changes WHERE kind = 'attachment-replaced'",
        "row": "SELECT max(key) FROM items WHERE current = 1",
        "twice": "SELECT document_id FROM versions WHERE number = 2 ORDER BY id LIMIT 1",
        "law": "SELECT laws.slug FROM changes JOIN laws ON laws.id = changes.law_id LIMIT 1",
        "local": "SELECT slug FROM locals ORDER BY slug LIMIT 1",
        "file": "SELECT max(id) FROM documents WHERE kind = 'attachment'",
    }
    found = re.sub(r"\{(\w+)\}", lambda m: str(office.value(ids[m[1]])), PAGES[name])
    return office.address + found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_screen_a_phone_and_twice_the_size_and_axe_finds_nothing(
    office: Office, page: Any, screenshots: Path, name: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address(office, name))
    assert [text for text in told if "404" not in text] == [], "the browser has nothing against the page"
    assert len(asked) <= 3, "the page, its sheet, the icon"
    assert all(url.startswith(office.address) for url in asked)
    for size, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=screenshots / f"{name}-{size}.png", full_page=True)
        assert wider(page) <= 0, f"{size}: scrolls sideways"
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["impact"], [node["html"][:200] for node in v["nodes"]][:3]) for v in found] == [], size
    page.set_viewport_size({"width": 640, "height": 450})  # what 1280 by 900 at 200 % has
    assert wider(page) <= 0, "200 %: scrolls sideways"


def wider(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("name", ["home", "notice", "area", "compile-rows", "changes", "change", "search", "row"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(office: Office, page: Any, name: str) -> None:
    page.goto(address(office, name))
    expected, found, unseen = page.evaluate(FOCUSABLE), set(), []
    for _ in range(3 * expected + 5):  # the walk may begin in a search field, and a date has several stops
        if len(found) == expected:
            break
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is not None:
            found.add(focused["number"])
            unseen += [] if focused["visible"] else [focused["text"]]
    assert unseen == []
    assert len(found) == expected


def test_the_skip_link_leads_past_the_menu(office: Office, page: Any) -> None:
    page.goto(address(office, "catalogue"))
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert (first["text"], first["href"], first["visible"]) == ("跳到正文", "#main", True)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(("name", "most"), [
    ("home", 4), ("notice", 6), ("area", 4), ("change", 4), ("row", 2), ("tasks", 3), ("compile-rows", 4),
])  # fmt: skip
def test_a_page_prints_on_a4_without_what_only_a_screen_needs(
    office: Office, page: Any, screenshots: Path, name: str, most: int
) -> None:
    import pypdfium2

    page.goto(address(office, name))
    body = page.pdf(path=screenshots / f"{name}.pdf", format="A4", prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(body)
    assert len(document) <= most
    text = "".join(document[number].get_textpage().get_text_bounded() for number in range(len(document)))
    assert "运行状态" not in text
    assert "演示数据" in text


def rows(body: bytes) -> dict[str, int]:
    """Rows of the catalogue on each sheet but the cover."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names[1:]}
    return {name: sum(isinstance(row[0], float | int) for row in sheet[3:]) for name, sheet in sheets.items()}


def test_three_areas_of_a_township_are_handed_in_with_five_clicks(office: Office, page: Any) -> None:
    page.goto(office.address + "/compile")
    person = Person(page)
    for area in AREAS:
        person.on(f"label[for=area-{area}]")
    person.type("#office", "演示县城关镇人民政府")
    name, body = person.download("button.main")
    assert person.count <= 5
    assert name == "演示县城关镇人民政府税收管理、社会救助、养老服务乡级公开事项目录.xlsx"
    assert rows(body) == {"税收管理": 15, "社会救助": 7, "养老服务": 4}


def test_without_script_rows_are_taken_out_and_the_address_brings_a_colleague_to_the_same(
    office: Office, browser: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, accept_downloads=True, locale="zh-CN")
    page = context.new_page()
    page.goto(office.address + "/compile")
    person = Person(page)
    for area in AREAS:
        person.on(f"label[for=area-{area}]")
    person.on("text=查看，逐条选择")
    boxes = page.locator("input[name=r]")
    count = boxes.count()
    boxes.nth(0).uncheck()
    boxes.nth(2).uncheck()
    page.click("button[name=show] >> nth=1")
    page.locator("input[name=r]").nth(0).uncheck()
    _, body = person.download("button.main")
    assert sum(rows(body).values()) == 26 - 3
    page.click("text=更新 >> nth=0")
    colleague = context.new_page()
    colleague.goto(page.input_value("#address"))
    assert "23 条（乡级）" in colleague.inner_text("#chosen")
    assert colleague.locator("input[name=r]:checked").count() == count - 2
    context.close()


@pytest.mark.parametrize("filters", ["?level=township", "?area=tax-administration&level=township"])
def test_the_export_button_gives_the_rows_that_it_counts(office: Office, page: Any, filters: str) -> None:
    page.goto(office.address + "/catalogue" + filters)
    counted = re.search(r"（([\d,]+) 条）", page.inner_text("button.main"))
    assert counted
    _, body = Person(page).download("button.main")
    assert sum(rows(body).values()) == int(counted[1].replace(",", ""))
