"""What a crawl keeps: conditional requests, revisit records, cookies, a crawl that was killed, one crawl at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive.operate.verify import verify
from archive.warc.read import read_payload
from tests.crawl.harness import Archive, environment, page
from tests.sites.server import SiteServer

FILE = b"\xd0\xcf\x11\xe0 a file of ours, read by nobody" * 50
LINK = '<p><a href="/files/1.dat">附件：标准目录.doc</a></p>'


def test_an_unchanged_page_is_asked_for_with_its_validators_and_costs_no_body(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land"), last_modified="Wed, 18 Nov 2026 08:00:00 GMT")
        archive.watch("land", url)
        archive.crawl()
        archive.crawl()
        first, second = server.requests("a.example", "/t.html")
        assert "if-none-match" not in first.headers
        assert second.headers["if-none-match"].startswith('"')
        assert second.headers["if-modified-since"] == "Wed, 18 Nov 2026 08:00:00 GMT"
    one, two = archive.captures("land")
    assert (two["verdict"], two["http_status"], two["refers_to"]) == ("unchanged", 304, one["id"])
    assert (two["sha256"], two["bytes"]) == (one["sha256"], one["bytes"])
    record = next(r for r in archive.records() if r.type == "revisit")
    assert record.headers["warc-profile"].endswith("/1.1/revisit/server-not-modified")
    assert record.headers["warc-refers-to-date"] == one["fetched_at"]


def test_the_same_payload_again_is_a_revisit_record(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land"), etag=False))
        archive.crawl()
        archive.crawl()
    one, two = archive.captures("land")
    assert (two["verdict"], two["http_status"], two["refers_to"]) == ("unchanged", 200, one["id"])
    revisit = next(r for r in archive.records() if r.type == "revisit")
    original = next(r for r in archive.records() if r.type == "response" and r.url == one["url"])
    assert revisit.headers["warc-profile"].endswith("/1.1/revisit/identical-payload-digest")
    assert revisit.headers["warc-refers-to"] == original.headers["warc-record-id"]
    assert revisit.headers["warc-payload-digest"] == original.headers["warc-payload-digest"] == one["warc_digest"]


def test_an_unchanged_page_that_moved_holds_its_own_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land")))
        archive.crawl()
        moved = server.put("a.example", "/new.html", page("land"))
        server.put("a.example", "/t.html", "", status=301, headers={"Location": moved})
        archive.crawl()
        archive.crawl()
    captures = archive.captures("land")
    assert [row["verdict"] for row in captures] == ["ok", "unchanged", "unchanged"]
    assert [row["refers_to"] for row in captures] == [None, None, captures[1]["id"]]
    assert {(row["sha256"], row["media_type"]) for row in captures} == {(captures[0]["sha256"], "text/html")}
    assert verify(archive.data)["problems"] == []


def test_a_suspect_page_that_was_served_again_is_accepted_by_its_latest_capture(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land")))
        archive.crawl()
        server.put("a.example", "/t.html", page("tax"), etag=False)
        archive.crawl()
        archive.crawl()
    one, two = archive.captures("land")[-2:]
    assert (two["reason"], two["refers_to"]) == ("elsewhere", one["id"])
    main = "from archive.cli import main; main()"
    line = [sys.executable, "-c", main, "--data", str(archive.data), "accept", "--capture", str(two["id"])]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert archive.changes()[0] == "new"
    assert len(archive.texts("land")) == 2
    assert verify(archive.data)["problems"] == []


def test_validators_go_only_to_the_address_they_came_from(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    stamp = "Wed, 18 Nov 2026 08:00:00 GMT"
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land"), last_modified=stamp, etag=False)
        server.put("a.example", "/", page("another"), last_modified=stamp, etag=False)
        archive.watch("land", url)
        archive.crawl()
        server.mode(url, "home")
        archive.crawl()
    assert archive.captures("land")[-1]["verdict"] == "suspect"


def test_kept_bytes_come_back_from_the_record_as_they_were_served(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land", LINK))
        server.put("a.example", "/files/1.dat", FILE, "application/octet-stream")
        server.mode(url, "chunked-gzip")
        archive.watch("land", url)
        archive.crawl()
    capture = archive.captures("land")[0]
    assert read_payload(archive.data, capture["warc_file"], capture["warc_offset"]).body == page("land", LINK)
    attached = archive.captures("land", "attachment")[0]
    assert read_payload(archive.data, attached["warc_file"], attached["warc_offset"]).body == FILE


def test_a_redirect_to_itself_with_a_cookie_is_followed(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land"))
        server.mode(url, "redirect-self-cookie")
        archive.watch("land", url)
        archive.crawl()
        first, second = server.requests("a.example", "/t.html")
        assert "cookie" not in first.headers
        assert second.headers["cookie"] == "visited=1"
    assert archive.verdicts("land") == [("ok", "")]
    assert json.loads(archive.captures("land")[0]["redirects"]) == [[302, url]]


@pytest.mark.parametrize("files_first", [1, 3])
def test_a_killed_crawl_leaves_a_good_database_and_good_warc_files(tmp_path: Path, files_first: int) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        links = "".join(f'<p><a href="/files/{n}.dat">附件：第{n}份.doc</a></p>' for n in range(6))
        archive.watch("land", server.put("a.example", "/t.html", page("land", links)))
        for n in range(6):
            server.put("a.example", f"/files/{n}.dat", FILE + bytes([n]), "application/octet-stream")
        server.hold(server.host("a.example") + f"/files/{files_first}.dat")
        child = subprocess.Popen(
            archive.command("--delay", "0"), env=environment(), stderr=subprocess.DEVNULL, start_new_session=True
        )
        server.wait_for(lambda seen: any(s.path == f"/files/{files_first}.dat" for s in seen), timeout=60)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    archive.check_warcs()
    assert archive.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    kept = archive.captures("land")
    assert [row["verdict"] for row in kept] == ["ok"]
    assert len(archive.texts("land")) == 1


def test_after_a_kill_the_next_crawl_sets_the_torn_record_aside_and_goes_on(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land")))
        archive.crawl()
        last = archive.warcs()[-1]
        whole = last.read_bytes()
        last.write_bytes(whole + whole[: len(whole) // 3])  # as a write that was cut off
        said = archive.crawl()
    assert "不完整" in said
    assert last.read_bytes().startswith(whole)
    assert list((archive.data / "warc" / "torn").iterdir())
    assert archive.verdicts("land")[-1] == ("unchanged", "")


def test_a_second_crawl_on_the_same_folder_says_who_holds_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land"))
        archive.watch("land", url)
        release = server.hold(url)
        line = archive.command("--delay", "0")
        first = subprocess.Popen(line, env=environment(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        server.wait_for(lambda seen: any(s.path == "/t.html" for s in seen), timeout=60)
        second = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=60)
        assert second.returncode == 1
        assert "进程" in second.stderr
        release()
        first.wait(60)
    assert archive.verdicts("land") == [("ok", "")]
