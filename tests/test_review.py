"""What waits for a person, decided and taken back, as an operator does it: over real sockets, by the commands."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office
from tests.sites.modes import html
from tests.sites.server import SiteServer

TITLE = "演示部办公厅关于印发农村集体土地征收基层政务公开标准指引的通知"
HEAD = ("序号", "公开事项", "公开内容", "公开依据", "公开时限", "公开主体", "公开渠道和载体")
SENTENCES = "各有关单位：演示样本。现将标准指引印发给你们，请结合实际认真贯彻执行，做好公开工作。"
KNOWN = '<div id="content">'
UNKNOWN = '<section class="wenzhang-neirong"><div class="nav"><a href="/">首页</a></div>'
"""A box with a menu of its own: no element is known to be the body."""


def table() -> str:
    rows = [
        (str(n), f"征地事项{n}", "方案全文", "《土地管理法》", "20个工作日", "县级部门", "■政府网站")
        for n in range(1, 7)
    ]
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (HEAD, *rows)]
    return f"<p>农村集体土地征收领域基层政务公开标准目录</p><table>{''.join(lines)}</table>"


def page(days: int = 20, container: str = KNOWN, more: str = "", rows: bool = False, title: str = TITLE) -> bytes:
    body = f"<p>{SENTENCES}</p><p>自收到之日起{days}个工作日内报送落实情况，逾期不报的予以通报。</p>"
    body += "<p>各地要加强组织领导，明确责任分工，确保各项要求落到实处，并及时总结经验。</p>" * 3
    end = "</div>" if container == KNOWN else "</section>"
    menu = "<ul>" + "".join(f"<li><a href='/l{n}/'>栏目{n}</a></li>" for n in range(12)) + "</ul>"
    return html(title, f"<h1>{title}</h1>{menu}{container}{body}{table() if rows else ''}{more}{end}")


class Desk(Office):
    """One notice on one server."""

    server: SiteServer

    def show(self, body: bytes) -> str:
        return self.server.put("land", "/tz/t1.html", body)

    def visit(self, body: bytes | None = None) -> list[str]:
        """One crawl; returns the kinds of the loud changes."""
        if body is not None:
            self.show(body)
        return [change["kind"] for change in self.crawl(codes=(0, 3))["changes"] if not change["quiet"]]

    def attention(self) -> list[dict[str, Any]]:
        return self.run("status", codes=(0, 3))["attention"]

    def waiting(self) -> list[dict[str, Any]]:
        return self.run("review", codes=(0, 3))

    def rows_in_force(self) -> int:
        return self.one("SELECT count(*) FROM items WHERE current = 1")

    def one(self, sql: str) -> Any:
        with closing(sqlite3.connect(self.data / "archive.db")) as connection:
            return connection.execute(sql).fetchone()[0]

    def decide(self, *arguments: str) -> None:
        self.run(*arguments, json=False)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with SiteServer() as server:
        url = server.put("land", "/tz/t1.html", page())
        desk = Desk.of_list(tmp_path / "data", TITLE, url, "农村集体土地征收")
        assert isinstance(desk, Desk)
        desk.server = server
        yield desk


def test_an_edit_that_comes_with_a_redesign_is_asked_about_and_told_once_the_body_is_declared(desk: Desk) -> None:
    assert desk.visit() == ["new"]
    assert desk.visit(page(7, UNKNOWN)) == [], "a guessed body tells nothing by itself"
    (question,) = desk.attention()
    assert "与上一版不同，待核对" in question["what"]
    assert "wenzhang-neirong" in question["why"], "the selector that would fit is proposed"
    assert desk.rows_in_force() == 0
    desk.sources.write_text(desk.sources.read_text("utf-8") + 'content = ".wenzhang-neirong"\n', "utf-8")
    assert desk.visit() == ["revised"]
    assert "7" in desk.one("SELECT summary FROM changes WHERE kind = 'revised'")
    assert desk.attention() == []
    assert desk.waiting() == []


def test_a_page_that_was_never_read_surely_asks_about_each_revision_once(desk: Desk) -> None:
    desk.visit(page(20, UNKNOWN))
    (unsure,) = desk.attention()
    assert "wenzhang-neirong" in unsure["why"]
    assert desk.visit(page(7, UNKNOWN)) == []
    (question,) = desk.waiting()
    assert desk.visit() == []
    assert [one["number"] for one in desk.waiting()] == [question["number"]]
    (shown,) = desk.run("review", str(question["number"]), codes=(3,))
    assert [text for op, text in shown["text"] if op == "insert"] == ["7"]
    desk.decide("reject", str(question["number"]))
    assert desk.visit() == []
    assert desk.waiting() == [], "the same text is not asked about again"
    desk.visit(page(5, UNKNOWN))
    (again,) = desk.waiting()
    desk.decide("accept", str(again["number"]))
    assert desk.one("SELECT count(*) FROM changes WHERE kind = 'revised'") == 1


def test_accepting_what_is_not_the_notice_is_taken_back_whole(desk: Desk) -> None:
    """The remedy that release 1.0.0 recommended took the notice's rows out of force for good."""
    desk.visit(page(rows=True))
    assert desk.rows_in_force() == 6
    before = desk.run("export", str(desk.data / "before.json"), json=False)
    gone = html("提示", "<div id='content'><p>抱歉，您访问的页面不存在，可能已被删除。</p></div>")
    assert desk.visit(gone) == []
    (trouble,) = desk.attention()
    assert "accept" not in trouble["command"]
    capture = desk.one("SELECT max(id) FROM captures WHERE verdict = 'suspect'")
    desk.decide("accept", "--capture", str(capture))
    assert desk.rows_in_force() == 0
    desk.visit()
    desk.visit(gone.replace("抱歉".encode(), "对不起".encode()))
    desk.run("reextract")
    desk.decide("undo")
    assert desk.rows_in_force() == 6
    assert desk.run("export", str(desk.data / "after.json"), json=False)
    assert (desk.data / "before.json").read_text() == (desk.data / "after.json").read_text(), before
    kinds = [(c["kind"], c["withdrawn"]) for c in desk.run("changes") if not c["quiet"]]
    assert kinds[0] == ("correction", False)
    assert all(withdrawn for kind, withdrawn in kinds if kind == "revised")
    assert desk.run("verify")["ok"]
    assert desk.visit(page(rows=True)) == []
    assert desk.run("search", "征地事项3")[0]["kind"] == "item"


def test_a_counter_in_the_body_is_told_once_then_held_and_settled_by_one_decision(desk: Desk) -> None:
    def counted(n: int, days: int = 20) -> bytes:
        return page(days, more=f"<p>人气指数 {n}</p>")

    desk.visit(counted(3345))
    assert desk.visit(counted(3346)) == ["revised"], "once it may be the ministry's"
    assert desk.visit(counted(3351)) == []
    (question,) = desk.waiting()
    assert question["kind"] == "furniture"
    assert desk.visit(counted(3360)) == []
    assert desk.visit(counted(3371, 7)) == ["revised"], "an edit beside it is told"
    desk.decide("accept", str(question["number"]))
    assert desk.visit(counted(3399)) == []
    assert desk.attention() == []


def test_a_line_that_is_the_notices_own_after_all_is_told(desk: Desk) -> None:
    def counted(n: int) -> bytes:
        return page(more=f"<p>补助标准 {n} 元</p>")

    desk.visit(counted(100))
    desk.visit(counted(120))
    assert desk.visit(counted(150)) == []
    (question,) = desk.waiting()
    desk.decide("reject", str(question["number"]))
    assert "150" in desk.one("SELECT summary FROM changes ORDER BY id DESC")
    assert desk.visit(counted(180)) == ["revised"], "it is never held again"
    desk.decide("undo")
    assert desk.one("SELECT state FROM furniture") == "proposed"


def test_a_list_that_differs_at_each_request_hides_no_edit(desk: Desk) -> None:
    asked = 0

    def rotating(days: int) -> bytes:
        nonlocal asked
        asked += 1
        links = "".join(f"<li><a href='/x{asked}{n}.html'>推荐阅读第{asked}{n}篇</a></li>" for n in range(3))
        return page(days, more=f"<p>热门推荐</p><ul>{links}</ul><p>编辑部</p>")

    desk.visit(rotating(20))
    url = desk.show(rotating(7))
    desk.server.put("land", "/tz/t1.html", rotating(7))
    server_page = desk.server.page
    desk.server.page = lambda origin, path: (desk.show(rotating(7)), server_page(origin, path))[1]  # type: ignore[method-assign]
    assert desk.visit() == ["revised"], url
    (question,) = desk.waiting()
    assert question["kind"] == "furniture"
    assert desk.visit() == []


def test_a_notice_replaced_by_a_sentence_is_told_as_repealed_and_keeps_its_rows(desk: Desk) -> None:
    desk.visit(page(rows=True))
    sentence = "<p>本文件已废止，请查阅《演示部办公厅关于印发新标准指引的通知》（演示办发〔2026〕1号）。</p>"
    assert desk.visit(html(TITLE, f"<h1>{TITLE}</h1>{KNOWN}{sentence}</div>")) == ["repealed"]
    assert desk.visit() == []
    assert desk.rows_in_force() == 6
    assert "已废止" in desk.one("SELECT repealed FROM notices")
    assert desk.waiting() == []


@pytest.mark.parametrize("edited", [False, True], ids=["the same page", "an edited page"])
def test_a_lost_record_and_a_better_reader_stop_no_crawl(desk: Desk, edited: bool) -> None:
    """The bytes are fetched again; what cannot be read by one reader on both sides is asked about, never guessed."""
    desk.visit(page(rows=True))
    for path in (desk.data / "warc").glob("*.warc.gz"):
        path.write_bytes(b"\0" * path.stat().st_size)
    with closing(sqlite3.connect(desk.data / "archive.db")) as connection, connection:
        connection.execute("UPDATE documents SET reader = 'of another release'")
        connection.execute("UPDATE versions SET reader = 'of another release'")
    assert desk.visit(page(7 if edited else 20, rows=True)) == []
    assert desk.one("SELECT count(*) FROM captures WHERE reason = 'incomplete'") == 0
    assert desk.rows_in_force() == 6
    waiting = desk.waiting()
    assert [question["kind"] for question in waiting] == (["version"] if edited else [])
    if edited:
        assert "无法与它用同一程序比对" in waiting[0]["why"]
        desk.decide("accept", str(waiting[0]["number"]))
        assert desk.one("SELECT kind FROM changes ORDER BY id DESC") == "revised"
