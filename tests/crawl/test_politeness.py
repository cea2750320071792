"""Whom a crawl contacts and how: one request at a time, robots.txt, an honest name, declared hosts and no others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.crawl.harness import Archive, environment, page
from tests.sites.server import Seen, SiteServer

AUDITED = """
import json, sys
out = open(sys.argv.pop(1), "a", buffering=1)
def note(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        if isinstance(arguments[1], tuple):
            out.write(json.dumps(["connect", arguments[1][0]]) + "\\n")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        if arguments[0]:
            out.write(json.dumps(["resolve", str(arguments[0])]) + "\\n")
sys.addaudithook(note)
from crawler.commands import cli
sys.exit(cli())
"""


def contacts(archive: Archive, tmp_path: Path, *arguments: str) -> set[tuple[str, str]]:
    """What the crawling process connects to and looks up, as its own interpreter reports it."""
    log = tmp_path / "contacts"
    sources = archive.command()[archive.command().index("--sources") + 1]
    line = [sys.executable, "-c", AUDITED, str(log), "crawl", "--data", str(archive.data), "--token", "t", "--all"]
    line += ["--sources", sources, "--delay", "0", "--timeout", "10", "--confirm-after", "0", *arguments]
    subprocess.run(line, env=environment(), check=True, capture_output=True, timeout=120)
    archive.check_warcs()
    return {(kind, host) for kind, host in map(json.loads, log.read_text().splitlines())}


def test_only_declared_hosts_and_what_their_pages_attach_are_contacted(tmp_path: Path) -> None:
    """Pages full of links, cookies with domains, a link to a private address: nothing else is asked or looked up."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        elsewhere = server.put("elsewhere.example", "/other.html", page("other"))
        files = server.extra_port("a.example")
        server.put(
            files,
            "/f",
            b"\xd0\xcf\x11\xe0 a file of ours" * 9,
            "application/octet-stream",
            headers={"Content-Disposition": "attachment; filename=1.doc"},
        )
        links = (
            f'<p><a href="{files}/f">附件：标准目录.doc</a></p><p>见<a href="{elsewhere}">另一页</a>，'
            f'<a href="http://www.unknown.invalid/x.html">又一页</a></p><img src="{elsewhere}">'
            f'<p><a href="http://169.254.169.254/secret.doc">附件：内部.doc</a></p>'
            f'<p><a href="{server.host("elsewhere.example")}/b.doc">附件：别家.doc</a></p>'
        )
        url = server.put(
            "a.example", "/t.html", page("land", links), headers={"Set-Cookie": "a=1; Domain=.gov.cn; Path=/"}
        )
        archive.watch("land", url)
        own = server.host("a.example").removeprefix("http://").partition(":")[0]
        assert {host for _, host in contacts(archive, tmp_path)} == {own}
        assert server.requests("elsewhere.example") == []
        assert [s.path for s in server.requests("a.example", "/f")] == ["/f"]
    attached = dict(
        zip(
            [row["asked"] for row in archive.captures("land", "attachment")],
            archive.verdicts("land", "attachment"),
            strict=True,
        )
    )
    assert attached[f"{files}/f"] == ("ok", "")
    assert attached["http://169.254.169.254/secret.doc"] == ("error", "private")
    assert [verdict for url, verdict in attached.items() if url.endswith("/b.doc")] == [("error", "private")]


def test_a_name_that_resolves_to_a_private_address_is_not_contacted(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        port = server.host("a.example").rpartition(":")[2]
        link = f'<p><a href="http://localhost:{port}/a.doc">附件：标准目录.doc</a></p>'
        archive.watch("land", server.put("a.example", "/t.html", page("land", link)))
        seen = contacts(archive, tmp_path)
    assert ("resolve", "localhost") in seen
    assert {host for kind, host in seen if kind == "connect"} == {"127.0.0.2"}
    assert archive.verdicts("land", "attachment") == [("error", "private")]


def test_another_notices_private_host_is_no_way_round(tmp_path: Path) -> None:
    """localhost is declared by one notice, so it resolves; a page on another host still may not lead there."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        port = server.host("a.example").rpartition(":")[2]
        link = f'<p><a href="http://localhost:{port}/a.doc">附件：标准目录.doc</a></p>'
        archive.watch("land", server.put("a.example", "/t.html", page("land", link)))
        archive.watch("inside", f"http://localhost:{server.unused().rpartition(':')[2]}/t.html")
        archive.crawl("--timeout", "10")
    assert archive.verdicts("land", "attachment") == [("error", "private")]
    assert archive.verdicts("inside") == [("error", "refused")]


def _paused(before: Seen, pages: list[Seen], delay: float) -> bool:
    """Whether the delay lay between these requests. `before` was answered before the first of them was sent, so that a
    busy machine, which may note a request late but never early, cannot make this false."""
    return all(request.at - before.at > delay * n * 0.99 for n, request in enumerate(pages))


def test_one_request_at_a_time_to_a_host_with_the_delay_between(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        for n in range(4):
            archive.watch(f"n{n}", server.put("a.example", f"/{n}.html", page(f"n{n}")))
        archive.crawl(delay="0.5")
        seen = server.requests("a.example")
        pages = [s for s in seen if s.path.endswith(".html")]
        assert len(pages) == 4
        assert {s.together for s in seen} == {1}
        assert _paused(server.requests("a.example", "/robots.txt")[0], pages, 0.5)
    assert [archive.verdicts(f"n{n}") for n in range(4)] == [[("ok", "")]] * 4


def test_the_agent_names_itself_and_a_contact(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    archive.data.mkdir()
    (archive.data / "settings.toml").write_text('contact = "office@example.gov.cn"\n')
    with SiteServer() as server:
        archive.watch("land", server.put("a.example", "/t.html", page("land")))
        archive.crawl()
        for seen in server.requests():
            assert seen.headers["user-agent"].startswith("guidelines-archive/")
            assert "office@example.gov.cn" in seen.headers["user-agent"]
            assert "Mozilla" not in seen.headers["user-agent"]


def test_robots_are_obeyed_by_every_request_to_a_host(tmp_path: Path) -> None:
    """Scrapy let the third request that waited for robots.txt through; here many wait at once."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        server.put("a.example", "/robots.txt", "User-agent: *\nDisallow: /closed/\n", "text/plain")
        for n in range(5):
            archive.watch(f"closed{n}", server.put("a.example", f"/closed/{n}.html", page(f"closed{n}")))
        archive.watch("open", server.put("a.example", "/open.html", page("open")))
        archive.crawl()
        paths = [s.path for s in server.requests("a.example") if s.path != "/"]
        assert not [path for path in paths if path.startswith("/closed/")]
        # once for the notices and once for the lists of successors
        assert 1 <= paths.count("/robots.txt") <= 2
    assert [archive.verdicts(f"closed{n}") for n in range(5)] == [[("forbidden", "robots")]] * 5
    assert archive.verdicts("open") == [("ok", "")]


def test_an_odd_answer_for_robots_allows_or_stops_for_now_and_is_no_prohibition(
    tmp_path: Path,
) -> None:
    outcomes = {
        "status-404": ("ok", ""),
        "status-403": ("ok", ""),
        "status-503": ("error", "robots-unreachable"),
        "silent": ("error", "timeout"),
        "reset": ("error", "reset"),
        "truncated": ("error", "robots-unreachable"),
        "redirect-loop": ("ok", ""),
        "challenge-1": ("ok", ""),
    }
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        for mode in outcomes:
            archive.watch(mode, server.put(f"{mode}.example", "/t.html", page(mode)))
            server.put(f"{mode}.example", "/robots.txt", "User-agent: *\nDisallow: /no/\n" * 99, "text/plain")
            server.mode(server.host(f"{mode}.example") + "/robots.txt", mode)
        archive.crawl("--timeout", "4")
        asked = {mode for mode in outcomes if server.requests(f"{mode}.example", "/t.html")}
    assert {mode: archive.verdicts(mode)[0] for mode in outcomes} == outcomes
    assert asked == {mode for mode, (verdict, _) in outcomes.items() if verdict == "ok"}


def test_a_crawl_delay_is_honoured(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        server.put("a.example", "/robots.txt", "User-agent: *\nCrawl-delay: 1\n", "text/plain")
        for n in range(3):
            archive.watch(f"n{n}", server.put("a.example", f"/{n}.html", page(f"n{n}")))
        archive.crawl()
        pages = [s for s in server.requests("a.example") if s.path.endswith(".html")]
        assert len(pages) == 3
        assert _paused(server.requests("a.example", "/robots.txt")[0], pages, 1)


ROBOTS_BODIES = {
    "a page of html": (b"<!DOCTYPE html><html><body><p>Disallow: /</p></body></html>", "ok"),
    "empty": (b"", "ok"),
    "noise": (bytes(range(256)) * 40, "ok"),
    "a byte order mark": ("\ufeffUser-agent: *\nDisallow: /".encode(), "forbidden"),
    "utf-16": ("User-agent: *\nDisallow: /\n".encode("utf-16"), "forbidden"),
    "old line ends": (b"User-agent: *\rDisallow: /\r", "forbidden"),
    "comments in gbk": ("# 禁止\nUser-agent: *\nDisallow: /\n".encode("gb18030"), "forbidden"),
    "rules in html": (b"<pre>\nUser-agent: *\nDisallow: /\n</pre>", "forbidden"),
    "huge": (b"User-agent: *\nDisallow: /\n" + b"# filling\n" * 200_000, "forbidden"),
    "cut inside a rule": (b"User-agent: *\n" + b"# 345678\n" * 56_886 + b"#\nDisallow: /other/\n", "ok"),
}


def test_a_robots_txt_of_any_bytes_means_what_its_rules_say(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        for number, (body, _) in enumerate(ROBOTS_BODIES.values()):
            server.put(f"h{number}.example", "/robots.txt", body, "text/plain")
            archive.watch(f"n{number}", server.put(f"h{number}.example", "/t.html", page(f"n{number}")))
        archive.crawl()
    found = {name: archive.verdicts(f"n{number}")[0][0] for number, name in enumerate(ROBOTS_BODIES)}
    assert found == {name: verdict for name, (_, verdict) in ROBOTS_BODIES.items()}


def test_a_proxy_that_does_not_let_through_is_told_as_the_proxy_and_not_as_the_site(tmp_path: Path) -> None:
    """502 and 407 of a proxy for http, a refused tunnel for https; the proxy's password is shown nowhere."""
    archive = Archive(tmp_path / "data")
    archive.watch("plain", "http://www.example.com/t.html")
    archive.watch("safe", "https://www.example.com/t.html")
    with SiteServer() as server:
        place = server.host("proxy.example").removeprefix("http://")
        for status in ("502", "407"):
            server.mode(server.host("proxy.example"), f"status-{status}")
            proxy = f"http://robot:s3cret@{place}"
            said = archive.crawl("--timeout", "5", env={"http_proxy": proxy, "https_proxy": proxy})
            assert "s3cret" not in said
        archive.crawl("--timeout", "5", env={"http_proxy": server.unused()})
    assert [verdict for verdict, _ in archive.verdicts("plain")] == ["error"] * 3
    assert [reason for _, reason in archive.verdicts("plain")] == ["proxy"] * 3
    assert [reason for _, reason in archive.verdicts("safe")][:2] == ["proxy"] * 2
    assert "s3cret" not in str(archive.rows("SELECT * FROM captures"))
    assert archive.rows("SELECT DISTINCT state FROM notices") == [{"state": "unreachable"}]
