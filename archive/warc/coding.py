"""Content coding undone (gzip, deflate, br) up to a limit: the same for the wire and for kept records."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]

CHUNK = 1 << 16
Step = Callable[[bytes], bytes]


class TooLarge(Exception):
    """A body is larger than the limit after its content coding was undone."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"解压后超过 {limit} 字节")


class CodingError(Exception):
    """The bytes are not in the coding that the header names."""


def undo(body: bytes, encodings: str, limit: int) -> tuple[bytes, bool]:
    """The body without its content codings, and whether the coded data were complete.

    encodings: the Content-Encoding header, codings in the order they were applied. Codings that are not known stay.
    A body that is not in the named coding at all is handed back as it came: servers and browsers' WARC files name a
    coding that is no longer there. Raises TooLarge when more than `limit` bytes come out.
    """
    complete = True
    for name in reversed([part.strip().lower() for part in encodings.split(",") if part.strip()]):
        try:
            if name in ("gzip", "x-gzip"):
                body, ended = _inflate(body, 31, limit)
            elif name == "deflate":
                # the standard says zlib, some servers send the bare stream
                zlib_head = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
                body, ended = _inflate(body, 15 if zlib_head else -15, limit)
            elif name == "br":
                body, ended = _brotli(body, limit)
            elif name == "identity":
                continue
            else:
                break
        except CodingError:
            break
        complete = complete and ended
    if len(body) > limit:
        raise TooLarge(limit)
    return body, complete


def _inflate(body: bytes, window: int, limit: int) -> tuple[bytes, bool]:
    out: list[bytes] = []
    size = 0
    rest = body
    while rest:
        decoder = zlib.decompressobj(window)
        while rest and not decoder.eof:
            try:
                part = decoder.decompress(rest, CHUNK)
            except zlib.error as error:
                if not out:
                    raise CodingError(str(error)) from error
                return b"".join(out), False
            rest = decoder.unconsumed_tail
            size += len(part)
            if size > limit:
                raise TooLarge(limit)
            out.append(part)
        if not decoder.eof:
            return b"".join(out), False
        # several gzip members make one body; other bytes behind the end are ignored, as browsers do
        rest = decoder.unused_data if window == 31 and decoder.unused_data.startswith(b"\x1f\x8b") else b""
    return b"".join(out), True


def _brotli(body: bytes, limit: int) -> tuple[bytes, bool]:
    decoder = brotli.Decompressor()
    out: list[bytes] = []
    size = 0
    given = body
    while not decoder.is_finished():
        try:
            part = decoder.process(given, output_buffer_limit=CHUNK)
        except brotli.error as error:
            if not out:
                raise CodingError(str(error)) from error
            return b"".join(out), False
        given = b""
        if not part and decoder.can_accept_more_data():
            return b"".join(out), False
        size += len(part)
        if size > limit:
            raise TooLarge(limit)
        out.append(part)
    return b"".join(out), True
