"""A revision that comes as a new page, from the list page to the comparison of two editions, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.record.look import read_only
from tests.office import Office
from tests.sites.modes import html
from tests.sites.replica import Replica
from tests.sites.server import SiteServer

TITLE = "演示部办公厅关于印发农村集体土地征收基层政务公开标准指引的通知"
REVISED = "演示部办公厅关于印发农村集体土地征收基层政务公开标准指引（修订版）的通知"
HEAD = ("序号", "公开事项", "公开内容", "公开依据", "公开时限", "公开主体", "公开渠道和载体")
BODY = "<p>各有关单位：演示样本。现将标准指引印发给你们，请结合实际认真贯彻执行。</p>"


def table(deadline: str) -> str:
    rows = [
        ("1", "征地补偿安置方案", "方案全文", "《土地管理法》", deadline, "县级部门", "■政府网站"),
        ("2", "征收土地公告", "公告全文", "《土地管理法》", "20个工作日", "县级部门", "■政府网站"),
        ("3", "听证告知", "告知书", "《土地管理法》", "20个工作日", "县级部门", "■政府网站"),
    ]
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (HEAD, *rows)]
    return f"<p>农村集体土地征收领域基层政务公开标准目录</p><table>{''.join(lines)}</table>"


def page(title: str, deadline: str, more: str = "") -> bytes:
    return html(title, f'<h1>{title}</h1><div id="content">{BODY}{more}{table(deadline)}</div>')


def listed(*entries: tuple[str, str, str]) -> bytes:
    others = [
        (f"./201908/t2019080{n}_{n}.html", f"关于开展第{n}次年度档案检查的通知", f"2019-08-0{n}") for n in range(1, 7)
    ]
    rows = [
        f"<li><a href='{url}' title='{title}'>{title}</a><span>{day}</span></li>"
        for url, title, day in (*entries, *others)
    ]
    return html("通知", f"<ul>{''.join(rows)}</ul>")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Office, SiteServer]]:
    with SiteServer() as server:
        url = server.put("land", "/tz/201907/t20190716_1.html", page(TITLE, "20个工作日"))
        server.put("land", "/tz/", listed(("./201907/t20190716_1.html", TITLE, "2019-07-16")))
        yield Office.of_list(tmp_path / "data", TITLE, url, "农村集体土地征收"), server


def test_a_new_page_is_found_accepted_and_compared_row_by_row(office: tuple[Office, SiteServer]) -> None:
    office_, server = office
    office_.crawl()
    repeals = f"<p>自印发之日起施行，《{TITLE}》同时废止。</p>"
    new = server.put("land", "/tz/202611/t20261120_9.html", page(REVISED, "7个工作日", repeals))
    server.put(
        "land",
        "/tz/",
        listed(
            ("./202611/t20261120_9.html", REVISED, "2026-11-20"), ("./201907/t20190716_1.html", TITLE, "2019-07-16")
        ),
    )
    (change,) = office_.crawl(codes=(3,))["changes"]  # it waits for a decision
    assert change["kind"] == "successor"
    assert change["summary"].startswith("可能的新版，请核对")
    assert change["url"] == new, "the alert leads to the page that it is about"
    (candidate,) = office_.run("candidates")
    assert candidate["url"] == new
    office_.run("candidates", "accept", str(candidate["id"]), json=False)
    changes = office_.crawl()["changes"]
    revised = next(change for change in changes if change["kind"] == "revised")
    rows = office_.run("diff", str(revised["id"]))["rows"]
    cells = [(cell["column"], cell["before"], cell["after"]) for row in rows for cell in row["cells"]]
    assert cells == [("公开时限", "20个工作日", "7个工作日")]
    with closing(read_only(office_.data)) as connection:
        notice = connection.execute("SELECT title, url FROM notices").fetchone()
        versions = connection.execute("SELECT number FROM versions ORDER BY id").fetchall()
        keys = connection.execute("SELECT count(DISTINCT key), count(*) FROM items").fetchone()
    assert tuple(notice) == (REVISED, new)
    assert [row["number"] for row in versions] == [1, 2], "the versions of the next edition count on"
    assert tuple(keys) == (3, 6), "each row keeps its key in the next edition"
    assert office_.run("search", REVISED)[0]["title"] == REVISED
    assert office_.crawl()["changes"] == [], (
        "the accepted edition stays, though the list still declares the old address"
    )


def test_a_web_archive_is_asked_when_the_operator_allows_it(tmp_path: Path) -> None:
    with SiteServer() as server:
        url = server.put("land", "/tz/t1.html", page(TITLE, "20个工作日"))
        server.mode(url, "status-404")
        archive = server.host("archive")
        server.put("archive", f"/web/{url}", page(TITLE, "20个工作日"))
        office = Office.of_list(tmp_path / "data", TITLE, url, "农村集体土地征收")
        (office.data / "settings.toml").write_text(f'memento = "{archive}/web/"\n', "utf-8")
        report = office.crawl(codes=(3,))
        assert report["notices"]["land"]["verdict"] == "gone"
        (hit, *_) = office.run("search", "征收土地公告")
        assert hit["notice"] == "land"


def test_the_replica_lists_no_successor(tmp_path: Path) -> None:
    with Replica() as replica:
        office = Office.of_replica(replica, tmp_path / "data", "rural-land-expropriation", "agricultural-subsidies")
        office.crawl()
        assert office.run("candidates") == []
