"""Local catalogues that are declared are watched like notices, and are no part of the national catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from attrs import define

from archive.publish.choice import Choice
from archive.publish.export import entries
from archive.record.look import read_only
from archive.record.story import stories
from archive.search.query import search
from archive.tell.messages import Entry, Message, compose
from tests.catalogue.generator import Cells, grid
from tests.crawl.harness import SENTENCES, Archive, title_of
from tests.formats import writers
from tests.sites.modes import html
from tests.sites.server import SiteServer
from tests.web.conftest import Site

HEAD: Cells = [
    ["序号", "一级事项", "二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体"]
]
NATIONAL_LIMIT = "自信息形成之日起20个工作日内"
FIELD = "户籍管理"


def _rest(number: int, limit: str, office: str) -> list[str | None]:
    return [limit if number == 2 else NATIONAL_LIMIT, office, "政府网站"]


def table(office: str, limit: str, *, without: int | None = None, extra: str = "") -> bytes:
    rows: Cells = [
        [
            str(n),
            "户口登记",
            f"第{word}项登记",
            f"1.{word}材料；2.{word}时限",
            "《户口登记条例》",
            limit if n == 2 else NATIONAL_LIMIT,
            office,
            "政府网站",
        ]
        for n, word in enumerate(("甲种", "乙种", "丙种", "丁种"), 1)
        if n != without
    ]
    if extra:
        rows.append(["9", "户口登记", extra, "1.本县独有的内容", "", NATIONAL_LIMIT, office, "政府网站"])
    return writers.write_html([grid([*HEAD, *rows], f"{FIELD}领域基层政务公开标准目录")])


def page(title: str, tables: bytes) -> bytes:
    body = tables.decode().partition("<body>")[2].partition("</body>")[0]
    return html(title, f'<h1>{title}</h1><div id="content">{SENTENCES}{body}</div>')


@define
class Watched:
    """One archive after three crawls: the first; the ministry changes a row; one of two counties follows."""

    archive: Archive
    after: list[list[dict[str, object]]]
    """Deviations after each crawl."""
    messages: list[Message]
    """What a subscriber reads of the ministry's change after the second crawl, and after the third."""


def deviations(archive: Archive) -> list[dict[str, object]]:
    return archive.rows(
        """SELECT l.slug, d.kind, d.national, d.local FROM deviations d JOIN locals l ON l.id = d.local_id
           ORDER BY l.id, d.id"""
    )


def message(archive: Archive) -> Message:
    (change,) = archive.rows(
        """SELECT c.id FROM changes c JOIN notices n ON n.id = c.notice_id
           WHERE n.role = 'notice' AND c.kind = 'revised'"""
    )
    with closing(read_only(archive.data)) as connection:
        (story,) = stories(connection, [change["id"]], "http://a.example", ZoneInfo("Asia/Shanghai"))
    return compose("mail", [Entry("1", "change", story)], "http://a.example", "演示档案")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    archive = Archive(tmp_path_factory.mktemp("watched") / "data")
    with SiteServer() as server:
        title, ours = title_of("户籍管理"), "{}户籍管理领域公开事项目录"
        national = server.put("ministry.example", "/t.html", page(title, table("县级公安机关", NATIONAL_LIMIT)))
        tables = {
            "青禾县": table("青禾县公安局", NATIONAL_LIMIT),
            "柳浦区": table("区公安局", NATIONAL_LIMIT, without=3, extra="红色文化阵地"),
        }
        counties = [
            server.put(f"{slug}.example", "/mulu.html", page(ours.format(name), tables[name]))
            for slug, name in (("qinghe", "青禾县"), ("liupu", "柳浦区"))
        ]
        archive.notices.append(
            f'[[notice]]\nnumber = 1\nslug = "household"\ntitle = "{title}"\nurl = "{national}"\nareas = ["{FIELD}"]\n'
        )
        for name, slug, url in zip(("青禾县", "柳浦区"), ("qinghe", "liupu"), counties, strict=True):
            archive.notices.append(f'[[local]]\nname = "{name}"\nslug = "{slug}"\nurl = "{url}"\narea = "{FIELD}"\n')
        archive.crawl(code=0)
        after = [deviations(archive)]
        server.put("ministry.example", "/t.html", page(title, table("县级公安机关", "自信息形成之日起10个工作日内")))
        archive.crawl(code=0)
        after.append(deviations(archive))
        messages = [message(archive)]
        server.put("qinghe.example", "/mulu.html", page(ours.format("青禾县"), table("青禾县公安局", "10个工作日内")))
        archive.crawl(code=0)
        after.append(deviations(archive))
        messages.append(message(archive))
        yield Watched(archive, after, messages)


def kinds(found: Sequence[dict[str, object]], slug: str) -> list[object]:
    return [row["kind"] for row in found if row["slug"] == slug]


def test_each_side_is_compared_again_when_it_changes(watched: Watched) -> None:
    first, ministry, county = watched.after
    assert (kinds(first, "qinghe"), kinds(first, "liupu")) == ([], ["missing", "additional"])
    assert (kinds(ministry, "qinghe"), kinds(ministry, "liupu")) == (
        ["deadline-longer"],
        ["deadline-longer", "missing", "additional"],
    )
    assert (kinds(county, "qinghe"), kinds(county, "liupu")) == ([], ["deadline-longer", "missing", "additional"])


def test_one_message_names_all_who_have_not_followed(watched: Watched) -> None:
    first, later = watched.messages
    assert first.text.count("国家标准已改，以下 2 家尚未改：青禾县、柳浦区") == 1
    assert "国家标准已改，以下 2 家尚未改：青禾县、柳浦区" in first.html
    assert "国家标准已改，以下 1 家尚未改：柳浦区" in later.text


def test_a_change_of_a_local_catalogue_is_a_change_like_any_other(watched: Watched) -> None:
    found = watched.archive.rows("SELECT slug, kind FROM change_list WHERE role = 'local' AND kind <> 'new'")
    assert [(row["slug"], row["kind"]) for row in found] == [("qinghe", "revised")]


def test_local_rows_are_no_part_of_the_national_catalogue(watched: Watched) -> None:
    with closing(read_only(watched.archive.data)) as connection:
        assert len(entries(connection, Choice(), UTC)) == 4
        assert connection.execute("SELECT count(*) FROM items_in_force").fetchone()[0] == 4
        assert connection.execute("SELECT count(*) FROM local_items").fetchone()[0] == 8
        assert search(connection, "本县独有的内容") == []
        assert search(connection, "红色文化阵地") == []


@pytest.fixture(scope="module")
def site(watched: Watched) -> Iterator[Site]:
    opened = Site(watched.archive.data)
    yield opened
    opened.close()


def test_the_pages_show_who_stands_how(site: Site) -> None:
    overview = site.get("/local").text
    assert "青禾县" in overview
    assert "3 处差别" in overview
    county = site.get("/local/liupu").text
    assert "红色文化阵地" in county
    assert "国家标准已改，本地尚未改" in county
    assert "自信息形成之日起10个工作日内" in county
    assert site.get("/local/none").status_code == 404
    assert "红色文化阵地" not in site.get("/local/liupu?kind=missing").text


def test_the_catalogue_and_the_area_do_not_list_local_rows(site: Site) -> None:
    for path in ("/catalogue", "/areas/household-registration", "/search?q=红色文化阵地"):
        assert "红色文化阵地</a>" not in site.get(path).text
    assert len(json.loads(site.get("/catalogue.json").text)) == 4
