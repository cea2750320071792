"""A notice that its site cuts into pages, over sockets: one text, whatever leads from page to page."""

from __future__ import annotations

import json
from pathlib import Path

from tests.crawl.harness import SENTENCES, Archive, page, title_of
from tests.sites.catalogues import Layout, make_table, read_areas
from tests.sites.files import docx
from tests.sites.modes import html
from tests.sites.server import SiteServer

REST = "<p>第四条 各级政府要及时公开。</p><p>第五条 本通知自印发之日起施行。</p>"
PAGERS = {
    "words and numbers": "<div>上一页<a href='t.html'>1</a><a href='t_1.html'>2</a><a href='t_1.html'>下一页</a></div>",
    "a table": "<table><tr><td>首页</td><td>1</td><td><a href='t_1.html'>2</a></td><td>尾页</td></tr></table>",
    "a list": "<ul><li>1</li><li><a href='t_1.html'>2</a></li><li><a href='t_1.html'>下一页</a></li></ul>",
    "a count": "<p>第1页/共2页 <a href='t_1.html'>[下一页]</a></p>",
    "a button": "<p><a href='t_1.html'>2</a></p><p>点击阅读全文</p><p>返回顶部</p>",
    "neighbours": "<p>上一篇：没有了</p><p>下一篇关于演示的通知</p><p><a href='t_1.html'>下一页</a></p>",
}
BELOW = "<p><a href='t.html'>上一页</a> <a href='t.html'>1</a> 2</p>"


def serve(server: SiteServer, first: str, second: str | bytes | None = None) -> str:
    """The notice at /t.html: whole, or with a second page at /t_1.html, as a body or a whole page."""
    body = second if isinstance(second, bytes) else page("land", body=second or "")
    further = server.put("a.example", "/t_1.html", body)
    if second is None:
        server.remove(further)
    return server.put("a.example", "/t.html", page("land", body=first))


def told(archive: Archive) -> list[str]:
    """What somebody was told since the notice was taken in."""
    return [row["kind"] for row in archive.rows("SELECT kind FROM changes WHERE NOT quiet AND kind <> 'new'")]


def test_a_site_that_begins_and_ends_cutting_a_text_has_revised_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", serve(server, SENTENCES + REST))
        archive.crawl()
        for name, pager in PAGERS.items():  # cut, and then in another style
            serve(server, SENTENCES + pager, REST + BELOW + f"<p>返回{'顶部' * (len(name) % 2) or '首页'}</p>")
            archive.crawl()
            assert len(archive.texts("land", "attachment")) == 1, name  # the second page was read
            assert archive.changes() == ["new"], name
        serve(server, SENTENCES + REST)
        archive.crawl()
    assert archive.changes() == ["new"]


# ---------------------------------------------------------------- files that only a further page names

MORE = "<p><a href='t_1.html'>下一页</a></p>"
ONE = "<p>附件1：<a href='one.txt'>甲类名单.txt</a></p>"
TWO = "<p>附件2：<a href='two.txt'>乙类清单.txt</a></p>"


def watched(tmp_path: Path, server: SiteServer, first: str, second: str | bytes | None = None) -> Archive:
    """An archive of the notice as it is at first, its files served."""
    archive = Archive(tmp_path / "data")
    server.put("a.example", "/one.txt", "甲类名单：张三。", "text/plain")
    server.put("a.example", "/two.txt", "乙类清单：李四。", "text/plain")
    archive.watch("land", serve(server, first, second))
    archive.crawl()
    return archive


def in_force(archive: Archive) -> list[str]:
    """The names of the files in force that were read, without the pages of the text."""
    rows = archive.rows(
        """SELECT d.name FROM documents_in_force d JOIN current_versions v ON v.document_id = d.id
           WHERE d.kind <> 'page' AND d.id NOT IN (SELECT id FROM further_pages) ORDER BY d.name"""
    )
    return [row["name"] for row in rows]


def summaries(archive: Archive) -> list[str]:
    return [row["summary"] for row in archive.rows("SELECT summary FROM changes WHERE NOT quiet ORDER BY id")]


def test_a_file_named_on_page_two_is_kept_and_watched_as_one_of_page_one_is(tmp_path: Path) -> None:
    with SiteServer() as server:
        archive = watched(tmp_path, server, SENTENCES + ONE + MORE, REST + TWO)
        assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]  # of the first crawl
        assert summaries(archive) == [f"收录“{title_of('land')}”，附件 2 个"]
        server.put("a.example", "/two.txt", "乙类清单：李四、王五。", "text/plain")
        archive.crawl()
        assert told(archive) == ["attachment-replaced"]
        assert "王五" in summaries(archive)[-1]
        serve(server, SENTENCES + ONE + MORE, REST + TWO + "<p>附件3：<a href='three.txt'>丙类目录.txt</a></p>")
        server.put("a.example", "/three.txt", "丙类目录：赵六。", "text/plain")
        archive.crawl()
        assert told(archive)[1:] == ["attachment-added"]
        assert "丙类目录" in summaries(archive)[-1]
        serve(server, SENTENCES + ONE + MORE, REST + "<p>附件3：<a href='three.txt'>丙类目录.txt</a></p>")
        archive.crawl()
        assert told(archive)[2:] == ["attachment-removed"]
        assert in_force(archive) == ["丙类目录.txt", "甲类名单.txt"]


def test_the_rows_of_a_catalogue_named_on_page_two_are_in_force(tmp_path: Path) -> None:
    area, rows = next(iter(read_areas().items()))
    with SiteServer() as server:
        file = docx(f"{area}领域基层政务公开标准目录", [make_table(area, rows, Layout())])
        server.put("a.example", "/t.docx", file, "application/msword")
        archive = watched(tmp_path, server, SENTENCES + MORE, REST + "<p>附件：<a href='t.docx'>标准目录.docx</a></p>")
    assert archive.rows("SELECT count(*) AS rows FROM items_in_force")[0]["rows"] == len(rows)


def test_files_that_move_to_a_page_newly_cut_off_and_back_are_the_same_files(tmp_path: Path) -> None:
    with SiteServer() as server:
        archive = watched(tmp_path, server, SENTENCES + REST + ONE + TWO)
        files = archive.rows("SELECT id, url FROM documents WHERE kind = 'attachment'")
        serve(server, SENTENCES + ONE + MORE, REST + TWO)
        archive.crawl()
        assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
        serve(server, SENTENCES + REST + ONE + TWO)
        archive.crawl()
        assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
        known = archive.rows("SELECT id, url FROM documents WHERE kind = 'attachment' AND url LIKE '%.txt'")
    assert known == files
    assert archive.changes() == ["new"]


def test_a_page_two_that_cannot_be_had_takes_no_text_and_no_file_away(tmp_path: Path) -> None:
    with SiteServer() as server:
        archive = watched(tmp_path, server, SENTENCES + ONE + MORE, REST + TWO)
        further = f"{server.host('a.example')}/t_1.html"
        verdicts = []
        for mode in ("status-503", "status-404", "soft-404-2", "challenge-1", "elsewhere", "home", ""):
            server.mode(further, mode)
            archive.crawl()
            verdicts.append(
                archive.rows("SELECT verdict FROM captures WHERE document_id = 2 ORDER BY id")[-1]["verdict"]
            )
            assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
    assert verdicts == ["error", "gone", *["suspect"] * 4, "unchanged"]
    assert archive.changes() == ["new"]


def test_a_text_newly_cut_waits_for_its_second_page(tmp_path: Path) -> None:
    with SiteServer() as server:
        archive = watched(tmp_path, server, SENTENCES + REST + ONE + TWO)
        serve(server, SENTENCES + ONE + MORE, REST + TWO)
        further = f"{server.host('a.example')}/t_1.html"
        server.mode(further, "soft-404-1")
        for _ in range(2):
            archive.crawl()
            assert archive.changes() == ["new"]
            assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
        server.mode(further, "")
        archive.crawl()
    assert archive.changes() == ["new"]
    assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]


def test_a_text_whose_second_page_never_comes_is_told_as_far_as_it_is_known(tmp_path: Path) -> None:
    with SiteServer() as server:
        archive = watched(tmp_path, server, SENTENCES + REST + ONE + TWO)
        serve(server, SENTENCES.replace("20个", "7个") + ONE + MORE, REST + TWO)
        further = f"{server.host('a.example')}/t_1.html"
        server.mode(further, "challenge-1")
        for _ in range(4):
            archive.crawl()
        assert told(archive) == ["revised"]
        assert "7个" in summaries(archive)[-1]
        assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
        server.mode(further, "")
        archive.crawl()
        archive.crawl()
    assert told(archive) == ["revised", "revised"]
    assert "第四条" in summaries(archive)[-1]


def test_a_first_edition_without_its_second_page_takes_it_over_in_silence(tmp_path: Path) -> None:
    with SiteServer() as server:
        further = f"{server.host('a.example')}/t_1.html"
        server.mode(further, "status-503")
        archive = watched(tmp_path, server, SENTENCES + ONE + MORE, REST + TWO)
        assert in_force(archive) == ["甲类名单.txt"]
        server.mode(further, "")
        archive.crawl()
        assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
        assert archive.changes() == ["new"]
        serve(server, SENTENCES + ONE + MORE, REST.replace("及时", "依法") + TWO)
        archive.crawl()
    assert told(archive) == ["revised"]


def test_an_archive_of_before_takes_the_files_of_its_second_pages_over_in_silence(tmp_path: Path) -> None:
    with SiteServer() as server:
        archive = watched(tmp_path, server, SENTENCES + ONE + MORE, REST + TWO)
        as_before(archive, "two.txt")
        archive.crawl()
        assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
        assert archive.changes() == ["new"]
        server.put("a.example", "/two.txt", "乙类清单：李四、王五。", "text/plain")
        archive.crawl()
    assert told(archive) == ["attachment-replaced"]


def as_before(archive: Archive, name: str) -> None:
    """As an archive was that never looked for files on further pages: the told edition and the file's captures."""
    (row,) = archive.rows("SELECT told FROM notices")
    edition = json.loads(row["told"])
    kept = ("document_id", "version_id", "location", "gone", "beside")
    before = {name: edition[name] for name in kept}
    before["files"] = [
        {key: value for key, value in file.items() if key != "on"} for file in edition["files"] if file["on"] is None
    ]
    archive.execute(f"UPDATE notices SET told = '{json.dumps(before, ensure_ascii=False)}'")  # noqa: S608
    of_file = f"(SELECT id FROM documents WHERE url LIKE '%{name}')"  # noqa: S608
    for table in ("versions", "captures"):
        archive.execute(f"DELETE FROM {table} WHERE document_id IN {of_file}")  # noqa: S608
    archive.execute(f"UPDATE documents SET state = 'unread', reader = NULL WHERE id IN {of_file}")  # noqa: S608


def test_files_of_a_second_page_that_is_only_guessed_are_told_quietly(tmp_path: Path) -> None:
    with SiteServer() as server:
        body = f"<div>第四条 各级政府要及时公开</div><div>第五条 请认真执行。</div>{TWO}"
        archive = watched(tmp_path, server, SENTENCES + ONE + MORE, html(title_of("land"), body))
        assert in_force(archive) == ["乙类清单.txt", "甲类名单.txt"]
        three = "<p>附件3：<a href='three.txt'>丙类目录.txt</a></p>"
        serve(server, SENTENCES + ONE + MORE, html(title_of("land"), body + three))
        archive.crawl()
        (change,) = archive.rows("SELECT kind, quiet, unsure FROM changes WHERE kind <> 'new'")
    assert change == {"kind": "attachment-added", "quiet": 1, "unsure": 1}


def test_links_of_page_two_stand_where_page_two_is(tmp_path: Path) -> None:
    with SiteServer() as server:
        server.put("a.example", "/moved/two.txt", "搬家后的清单。", "text/plain")
        server.put("a.example", "/moved/t_1.html", page("land", body=REST + TWO))
        host = server.host("a.example")
        archive = Archive(tmp_path / "data")
        archive.watch("land", serve(server, SENTENCES + MORE, REST))
        moved = {"Location": f"{host}/moved/t_1.html"}
        server.put("a.example", "/t_1.html", b"", status=301, headers=moved)
        archive.crawl()
    assert archive.texts("land", "attachment")[-1] == "搬家后的清单。"


def test_files_of_page_two_are_asked_for_as_robots_allow(tmp_path: Path) -> None:
    with SiteServer() as server:
        server.put("a.example", "/robots.txt", "User-agent: *\nDisallow: /two.txt\n", "text/plain")
        archive = watched(tmp_path, server, SENTENCES + ONE + MORE, REST + TWO)
        assert not server.requests("a.example", "/two.txt")
    assert in_force(archive) == ["甲类名单.txt"]
    assert ("forbidden", "robots") in archive.verdicts("land", "attachment")


def test_all_pages_of_a_text_name_no_more_files_than_one_may(tmp_path: Path) -> None:
    many = "".join(f"<p>附件{n}：<a href='f{n}.txt'>各地名单之{n}.txt</a></p>" for n in range(1, 499))
    with SiteServer() as server:
        archive = watched(tmp_path, server, SENTENCES + MORE + many, REST + TWO + ONE)
        asked = [seen.path for seen in server.requests("a.example") if seen.path in ("/two.txt", "/one.txt")]
    assert asked == ["/two.txt"]
    (row,) = archive.rows("SELECT reason FROM documents WHERE url LIKE '%/one.txt'")
    assert row["reason"].startswith("too-many")
