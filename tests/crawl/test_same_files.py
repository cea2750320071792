"""Attachments that are packed, linked or saved in another way and say the same: a quiet entry at most."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from archive.operate.health import notice_troubles
from archive.record.look import read_only
from tests.compare.test_same_file_other_format import edited, plain, table
from tests.crawl.harness import Archive, page
from tests.sites.server import SiteServer

WORD, SHEET = "application/msword", "application/vnd.ms-excel"


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return buffer.getvalue()


def told(archive: Archive, after: int = 0) -> list[tuple[str, int, str]]:
    rows = archive.rows("SELECT kind, quiet, summary FROM changes WHERE id > ? AND kind <> 'new' ORDER BY id", [after])
    return [(row["kind"], row["quiet"], row["summary"]) for row in rows]


def attention(archive: Archive) -> Sequence[str]:
    with closing(read_only(archive.data)) as connection:
        return [trouble.what for trouble in notice_troubles(connection)]


def test_an_archive_file_packed_again_is_quiet_and_leaves_nothing_to_do(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    word, sheet = plain(table())["docx"], "姓名,电话\n甲,1\n".encode()
    again = [
        packed(("2025年/b.csv", sheet), ("2025年/目录.docx", word)),
        packed(("目录.docx", word), ("b.csv", sheet), method=zipfile.ZIP_STORED),
        packed(("x/目录.docx", word), ("x/包.zip", packed(("y/b.csv", sheet)))),
    ]
    with SiteServer() as server:
        link = '<p><a href="/a.zip">附件：全部目录.zip</a></p>'
        archive.watch("land", server.put("a.example", "/t.html", page("land", link)))
        server.put("a.example", "/a.zip", packed(("2024年/目录.docx", word), ("2024年/b.csv", sheet)))
        archive.crawl()
        rows = len(archive.rows("SELECT id FROM items WHERE current"))
        for body in again:
            server.put("a.example", "/a.zip", body)
            archive.crawl(code=0)
            assert attention(archive) == []
        # what is edited on the way into another folder is told by itself, whatever the folder is called
        server.put("a.example", "/a.zip", packed(("z/目录.docx", plain(edited(4))["docx"]), ("z/b.csv", sheet)))
        before = archive.rows("SELECT max(id) AS id FROM changes")[0]["id"]
        assert [quiet for _, quiet, _ in told(archive)] == [1, 1, 1]
        assert all("内容未变" in summary for *_, summary in told(archive))
        archive.crawl(code=0)
    assert rows
    assert len(archive.rows("SELECT id FROM items WHERE current")) == rows
    assert len(archive.rows("SELECT id FROM documents WHERE kind = 'member'")) == 2
    ((kind, quiet, summary),) = told(archive, before)
    assert (kind, quiet) == ("attachment-replaced", 0)
    assert "7个工作日" in summary


def test_a_file_taken_out_of_an_archive_file_is_told_with_its_rows_and_is_no_trouble(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    word, sheet = plain(table())["docx"], "姓名,电话\n甲,1\n".encode()
    with SiteServer() as server:
        link = '<p><a href="/a.zip">附件：全部目录.zip</a></p>'
        archive.watch("land", server.put("a.example", "/t.html", page("land", link)))
        server.put("a.example", "/a.zip", packed(("目录.docx", word), ("b.csv", sheet)))
        archive.crawl()
        rows = len(archive.rows("SELECT id FROM items WHERE current"))
        server.put("a.example", "/a.zip", packed(("b.csv", sheet)))
        archive.crawl()
    ((_, quiet, summary),) = told(archive)
    assert not quiet
    assert f"{rows} 条事项不再列出" in summary
    assert len(archive.rows("SELECT id FROM row_changes WHERE kind = 'removed'")) == rows
    assert not any("已撤下" in what for what in attention(archive))


def test_the_same_file_under_other_links_and_formats_is_quiet(tmp_path: Path) -> None:
    """Another format, a second link to it, a label written otherwise, an ending of any kind in the link's text."""
    archive = Archive(tmp_path / "data")
    made = plain(table())
    links = [
        '<p>附件1：<a href="/1.docx">标准目录.docx</a></p><p><a href="/2.csv">附件2：名单.csv</a></p>',
        '<p>附件1：<a href="/1.xlsx">标准目录.xlsx</a></p><p><a href="/2.csv">附件2：名单.csv</a></p>',
        '<p>附件：<a href="/1.xlsx">标准目录</a></p><p><a href="/2.csv">2.名单.ods</a></p>',
        '<p>附件：<a href="/1.xlsx">标准目录</a></p><p><a href="/2.csv">名单.html</a></p>'
        '<p><a href="/copy.xlsx">标准目录（点击下载）.rtf</a></p>',
    ]
    with SiteServer() as server:
        server.put("a.example", "/1.docx", made["docx"], WORD)
        for path in ("/1.xlsx", "/copy.xlsx"):
            server.put("a.example", path, made["xlsx"], SHEET)
        server.put("a.example", "/2.csv", "姓名,电话\n甲,1\n".encode(), "text/csv")
        archive.watch("land", server.put("a.example", "/t.html", page("land", links[0])))
        archive.crawl()
        for more in links[1:]:
            server.put("a.example", "/t.html", page("land", more))
            archive.crawl(code=0)
    found = told(archive)
    assert [summary for _, quiet, summary in found if not quiet] == []
    assert [kind for kind, *_ in found] == ["attachment-replaced", "attachment-added"]


def test_an_edit_hidden_in_another_format_is_told_with_its_row(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        server.put("a.example", "/1.docx", plain(table())["docx"], WORD)
        server.put("a.example", "/1.xlsx", plain(edited(4))["xlsx"], SHEET)
        link = '<p><a href="/1.{}">附件：标准目录.{}</a></p>'
        archive.watch("land", server.put("a.example", "/t.html", page("land", link.format("docx", "docx"))))
        archive.crawl()
        server.put("a.example", "/t.html", page("land", link.format("xlsx", "xlsx")))
        archive.crawl()
    ((kind, quiet, summary),) = told(archive)
    assert (kind, quiet) == ("attachment-replaced", 0)
    assert "序号5“" in summary
    assert "7个工作日" in summary
