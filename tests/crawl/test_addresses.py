"""Addresses that pages name: long ones, many of them, and ones that say more than a place."""

from __future__ import annotations

from pathlib import Path

from archive.operate.health import notice_troubles
from archive.record.look import read_only
from crawler.download.asked import LONGEST_ADDRESS
from crawler.spiders.notices import MOST_FILES
from tests.crawl.harness import Archive, page
from tests.formats.writers import grid, write_docx
from tests.sites.server import SiteServer

FILE = write_docx([grid([["序号", "事项"], ["1", "征地"]], "附件\n土地标准目录")])


def linked(*urls: str) -> str:
    return "".join(f'<p><a href="{url}">附件：目录{n}.docx</a></p>' for n, url in enumerate(urls))


def test_a_long_address_is_fetched_and_one_that_no_server_takes_is_refused_with_a_reason(tmp_path: Path) -> None:
    """Scrapy drops addresses of more than 2,083 characters without a word."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        long, endless = "/f.docx?id=" + "a" * 3_000, "/f.docx?id=" + "b" * (LONGEST_ADDRESS + 1)
        server.put("a.example", long, FILE, "application/octet-stream")
        archive.watch("land", server.put("a.example", "/t.html", page("land", linked(long, endless))))
        said = archive.crawl()
    assert sorted(archive.verdicts("land", "attachment")) == [("error", "address"), ("ok", "")]
    (refused,) = archive.rows("SELECT detail FROM captures WHERE reason = 'address'")
    assert "过长" in refused["detail"]
    assert len(refused["detail"]) < 400
    assert "没有得到结果" not in said


def test_more_files_than_a_crawl_asks_for_are_counted_and_said_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        links = linked(*(f"/f/{n}.docx" for n in range(MOST_FILES + 20)))
        archive.watch("land", server.put("a.example", "/t.html", page("land", links)))
        archive.crawl()
        assert len([s for s in server.requests("a.example") if s.path.startswith("/f/")]) == MOST_FILES
    assert len(archive.verdicts("land", "attachment")) == MOST_FILES
    connection = read_only(archive.data)
    (trouble,) = [trouble for trouble in notice_troubles(connection) if trouble.code == "files"]
    connection.close()
    assert "有 20 个没有抓取" in trouble.what


def test_a_user_and_password_in_an_address_are_kept_nowhere(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        host = server.host("a.example").removeprefix("http://")
        server.put("a.example", "/f.docx", FILE, "application/octet-stream")
        server.put("a.example", "/go.docx", b"", headers={"Location": f"http://clerk:s3cret@{host}/f.docx"}, status=302)
        links = linked(f"http://clerk:s3cret@{host}/f.docx", "/go.docx")
        archive.watch("land", server.put("a.example", "/t.html", page("land", links)))
        said = archive.crawl()
        assert all("authorization" not in seen.headers for seen in server.requests())
    assert archive.verdicts("land", "attachment") == [("ok", "")] * 2
    assert "s3cret" not in said
    for table in ("documents", "captures", "attachments"):
        assert "s3cret" not in str(archive.rows(f"SELECT * FROM {table}"))  # noqa: S608
