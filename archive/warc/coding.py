"""Content coding undone (gzip, deflate, br) up to a limit: the same for the wire and for kept records."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator

import brotli  # type: ignore[import-untyped]

CHUNK = 1 << 16


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
        if name == "identity":
            continue
        if name not in _DECODERS:
            break
        try:
            body, ended = _gathered(_DECODERS[name](body), limit)
        except CodingError:
            break
        complete = complete and ended
    if len(body) > limit:
        raise TooLarge(limit)
    return body, complete


def _gathered(parts: Iterator[bytes], limit: int) -> tuple[bytes, bool]:
    """What a decoder gives, and whether it came to its end. Raises CodingError when it gives nothing at all."""
    out: list[bytes] = []
    size = 0
    try:
        for part in parts:
            size += len(part)
            if size > limit:
                raise TooLarge(limit)
            out.append(part)
    except EOFError:
        return b"".join(out), False
    except (zlib.error, brotli.error) as error:
        if not out:
            raise CodingError(str(error)) from error
        return b"".join(out), False
    return b"".join(out), True


def _gunzip(body: bytes) -> Iterator[bytes]:
    # several gzip members make one body; other bytes behind the end are ignored, as browsers do
    while body:
        body = yield from _inflate(body, 31)
        if not body.startswith(b"\x1f\x8b"):
            return


def _deflate(body: bytes) -> Iterator[bytes]:
    # the standard says zlib, some servers send the bare stream
    zlib_head = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    if body:
        yield from _inflate(body, 15 if zlib_head else -15)


def _inflate(body: bytes, window: int) -> Generator[bytes, None, bytes]:
    """Returns what stands behind the end. Raises EOFError when the data end before it."""
    decoder = zlib.decompressobj(window)
    while not decoder.eof:
        if not body:
            raise EOFError
        yield decoder.decompress(body, CHUNK)
        body = decoder.unconsumed_tail
    return decoder.unused_data


def _brotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    while not decoder.is_finished():
        part = decoder.process(body, output_buffer_limit=CHUNK)
        body = b""
        if not part and decoder.can_accept_more_data():
            raise EOFError
        yield part


_DECODERS = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _deflate, "br": _brotli}
