"""The pictures in a notice's body are followed: by what they show, not by where they lie; and what is none is not."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from attrs import frozen
from PIL import Image, ImageDraw

from archive.operate.troubles.notices import notice_troubles
from archive.record.look import read_only
from tests.crawl.harness import Archive, environment, page
from tests.sites.modes import html
from tests.sites.server import SiteServer
from tests.web.conftest import Site

HOST = "a.example"
ICON = '<a href="/f/mulu.csv"><img src="/images/csv.gif" width="16" height="16">附件：目录.csv</a>'


def drawn(words: str, kind: str = "PNG", size: tuple[int, int] = (300, 200), **how: object) -> bytes:
    """A picture that shows these words."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((10, 10), words, fill="black")
    written = BytesIO()
    image.save(written, kind, **how)  # type: ignore[arg-type]
    return written.getvalue()


def img(path: str, name: str = "流程图") -> str:
    return f'<p><img src="{path}" alt="{name}"></p>'


@frozen
class World:
    """One notice on one site."""

    archive: Archive
    server: SiteServer

    def page(self, more: str) -> str:
        return self.server.put(HOST, "/t.html", page("land", more))

    def picture(self, path: str, payload: bytes, media_type: str = "image/png") -> str:
        return self.server.put(HOST, path, payload, media_type)

    def crawl(self) -> list[str]:
        """What this crawl told, but for what alerts nobody."""
        last = (self.archive.rows("SELECT max(id) AS id FROM changes") if self.known else [{"id": 0}])[0]["id"] or 0
        self.archive.crawl()
        rows = self.archive.rows("SELECT summary FROM changes WHERE id > ? AND NOT quiet ORDER BY id", [last])
        return [row["summary"] for row in rows]

    @property
    def known(self) -> bool:
        return (self.archive.data / "archive.db").exists()

    def verdicts(self) -> list[tuple[str, str]]:
        return self.archive.verdicts("land", "picture")

    def troubles(self) -> list[str]:
        connection = read_only(self.archive.data)
        try:
            return [f"{trouble.code}：{trouble.what}" for trouble in notice_troubles(connection)]
        finally:
            connection.close()

    def asked(self, path: str) -> int:
        return len(self.server.requests(HOST, path))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with SiteServer() as server:
        archive = Archive(tmp_path / "data")
        archive.watch("land", server.host(HOST) + "/t.html")
        yield World(archive, server)


def test_a_replaced_picture_is_told_once_after_a_second_look(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    assert [text[:2] for text in world.crawl()] == ["收录"]
    world.picture("/w/1.png", drawn("7 days"))
    before = world.asked("/w/1.png")
    assert world.crawl() == ["正文图片“流程图”已更换；图片内容无法逐字比对，请看原件"]
    assert world.asked("/w/1.png") - before == 2, "confirmed in the same visit"
    assert world.crawl() == []
    (change,) = world.archive.rows("SELECT * FROM changes WHERE kind = 'revised'")
    old, new = (
        world.archive.rows(
            "SELECT c.sha256 FROM versions v JOIN captures c ON c.id = v.capture_id WHERE v.id = ?", [id]
        )
        for id in (change["from_version"], change["to_version"])
    )
    assert old != new, "both originals can be had"
    assert world.troubles() == []


def test_an_unchanged_picture_costs_an_empty_answer(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    assert world.crawl() == []
    first, second = world.archive.captures("land", "picture")
    assert (first["http_status"], second["http_status"], second["verdict"]) == (200, 304, "unchanged")
    assert second["sha256"] == first["sha256"]


def test_the_same_picture_at_another_address_is_no_change(world: World) -> None:
    """A rebuilt site moves all of its pictures and stores them otherwise: what they show is the same."""
    world.page(img("/old/1.png") + img("/old/2.png", "目录"))
    world.picture("/old/1.png", drawn("20 days"))
    world.picture("/old/2.png", drawn("list"))
    world.crawl()
    world.page(img("/new/a.png", "") + img("/new/b.png", ""))
    world.picture("/new/a.png", drawn("20 days"))
    world.picture("/new/b.png", drawn("list", compress_level=1))
    assert drawn("list") != drawn("list", compress_level=1)
    assert world.crawl() == []
    world.picture("/new/b.png", drawn("another list"))
    assert world.crawl() == ["正文图片“b.png”已更换；图片内容无法逐字比对，请看原件"]


def test_a_picture_that_moved_and_shows_something_else_is_told(world: World) -> None:
    world.page(img("/old/1.png"))
    world.picture("/old/1.png", drawn("20 days"))
    world.crawl()
    world.page(img("/new/1.png"))
    world.picture("/new/1.png", drawn("7 days"))
    assert world.crawl() == ["正文图片“流程图”已更换；图片内容无法逐字比对，请看原件"]


def test_pictures_that_come_and_go_are_told(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.picture("/w/2.png", drawn("list"))
    world.crawl()
    world.page(img("/w/1.png") + img("/w/2.png", "目录"))
    assert world.crawl() == ["正文图片新增“目录”；图片内容无法逐字比对，请看原件"]
    world.page(img("/w/2.png", "目录"))
    assert world.crawl() == ["正文图片“流程图”已撤下；图片内容无法逐字比对，请看原件"]
    assert world.crawl() == []


def test_many_changed_pictures_are_one_change(world: World) -> None:
    world.page("".join(img(f"/w/{n}.png", f"第{n}页") for n in range(5)))
    for n in range(5):
        world.picture(f"/w/{n}.png", drawn(f"page {n}"))
    world.crawl()
    for n in range(5):
        world.picture(f"/w/{n}.png", drawn(f"new page {n}"))
    assert world.crawl() == [
        "正文图片有 5 张变动（更换 5 张）：“第0页”“第1页”“第2页”等；图片内容无法逐字比对，请看原件"
    ]


def test_two_pictures_that_changed_places_say_the_same(world: World) -> None:
    world.page(img("/w/1.png", "甲") + img("/w/2.png", "乙"))
    world.picture("/w/1.png", drawn("one"))
    world.picture("/w/2.png", drawn("two"))
    world.crawl()
    world.picture("/w/1.png", drawn("two"))
    world.picture("/w/2.png", drawn("one"))
    assert world.crawl() == []


@pytest.mark.parametrize(
    ("body", "media_type", "reason"),
    [
        (page("land"), "text/html", "elsewhere"),
        ("<html><title>404</title><body>您访问的页面不存在或已删除！</body></html>".encode(), "text/html", "soft-404"),
        (b"", "image/png", "empty"),
        (drawn("7 days")[:-60], "image/png", "truncated"),
        (b'{"code": 403}', "application/json", "elsewhere"),
    ],
)
def test_what_is_no_picture_in_its_place_is_not_taken(world: World, body: bytes, media_type: str, reason: str) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.picture("/w/1.png", body, media_type)
    assert world.crawl() == []
    assert world.verdicts()[-1] == ("suspect", reason)
    assert len(world.troubles()) == 1
    assert "正文图片" in world.troubles()[0]
    world.picture("/w/1.png", drawn("20 days"))
    assert world.crawl() == []
    assert world.troubles() == []


def test_a_picture_that_is_damaged_on_its_site_is_taken_at_the_second_visit(world: World) -> None:
    """Browsers show what there is of it."""
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.picture("/w/1.png", drawn("7 days")[:-60])
    assert world.crawl() == []
    assert world.crawl() == ["正文图片“流程图”已更换；图片内容无法逐字比对，请看原件"]
    assert world.troubles() == []


def test_a_picture_that_cannot_be_had_for_a_while_is_not_removed(world: World) -> None:
    world.page(img("/w/1.png"))
    url = world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.server.mode(url, "status-404")
    for _ in range(4):
        assert world.crawl() == []
    assert len(world.troubles()) == 1
    world.server.mode(url, "")
    assert world.crawl() == []
    assert world.troubles() == []


def test_a_picture_that_was_never_there_is_no_trouble(world: World) -> None:
    """A broken image of the site's: it is broken for every visitor."""
    world.page(img("/w/none.png"))
    world.crawl()
    assert world.crawl() == []
    assert world.troubles() == []
    world.picture("/w/none.png", drawn("20 days"))
    assert world.crawl() == []
    world.picture("/w/none.png", drawn("7 days"))
    assert len(world.crawl()) == 1


def test_what_a_picture_replaced_stays_until_the_new_one_is_had(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.page(img("/w/2.png"))
    url = world.picture("/w/2.png", drawn("7 days"))
    world.server.mode(url, "status-503")
    assert world.crawl() == []
    world.server.mode(url, "")
    assert world.crawl() == ["正文图片“流程图”已更换；图片内容无法逐字比对，请看原件"]


def test_a_picture_that_flaps_is_not_told(world: World) -> None:
    world.page(img("/w/1.png"))
    url = world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.picture("/w/1.png", drawn("7 days"))
    world.server.then(url, "status-500", after=1)
    assert world.crawl() == []
    assert world.verdicts()[-1] == ("suspect", "unstable")


def test_a_page_that_names_another_picture_at_each_visit_tells_nothing_of_it(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    for n in range(12):
        world.picture(f"/banner/{n}.png", drawn(f"banner {n}"))
    url = world.page(img("/w/1.png") + img("/banner/0.png", "横幅"))
    world.crawl()
    world.server.mode(url, "rotating")
    assert [world.crawl() for _ in range(3)] == [[], [], []]
    assert {verdict for verdict, _ in world.archive.verdicts("land")} == {"ok"}, "the page itself is fine"


def test_a_page_whose_second_look_fails_is_what_it_was(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.picture("/w/2.png", drawn("list"))
    world.crawl()
    url = world.page(img("/w/1.png") + img("/w/2.png", "目录"))
    world.server.then(url, "status-500", after=1)
    assert world.crawl() == []
    assert world.archive.verdicts("land")[-1] == ("ok", "pictures"), "its text has not changed"
    world.server.then(url, "", after=0)
    assert world.crawl() == ["正文图片新增“目录”；图片内容无法逐字比对，请看原件"]


def test_a_picture_loaded_late_is_followed_and_its_placeholder_not(world: World) -> None:
    world.page('<p><img src="/images/loading.gif" data-original="/w/1.png" alt="流程图"></p>')
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    assert [row["url"].rpartition("/")[2] for row in world.archive.captures("land", "picture")] == ["1.png"]


def test_pictures_of_the_further_pages_of_a_text_are_followed(world: World) -> None:
    world.page(img("/w/1.png") + '<p><a href="/t_1.html">下一页</a></p>')
    world.server.put(HOST, "/t_1.html", page("land", img("/w/2.png", "目录"), "<p>第二页的正文，请认真贯彻执行。</p>"))
    world.picture("/w/1.png", drawn("20 days"))
    world.picture("/w/2.png", drawn("list"))
    world.crawl()
    assert world.crawl() == []
    world.picture("/w/2.png", drawn("another list"))
    assert world.crawl() == ["正文图片“目录”已更换；图片内容无法逐字比对，请看原件"]
    further = world.server.host(HOST) + "/t_1.html"
    world.server.mode(further, "status-503")
    assert world.crawl() == []
    world.server.mode(further, "")
    world.page(img("/w/1.png") + img("/w/2.png", "目录"))
    assert [told for told in world.crawl() if "图片" in told] == [], "now on the first page"


def test_icons_are_neither_fetched_nor_told(world: World) -> None:
    world.page(ICON)
    world.server.put(HOST, "/f/mulu.csv", "事项,时限\n征地公告,20日\n".encode(), "text/csv")
    world.picture("/images/csv.gif", drawn("x", "GIF", (16, 16)), "image/gif")
    world.crawl()
    assert world.asked("/images/csv.gif") == 0
    assert world.archive.captures("land", "picture") == []


def test_an_icon_that_the_page_does_not_show_to_be_one_is_not_told(world: World) -> None:
    """Its bytes say it: no wider and no higher than 32 pixels."""
    world.page("")
    world.crawl()
    world.page(img("/w/1.gif", ""))
    world.picture("/w/1.gif", drawn("x", "GIF", (16, 16)), "image/gif")
    assert world.crawl() == []
    world.page("")
    assert world.crawl() == []


def test_an_archive_of_before_takes_over_its_pictures_silently(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.archive.execute("UPDATE notices SET told = json_remove(told, '$.pictures')")
    world.archive.execute("UPDATE documents SET reader = 'of-before/0' WHERE kind = 'page'")
    world.archive.execute("DELETE FROM pictures")
    for table in ("versions", "captures"):
        world.archive.execute(
            f"DELETE FROM {table} WHERE document_id IN (SELECT id FROM documents WHERE kind = 'picture')"  # noqa: S608
        )
    world.archive.execute("DELETE FROM documents WHERE kind = 'picture'")
    world.picture("/w/1.png", drawn("7 days"))
    assert world.crawl() == []
    assert [verdict for verdict, _ in world.verdicts()] == ["ok"], "and not asked for twice"
    world.picture("/w/1.png", drawn("9 days"))
    assert world.crawl() == ["正文图片“流程图”已更换；图片内容无法逐字比对，请看原件"]


def test_a_page_of_before_without_pictures_tells_its_first_one(world: World) -> None:
    world.page("")
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.archive.execute("UPDATE notices SET told = json_remove(told, '$.pictures')")
    world.archive.execute("UPDATE documents SET reader = 'of-before/0' WHERE kind = 'page'")
    assert world.crawl() == []
    world.page(img("/w/1.png"))
    assert world.crawl() == ["正文图片新增“流程图”；图片内容无法逐字比对，请看原件"]


def test_an_archive_of_before_that_reaches_a_site_late_tells_nothing(world: World) -> None:
    """Its page was not read since the upgrade when what has changed was settled."""
    url = world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.archive.execute("UPDATE notices SET told = json_remove(told, '$.pictures')")
    world.archive.execute("DELETE FROM pictures")
    world.archive.execute("UPDATE documents SET reader = 'of-before/0' WHERE kind = 'page'")
    world.server.mode(url, "status-503")
    assert world.crawl() == []
    world.server.mode(url, "")
    assert world.crawl() == []
    world.page("")
    assert world.crawl() == ["正文图片“流程图”已撤下；图片内容无法逐字比对，请看原件"]


def test_pictures_that_a_better_reader_finds_are_no_news(world: World) -> None:
    world.page(img("/w/1.png") + img("/w/2.png", "目录"))
    world.picture("/w/1.png", drawn("20 days"))
    world.picture("/w/2.png", drawn("list"))
    world.crawl()
    world.archive.execute("UPDATE notices SET told = json_remove(told, '$.pictures[1]')")
    world.archive.execute("DELETE FROM pictures WHERE name = '目录'")
    world.archive.execute("UPDATE documents SET reader = 'of-before/0' WHERE kind = 'page'")
    assert world.crawl() == []
    assert world.crawl() == []


def test_a_text_and_a_picture_that_change_together_are_told_as_two(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.page(img("/w/1.png") + "<p>本通知自印发之日起施行。</p>")
    world.picture("/w/1.png", drawn("7 days"))
    told = world.crawl()
    assert len(told) == 2
    assert told[1].startswith("正文图片“流程图”已更换")


def test_a_picture_that_comes_back_within_a_day_marks_the_change_as_undone(world: World) -> None:
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.picture("/w/1.png", drawn("7 days"))
    world.crawl()
    world.picture("/w/1.png", drawn("20 days"))
    assert world.crawl() == []
    (change,) = world.archive.rows("SELECT restored_at FROM changes WHERE kind = 'revised'")
    assert change["restored_at"]


def test_a_picture_that_changes_to_and_fro_alerts_nobody_in_the_end(world: World) -> None:
    """Two servers that are not at one, each of them sure of itself within a visit."""
    world.page(img("/w/1.png"))
    told = []
    for words in ("20 days", "7 days", "20 days", "7 days", "20 days"):
        world.picture("/w/1.png", drawn(words))
        told.append(world.crawl())
    assert [len(changes) for changes in told] == [1, 1, 0, 0, 0]


def test_a_third_picture_is_no_return(world: World) -> None:
    world.page(img("/w/1.png"))
    for words in ("20 days", "7 days", "9 days"):
        world.picture("/w/1.png", drawn(words))
        world.crawl()
    assert world.archive.changes() == ["new", "revised", "revised"]


# ---------------------------------------------------------------- where people see it


@pytest.fixture
def told(world: World) -> Iterator[tuple[World, Site]]:
    """A notice with a file and a picture that was replaced."""
    world.page(img("/w/1.png") + ICON)
    world.server.put(HOST, "/f/mulu.csv", "事项,时限\n征地公告,20日\n".encode(), "text/csv")
    world.picture("/w/1.png", drawn("20 days"))
    world.crawl()
    world.picture("/w/1.png", drawn("7 days"))
    world.crawl()
    site = Site(world.archive.data)
    yield world, site
    site.close()


def test_the_pictures_stand_under_their_notice_and_are_no_attachments(told: tuple[World, Site]) -> None:
    page = told[1].get("/notices/land").text
    files, pictures = page.split('id="attachments"')[1].split('id="pictures"')
    pictures = pictures.split('id="timeline"')[0]
    assert "目录.csv" in files
    assert "流程图" not in files
    (link,) = re.findall(r'href="(/documents/\d+/file)"', pictures)
    answer = told[1].get(link)
    assert answer.content == drawn("7 days")
    assert answer.headers["content-type"] == "image/png"
    assert "attachment;" in answer.headers["content-disposition"]
    assert told[0].archive.rows("SELECT summary FROM changes WHERE kind = 'new'")[0]["summary"].endswith("附件 1 个")


def test_both_originals_are_had_from_the_sheet_of_the_change(told: tuple[World, Site]) -> None:
    world, site = told
    (change,) = world.archive.rows("SELECT id FROM changes WHERE kind = 'revised'")
    sheet = site.get(f"/changes/{change['id']}").text
    assert "图片内容无法逐字比对，请打开下面的原件核对。" in sheet
    assert "sha256:" not in sheet
    links = re.findall(r'href="(/documents/\d+/file\?version=\d+)"', sheet)
    assert [site.get(link).content for link in links] == [drawn("20 days"), drawn("7 days")]


def test_the_page_of_a_picture_and_its_comparison_are_there(told: tuple[World, Site]) -> None:
    world, site = told
    (picture,) = world.archive.rows("SELECT id FROM documents WHERE kind = 'picture'")
    for path in (f"/documents/{picture['id']}", f"/compare/{picture['id']}", "/notices/land?at=2099-01-01", "/status"):
        assert site.get(path).status_code == 200
    assert "300×200" in site.get(f"/documents/{picture['id']}").text


def test_programs_feeds_and_the_terminal_name_the_picture(told: tuple[World, Site]) -> None:
    world, site = told
    (document,) = (d for d in site.get("/notices/land.json").json()["documents"] if d["kind"] == "picture")
    assert (document["name"], document["in_force"], len(document["versions"])) == ("流程图", True, 2)
    feed = site.get("/changes.atom").text
    assert "下载原图" in feed
    assert f"/documents/{document['id']}/file" in feed
    done = subprocess.run(
        [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(world.archive.data), "changes"],
        env=environment(COLUMNS="200"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "正文图片“流程图”已更换" in done.stdout


def test_whoever_mends_a_rule_sees_which_pictures_are_found(world: World) -> None:
    url = world.page(img("/w/1.png"))
    command = [
        sys.executable,
        "-c",
        "from archive.cli import main; main()",
        "--data",
        str(world.archive.data),
        "try",
        url,
    ]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert "正文图片 1 张" in done.stdout
    assert "流程图" in done.stdout


def run(archive: Archive, *arguments: str) -> None:
    command = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(archive.data), *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_kept_of_pictures_is_verified_and_read_again(told: tuple[World, Site]) -> None:
    world, _ = told
    for wanted in ("verify", "reextract", "verify"):
        run(world.archive, wanted)
    assert world.archive.changes() == ["new", "revised"]


def test_a_decision_taken_back_brings_its_pictures_back(world: World) -> None:
    """Another article was taken for the notice, and its pictures for the notice's."""
    other = "关于召开年度会议的公告"
    article = (
        f'<h1>{other}</h1><div id="content"><p>会议定于下周召开，请各单位准时参加。</p>{img("/w/2.png", "会场")}</div>'
    )
    world.page(img("/w/1.png"))
    world.picture("/w/1.png", drawn("20 days"))
    world.picture("/w/2.png", drawn("hall"))
    world.crawl()
    world.server.put(HOST, "/t.html", html(other, article))
    assert world.crawl() == []
    run(world.archive, "accept", "1")
    world.crawl()
    told_of = "SELECT count(*) AS n FROM changes WHERE summary LIKE '正文图片%' AND withdrawn_at IS NULL"
    assert world.archive.rows(told_of)[0]["n"] == 1
    run(world.archive, "undo")
    assert world.archive.rows(told_of)[0]["n"] == 0
    world.page(img("/w/1.png"))
    assert world.crawl() == []
    assert world.archive.rows(told_of)[0]["n"] == 0


def test_archives_with_pictures_are_merged(told: tuple[World, Site], tmp_path: Path) -> None:
    """The other one has seen a third picture, and this one takes over all that it knows."""
    world, _ = told
    world.picture("/w/1.png", drawn("9 days"))
    other = Archive(tmp_path / "other", list(world.archive.notices))
    other.crawl()
    run(world.archive, "merge", str(other.data))
    run(world.archive, "verify")
    told_now = world.archive.rows("SELECT summary FROM changes WHERE kind = 'revised' AND NOT quiet ORDER BY id")
    assert [row["summary"] for row in told_now] == ["正文图片“流程图”已更换；图片内容无法逐字比对，请看原件"] * 2
    assert world.crawl() == []
    world.picture("/w/1.png", drawn("11 days"))
    assert len(world.crawl()) == 1
