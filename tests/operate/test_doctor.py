"""`guidelines doctor` over real sockets: each host is asked once, and what is wrong is named with a remedy."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.machine.lock import crawl_lock
from tests.crawl.harness import Archive, environment
from tests.sites.server import SiteServer


def doctor(archive: Archive, *arguments: str, **env: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON document."""
    archive.command()  # writes sources.toml
    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(archive.data), "doctor"]
    done = subprocess.run(
        [*line, "--json", *arguments],
        env=environment(GUIDELINES_SOFFICE="off", **env),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def states(found: dict[str, Any], what: str) -> list[str]:
    return [check["state"] for check in found["checks"] if check["what"] == what]


def said(found: dict[str, Any], what: str) -> str:
    return "\n".join(check["says"] for check in found["checks"] if check["what"] == what)


def test_a_machine_that_can_do_its_work_is_fine_and_each_host_was_asked_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        for n in range(3):
            archive.watch(f"n{n}", f"{server.host('a.example')}/{n}.html")
        archive.watch("safe", server.tls_port("b.example") + "/x.html")
        code, found = doctor(archive, SSL_CERT_FILE=str(server.certificate))
        assert [(s.host, s.path) for s in server.requests("a.example")] == [("a.example", "/robots.txt")]
        assert server.requests()[0].headers["user-agent"].startswith("guidelines-archive/")
    assert (code, found["ok"]) == (0, True), found
    assert {host["robots"] for host in found["hosts"]} == {"allowed"}
    assert [bool(host["tls"]) for host in found["hosts"]] == [False, True]
    assert "12 种样本" in said(found, "parser")
    assert not (archive.data / "archive.db").exists()


def test_what_keeps_a_host_from_being_crawled_is_named(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("good", server.host("good.example") + "/1.html")
        archive.watch("dead", server.unused() + "/1.html")
        archive.watch("broken", server.host("broken.example") + "/1.html")
        server.mode(server.host("broken.example") + "/robots.txt", "status-503")
        archive.watch("closed", server.host("closed.example") + "/secret/1.html")
        server.put("closed.example", "/robots.txt", "User-agent: *\nDisallow: /secret/\nCrawl-delay: 7\n", "text/plain")
        archive.watch("signed", server.tls_port("signed.example") + "/1.html")
        archive.watch("slow", server.host("slow.example") + "/1.html")
        server.mode(server.host("slow.example") + "/robots.txt", "silent")
        code, found = doctor(archive)
    hosts = dict(zip(("good", "dead", "broken", "closed", "signed", "slow"), found["hosts"], strict=True))
    assert code == 3
    assert (hosts["good"]["status"], hosts["good"]["robots"]) == (404, "allowed")
    assert hosts["dead"]["trouble"] == "refused"
    assert (hosts["broken"]["status"], hosts["broken"]["robots"]) == (503, "unreachable")
    assert hosts["closed"]["robots"] == "disallowed"
    assert hosts["signed"]["trouble"] == "tls"
    assert hosts["slow"]["trouble"] == "timeout"
    assert "证书是自签名的" in said(found, "host")
    assert states(found, "network") == ["ok"]
    assert all(check["remedy"] for check in found["checks"] if check["state"] != "ok")


def test_no_network_is_said_once_with_every_host_below(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    for n in range(3):
        archive.watch(f"n{n}", f"http://no-such-host-{n}.invalid/1.html")
    code, found = doctor(archive)
    (check,) = [check for check in found["checks"] if check["what"] == "network"]
    assert code == 3
    assert check["says"].startswith("没有网络")
    assert len(check["details"]) == 3
    assert states(found, "host") == []


def test_a_clock_that_is_off_is_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        server.ahead = timedelta(minutes=20)
        archive.watch("land", server.host("a.example") + "/1.html")
        code, found = doctor(archive)
    assert (code, states(found, "clock")) == (3, ["person"])
    assert "慢约 20 分钟" in said(found, "clock")


@pytest.mark.parametrize("status", ["407", "502"])
def test_a_proxy_that_does_not_let_through_is_named_without_its_password(tmp_path: Path, status: str) -> None:
    archive = Archive(tmp_path / "data")
    archive.watch("land", "http://www.example.invalid/1.html")
    with SiteServer() as server:
        server.mode(server.host("proxy.example"), f"status-{status}")
        place = server.host("proxy.example").removeprefix("http://")
        record = tmp_path / "record.json"
        code, found = doctor(archive, "--record", str(record), http_proxy=f"http://robot:s3cret@{place}")
        assert [s.headers.get("proxy-authorization") for s in server.requests()] == ["Basic cm9ib3Q6czNjcmV0"]
    assert (code, states(found, "proxy")) == (3, ["person"])
    assert place in said(found, "proxy")
    for text in (json.dumps(found), record.read_text("utf-8")):
        assert "s3cret" not in text
        assert "robot" not in text.replace("robots", "")


def test_a_record_says_what_was_found_without_contact_or_paths(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    archive.data.mkdir()
    (archive.data / "settings.toml").write_text('contact = "zhang@example.gov.cn"\n')
    record = tmp_path / "record.json"
    with SiteServer() as server:
        archive.watch("land", server.host("a.example") + "/1.html")
        doctor(archive, "--record", str(record))
    written = json.loads(record.read_text("utf-8"))
    assert written["network"] is True
    assert {"scrapy", "lxml", "python", "openssl"} <= set(written["versions"])
    assert [(host["status"], host["robots"]) for host in written["hosts"]] == [(404, "allowed")]
    assert "zhang@" not in record.read_text("utf-8")
    assert str(tmp_path) not in record.read_text("utf-8")


def test_a_parser_that_cannot_be_loaded_is_no_work_for_a_person_but_a_broken_machine(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "pdfplumber.py").write_text("raise ImportError('libfreetype is missing')\n")
    with SiteServer() as server:
        archive.watch("land", server.host("a.example") + "/1.html")
        path = f"{tmp_path / 'lib'}:{environment()['PYTHONPATH']}"
        code, found = doctor(archive, PYTHONPATH=path)
    assert code == 1
    broken = [check for check in found["checks"] if check["state"] == "broken"]
    assert any("libfreetype is missing" in check["says"] for check in broken), found["checks"]


def test_a_private_file_that_others_can_read_and_a_wrong_setting_are_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    archive.data.mkdir()
    (archive.data / "notify.db").touch(0o644)
    (archive.data / "guidelines.env").touch(0o600)
    with SiteServer() as server:
        archive.watch("land", server.host("a.example") + "/1.html")
        code, found = doctor(archive)
        assert (code, sorted(states(found, "private"))) == (3, ["ok", "person"])
        (archive.data / "settings.toml").write_text("delay = -1\n")
        code, found = doctor(archive)
    assert (code, states(found, "settings")) == (1, ["broken"])


def test_a_crawl_under_way_is_nothing_wrong(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        archive.watch("land", server.host("a.example") + "/1.html")
        with crawl_lock(archive.data):
            code, found = doctor(archive)
    assert (code, states(found, "lock")) == (0, ["ok"])
    assert "正在写入" in said(found, "lock")
