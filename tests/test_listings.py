"""Revisions that come as a new page: what a list shows, what matches, and a crawl of a real list page."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from archive.model import Area, Document, Notice
from archive.record.declare import declare
from archive.record.store import Store
from archive.settings import Settings
from crawler.judge.successor import (
    core_title,
    default_listings,
    links_of,
    match,
    may_repeal,
    names_notice,
    next_page,
    phrases,
)
from crawler.sources import load_sources
from tests.factory import capture
from tests.sites.server import SiteServer

LAND = Area("land-expropriation", "农村集体土地征收", ("征地补偿",))
NOTICE = Notice(
    2, "land", "演示部办公厅关于印发农村集体土地征收基层政务公开标准指引的通知", "演示部办公厅",
    "http://land.example/tz/201907/t20190716_1.html", ("农村集体土地征收",),
)  # fmt: skip
LIST = "http://land.example/tz/"

# ---------------------------------------------------------------- the list


def test_the_default_list_is_the_column_folder_without_the_folders_of_the_date() -> None:
    assert default_listings(NOTICE.url)[0] == LIST
    dated = "http://www.gov.cn/zhengce/zhengceku/2019-10/16/content_5440600.htm"
    assert default_listings(dated)[0] == "http://www.gov.cn/zhengce/zhengceku/"
    assert default_listings("http://a.example/show/846611.html") == ["http://a.example/show/"]


def listing(*entries: str, more: str = "") -> bytes:
    menu = "<ul class='menu'><li><a href='/'>首页</a></li><li><a href='/tz/'>通知公告列表页面链接</a></li></ul>"
    return f"<html><meta charset='utf-8'><body>{menu}<ul>{''.join(entries)}</ul>{more}</body></html>".encode()


def entry(href: str, title: str, date: str = "", *, cut: bool = False) -> str:
    shown = f"{title[:12]}..." if cut else title
    return f"<li><a href='{href}' title='{title}'>{shown}</a><span>{date}</span></li>"


def test_entries_have_their_whole_title_their_date_and_an_absolute_address() -> None:
    payload = listing(entry("./202601/t20260105_9.html", "关于开展年度档案检查工作的通知", "2026年1月5日", cut=True))
    (found,) = links_of(payload, {}, LIST)
    assert found.url == "http://land.example/tz/202601/t20260105_9.html"
    assert found.title == "关于开展年度档案检查工作的通知"
    assert found.date == "2026-01-05"


def test_a_date_that_the_list_does_not_show_is_read_from_the_address() -> None:
    (found,) = links_of(listing(entry("./202601/t20260105_9.html", "关于开展年度档案检查工作的通知")), {}, LIST)
    assert found.date == "2026-01-05"


def test_the_second_page_is_found_by_its_link_or_by_the_pagers_script() -> None:
    assert next_page(listing(more="<a href='index_1.html'>下一页</a>"), {}, LIST) == f"{LIST}index_1.html"
    script = '<script>createPageHTML(49, 0, "index", "html");</script>'
    assert next_page(listing(more=script), {}, LIST) == f"{LIST}index_1.html"
    assert next_page(listing(), {}, LIST) == ""


@pytest.mark.parametrize("payload", [b"", b"\x00\xff", b"<!-- -->", b"<a href='http://[bad'>" + b"x" * 20, b"{}"])
def test_a_list_page_that_is_none_gives_no_entries(payload: bytes) -> None:
    assert links_of(payload, {}, LIST) == []


# ---------------------------------------------------------------- what matches


@pytest.mark.parametrize(
    "title",
    [
        "演示部办公厅关于印发《农村集体土地征收基层政务公开标准指引（修订版）》的通知",
        "征地补偿领域基层政务公开标准目录（2026年版）",
        "关于废止农村集体土地征收基层政务公开标准指引的通知",
        "关于修订基层政务公开标准指引的通知",
    ],
)
def test_titles_of_a_successor_match_with_their_evidence(title: str) -> None:
    assert match(title, NOTICE, (LAND,))


@pytest.mark.parametrize(
    "title",
    [
        "《农村集体土地征收基层政务公开标准指引》解读",
        "关于印发社会救助领域基层政务公开标准指引的通知",
        "关于调整工作领导小组成员的通知",
        "农村集体土地征收管理办法",
        "关于开展农村集体土地征收政务公开培训的通知",
    ],
)
def test_other_documents_do_not_match(title: str) -> None:
    assert match(title, NOTICE, (LAND,)) is None


def test_no_notice_of_the_list_matches_another_one() -> None:
    sources = load_sources(None).sources
    areas = {area.name: area for area in sources.areas}
    for notice in sources.notices:
        own = [areas[name] for name in notice.areas]
        assert not [o.slug for o in sources.notices if o is not notice and match(o.title, notice, own)]


def test_a_text_that_repeals_the_notice_by_name_or_number_is_evidence() -> None:
    by_name = f"现印发给你们。《{NOTICE.title}》同时废止。"
    by_number = "原演示发[2019]2号文件停止执行。其他不变。"
    for text in (by_name, by_number):
        (sign,) = phrases(text, NOTICE, "演示发〔2019〕2号")
        assert str(sign).startswith("正文写明旧通知不再执行")
        assert names_notice([sign])
    assert phrases("请认真执行。", NOTICE, "演示发〔2019〕2号") == []
    assert may_repeal("关于废止部分文件的公告")
    assert core_title(NOTICE.title) == "农村集体土地征收基层政务公开标准指引"


# ---------------------------------------------------------------- a crawl

BODY = (
    "<p>各有关单位：演示样本。现将修订后的标准指引印发给你们，请认真贯彻执行。</p>"
    "<p>《农村集体土地征收基层政务公开标准指引》同时废止。</p>"
)
NEW = "演示部办公厅关于印发《农村集体土地征收基层政务公开标准指引（修订版）》的通知"
OLD_ENTRIES = [
    entry("201907/t20190716_1.html", NOTICE.title, "2019-07-16"),
    entry("201801/t20180105_3.html", "农村集体土地征收基层政务公开标准目录（旧稿）", "2018-01-05"),
    entry("202512/t20251201_8.html", "关于开展年度档案检查工作的通知", "2025-12-01"),
]


def article(title: str, number: str, date: str) -> bytes:
    metas = f"<meta charset='utf-8'><meta name='ArticleTitle' content='{title}'><meta name='PubDate' content='{date}'>"
    body = f"<h1>{title}</h1><div class='TRS_Editor'><p>{number}</p>{BODY}</div>"
    return f"<html><head>{metas}<title>{title}</title></head><body>{body}</body></html>".encode()


def look(data: Path, sources: Path, token: str) -> None:
    """One run of the spider in this process (an event loop starts only once a process)."""
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.crawl import SETTING, Crawl
    from crawler.settings import scrapy_settings
    from crawler.spiders.listings import ListingsSpider

    declared = load_sources(sources)
    store = Store.open(data)
    declare(store, declared.sources)
    settings = Settings(delay=0, timeout=20)
    crawl = store.begin_crawl(token, "live", "test/1", {})
    slugs = [notice.slug for notice in declared.sources.notices]
    scrapy = scrapy_settings(settings)
    scrapy.set(SETTING, Crawl(store, declared, settings, crawl, slugs), priority="cmdline")
    process = AsyncCrawlerProcess(scrapy, install_root_handler=False)
    process.crawl(ListingsSpider)
    process.start()
    store.close()


class Site:
    """A ministry's list page on loopback, and an archive that watches it."""

    def __init__(self, folder: Path, server: SiteServer) -> None:
        self.data, self.server = folder / "data", server
        self.base = server.host("land.example")
        self.sources = folder / "sources.toml"
        self.looks = 0
        self.declare(listing=True)
        self.put("/robots.txt", b"User-agent: *\nAllow: /\n", "text/plain")
        self.list(*OLD_ENTRIES)

    def declare(self, *, listing: bool) -> None:
        line = f'listing = "{self.base}/tz/"' if listing else ""
        self.sources.write_text(
            f'[[notice]]\nnumber = 1\nslug = "land"\ntitle = "{NOTICE.title}"\nissuer = "演示部办公厅"\n'
            f'areas = ["农村集体土地征收"]\nurl = "{self.base}/tz/201907/t20190716_1.html"\n{line}\n',
            "utf-8",
        )

    def put(self, path: str, body: bytes, content_type: str = "text/html", **answer: Any) -> None:
        self.server.put(self.base, path, body, content_type, **answer)

    def list(self, *entries: str) -> None:
        self.put("/tz/", listing(*entries))

    def publish(self, path: str, title: str, number: str, date: str) -> str:
        self.put(f"/tz/{path}", article(title, number, date))
        return entry(path, title, date)

    def look(self) -> None:
        self.looks += 1
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=look, args=(self.data, self.sources, f"look-{self.looks}"))
        process.start()
        process.join(60)
        assert process.exitcode == 0

    def rows(self, sql: str) -> list[Mapping[str, Any]]:
        store = Store.open(self.data)
        found = store.rows(sql)
        store.close()
        return list(found)


@pytest.fixture
def site(tmp_path: Path) -> Any:
    with SiteServer() as server:
        yield Site(tmp_path, server)


def test_a_revision_as_a_new_page_becomes_one_candidate_with_its_evidence(site: Site) -> None:
    site.look()
    assert site.rows("SELECT * FROM candidates") == []
    assert [row["verdict"] for row in site.rows("SELECT * FROM listings")] == ["ok"]
    revised = site.publish("202611/t20261120_77.html", NEW, "演示发〔2026〕9号", "2026-11-20")
    other = site.publish("202611/t20261121_78.html", "《农村集体土地征收基层政务公开标准指引》解读", "", "2026-11-21")
    site.list(other, revised, *OLD_ENTRIES)
    for _ in range(2):  # a second look tells nothing twice
        site.look()
        (candidate,) = site.rows("SELECT * FROM candidates")
        assert candidate["title"] == NEW
        assert (candidate["document_number"], candidate["published_on"]) == ("演示发〔2026〕9号", "2026-11-20")
        assert any("同时废止" in sentence for sentence in json.loads(candidate["evidence"]))
        (change,) = site.rows("SELECT * FROM changes")
        assert (change["kind"], change["summary"]) == ("successor", f"可能的新版，请核对：《{NEW}》")


TITLE = NOTICE.title
SAME_NUMBER = "演示发〔2019〕2号"


def number(site: Site) -> None:
    """The notice in force has a number and a text, as a crawl would have found them."""
    store = Store.open(site.data)
    row = store.row("SELECT * FROM notices")
    assert row is not None
    store.update("notices", row["id"], document_number=SAME_NUMBER, published_on="2019-07-16")
    page = store.document(row["id"], "page", row["url"])
    text = f"{TITLE}\n{SAME_NUMBER}\n各有关单位：演示样本。现将标准指引印发给你们，请在20个工作日内贯彻执行。"
    capture(store, 1, page, row["url"], Document(text=text, title=TITLE, reader="test/1"))
    store.close()


@pytest.mark.parametrize(
    ("title", "date"),
    [
        (TITLE.replace("标准指引", "标准指引（修订版）"), "2026-11-20"),
        (TITLE.replace("标准指引", "标准指引（2026年修订）"), "2026-11-20"),
        (f"{TITLE}（修订稿）", "2019-07-16"),
    ],
)
def test_a_revision_under_the_same_number_is_a_candidate_that_says_so(site: Site, title: str, date: str) -> None:
    site.look()
    number(site)
    site.list(site.publish("202611/t20261120_77.html", title, SAME_NUMBER, date), *OLD_ENTRIES)
    site.look()
    (candidate,) = site.rows("SELECT * FROM candidates")
    assert "文号相同，但标题写明修订" in json.loads(candidate["evidence"])
    assert [row["kind"] for row in site.rows("SELECT kind FROM changes")] == ["successor"]


def test_the_notice_listed_again_under_its_number_is_no_candidate(site: Site) -> None:
    site.look()
    number(site)
    again = site.publish("202611/t20261120_78.html", TITLE, SAME_NUMBER, "2026-11-20")
    # another title over the very same words
    other = entry("202611/t20261121_79.html", f"{TITLE}（2026年版网页）", "2026-11-21")
    text = "<p>各有关单位：演示样本。现将标准指引印发给你们，请在20个工作日内贯彻执行。</p>"
    page = article(f"{TITLE}（2026年版网页）", SAME_NUMBER, "2026-11-21").replace(BODY.encode(), text.encode())
    site.put("/tz/202611/t20261121_79.html", page)
    site.list(again, other, *OLD_ENTRIES)
    site.look()
    assert site.rows("SELECT * FROM candidates") == []


def test_the_first_look_matches_only_what_is_newer_and_the_default_list_is_marked(site: Site) -> None:
    site.declare(listing=False)
    site.list(site.publish("202001/t20200105_5.html", NEW, "演示发〔2020〕1号", "2020-01-05"), *OLD_ENTRIES)
    site.look()
    assert [row["published_on"] for row in site.rows("SELECT * FROM candidates")] == ["2020-01-05"]
    (listed,) = site.rows("SELECT * FROM listings")
    assert (listed["verified"], listed["url"]) == (0, f"{site.base}/tz/")
    assert len(site.rows("SELECT * FROM listed")) == len(OLD_ENTRIES) + 1


def test_a_list_of_repeals_is_read_and_counts_only_when_it_names_the_notice(site: Site) -> None:
    site.look()
    repeal = site.publish("202611/t20261101_5.html", "关于废止部分文件的公告", "演示发〔2026〕5号", "2026-11-01")
    silent = entry("202611/t20261102_6.html", "关于公布失效文件目录的公告", "2026-11-02")
    site.put(
        "/tz/202611/t20261102_6.html",
        article("关于公布失效文件目录的公告", "", "2026-11-02").replace("农村集体土地征收".encode(), "别的".encode()),
    )
    site.list(repeal, silent, *OLD_ENTRIES)
    site.look()
    assert [row["title"] for row in site.rows("SELECT * FROM candidates")] == ["关于废止部分文件的公告"]


@pytest.mark.parametrize(
    ("status", "body", "verdict", "reason"),
    [(200, b"<html><body>nothing here</body></html>", "suspect", "empty"), (404, b"gone", "error", "http-404")],
)
def test_a_list_that_is_empty_or_fails_is_recorded(
    site: Site, status: int, body: bytes, verdict: str, reason: str
) -> None:
    site.put("/tz/", body, status=status)
    site.look()
    assert [(row["verdict"], row["reason"]) for row in site.rows("SELECT * FROM listings")] == [(verdict, reason)]


def test_robots_are_obeyed_for_lists_too(site: Site) -> None:
    site.put("/robots.txt", b"User-agent: *\nDisallow: /tz/\n", "text/plain")
    site.look()
    assert [(row["verdict"], row["reason"]) for row in site.rows("SELECT * FROM listings")] == [("forbidden", "robots")]
