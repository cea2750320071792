"""Rules that a reader of the archive would miss if they broke, each in the place where they are felt."""

from __future__ import annotations

import io
from datetime import UTC
from pathlib import Path

import pytest
import python_calamine as calamine
from attrs import evolve

from archive.compare.compare import compare
from archive.model import Area, Attachment, Finding, Kind, Notice, Verdict
from archive.publish.choice import Choice
from archive.publish.export import entries
from archive.publish.workbook import Print, sheet_name, workbook
from archive.record.declare import declare
from archive.record.look import read_only
from archive.record.store import Store
from archive.text.filetypes import MEDIA_TYPES
from archive.watched import Sources
from crawler.judge.verdict import Evidence, judge
from crawler.reading import read
from crawler.sources import load_sources
from tests.crawl.harness import Archive, page
from tests.factory import attachment_document, capture, item, page_document
from tests.formats.helpers import OWN
from tests.sites.server import SiteServer
from tests.test_editions import Told

OLD = Attachment("附件：标准目录.docx", "http://land.example/t1.docx")
MORE = Attachment("附件2：填报说明.docx", "http://land.example/t1b.docx")


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


# ---------------------------------------------------------------- pages that are not sure, quiet changes


def test_files_that_come_and_go_on_a_page_that_is_not_sure_are_told_quietly(told: Told) -> None:
    told.page(confidence="low", attachments=(OLD, MORE))
    (change,) = told.settle()
    assert (change["kind"], change["quiet"]) == ("attachment-added", 1)


def test_files_that_come_and_go_on_a_sure_page_are_told_at_once(told: Told) -> None:
    before = told.page(attachments=(OLD,))
    told.settle()
    assert told.page(attachments=(OLD, MORE)) != before
    (change,) = told.settle()
    assert (change["kind"], change["quiet"]) == ("attachment-added", 0)


@pytest.mark.parametrize(("before", "after"), [("low", "high"), ("high", "low"), ("low", "low")])
def test_a_list_of_links_is_as_sure_as_the_less_sure_of_its_two_pages(before: str, after: str) -> None:
    one = evolve(page_document("关于印发指引的通知", "演示样本。", (OLD, MORE)), confidence=before)
    two = evolve(page_document("关于印发指引的通知", "演示样本。", (OLD,)), confidence=after)
    assert [(c.kind, c.quiet) for c in compare(one, two)] == [(Kind.ATTACHMENT_REMOVED, True)]
    assert [(c.kind, c.quiet) for c in compare(two, one)] == [(Kind.ATTACHMENT_ADDED, True)]


def test_a_quiet_change_does_not_make_the_notice_a_changed_one(told: Told) -> None:
    told.page(confidence="low", attachments=(OLD, MORE))
    assert [change["quiet"] for change in told.settle()] == [1]
    assert told.store.row("SELECT changed_at FROM notices WHERE slug = 'land'") == {"changed_at": None}


def test_a_change_that_is_told_makes_the_notice_a_changed_one(told: Told) -> None:
    told.file([evolve(item(1), time_limit="即时公开"), *(item(n) for n in range(2, 7))])
    (change,) = told.settle()
    row = told.store.row("SELECT changed_at FROM notices WHERE slug = 'land'")
    assert row == {"changed_at": change["detected_at"]}


# ---------------------------------------------------------------- a file's replacement that cannot be had yet


def test_the_old_file_stands_in_until_its_replacement_can_be_had(told: Told) -> None:
    store = told.store
    old = told.document("land", "attachment")
    told.page(attachments=(OLD,))
    told.settle()
    elsewhere = evolve(OLD, url="http://land.example/2026/t9.docx")
    told.page(attachments=(elsewhere,))
    notice = store.row("SELECT id FROM notices WHERE slug = 'land'")
    new = store.document(notice["id"], "attachment", elsewhere.url, name=elsewhere.name)
    for verdict in (None, "error"):  # not asked for yet; asked for in vain
        store.update("documents", new, verdict=verdict)
        assert told.settle() == []
        assert len(store.rows("SELECT id FROM items WHERE document_id = ? AND current", [old["id"]])) == 6
    rows = (evolve(item(1), time_limit="即时公开"), *(item(n) for n in range(2, 7)))
    capture(store, 1, new, elsewhere.url, attachment_document(rows))
    store.update("documents", new, verdict="ok", state="current")
    assert [change["kind"] for change in told.settle()] == ["attachment-replaced"]
    assert store.rows("SELECT id FROM items WHERE document_id = ? AND current", [old["id"]]) == []
    assert len(store.rows("SELECT id FROM items WHERE document_id = ? AND current", [new])) == 6


# ---------------------------------------------------------------- the exported workbook


def test_areas_whose_names_differ_only_in_case_are_two_sheets_that_excel_opens(tmp_path: Path) -> None:
    """Excel calls a workbook damaged in which two sheets are named alike but for case."""
    areas = (Area("upper", "App信息公开", ()), Area("lower", "APP信息公开", ()))
    store = Store.open(tmp_path)
    notice = Notice(1, "app", "关于印发指引的通知", "演示部", "http://app.example/1.html", tuple(a.name for a in areas))
    declare(store, Sources((notice,), areas))
    crawl = store.begin_crawl("rules", "live", "test/1", {})
    number = store.row("SELECT id FROM notices")["id"]
    for area in areas:
        url = f"http://app.example/{area.slug}.docx"
        rows = tuple(item(n, area.slug) for n in range(1, 4))
        document = store.document(number, "attachment", url, name=area.name)
        capture(store, crawl, document, url, attachment_document(rows))
    store.end_crawl(crawl, {})
    store.close()
    connection = read_only(tmp_path)
    with calamine.load_workbook(io.BytesIO(workbook(entries(connection, Choice(), UTC), Print()))) as book:
        names = book.sheet_names
    connection.close()
    assert len(names) == len({name.casefold() for name in names}) == 3  # with the cover


def test_a_sheets_name_is_never_one_that_excel_refuses() -> None:
    taken: set[str] = set()
    names = [sheet_name(name, taken) for name in ("a" * 40, "A" * 40, "a/b", "a:b", "'", "History", "甲\x07乙")]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\\x07") for name in names)
    assert not any(name.startswith("'") or name.casefold() == "history" for name in names)


# ---------------------------------------------------------------- a file behind the address of a page


def test_a_docx_behind_the_address_of_a_page_is_kept_and_read_as_a_docx(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        server.put("a.example", "/files/download.html", (OWN / "mulu.docx").read_bytes(), "text/html; charset=utf-8")
        link = '<p><a href="/files/download.html">附件：标准目录.docx</a></p>'
        archive.watch("land", server.put("a.example", "/t.html", page("land", link)))
        archive.crawl()
    (row,) = archive.captures("land", "attachment")
    assert (row["verdict"], row["media_type"]) == ("ok", MEDIA_TYPES["docx"])
    assert len(archive.rows("SELECT id FROM items WHERE current")) == 21


@pytest.mark.parametrize("name", ["附件：标准目录.docx", "标准目录.xls", "标准目录.PDF", "目录.zip"])
def test_a_page_where_a_link_promised_a_file_is_not_that_file(name: str) -> None:
    """The name of the link says .docx; the address ends in .html, and answers with some page of the site."""
    assert _answer_to(name).verdict is Verdict.SUSPECT


def test_a_page_where_a_link_promised_a_page_is_one() -> None:
    assert _answer_to("附件：标准目录").verdict is Verdict.OK


def _answer_to(name: str) -> Finding:
    url = "http://a.example/files/download.html"
    html = page("land", "<p>欢迎访问。这里是下载中心，请选择栏目。</p>")
    headers = {"content-type": "text/html", "content-location": url}
    document = read(html, headers, load_sources(None).rule_for(url))
    return judge(
        Evidence(
            kind="attachment", declared_url=url, url=url, title="标准指引", headers=headers, payload=html,
            document=document, name=name,
        )
    )  # fmt: skip
