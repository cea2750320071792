"""WARC files read: one kept payload, all records of a file.

Written by `crawler/download/capture.py`; also read here are files that other tools made (`crawl --replay`).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from attrs import field, frozen
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from archive.machine.faults import why
from archive.warc.coding import TooLarge, undo

FOLDER = "warc"
MAX_BYTES = 500_000_000
"""Of a record: far above what the crawl takes in, a guard against a damaged or hostile file."""
BLOCK = 1 << 16
GZIP = b"\x1f\x8b\x08"
# AttributeError: what warcio raises for a record without WARC-Target-URI
FAULTS = (ArchiveLoadFailed, ValueError, zlib.error, EOFError, AttributeError)


class WarcError(Exception):
    """A record is missing or damaged, or holds no payload; the message says which, in Chinese."""


@frozen
class Record:
    """One record. `headers` are the WARC headers, `http` those of the message inside; all names in lower case."""

    offset: int
    type: str
    headers: Mapping[str, str]
    status: int | None = None
    http: Mapping[str, str] = field(factory=dict)
    """Values as UTF-8, else Latin-1; several of one name are joined by ', ' (Set-Cookie by newline)."""
    body: bytes = b""
    """Chunking undone, content coding not."""

    @property
    def url(self) -> str:
        return self.headers.get("warc-target-uri", "").strip("<>")

    @property
    def date(self) -> str:
        return self.headers.get("warc-date", "")


@frozen
class Payload:
    status: int
    headers: Mapping[str, str]
    body: bytes
    """Content coding undone."""
    url: str
    date: str
    complete: bool = True
    """False when the coded data end too early."""


def read_record(data: Path, warc_file: str, warc_offset: int) -> Record:
    """The record at an offset of a file under `data`/warc. Raises WarcError when it is not there or damaged."""
    path = data / FOLDER / warc_file
    where = f"WARC 文件 {warc_file} 偏移 {warc_offset}"
    try:
        with path.open("rb") as stream:
            stream.seek(warc_offset)
            member = io.BytesIO(_member(stream))
        return _record(next(ArchiveIterator(member, check_digests=True)), warc_offset)
    except OSError as error:
        raise WarcError(f"{where} 无法读取：{why(error)}；请从备份恢复这个文件") from error
    except (StopIteration, *FAULTS) as error:
        reason = str(error).strip() or "没有记录"
        raise WarcError(f"{where} 的记录缺失或已损坏（{reason}）；请从备份恢复这个文件") from error


def read_payload(data: Path, warc_file: str, warc_offset: int, *, max_bytes: int = MAX_BYTES) -> Payload:
    """The payload of a kept response, its content coding undone.

    Raises WarcError when the record is missing, damaged, larger than `max_bytes` or without a payload (a revisit).
    """
    record = read_record(data, warc_file, warc_offset)
    where = f"WARC 文件 {warc_file} 偏移 {warc_offset}"
    if record.type not in ("response", "resource"):
        raise WarcError(f"{where} 是 {record.type} 记录，没有正文；正文在它所指的那次抓取里")
    try:
        body, complete = undo(record.body, record.http.get("content-encoding", ""), max_bytes)
    except TooLarge as error:
        raise WarcError(f"{where} 的正文{error}") from error
    return Payload(record.status or 200, record.http, body, record.url, record.date, complete)


def records(path: Path) -> Iterator[Record]:
    """All records of a WARC file, compressed or not, of any tool. Raises WarcError where the file is damaged."""
    at = 0
    try:
        with path.open("rb") as stream:
            for at, part in parts(stream):
                yield from (_record(found, at) for found in ArchiveIterator(part, check_digests=True))
    except OSError as error:
        raise WarcError(f"{path} 无法读取：{why(error)}") from error
    except FAULTS as error:
        raise WarcError(f"{path} 偏移 {at} 处不是完好的 WARC 记录（{str(error).strip()}）") from error


# ---------------------------------------------------------------- the bytes


def _record(found: Any, offset: int) -> Record:
    """A record of warcio's, read to its end."""
    headers = {name.lower(): value for name, value in found.rec_headers.headers}
    raw = found.raw_stream.read(MAX_BYTES)
    if found.raw_stream.limit:
        raise ValueError("记录不完整" if len(raw) < MAX_BYTES else f"记录超过 {MAX_BYTES} 字节")
    if found.digest_checker.passed is False:
        raise ValueError("；".join(found.digest_checker.problems))
    http: dict[str, str] = {}
    status = None
    if found.http_headers is not None and found.rec_type in ("response", "revisit"):
        for name, value in found.http_headers.headers:
            name = name.lower()
            joiner = "\n" if name == "set-cookie" else ", "
            http[name] = f"{http[name]}{joiner}{value}" if name in http else value
        code = found.http_headers.get_statuscode()
        status = int(code) if code.isdigit() else None
        if "chunked" in http.get("transfer-encoding", "").lower():
            raw = _unchunked(raw)
    if found.rec_type == "resource":  # the block is the file itself; its type stands in the record's own header
        http["content-type"] = headers.get("content-type", "")
    return Record(offset, found.rec_type, headers, status, http, raw)


def _unchunked(raw: bytes) -> bytes:
    """Chunking undone; browsers' WARC files name it though it is gone, then the bytes stay as they are."""
    reader = ChunkedDataReader(io.BytesIO(raw))
    parts = []
    while part := reader.read(BLOCK):
        parts.append(part)
    return b"".join(parts)


def parts(stream: BinaryIO) -> Iterator[tuple[int, BinaryIO]]:
    """The gzip members of a file with their offsets, one record each; an uncompressed file is one part."""
    compressed = stream.read(2) == GZIP[:2]
    stream.seek(0)
    if not compressed:
        yield 0, stream
        return
    size = stream.seek(0, io.SEEK_END)
    at = stream.seek(0)
    while at < size:
        yield at, io.BytesIO(_member(stream))
        at = stream.tell()


def _member(stream: BinaryIO) -> bytes:
    """The gzip member that begins here; the stream then stands behind it. warcio takes a cut one without a word."""
    decoder = zlib.decompressobj(31)
    parts = []
    size = 0
    while not decoder.eof:
        block = stream.read(BLOCK)
        if not block:
            raise EOFError("文件在记录中间结束")
        parts.append(decoder.decompress(block))
        size += len(parts[-1])
        if size > MAX_BYTES:
            raise ValueError(f"记录超过 {MAX_BYTES} 字节")
    stream.seek(-len(decoder.unused_data), io.SEEK_CUR)
    return b"".join(parts)
