"""Scrapy's own commands, as typed from a clone: on a folder with data and on an empty one, without set-up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.machine.lock import crawl_lock
from tests.crawl.harness import ROOT, Archive, environment, page
from tests.sites.server import SiteServer

ROBOTS = b"User-agent: *\nDisallow: /closed/\n"


@pytest.fixture
def server() -> Iterator[SiteServer]:
    with SiteServer() as server:
        server.put("a.example", "/robots.txt", ROBOTS, "text/plain")
        server.put("a.example", "/t.html", page("land"))
        server.put("a.example", "/closed/t.html", page("welfare"))
        yield server


def scrapy(data: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "scrapy", *arguments]
    env = environment(GUIDELINES_DATA=str(data))
    done = subprocess.run(line, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr[-3000:]
    return done


@pytest.fixture(params=["with data", "empty"])
def data(request: pytest.FixtureRequest, tmp_path: Path, server: SiteServer) -> Path:
    """A folder that watches one notice, crawled before or not."""
    archive = Archive(tmp_path / "data")
    archive.watch("land", server.host("a.example") + "/t.html")
    if request.param == "with data":
        archive.crawl(code=0)
    else:
        archive.command()  # writes sources.toml
    return archive.data


def kept(data: Path) -> list[str]:
    """What a data folder holds, without what SQLite and the lock leave beside an open database."""
    return sorted(
        str(path.relative_to(data)) for path in data.rglob("*") if not path.name.endswith((".lock", "-wal", "-shm"))
    )


def test_the_spiders_are_listed(tmp_path: Path) -> None:
    assert scrapy(tmp_path, "list").stdout.split() == ["listings", "notices"]
    assert kept(tmp_path) == []


def test_a_page_is_fetched_and_nothing_kept(data: Path, server: SiteServer) -> None:
    before = kept(data)
    url = server.host("a.example") + "/t.html"
    assert "演示部办公厅" in scrapy(data, "fetch", "--nolog", url).stdout
    assert (
        "200 1"
        in scrapy(data, "shell", "--nolog", url, "-c", "f'{response.status} {len(response.css(\"h1\"))}'").stdout
    )
    assert kept(data) == before


def test_a_person_obeys_robots_too(tmp_path: Path, server: SiteServer) -> None:
    url = server.host("a.example") + "/closed/t.html"
    assert "演示部办公厅" not in scrapy(tmp_path, "fetch", url).stdout
    assert [seen.path for seen in server.requests("a.example")] == ["/robots.txt"]
    assert kept(tmp_path) == []


def test_a_page_that_leads_to_another_private_address_is_not_followed(tmp_path: Path, server: SiteServer) -> None:
    inside = server.put("inside.example", "/secret.html", page("welfare"))
    url = server.put("a.example", "/away.html", b"", status=302, headers={"Location": inside})
    done = scrapy(tmp_path, "fetch", url)
    assert "演示部办公厅" not in done.stdout
    assert server.requests("inside.example") == []


def test_a_crawl_that_scrapy_begins_keeps_what_ours_keeps(data: Path, server: SiteServer) -> None:
    archive = Archive(data)
    before = archive.rows("SELECT * FROM crawls") if (data / "archive.db").exists() else []
    scrapy(data, "crawl", "notices", "-a", "notice=land", "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0")
    crawls = archive.rows("SELECT * FROM crawls ORDER BY id")
    assert len(crawls) == len(before) + 1
    assert (crawls[-1]["outcome"], crawls[-1]["kind"]) == ("done", "live")
    assert crawls[-1]["finished_at"]
    assert archive.verdicts("land")[-1] == (("unchanged", "") if before else ("ok", ""))
    assert archive.changes() == ["new"]
    archive.check_warcs()


def test_a_slug_that_is_not_declared_begins_no_crawl(data: Path) -> None:
    done = scrapy(data, "crawl", "notices", "-a", "notice=nowhere", code=1)
    assert "没有 slug 为 nowhere 的通知" in done.stderr
    assert not (data / "archive.db").exists() or len(Archive(data).rows("SELECT 1 FROM crawls")) == 1


def test_a_crawl_begins_beside_no_other(tmp_path: Path) -> None:
    with crawl_lock(tmp_path):
        done = scrapy(tmp_path, "crawl", "notices", code=1)
    assert "进程" in done.stderr
