"""What may be replayed into which archive."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests import sites
from tests.crawl.harness import page, title_of
from tests.office import Office
from tests.sites.server import SiteServer

DEMO = sites.DEMO / "replica.warc.gz"


def office_of(server: SiteServer, data: Path, *slugs: str) -> Office:
    entries = [
        f'[[notice]]\nnumber = {n}\nslug = "{slug}"\ntitle = "{title_of(slug)}"\n'
        f'url = "{server.put(slug, "/t.html", page(slug))}"\n'
        for n, slug in enumerate(slugs, 1)
    ]
    return Office(data, "".join(entries))


def recorded_by_hand(path: Path, url: str, payload: bytes) -> Path:
    """A WARC file as a browser's recorder leaves it: one response, no robots.txt, HTTP/2."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        headers = StatusAndHeaders("200", [("content-type", "text/html; charset=utf-8")], protocol="HTTP/2")
        writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(payload), http_headers=headers))
    return path


def replay(office: Office, path: Path) -> subprocess.CompletedProcess[str]:
    line = office.line("crawl", "--sources", str(office.sources), "--replay", str(path), "--confirm-after", "0")
    return subprocess.run(line, env=office.environment(), capture_output=True, text=True, timeout=120, check=False)


def test_a_page_recorded_by_hand_stands_in_for_a_blocked_notice_and_leaves_the_others_alone(tmp_path: Path) -> None:
    with SiteServer() as server:
        office = office_of(server, tmp_path / "data", "blocked", "sound")
        url = server.put("blocked", "/t.html", page("blocked"))
        server.mode(url, "challenge-1")
        before = office.crawl(codes=(3,))["notices"]
        assert (before["blocked"]["reason"], before["sound"]["verdict"]) == ("challenge", "ok")
        warc = recorded_by_hand(tmp_path / "hand.warc.gz", url, page("blocked"))
        done = replay(office, warc)
        assert done.returncode == 0, done.stderr
        assert '"sound"' not in done.stdout
        states = {notice["slug"]: notice["state"] for notice in office.run("status")["notices"]}
        assert states == {"blocked": "current", "sound": "current"}


def test_a_file_with_none_of_the_notices_is_refused(tmp_path: Path) -> None:
    with SiteServer() as server:
        office = office_of(server, tmp_path / "data", "land")
        done = replay(office, recorded_by_hand(tmp_path / "other.warc.gz", "http://other.example/", b"<p>x</p>"))
        assert (done.returncode, "没有名单中任何一份通知" in done.stderr) == (1, True)


def test_the_demonstration_never_enters_a_real_archive_nor_a_ministrys_page_the_demonstration(tmp_path: Path) -> None:
    with SiteServer() as server:
        office = office_of(server, tmp_path / "data", "land")
        office.crawl()
        refused = subprocess.run(
            office.line("crawl", "--replay", str(DEMO)),
            env=office.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (refused.returncode, "演示样本" in refused.stderr) == (1, True)
        demo = Office(tmp_path / "demo", office.sources.read_text("utf-8"))
        demo.run("crawl", "--replay", str(DEMO), "--notice", "tax-administration", codes=(0, 3))
        mixed = subprocess.run(
            demo.crawl_line(), env=demo.environment(), capture_output=True, text=True, timeout=60, check=False
        )
        assert (mixed.returncode, "演示档案" in mixed.stderr) == (1, True)
