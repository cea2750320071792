"""编制本级目录: what is ticked is what the address says and what the file holds; exports hold what the screen shows."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from python_calamine import CalamineWorkbook

from archive.publish.order import LONGEST
from tests.web.conftest import Outline, Site

LAND, AID = "land-expropriation", "social-assistance"


def book(body: bytes) -> dict[str, list[list[Any]]]:
    opened = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def rows(sheet: list[list[Any]]) -> list[str]:
    """二级事项 of each row."""
    return [row[2] for row in sheet[3:] if isinstance(row[0], float | int)]


def ticked(page: Outline, name: str) -> list[str]:
    return [box["value"] or "" for box in page.all("input") if box.get("name") == name and "checked" in box]


def hidden(page: Outline) -> dict[str, str]:
    return {box["name"] or "": box["value"] or "" for box in page.all("input") if box.get("type") == "hidden"}


def follow(web: Site, path: str) -> tuple[str, Outline]:
    """The address that a form leads to, and its page."""
    answer = web.get(path)
    assert answer.status_code == 200
    return str(answer.url).removeprefix("http://localhost"), Outline(answer.text)


def test_a_form_leads_to_a_short_address_that_shows_the_same_ticks(web: Site) -> None:
    form = {"area": [AID, LAND], "level": "township", "office": "演示镇", "paper": "A4", "blank": ["link"]}
    address, page = follow(web, "/compile?" + urlencode(form, doseq=True))
    assert parse_qs(urlsplit(address).query) == {
        "areas": [f"{LAND}.{AID}"], "level": ["township"], "office": ["演示镇"], "paper": ["A4"], "blanks": ["link"],
        "n": ["40"],
    }  # fmt: skip
    assert ticked(page, "area") == [LAND, AID]
    assert [ticked(page, name) for name in ("level", "paper", "blank")] == [["township"], ["A4"], ["link"]]
    assert "已选 2 个领域，40 条（乡级）" in page.text
    assert [box["value"] for box in page.all("input") if box.get("id") == "address"] == [f"http://localhost{address}"]


def test_rows_that_are_not_ticked_are_not_in_the_file_and_the_address_keeps_it(web: Site) -> None:
    _, page = follow(web, f"/compile?areas={LAND}.{AID}&level=township")
    boxes = ticked(page, "r")
    form = {"area": [LAND, AID], "level": "township", **hidden(page), "r": [boxes[0], *boxes[3:]]}
    expected = rows(book(web.get(f"/catalogue.xlsx?area={LAND}&level=township").content)["农村集体土地征收"])
    del expected[1:3]
    direct = book(web.get("/compile.xlsx?" + urlencode(form, doseq=True)).content)
    assert rows(direct["农村集体土地征收"]) == expected

    address, page = follow(web, "/compile?" + urlencode(form, doseq=True))
    assert f"已选 2 个领域，{len(expected) + 20} 条" in page.text
    assert len(ticked(page, "r")) == len(expected)
    later = book(web.get(address.replace("/compile?", "/compile.xlsx?")).content)
    assert rows(later["农村集体土地征收"]) == expected
    assert len(rows(later["社会救助"])) == 20
    assert any(address in str(cell) for row in later["封面"] for cell in row)


def test_ticks_of_one_area_stay_while_another_is_looked_at(web: Site) -> None:
    _, page = follow(web, f"/compile?areas={LAND}.{AID}&level=township")
    form = {"area": [LAND, AID], "level": "township", **hidden(page), "r": ticked(page, "r")[1:], "show": AID}
    _, other = follow(web, "/compile?" + urlencode(form, doseq=True))
    form = {"area": [LAND, AID], "level": "township", **hidden(other), "r": ticked(other, "r")[2:], "show": LAND}
    address, again = follow(web, "/compile?" + urlencode(form, doseq=True))
    assert "已选 2 个领域，37 条" in again.text
    assert ticked(again, "r") == ticked(page, "r")[1:]
    assert len(address) < LONGEST


def test_an_area_that_is_taken_out_takes_its_rows_along(web: Site) -> None:
    _, page = follow(web, f"/compile?areas={LAND}.{AID}&level=township")
    form = {"area": [AID], "level": "township", **hidden(page), "r": [], "show": LAND}
    address, page = follow(web, "/compile?" + urlencode(form, doseq=True))
    assert "已选 1 个领域，20 条" in page.text
    assert "rows=" not in address


def test_every_second_row_still_fits_an_address(web: Site) -> None:
    _, page = follow(web, f"/compile?areas={LAND}")
    form = {"area": [LAND], **hidden(page), "r": ticked(page, "r")[::2]}
    address, page = follow(web, "/compile?" + urlencode(form, doseq=True))
    assert len(ticked(page, "r")) == 31
    assert len(address) < 250


def test_a_choice_that_no_address_can_hold_is_refused_in_words(web: Site) -> None:
    marks = "".join(f"{n:03x}" for n in range(1400))
    short = re.search(r"rows=(\w{3})", follow(web, _unticked(web))[0])
    assert short
    answer = web.get(f"/compile?area={LAND}&rows={short[1]}n{marks}")
    assert answer.status_code == 400
    assert "一个地址放不下" in answer.text


def _unticked(web: Site) -> str:
    _, page = follow(web, f"/compile?areas={LAND}")
    return "/compile?" + urlencode({"area": LAND, **hidden(page), "r": ticked(page, "r")[1:]}, doseq=True)


def test_an_address_whose_catalogue_was_revised_says_so(web: Site) -> None:
    assert "这个地址生成时选中 39 条，现在是 40 条" in web.get(f"/compile?areas={LAND}.{AID}&level=township&n=39").text
    assert "其间目录有修订" not in web.get(f"/compile?areas={LAND}.{AID}&level=township&n=40").text


@pytest.mark.parametrize("filters", [
    {}, {"level": "township"}, {"level": "county"}, {"deadline": "7个工作日"}, {"channel": "政府网站"},
    {"area": [LAND, AID], "level": "township"}, {"area": AID, "channel": "政府网站", "level": "county"},
    {"review": "1"}, {"document": "2"}, {"area": LAND, "deadline": "每年"},
], ids=str)  # fmt: skip
def test_the_button_of_the_catalogue_counts_what_the_file_holds(web: Site, filters: dict[str, Any]) -> None:
    """The whole form is sent: nothing that was chosen is dropped on the way to the file."""
    text = web.get("/catalogue?" + urlencode(filters, doseq=True)).text
    form = re.search(r'<form action="/catalogue\.xlsx".*?</form>', text, re.DOTALL)
    assert form
    sent = [(box["name"] or "", box["value"] or "") for box in Outline(form[0]).all("input")]
    counted = re.search(r"导出 Excel（([\d,]+) 条）", form[0])
    assert counted
    exported = book(web.get("/catalogue.xlsx?" + urlencode(sent)).content)
    total = sum(len(rows(sheet)) for name, sheet in exported.items() if name != "封面")
    assert total == int(counted[1].replace(",", ""))
    csv_link = re.search(r'href="(/catalogue\.csv[^"]*)"', text)
    assert csv_link
    lines = web.get(csv_link[1].replace("&amp;", "&")).text.count("演示发〔")
    assert lines == total
    assert len(web.get(csv_link[1].replace("&amp;", "&").replace(".csv", ".json")).json()) == total


@pytest.mark.parametrize(("path", "words"), [
    ("/compile?areas=nope", "没有领域"),
    ("/compile?level=x", "层级不能是"),
    ("/compile?paper=A5", "纸张不能是"),
    ("/compile?columns=nope", "没有栏目"),
    (f"/compile?areas={LAND}&rows=ab", "不完整"),
    ("/compile.xlsx?level=township", "还没有选领域"),
    ("/catalogue?area=nope", "没有领域"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words(web: Site, path: str, words: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 400
    assert words in answer.text


def test_the_file_is_called_after_the_office_and_what_it_holds(web: Site) -> None:
    name = web.get(f"/compile.xlsx?areas={LAND}&level=township&office={quote('演示镇')}").headers["content-disposition"]
    assert quote("演示镇农村集体土地征收乡级公开事项目录.xlsx") in name
