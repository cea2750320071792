"""A notice that its site cuts into pages, over sockets: one text, whatever leads from page to page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl.harness import SENTENCES, Archive, page
from tests.sites.server import SiteServer

REST = "<p>第四条 各级政府要及时公开。</p><p>第五条 本通知自印发之日起施行。</p>"
PAGERS = {
    "words and numbers": "<div>上一页<a href='t.html'>1</a><a href='t_1.html'>2</a><a href='t_1.html'>下一页</a></div>",
    "a table": "<table><tr><td>首页</td><td>1</td><td><a href='t_1.html'>2</a></td><td>尾页</td></tr></table>",
    "a list": "<ul><li>1</li><li><a href='t_1.html'>2</a></li><li><a href='t_1.html'>下一页</a></li></ul>",
    "a count": "<p>第1页/共2页 <a href='t_1.html'>[下一页]</a></p>",
    "a button": "<p><a href='t_1.html'>2</a></p><p>点击阅读全文</p><p>返回顶部</p>",
    "neighbours": "<p>上一篇：没有了</p><p>下一篇关于演示的通知</p><p><a href='t_1.html'>下一页</a></p>",
}
BELOW = "<p><a href='t.html'>上一页</a> <a href='t.html'>1</a> 2</p>"


def serve(server: SiteServer, first: str, second: str | None = None) -> str:
    """The notice at /t.html: whole, or with a second page at /t_1.html."""
    further = server.put("a.example", "/t_1.html", page("land", body=second or ""))
    if second is None:
        server.remove(further)
    return server.put("a.example", "/t.html", page("land", body=first))


def told(archive: Archive) -> list[str]:
    """What somebody was told since the notice was taken in."""
    return [row["kind"] for row in archive.rows("SELECT kind FROM changes WHERE NOT quiet AND kind <> 'new'")]


@pytest.mark.parametrize("pager", PAGERS.values(), ids=PAGERS)
def test_a_site_that_begins_and_ends_cutting_a_text_has_revised_nothing(tmp_path: Path, pager: str) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", serve(server, SENTENCES + REST))
        archive.crawl()
        serve(server, SENTENCES + pager, REST + BELOW)
        archive.crawl()
        archive.crawl()
        assert len(archive.texts("land", "attachment")) == 1  # the second page was read
        assert told(archive) == []
        serve(server, SENTENCES + PAGERS["words and numbers"], REST + BELOW + "<p>返回首页</p>")
        archive.crawl()
        serve(server, SENTENCES + REST)
        archive.crawl()
    assert told(archive) == []
