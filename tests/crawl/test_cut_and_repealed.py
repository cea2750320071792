"""Over sockets: a page that came cut tells nobody anything, a notice replaced by one sentence is told as that."""

from __future__ import annotations

import json
from pathlib import Path

from tests.crawl.harness import Archive, page
from tests.sites.server import SiteServer

TABLE = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
FILES = f"<p>附件：<a href='/a.txt'>演示名单.txt</a></p>{TABLE}"


def test_a_page_cut_behind_a_tag_raises_no_alarm_and_is_taken_again_when_it_is_whole(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    whole = page("land", FILES)
    with SiteServer() as server:
        server.put("a.example", "/a.txt", "演示名单：甲、乙。".encode())
        archive.watch("land", server.put("a.example", "/t.html", whole))
        archive.crawl()
        for mark in ("<p>联系电话", "<p>附件：", "<tr><td>乙"):
            server.put("a.example", "/t.html", whole[: whole.index(mark.encode())])
            archive.crawl()
        server.put("a.example", "/t.html", whole)
        archive.crawl()
    assert archive.verdicts("land") == [("ok", ""), *[("suspect", "truncated")] * 3, ("unchanged", "")]
    assert archive.changes() == ["new"]


def test_a_notice_replaced_by_one_sentence_is_repealed_and_not_shrunk(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land", "<p>各级政府要及时公开。</p>" * 40)))
        archive.crawl()
        server.put("a.example", "/t.html", page("land", body="<p>本文件已被《演示标准指引（2026年版）》代替。</p>"))
        archive.crawl()
    assert archive.verdicts("land") == [("ok", ""), ("ok", "")]
    (version,) = archive.rows("SELECT metadata FROM versions ORDER BY id DESC LIMIT 1")
    assert json.loads(version["metadata"])["repealed"] == "本文件已被《演示标准指引（2026年版）》代替"
    assert "repealed" in archive.changes()
