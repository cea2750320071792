# ruff: noqa: E501 — pages, as their systems write them
"""A text that its site cuts into pages: the further ones are known by their addresses, and are one text with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from archive.machine.database import atomic
from archive.model import CONTINUED, Attachment, Verdict
from archive.record.edition import Edition, document_of, page_of, present
from archive.record.settle import record_upgrade
from archive.record.store import Store
from crawler.reading import read
from crawler.sources import load_sources
from tests.factory import capture, page_document
from tests.test_editions import BODY, Told
from tests.test_verdict import TITLE, page, verdict

URL = "http://site.example/zwgk/t20210512_4711.html"
TEXT = (
    "<div class='TRS_Editor'>"
    + "".join(f"<p>第{n}条 本页为演示样本，请认真贯彻执行。</p>" for n in range(9))
    + "</div>"
)
PAGERS = {
    "下一页": ("<a href='t20210512_4711_1.html'>下一页</a>", ["t20210512_4711_1.html"]),
    "numbers with a gap": (
        "<a href='t20210512_4711_1.html'>2</a><a href='t20210512_4711_1.html'>下一页</a><a href='t20210512_4711_4.html'>尾页</a>",
        [f"t20210512_4711_{n}.html" for n in (1, 2, 3, 4)],
    ),
    "numbers from 2": ("<a href='/zwgk/t20210512_4711-2.html'>[2]</a>", ["t20210512_4711-2.html"]),
    "a script": (
        "<script>createPageHTML(3, 0, \"t20210512_4711\", \"html\");</script>",
        ["t20210512_4711_1.html", "t20210512_4711_2.html"],
    ),
    "a query": ("<a href='?page=2'>第2页</a>", ["t20210512_4711.html?page=2"]),
    "the next document": ("<a href='t20210512_4712.html'>下一页</a><a href='t20210512_47111.html'>2</a>", []),
    "another host": ("<a href='http://other.example/zwgk/t20210512_4711_1.html'>下一页</a>", []),
    "a million pages": (
        "<a href='t20210512_4711_1.html'>2</a><a href='t20210512_4711_99.html'>99</a>",
        [f"t20210512_4711_{n}.html" for n in range(1, 20)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("pager", "expected"), PAGERS.values(), ids=PAGERS)
def test_the_further_pages_of_a_text_are_its_own_addresses_with_a_number(pager: str, expected: list[str]) -> None:
    html = f"<html><head><title>演示通知</title></head><body><div>{TEXT}<div class='pager'>{pager}</div></div></body></html>"
    headers = {"content-type": "text/html; charset=utf-8", "content-location": URL}
    document = read(html.encode(), headers, load_sources(None).rule_for(URL))
    urls = [f"http://site.example/zwgk/{name}" for name in expected]
    assert document.metadata.get(CONTINUED, "").split() == urls
    assert [attachment.url for attachment in document.attachments] == urls


def cut(told: Told, first: str, second: str) -> None:
    """The land notice's page as two, the second kept as a file of its own."""
    page = told.document("land", "page")
    further = page["url"].replace(".html", "_1.html")
    old = told.store.row("SELECT * FROM documents WHERE url = ?", [page["url"].replace(".html", ".docx")])
    files = (Attachment("第2页", further), Attachment(old["name"], old["url"]))
    told.page(body=first, attachments=files, metadata={"document_number": "演示发〔2019〕1号", CONTINUED: further})
    row = told.store.row("SELECT * FROM documents WHERE url = ?", [further])
    capture(told.store, 1, row["id"], further, evolve(page_document("演示", ""), text=second))


def joined(store: Store) -> str:
    notice = store.row("SELECT * FROM notices WHERE slug = 'land'")
    assert notice is not None
    page = page_of(store, notice)
    assert page is not None
    edition = present(store, notice)
    assert edition is not None
    return document_of(store, edition).text


def test_a_page_cut_in_two_is_told_as_no_deletion(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.page(body=BODY)
    told.settle()
    place = BODY.index("自收到")
    cut(told, BODY[:place], BODY[place:])
    assert [change["kind"] for change in told.settle() if not change["quiet"]] == []
    assert joined(told.store).replace("\n", "").endswith(BODY)


def test_an_edit_on_the_second_page_is_told(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.page(body=BODY)
    told.settle()
    place = BODY.index("自收到")
    cut(told, BODY[:place], BODY[place:])
    told.settle()
    cut(told, BODY[:place], BODY[place:].replace("20个", "7个"))
    (change,) = told.settle()
    assert change["kind"] == "revised"
    assert "7个工作日" in change["summary"]


def test_two_edits_of_the_second_page_within_a_day_are_told_twice(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.page(body=BODY)
    told.settle()
    place = BODY.index("自收到")
    for verb in ("报送", "上报", "逐级呈送"):
        cut(told, BODY[:place], BODY[place:].replace("报送", verb))
        told.settle()
    rows = told.store.rows("SELECT summary FROM changes WHERE kind = 'revised' AND restored_at IS NULL ORDER BY id")
    assert [("上报" in row["summary"], "逐级呈送" in row["summary"]) for row in rows[-2:]] == [
        (True, False),
        (True, True),
    ]


def test_a_better_reading_of_either_page_takes_no_file_of_the_second_out_of_the_told_edition(tmp_path: Path) -> None:
    told = Told(tmp_path)
    place = BODY.index("自收到")
    cut(told, BODY[:place], BODY[place:])
    named = (Attachment("附件2.docx", "http://land.example/two.docx"),)
    further = told.store.rows("SELECT * FROM documents WHERE url LIKE '%!_1.html' ESCAPE '!'")[0]
    second = evolve(page_document("演示", "", named), text=BODY[place:])
    capture(told.store, 1, further["id"], further["url"], second)
    told.settle()
    page = told.document("land", "page")
    for document, text in ((page, BODY[:place]), (further, BODY[place:])):
        version = told.store.current_version(document["id"])
        better = evolve(told.store.load(version["id"]), text=f"{text}〔注〕", document_id=None, version_id=None)
        with atomic(told.store.db):
            new = told.store.add_version(document["id"], version["capture_id"], better)
            record_upgrade(told.store, document["id"], None, version["id"], new)
        edition = told.store.row("SELECT told FROM notices WHERE slug = 'land'")["told"]
        assert [file.name for file in Edition.of_json(edition).files] == ["第2页", "附件：标准目录.docx", "附件2.docx"]
        assert [change for change in told.settle() if not change["quiet"]] == []


SIGNED = "<p>演示部办公厅</p><p>2019年7月10日</p>"
ROWS = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"


@pytest.mark.parametrize("body", [SIGNED, ROWS, "<p>第九条 本办法自印发之日起施行。</p>"])
@pytest.mark.parametrize("title", [TITLE, f"{TITLE}（2）", "政策文件", ""])
def test_the_rest_of_a_text_is_taken_whatever_is_left_of_it(title: str, body: str) -> None:
    assert verdict(page(body=body, title=title, heading=""), kind="further").verdict is Verdict.OK


def test_another_notice_where_a_text_should_go_on_is_not_taken() -> None:
    other = "演示部关于举办摄影作品展览的通知"
    body = "<p>定于下月举办摄影作品展览。请各单位组织报名。</p>" * 9
    assert verdict(page(body=body, title=other, heading=other), kind="further").reason == "elsewhere"
