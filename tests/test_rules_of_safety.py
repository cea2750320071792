"""Rules of politeness and of checking: what a site, an operator or an auditor would hold against us if they broke."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.http import Request, Response
from scrapy.settings import Settings as ScrapySettings
from scrapy.statscollectors import MemoryStatsCollector

from archive.operate.verify import verify
from archive.record.store import Store
from crawler.download.asked import KEY, Asked
from crawler.download.errors import NotFetched, RobotsForbid
from crawler.download.robots import LONGEST_DELAY, RobotsMiddleware
from crawler.download.scope import ScopeMiddleware
from tests.crawled import copy_of, crawled
from tests.sites.server import SiteServer
from tests.test_listings import NEW, OLD_ENTRIES, Site, entry

# ---------------------------------------------------------------- robots.txt

ROBOTS = """User-agent: *
Disallow: /closed/
Crawl-delay: 86400

User-agent: guidelines-archive
Disallow: /ours/
Crawl-delay: {delay}
"""


class Host:
    """What the middleware asks of Scrapy: a downloader whose only answer is this robots.txt."""

    def __init__(self, robots: str) -> None:
        self.settings = ScrapySettings({"BOT_NAME": "guidelines-archive", "DOWNLOAD_DELAY": 5})
        self.stats = MemoryStatsCollector(SimpleNamespace(settings=ScrapySettings({"STATS_DUMP": False})))
        self.engine = self
        self.downloader = SimpleNamespace(per_slot_settings={}, slots={})
        self.robots = robots

    async def download_async(self, request: Request) -> Response:
        return Response(request.url, body=self.robots.encode())

    def asks(self, path: str) -> float:
        """The delay between requests that holds once `path` may be asked for."""
        request = Request(f"http://a.example{path}", meta={KEY: Asked(frozenset({"a.example"}))})
        asyncio.run(RobotsMiddleware(self).process_request(request))
        return float(self.downloader.per_slot_settings["a.example"]["delay"])


def test_a_crawl_delay_of_a_day_is_honoured_up_to_a_minute() -> None:
    """A site could otherwise keep a crawl from ever ending."""
    assert Host(ROBOTS.format(delay=86400)).asks("/t.html") == LONGEST_DELAY == 60


def test_a_crawl_delay_shorter_than_our_own_hurries_nobody() -> None:
    assert Host(ROBOTS.format(delay=1)).asks("/t.html") == 5


def test_the_rules_that_name_us_count_and_not_those_for_everybody() -> None:
    host = Host(ROBOTS.format(delay=10))
    assert host.asks("/closed/t.html") == 10
    with pytest.raises(RobotsForbid):
        host.asks("/ours/t.html")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/x.doc", "data:text/plain,x"])
def test_only_web_addresses_are_asked_for(url: str) -> None:
    request = Request(url, meta={KEY: Asked(frozenset({"a.example", ""}))})
    with pytest.raises(NotFetched):
        asyncio.run(ScopeMiddleware(frozenset({"a.example"})).process_request(request))


# ---------------------------------------------------------------- lists of new documents


def test_a_list_that_links_to_another_site_is_told_of_and_that_site_is_not_contacted(tmp_path: Path) -> None:
    with SiteServer() as server:
        site = Site(tmp_path, server)
        site.look()
        elsewhere = server.host("elsewhere.example")
        site.list(entry(f"{elsewhere}/x.html", NEW, "2026-11-20"), *OLD_ENTRIES)
        site.look()
        (candidate,) = site.rows("SELECT * FROM candidates")
        assert candidate["url"].startswith(elsewhere)
        assert any("没有读取该页" in sentence for sentence in json.loads(candidate["evidence"]))
        assert server.requests("elsewhere.example") == []


# ---------------------------------------------------------------- verify


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crawled(tmp_path_factory.mktemp("rules"))


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return copy_of(sound, tmp_path / "data")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE captures SET bytes = bytes + 1 WHERE refers_to IS NULL AND sha256 <> ''", "字节，记录的是"),
        ("UPDATE versions SET capture_id = 9999", "指向不存在的 captures"),
    ],
)
def test_what_does_not_fit_together_is_found(data: Path, statement: str, words: str) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        assert connection.execute(statement).rowcount > 0
    found = verify(data)
    assert not found["ok"]
    assert words in json.dumps(found["problems"], ensure_ascii=False)


def test_a_capture_that_refers_to_itself_sends_nobody_round_in_a_circle(data: Path) -> None:
    with closing(Store.open(data)) as store:
        (revisit, *_) = store.rows("SELECT * FROM captures WHERE refers_to IS NOT NULL")
        store.update("captures", revisit["id"], refers_to=revisit["id"])
        assert store.holder(store.capture(revisit["id"]))["id"] == revisit["id"]
