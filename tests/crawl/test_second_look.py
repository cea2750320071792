"""Revisions are confirmed by a second answer; mirrors stand in for an address that fails; replays need no network."""

from __future__ import annotations

import shutil
from pathlib import Path

import crawler.samples
from tests.crawl.harness import SENTENCES, Archive, page
from tests.sites import DEMO
from tests.sites.server import SiteServer

SAMPLE = Path(crawler.samples.__file__).with_name("sample.doc")
LONG = "<p>各级政府要落实要求，及时公开。</p>" * 40


def test_a_revision_is_fetched_twice_and_then_believed(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land"))
        archive.watch("land", url)
        archive.crawl()
        server.put("a.example", "/t.html", page("land").replace("20个工作日".encode(), "7个工作日".encode()))
        archive.crawl()
        _, second, third = server.requests("a.example", "/t.html")
        assert "if-none-match" in second.headers
        assert "if-none-match" not in third.headers
    assert archive.verdicts("land") == [("ok", ""), ("ok", "")]
    assert ["7个工作日" in text for text in archive.texts("land")] == [False, True]
    assert archive.changes() == ["new", "revised"]


def test_alternating_answers_are_unstable_and_no_revision(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land"))
        archive.watch("land", url)
        archive.crawl()
        server.mode(url, "flipping")
        archive.crawl()
    assert archive.verdicts("land") == [("ok", ""), ("suspect", "unstable"), ("suspect", "unstable")]
    assert len(archive.texts("land")) == 1
    assert archive.changes() == ["new"]


def test_a_revision_that_turns_into_an_error_is_not_believed_yet(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land")))
        archive.crawl()
        revised = page("land").replace("20个工作日".encode(), "7个工作日".encode())
        url = server.put("a.example", "/t.html", revised)
        server.then(url, "status-500", after=1)
        archive.crawl()
    assert archive.verdicts("land") == [("ok", ""), ("error", "http-500"), ("suspect", "unstable")]
    assert archive.changes() == ["new"]


def test_a_shrunk_text_is_believed_when_the_next_crawl_sees_it_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land", LONG)))
        archive.crawl()
        server.put("a.example", "/t.html", page("land"))
        archive.crawl()
        archive.crawl()
    assert archive.verdicts("land") == [("ok", ""), ("suspect", "shrunk"), ("ok", "")]
    assert len(archive.texts("land")) == 2


def test_an_apology_under_the_declared_title_is_never_believed(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land", LONG)))
        archive.crawl()
        server.put("a.example", "/t.html", page("land", body="<p>网站正在割接，11月25日恢复。请届时再来。</p>"))
        for _ in range(3):
            archive.crawl()
    assert archive.verdicts("land") == [("ok", ""), *[("suspect", "shrunk")] * 3]
    assert archive.changes() == ["new"]


def test_what_a_person_rejected_stays_suspect(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land", LONG)))
        archive.crawl()
        server.put("a.example", "/t.html", page("land"))
        archive.crawl()
        archive.execute("UPDATE captures SET decision = 'rejected' WHERE verdict = 'suspect'")
        archive.crawl()
    assert [verdict for verdict, _ in archive.verdicts("land")] == ["ok", "suspect", "suspect"]


def test_files_of_an_unchanged_page_are_looked_at_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch(
            "land", server.put("a.example", "/t.html", page("land", '<p><a href="/a.csv">附件：目录.csv</a></p>'))
        )
        server.put("a.example", "/a.csv", b"\xd0\xcf\x11\xe0 one" * 99, "application/octet-stream")
        archive.crawl()
        server.put("a.example", "/a.csv", b"\xd0\xcf\x11\xe0 two" * 99, "application/octet-stream")
        archive.crawl()
    assert archive.verdicts("land") == [("ok", ""), ("unchanged", "")]
    one, two = archive.captures("land", "attachment")
    assert one["sha256"] != two["sha256"]


def test_files_of_a_page_that_moved_as_it_was_are_looked_for_where_it_is_now(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    table = "事项,时限\n征地公告,20日\n".encode()
    with SiteServer() as server:
        notice = page("land", '<p><a href="a.csv">附件：目录.csv</a></p>')
        archive.watch("land", server.put("a.example", "/old/t.html", notice))
        server.put("a.example", "/old/a.csv", table, "text/csv")
        archive.crawl()
        moved = server.put("a.example", "/new/t.html", notice)
        server.put("a.example", "/old/t.html", "", status=301, headers={"Location": moved})
        server.put("a.example", "/old/a.csv", "", status=404)
        server.put("a.example", "/new/a.csv", table, "text/csv")
        archive.crawl()
        server.put("a.example", "/new/a.csv", table.replace(b"20", b"30"), "text/csv")
        archive.crawl()
    assert [row["verdict"] for row in archive.captures("land", "attachment")] == ["ok", "ok", "ok"]
    loud = [row["kind"] for row in archive.rows("SELECT kind FROM changes WHERE NOT quiet ORDER BY id")]
    assert loud == ["new", "moved", "attachment-replaced"]


def test_a_mirror_is_tried_when_the_first_address_fails_and_labelled(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land"))
        server.mode(url, "status-404")
        gone = server.host("b.example") + "/none.html"
        third = server.put("c.example", "/t.html", page("land"))
        archive.watch("land", url, {"县政府转载": gone, "省政府转载": third})
        archive.crawl()
    assert [(row["mirror"], row["verdict"]) for row in archive.captures("land")] == [
        ("", "gone"),
        ("县政府转载", "gone"),
        ("省政府转载", "ok"),
    ]


def test_a_recorded_crawl_replays_without_network(tmp_path: Path) -> None:
    """The second archive comes from the WARC files of the first, revisits and redirects too; the server is gone."""
    first = Archive(tmp_path / "first")
    with SiteServer() as server:
        link = '<p><a href="/a.doc">附件：目录.doc</a></p>'
        server.put("a.example", "/t.html", page("land", link))
        moved = server.put("a.example", "/old.html", "", status=301, headers={"Location": "/t.html"})
        server.put("a.example", "/a.doc", b"\xd0\xcf\x11\xe0 one" * 99, "application/octet-stream")
        first.watch("land", moved)
        first.crawl()
        first.crawl()
    second = Archive(tmp_path / "second", list(first.notices))
    second.watch("absent", "http://absent.invalid/t.html")
    files = [argument for path in first.warcs() for argument in ("--replay", str(path))]
    second.crawl(*files)
    assert second.verdicts("land") == [("ok", "")]
    assert second.verdicts("absent") == [], "a replay says nothing about what its files do not hold"
    assert second.texts("land") == first.texts("land")
    replayed, recorded = second.captures("land")[0], first.captures("land")[-1]
    assert (replayed["fetched_at"], replayed["sha256"]) == (recorded["fetched_at"], recorded["sha256"])
    assert second.captures("land", "attachment")[0]["sha256"] == first.captures("land", "attachment")[0]["sha256"]


def test_a_damaged_warc_is_refused_with_its_name(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    archive.watch("land", "http://land.invalid/t.html")
    broken = tmp_path / "broken.warc.gz"
    shutil.copyfile(DEMO / "replica.warc.gz", broken)
    broken.write_bytes(broken.read_bytes()[:-100])
    said = archive.crawl("--replay", str(broken))
    assert "broken.warc.gz" in said


def test_certificates_are_verified_and_old_ciphers_need_a_word(tmp_path: Path) -> None:
    with SiteServer() as server:
        new, old = server.tls_port("new.example"), server.tls_port("old.example", old=True)
        trusting, strict = Archive(tmp_path / "trusting"), Archive(tmp_path / "strict")
        for archive in (trusting, strict):
            archive.watch("new", server.put(new, "/t.html", page("new")))
            archive.watch("old", server.put(old, "/t.html", page("old")))
        bundle = tmp_path / "bundle.pem"
        bundle.write_bytes(server.certificate.read_bytes() + server.old_certificate.read_bytes())
        strict.crawl("--timeout", "20")
        trusting.crawl("--timeout", "20", env={"SSL_CERT_FILE": str(bundle)})
        assert strict.verdicts("new") == strict.verdicts("old") == [("error", "tls")]
        assert trusting.verdicts("new") == [("ok", "")]
        assert trusting.verdicts("old") == [("error", "tls")]
        host = old.removeprefix("https://").partition(":")[0]
        (trusting.data / "settings.toml").write_text(f'old_tls = ["{host}"]\n')
        trusting.crawl("--timeout", "20", env={"SSL_CERT_FILE": str(bundle)})
        assert trusting.verdicts("old")[-1] == ("ok", "")


def test_without_a_network_a_crawl_gives_up_soon(tmp_path: Path) -> None:
    """With the usual pauses: one back-off, no further retries, though the delay is the operator's."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        for n in range(6):
            archive.watch(f"n{n}", f"http://127.0.0.{40 + n}:{server.unused().rpartition(':')[2]}/t.html")
    said = archive.crawl(delay="5")
    assert said
    stats = archive.rows("SELECT stats FROM crawls")[0]["stats"]
    assert [archive.verdicts(f"n{n}") for n in range(6)] == [[("error", "refused")]] * 6
    assert '"guidelines/retries": 2' in stats


def test_a_file_that_comes_broken_is_no_revision_until_it_comes_so_again(tmp_path: Path) -> None:
    whole = SAMPLE.read_bytes()
    broken = whole[:-900]
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        link = '<p><a href="/mulu.doc">附件：目录</a></p>'
        archive.watch("land", server.put("a.example", "/t.html", page("land", body=SENTENCES + link)))
        for body in (whole, broken, whole, broken, broken):
            server.put("a.example", "/mulu.doc", body)
            archive.crawl()
    assert archive.verdicts("land", "attachment") == [
        ("ok", ""),
        ("suspect", "truncated"),
        ("unchanged", ""),
        ("suspect", "truncated"),
        ("ok", ""),
    ]
    assert archive.changes() == ["new", "attachment-replaced"]
