"""A server that says "not modified" may be wrong: once a month the whole is asked for, and lies are remembered."""

from __future__ import annotations

import json
from pathlib import Path

from tests.crawl.harness import Archive, page
from tests.sites.server import SiteServer

CONSTANT = {"ETag": '"for-ever"'}
FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"
MONTH_AGO = "UPDATE captures SET fetched_at = strftime('%Y-%m-%dT%H:%M:%SZ', fetched_at, '-31 days')"
LINK = '<p><a href="/a.csv">附件：目录.csv</a></p>'


def revised(body: bytes) -> bytes:
    return body.replace("20个工作日".encode(), "7个工作日".encode())


def whole_visits(archive: Archive) -> int:
    last = archive.rows("SELECT stats FROM crawls ORDER BY id DESC LIMIT 1")[0]
    return int(json.loads(last["stats"]).get("guidelines/unconditional", 0))


def test_a_false_304_hides_a_revision_for_a_month_at_most(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    table = "事项,时限\n征地公告,20日\n".encode()
    with SiteServer() as server:
        notice = page("land", LINK)
        archive.watch("land", server.put("a.example", "/t.html", notice, headers=CONSTANT, etag=False))
        server.put("a.example", "/a.csv", table, "text/csv", headers=CONSTANT, etag=False)
        archive.crawl()
        server.put("a.example", "/t.html", revised(notice), headers=CONSTANT, etag=False)
        server.put("a.example", "/a.csv", table.replace(b"20", b"7"), "text/csv", headers=CONSTANT, etag=False)
        archive.crawl()
        assert archive.changes() == ["new"], "as long as the server is believed"
        assert whole_visits(archive) == 0
        archive.execute(MONTH_AGO)
        archive.crawl()
        assert archive.changes() == ["new", "revised", "attachment-replaced"]
        assert whole_visits(archive) == 2
        # an ETag that stood for two bodies is not sent again: the next revision shows at once
        again = revised(notice).replace("7个".encode(), "5个".encode())
        server.put("a.example", "/t.html", again, headers=CONSTANT, etag=False)
        archive.crawl()
        assert archive.changes()[3:] == ["revised"]
        assert whole_visits(archive) == 0


def test_a_304_that_nobody_asked_for_is_an_error_and_no_news_of_the_page(tmp_path: Path) -> None:
    """Of a page that was asked for as a whole, and of one that moved to an address of which nothing is known."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        stale = server.put("a.example", "/t.html", page("land"))
        archive.watch("land", stale)
        archive.watch("tax", server.put("b.example", "/t.html", page("tax")))
        archive.crawl()
        archive.execute(MONTH_AGO)
        server.mode(stale, "status-304")
        moved = server.put("b.example", "/new.html", page("tax"))
        server.put("b.example", "/t.html", "", status=301, headers={"Location": moved})
        server.mode(moved, "status-304")
        archive.crawl()
    for slug in ("land", "tax"):
        assert archive.verdicts(slug) == [("ok", ""), ("error", "http-304")]
    assert archive.changes() == ["new", "new"]


def test_a_date_to_come_is_not_sent_back_as_a_condition(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        notice = page("land")
        archive.watch("land", server.put("a.example", "/t.html", notice, last_modified=FUTURE, etag=False))
        archive.crawl()
        server.put("a.example", "/t.html", revised(notice), last_modified=FUTURE, etag=False)
        archive.crawl()
    assert archive.changes() == ["new", "revised"]
