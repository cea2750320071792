"""The parts between Scrapy and the wire that need no socket to be tried."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response

from archive.settings import Settings
from archive.warc.check import check_file
from archive.warc.coding import TooLarge
from archive.warc.read import records
from archive.warc.write import WarcFiles
from crawler.answer import filename_of, header_map
from crawler.download.errors import NotFetched, explain, unreachable
from crawler.download.replay import is_demo
from crawler.download.scope import private
from crawler.settings import scrapy_settings, user_agent
from tests.sites import DEMO

REPLICA = DEMO / "replica.warc.gz"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "[::1]", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:7f00:1::"],
)  # fmt: skip
def test_an_address_inside_is_known_as_private(address: str) -> None:
    assert private(address)


@pytest.mark.parametrize("address", ["202.108.22.5", "2400:3200::1", "www.gov.cn", "10.example.cn"])
def test_public_addresses_and_names_are_not(address: str) -> None:
    assert not private(address)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=a.doc", "a.doc"),
        ('attachment; filename="标准 目录.doc"', "标准 目录.doc"),
        ("attachment; filename*=UTF-8''%E7%9B%AE%E5%BD%95.xls; filename=x.xls", "目录.xls"),
        ("attachment; filename=%E7%9B%AE%E5%BD%95.xls", "目录.xls"),
        ("attachment; filename=" + "目录.doc".encode("gb18030").decode("latin-1"), "目录.doc"),
        ("attachment; filename=" + "目录.doc".encode().decode("latin-1"), "目录.doc"),
        ("attachment; filename=../../etc/passwd", "passwd"),
        ("inline", ""),
        ("", ""),
    ],
)
def test_file_names_are_read_in_every_form_that_sites_send(header: str, name: str) -> None:
    assert filename_of(header) == name


def test_headers_read_as_they_read_from_a_record() -> None:
    response = Response("http://a.example/", headers={"X-Name": ["a", "b"], "Content-Disposition": "目录".encode()})
    assert header_map(response) == {"x-name": "a, b", "content-disposition": "目录"}


def test_each_failure_has_a_code_and_a_sentence() -> None:
    for error, code in (
        (CannotResolveHostError("x"), "dns"),
        (DownloadTimeoutError("x"), "timeout"),
        (TooLarge(5), "too-large"),
        (IgnoreRequest("max redirections reached"), "redirects"),
        (NotFetched("private", "不访问"), "private"),
        (ConnectionError("odd"), "reset"),
    ):
        assert explain(error).reason == code
        assert explain(error).detail
    assert unreachable(DownloadTimeoutError("x"))
    assert not unreachable(NotFetched("private", "不访问"))


def test_warc_files_rotate_and_stay_sound(tmp_path: Path) -> None:
    files = WarcFiles(tmp_path, 7, [("software", "test")], rotate=5_000)
    other = WarcFiles(tmp_path, 7, [("software", "test")], rotate=5_000)  # another spider within the same second
    places = []
    for n in range(12):
        block = b"HTTP/1.1 200 OK\r\n\r\n" + random.Random(n).randbytes(1500)
        head = [("WARC-Type", "response"), ("WARC-Record-ID", f"<urn:uuid:{n}>"), ("WARC-Date", "2026-11-23T00:00:00Z")]
        head += [("WARC-Target-URI", f"http://a.example/{n}"), ("Content-Type", "application/http; msgtype=response")]
        places.append((files if n % 3 else other).append((head, block)))
    files.close()
    other.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) > 2
    assert {name for name, _ in places} == set(names)
    assert [problem for path in tmp_path.iterdir() for problem in check_file(path)] == []
    for path in tmp_path.iterdir():
        assert next(records(path)).type == "warcinfo"
    subprocess.run([sys.executable, "-m", "warcio.cli", "check", *map(str, tmp_path.iterdir())], check=True)


def test_the_replica_says_that_it_is_a_demonstration() -> None:
    assert is_demo(REPLICA)


def test_the_agent_string_is_ascii_whatever_the_contact() -> None:
    assert user_agent(Settings(contact="政务公开办 a@b.cn")).isascii()
    assert "a@b.cn" in user_agent(Settings(contact="政务公开办 a@b.cn"))


def test_no_delay_switches_off_autothrottle_and_pauses() -> None:
    quick, usual = scrapy_settings(Settings(delay=0)), scrapy_settings(Settings())
    assert not quick.getbool("AUTOTHROTTLE_ENABLED")
    assert quick.getfloat("GUIDELINES_BACK_OFF") == 0
    assert usual.getbool("AUTOTHROTTLE_ENABLED")
    assert usual.getfloat("AUTOTHROTTLE_START_DELAY") == usual.getfloat("DOWNLOAD_DELAY") == 5
