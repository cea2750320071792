"""What waits for a person is asked about once, however many places of a page it is about."""

from __future__ import annotations

from pathlib import Path

from archive.compare.furniture import FurnitureKind, Pattern
from archive.operate import health
from archive.record.learn import propose
from archive.record.look import read_only
from archive.record.reviews import sync
from tests.crawl.harness import Archive, page
from tests.factory import make_archive
from tests.sites.server import SiteServer


def test_a_page_that_changes_in_several_places_is_one_point_of_status(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    pages = [row["id"] for row in store.rows("SELECT id FROM documents WHERE kind = 'page' ORDER BY id")]
    for id, lines in ((pages[0], ("下载客户端", "领导活动", "网友还在看")), (pages[1], ("猜您喜欢",))):
        propose(store, id, [(Pattern(FurnitureKind.BANNER, line), ["", line, ""]) for line in lines])
    sync(store)
    points = [p for p in health.status(tmp_path, read_only(tmp_path))["attention"] if "每次都变" in p["what"]]
    assert [("3 处" in p["what"], p["command"]) for p in points] == [
        (True, "guidelines review 1"),
        (False, "guidelines review 4"),
    ]


def test_a_page_that_is_taken_down_is_named_though_an_older_answer_waits(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("land.example", "/t.html", page("land"))
        archive.watch("land", url)
        archive.crawl(code=0)
        server.mode(url, "home")
        archive.crawl(code=3)
        asked = [point["what"] for point in health.status(archive.data, read_only(archive.data))["attention"]]
        assert len(asked) == 1
        assert "取得的内容可疑" in asked[0]
        server.mode(url, "status-404")
        archive.crawl(code=3)
    asked = [point["what"] for point in health.status(archive.data, read_only(archive.data))["attention"]]
    assert sum("取得的内容可疑" in what for what in asked) == 1
    assert sum("无法访问：服务器返回 HTTP 404" in what for what in asked) == 1
