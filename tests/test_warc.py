"""Kept bytes come back as they were, damage is told, a torn tail is set aside (archive/warc)."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zlib
from pathlib import Path

import brotli
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc.check import check_file, repair_tail
from archive.warc.coding import TooLarge, undo
from archive.warc.read import WarcError, read_payload, read_record, records

TEXT = "演示样本：基层政务公开标准指引。".encode() * 200


def make(
    path: Path, *answers: tuple[str, bytes, dict[str, str]], compress: bool = True, protocol: str = "HTTP/1.1"
) -> list[int]:
    """A WARC of these answers (address, body as sent, headers); returns their offsets."""
    offsets = []
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=compress, warc_version="1.1")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "test"}))
        for url, body, headers in answers:
            offsets.append(out.tell())
            http = StatusAndHeaders("200 OK", list(headers.items()), protocol=protocol)
            writer.write_record(
                writer.create_warc_record(url, "response", io.BytesIO(body), len(body), http_headers=http)
            )
    return offsets


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warc").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("encoding", "coded"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:])),
        ("gzip", gzip.compress(TEXT) + b"trailing"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("br", brotli.compress(TEXT)),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
        ("gzip", TEXT),  # the header names a coding that is not there
        ("br", TEXT),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
def test_content_coding_is_undone(encoding: str, coded: bytes) -> None:
    assert undo(coded, encoding, 1_000_000) == (TEXT, True)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_a_coded_body_that_was_cut_is_known_as_such(encoding: str, pack: object) -> None:
    coded = pack(bytes(range(256)) * 40 + TEXT)
    body, complete = undo(coded[: len(coded) * 3 // 4], encoding, 1_000_000)
    assert not complete
    assert (bytes(range(256)) * 40 + TEXT).startswith(body)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("", bytes)]
)
def test_a_bomb_stops_at_the_limit(encoding: str, pack: object) -> None:
    with pytest.raises(TooLarge):
        undo(pack(bytes(3_000_000)), encoding, 1_000_000)


def test_a_kept_payload_comes_back_as_it_was(data: Path) -> None:
    path = data / "warc" / "a.warc.gz"
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    _, offset = make(path, ("http://a.example/1", b"x", {}), ("http://a.example/2", gzip.compress(TEXT), headers))
    payload = read_payload(data, path.name, offset)
    assert (payload.body, payload.status, payload.url, payload.complete) == (TEXT, 200, "http://a.example/2", True)
    assert payload.headers["content-type"] == "text/html"
    with pytest.raises(WarcError, match="解压后超过"):
        read_payload(data, path.name, offset, max_bytes=100)


def test_a_missing_or_damaged_record_is_told(data: Path) -> None:
    path = data / "warc" / "a.warc.gz"
    offset = make(path, ("http://a.example/1", TEXT, {"Content-Type": "text/html"}))[0]
    whole = path.read_bytes()
    for broken in (whole[: offset + 200], whole[:offset], whole[: offset + 100] + b"\0" + whole[offset + 101 :]):
        path.write_bytes(broken)
        with pytest.raises(WarcError, match="已损坏"):
            read_payload(data, path.name, offset)
    path.unlink()
    with pytest.raises(WarcError, match="无法读取"):
        read_payload(data, path.name, offset)


def test_a_record_whose_digest_does_not_fit_is_told(data: Path) -> None:
    path = data / "warc" / "a.warc.gz"
    offset = make(path, ("http://a.example/1", TEXT, {}))[0]
    whole = path.read_bytes()
    forged = gzip.decompress(whole[offset:]).replace("演示".encode(), "演出".encode(), 1)
    path.write_bytes(whole[:offset] + gzip.compress(forged))
    with pytest.raises(WarcError, match="digest"):
        read_record(data, path.name, offset)
    assert any("校验值不符" in problem for problem in check_file(path))


def test_files_of_other_tools_are_read(tmp_path: Path) -> None:
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (TEXT[:1000], TEXT[1000:])) + b"0\r\n\r\n"
    plain = tmp_path / "browser.warc"
    make(
        plain,
        ("http://a.example/br", brotli.compress(TEXT), {"content-encoding": "br"}),
        ("http://a.example/chunked", chunked, {"Transfer-Encoding": "chunked"}),
        ("http://a.example/not-chunked", TEXT, {"Transfer-Encoding": "chunked"}),
        compress=False,
        protocol="HTTP/2",
    )
    found = {record.url: record for record in records(plain) if record.type == "response"}
    assert {undo(r.body, r.http.get("content-encoding", ""), 10**6)[0] for r in found.values()} == {TEXT}
    assert {record.status for record in found.values()} == {200}


def test_a_torn_last_record_is_set_aside_and_told(data: Path) -> None:
    path = data / "warc" / "guidelines-1.warc.gz"
    offsets = make(path, ("http://a.example/1", TEXT, {}), ("http://a.example/2", TEXT, {}))
    whole = path.read_bytes()
    assert repair_tail(data) == []
    for cut in range(offsets[1] + 1, len(whole), 37):
        path.write_bytes(whole[:cut])
        assert check_file(path)
        told = repair_tail(data)
        assert len(told) == 1
        assert "不完整" in told[0]
        assert path.read_bytes() == whole[: offsets[1]]
        assert check_file(path) == []
        assert (data / "warc" / "torn" / f"{path.name}.{offsets[1]}").read_bytes() == whole[offsets[1] : cut]
    path.write_bytes(whole + bytes(4096))  # what a power failure leaves
    assert len(repair_tail(data)) == 1
    assert path.read_bytes() == whole


def test_damage_in_the_middle_of_a_file_cuts_nothing(data: Path) -> None:
    path = data / "warc" / "guidelines-1.warc.gz"
    first, _ = make(path, ("http://a.example/1", TEXT, {}), ("http://a.example/2", TEXT, {}))
    broken = bytearray(path.read_bytes())
    broken[first + 60 : first + 70] = bytes(10)
    path.write_bytes(broken)
    told = repair_tail(data)
    assert "未作改动" in told[0]
    assert path.read_bytes() == broken
    assert check_file(path)


def test_a_sound_file_passes_warcio_check(data: Path) -> None:
    path = data / "warc" / "a.warc.gz"
    make(path, ("http://a.example/1", TEXT, {"Content-Type": "text/html"}))
    assert check_file(path) == []
    subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=True)
