"""What a person has saved in a browser enters the archive; served and saved for real."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.warc.check import check_file
from archive.warc.read import records
from tests.chromium import browser, needs_chromium
from tests.crawl.harness import Archive, environment, page
from tests.formats.helpers import OWN
from tests.samples.saved import SAVED
from tests.sites.server import SiteServer

LINK = '<p><a href="/files/mulu.docx">附件：社会救助领域标准目录.docx</a></p>'
CHALLENGE = b"<html><script>var _0x1=1;document.cookie='a=1';location.reload()</script></html>"


def guidelines(data: Path, *arguments: str, code: int = 0) -> str:
    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), *arguments]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr[-3000:]
    return done.stdout


def told(data: Path, *arguments: str, code: int = 0) -> Any:
    return json.loads(guidelines(data, *arguments, "--json", code=code))


@pytest.fixture(scope="module")
def server() -> Iterator[SiteServer]:
    with SiteServer() as server:
        server.put("a.example", "/t.html", page("welfare", LINK))
        server.put("a.example", "/files/mulu.docx", (OWN / "mulu.docx").read_bytes(), "application/octet-stream")
        yield server


@pytest.fixture
def archive(tmp_path: Path, server: SiteServer) -> Archive:
    archive = Archive(tmp_path / "data")
    archive.watch("welfare", server.host("a.example") + "/t.html")
    archive.command()  # writes sources.toml
    return archive


def mhtml(html: bytes, url: str, date: str = "Sat, 01 Jan 2056 00:00:00 GMT") -> bytes:
    """As Chromium writes it."""
    head = f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nDate: {date}\r\nMIME-Version: 1.0\r\n"
    head += 'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--b--"\r\n\r\n\r\n----b--\r\n'
    head += f"Content-Type: text/html; charset=utf-8\r\nContent-Location: {url}\r\n\r\n"
    return head.encode() + html + b"\r\n----b----\r\n"


def saved(folder: Path, name: str, payload: bytes) -> str:
    (folder / name).write_bytes(payload)
    return str(folder / name)


@needs_chromium
def test_a_page_saved_by_chromium_is_received_and_the_next_crawl_tells_nothing(
    archive: Archive, server: SiteServer, tmp_path: Path
) -> None:
    url = server.host("a.example") + "/t.html"
    with browser() as chromium:
        chromium.open(url)
        file = saved(tmp_path, "通知.mhtml", chromium.snapshot())
    report = told(archive.data, "receive", file, "--notice", "welfare", code=3)  # its file is still to be had
    assert (report["received"]["verdict"], report["received"]["url"]) == ("ok", url)
    assert [change["kind"] for change in report["changes"]] == ["new"]
    archive.crawl(code=0)
    assert archive.changes() == ["new"]
    assert len(archive.texts("welfare")) == 1


def test_a_received_page_is_searched_verified_and_read_again(archive: Archive, tmp_path: Path) -> None:
    url = "http://a.example/t.html"
    file = saved(tmp_path, "通知.mhtml", mhtml(page("welfare", LINK), url))
    guidelines(archive.data, "receive", file, "--notice", "welfare", code=3)
    assert told(archive.data, "search", "公开时限")
    assert told(archive.data, "verify")["ok"]
    assert told(archive.data, "reextract")["changes"] == []
    (notice,) = told(archive.data, "status", code=3)["notices"]
    assert notice["state"] == "current"
    assert notice["received"]
    kept = [record for path in archive.warcs() for record in records(path)]
    assert [record.type for record in kept] == ["warcinfo", "resource", "metadata"]
    assert kept[1].body == Path(file).read_bytes()
    assert kept[1].url == url
    archive.check_warcs()


def test_the_files_of_a_received_page_are_asked_for_and_can_be_received(archive: Archive, tmp_path: Path) -> None:
    file = saved(tmp_path, "通知.mhtml", mhtml(page("welfare", LINK), "http://a.example/t.html"))
    guidelines(archive.data, "receive", file, "--notice", "welfare", code=3)
    (point,) = told(archive.data, "status", code=3)["attention"]
    assert "1 个附件还没有取得" in point["what"]
    shutil.copy(OWN / "mulu.docx", tmp_path / "社会救助领域标准目录.docx")
    found = told(archive.data, "receive", str(tmp_path / "社会救助领域标准目录.docx"), "--notice", "welfare")
    assert found["received"]["kind"] == "attachment"
    assert told(archive.data, "status")["attention"] == []
    assert archive.rows("SELECT count(*) AS n FROM items_in_force")[0]["n"] == 21


def test_a_complete_page_comes_with_its_folder(archive: Archive, tmp_path: Path) -> None:
    shutil.copytree(SAVED, tmp_path / "saved")
    file = tmp_path / "saved" / "通知.html"
    report = told(archive.data, "receive", str(file), "--notice", "welfare")
    assert report["received"]["verdict"] == "ok"
    assert report["received"]["url"] == "http://a.example/2026/t.html"  # as the browser has written it into the page
    (path,) = archive.warcs()
    resources = [record for record in records(path) if record.type == "resource"]
    assert [record.body for record in resources[1:]] == [(SAVED / "通知_files" / "site.css").read_bytes()]
    assert check_file(path) == []


def test_a_challenge_page_that_is_handed_in_never_becomes_a_version(archive: Archive, tmp_path: Path) -> None:
    file = saved(tmp_path, "页.html", CHALLENGE)
    report = told(archive.data, "receive", file, "--notice", "welfare", code=3)
    assert report["received"]["verdict"] == "suspect"
    gone = "<html><title>404</title><body>您访问的页面不存在</body></html>".encode()
    file = saved(tmp_path, "页.mhtml", mhtml(gone, "http://a.example/t.html"))
    report = told(archive.data, "receive", file, "--notice", "welfare", code=3)
    assert (report["received"]["verdict"], report["received"]["reason"]) == ("suspect", "soft-404")
    assert archive.texts("welfare") == []


def test_a_revision_that_is_handed_in_is_told_and_an_old_page_is_refused(
    archive: Archive, server: SiteServer, tmp_path: Path
) -> None:
    archive.crawl(code=0)
    url = server.host("a.example") + "/t.html"
    other = page("welfare", LINK).replace(b"20", b"7")
    old = saved(tmp_path, "old.mhtml", mhtml(other, url, "Tue, 06 Jan 2026 00:00:00 GMT"))
    guidelines(archive.data, "receive", old, "--notice", "welfare", code=1)
    assert archive.changes() == ["new"]
    report = told(archive.data, "receive", saved(tmp_path, "new.mhtml", mhtml(other, url)), "--notice", "welfare")
    assert [change["kind"] for change in report["changes"]] == ["revised"]


def test_a_file_of_no_known_attachment_is_refused_with_those_there_are(archive: Archive, tmp_path: Path) -> None:
    file = saved(tmp_path, "别的.docx", (OWN / "mulu.docx").read_bytes())
    guidelines(archive.data, "receive", file, "--notice", "welfare", code=1)  # there is not even a page
    guidelines(archive.data, "receive", file, "--notice", "nobody", code=2)
    assert not archive.rows("SELECT 1 FROM captures")
