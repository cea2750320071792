"""A file that cannot be read here (scanned, locked, of an unknown format) and is replaced is told all the same: other
bytes are another file, once a second answer has brought them too."""

from __future__ import annotations

import re
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from archive.operate.health import notice_troubles
from archive.record.look import read_only
from tests.crawl.harness import Archive, page
from tests.crawl.test_same_files import attention, packed, told
from tests.samples import files
from tests.sites.server import SiteServer
from tests.web.conftest import Site as Web

SAMPLES = Path(__file__).parents[1] / "samples/files"
RTF, PDF, WORD, ZIP = "application/rtf", "application/pdf", "application/msword", "application/zip"


def rtf(text: str) -> bytes:
    letters = "".join(f"\\u{ord(letter)}?" for letter in text)
    return f"{{\\rtf1\\ansi {letters}}}".encode()


@cache
def scan(pages: int) -> bytes:
    return files.scan((SAMPLES / "mulu.pdf").read_bytes(), pages)


def sample(name: str, more: bytes = b"") -> bytes:
    return (SAMPLES / name).read_bytes() + more


CLOSED = {
    "rtf": (".rtf", RTF, rtf("演示样本：目录一"), rtf("演示样本：目录二")),
    "scan": (".pdf", PDF, scan(2), scan(1)),
    "password": (".docx", WORD, sample("locked.docx"), sample("locked.docx", b"\0" * 512)),
    "locked archive": (".zip", ZIP, sample("locked.zip"), packed(("目录.rtf", rtf("演示样本：目录二")))),
    "other kind": (".pdf", PDF, sample("locked.pdf"), scan(1)),
    "scan in an archive": (".zip", ZIP, packed(("a.pdf", scan(2))), packed(("a.pdf", scan(1)))),
}
UNCOMPARED = ("attachment-replaced", 0, "附件“目录”已更换文件，内容无法比对，请人工核对")


class Site:
    """A notice with one file."""

    def __init__(self, server: SiteServer, data: Path, suffix: str, media_type: str, body: bytes) -> None:
        self.server, self.media_type = server, media_type
        self.archive = Archive(data)
        self.archive.watch("land", server.put("a.example", "/t.html", page("land", f'<a href="/a{suffix}">目录</a>')))
        self.path = f"/a{suffix}"
        self.url = self.serve(body)
        self.archive.crawl()
        assert told(self.archive) == []

    def serve(self, body: bytes) -> str:
        return self.server.put("a.example", self.path, body, self.media_type)

    def replaced_after_a_second_look(self, body: bytes) -> None:
        self.serve(body)
        self.server.then(self.url, "status-500", after=1)
        assert self.crawl() == [], "one answer is not believed"
        self.server.then(self.url, "", after=0)
        assert self.crawl() == [UNCOMPARED]

    def crawl(self, times: int = 1) -> list[tuple[str, int, str]]:
        for _ in range(times):
            self.archive.crawl()
        return told(self.archive)


@pytest.mark.parametrize("kind", CLOSED)
def test_a_file_that_cannot_be_read_replaced_by_another_is_told_once(tmp_path: Path, kind: str) -> None:
    suffix, media_type, before, after = CLOSED[kind]
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", suffix, media_type, before)
        assert site.crawl() == [], "the same bytes are no news"
        site.serve(after)
        ((kind_, quiet, summary),) = site.crawl()
        assert (kind_, quiet) == UNCOMPARED[:2]
        assert "已更换文件，内容无法比对，请人工核对" in summary
        assert len(site.crawl()) == 1, "told once"
    assert "无法读取" in "；".join(attention(site.archive))


def test_two_servers_with_two_scans_are_asked_about_and_not_told(tmp_path: Path) -> None:
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", ".pdf", PDF, scan(2))
        server.mode(site.url, "salted")
        assert site.crawl() == []
        assert site.archive.verdicts("land", "attachment")[1:] == [("suspect", "unstable")] * 2
        assert "没有取得：几次抓取的内容来回变化" in "；".join(attention(site.archive))
        site.serve(scan(1))
        server.mode(site.url, "")
        assert site.crawl() == [UNCOMPARED]


@pytest.mark.parametrize(("kind", "share"), [*zip(CLOSED, [0.5, 0.98] * 3, strict=True)])
def test_a_file_that_comes_cut_once_is_no_replacement(tmp_path: Path, kind: str, share: float) -> None:
    suffix, media_type, whole, _ = CLOSED[kind]
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", suffix, media_type, whole)
        site.serve(whole[: int(len(whole) * share)])
        assert site.crawl() == []
        assert "没有取得" in "；".join(attention(site.archive))
        site.serve(whole)
        assert site.crawl() == []


@pytest.mark.parametrize("share", [0.5, 0.9, 0.98])
def test_a_readable_pdf_that_comes_cut_once_has_lost_no_rows(tmp_path: Path, share: float) -> None:
    """Its reader mends what it can: what it reads looks like a shorter file."""
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", ".pdf", PDF, sample("mulu.pdf"))
        site.serve(sample("mulu.pdf")[: int(len(sample("mulu.pdf")) * share)])
        assert site.crawl() == []
        assert "没有取得" in "；".join(attention(site.archive))


def test_a_file_that_is_readable_at_last_is_told_after_a_second_look(tmp_path: Path) -> None:
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", ".docx", WORD, sample("locked.docx"))
        site.replaced_after_a_second_look(sample("mulu.docx"))
        assert site.archive.rows("SELECT count(*) AS n FROM items WHERE current")[0]["n"]


def test_a_readable_file_that_gets_a_password_is_told_after_a_second_look(tmp_path: Path) -> None:
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", ".docx", WORD, sample("mulu.docx"))
        site.replaced_after_a_second_look(sample("locked.docx"))
        assert len(site.crawl(2)) == 1
        site.serve(sample("locked.docx", b"\0" * 512))
        assert site.crawl() == [UNCOMPARED] * 2, "and again when the next one comes"


def test_a_file_that_cannot_be_read_and_then_cannot_be_had_is_both_to_whoever_knows_of_the_one(tmp_path: Path) -> None:
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", ".rtf", RTF, rtf("演示样本：目录一"))
        site.archive.execute("UPDATE notices SET acknowledged = '[\"document:2 unreadable unsupported\"]'")
        server.mode(site.url, "status-500")
        site.crawl()
        with closing(read_only(site.archive.data)) as connection:
            open_ = [trouble.what for trouble in notice_troubles(connection) if not trouble.acknowledged]
    assert open_ == ["附件“目录”没有取得：服务器返回 HTTP 500"]


def test_the_sheet_of_a_replaced_scan_leads_to_both_originals(tmp_path: Path) -> None:
    with SiteServer() as server:
        site = Site(server, tmp_path / "data", ".pdf", PDF, scan(2))
        site.serve(scan(1))
        site.crawl()
    web = Web(site.archive.data)
    sheet = web.get("/changes/2").text
    links = re.findall(r'href="(/documents/\d+/file\?sha256=[0-9a-f]{64})"', sheet)
    assert [web.get(link).content for link in links] == [scan(2), scan(1)]
    assert web.get(links[0][:-4] + "0000").status_code == 404
    page = web.get("/notices/land").text
    assert "无法读取：PDF 文件共 1 页" in page, "without the code by which programs know it"
    web.close()
