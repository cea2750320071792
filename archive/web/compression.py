"""Text answers go out gzip-compressed to whoever takes that; files that are compressed already, and the huge, do not.

Around the application: the main process and each worker have it, so what a worker answers is compressed there.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from archive.web.security import App

LEAST = 800
"""Bytes; less is not worth the work."""
MOST = 8 << 20
"""Bytes of an answer whose length is known, which may cost a visitor's request that much work."""
LEVEL = 4
"""Of zlib: nine tenths of what is to be gained, a third of the time."""
_TEXT = re.compile(rb"text/|application/(?:json|atom\+xml|xml|javascript)|image/svg")
_GZIP = 31
"""Window bits that make zlib write gzip's head and checksum."""


def compressed(app: App) -> App:
    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["method"] != "GET" or not _takes_gzip(scope):
            await app(scope, receive, send)
        else:
            await app(scope, receive, _Sender(send))

    return wrapped


def _takes_gzip(scope: dict[str, Any]) -> bool:
    """RFC 9110, 12.5.3: a coding with `q=0` is refused."""
    asked = b",".join(value for name, value in scope["headers"] if name.lower() == b"accept-encoding").decode("latin-1")
    codings = (part.strip().lower().partition(";") for part in asked.split(","))
    return any(name.strip() in ("gzip", "*") and not re.fullmatch(r"\s*q=0(\.0*)?\s*", q) for name, _, q in codings)


class _Sender:
    """One answer on its way out."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._start: dict[str, Any] | None = None
        """Held until the first part of the body tells how long it is."""
        self._packer: Any = None

    async def __call__(self, event: dict[str, Any]) -> None:
        if event["type"] == "http.response.start":
            self._start = event
        elif event["type"] != "http.response.body":
            await self._send(event)
        else:
            await self._body(event)

    async def _body(self, event: dict[str, Any]) -> None:
        body, more = event.get("body") or b"", bool(event.get("more_body"))
        if self._start is not None:
            start, self._start = self._start, None
            if _worth(start, body, more):
                self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
                start = start | {"headers": _headers(start["headers"])}
            await self._send(start)
        if self._packer is not None:
            body = self._packer.compress(body) + (b"" if more else self._packer.flush())
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def _worth(start: dict[str, Any], body: bytes, more: bool) -> bool:
    given = {name.lower(): value for name, value in start.get("headers") or ()}
    length = int(given.get(b"content-length", b"0")) or (0 if more else len(body))
    return (
        start["status"] not in (204, 206, 304)
        and b"content-encoding" not in given
        and _TEXT.match(given.get(b"content-type", b"")) is not None
        and (more if not length else LEAST <= length <= MOST)
    )


def _headers(given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Another length, and a tag that says "the same text", not "the same bytes"."""
    kept = [(name, _weak(value) if name.lower() == b"etag" else value) for name, value in given]
    kept = [(name, value) for name, value in kept if name.lower() not in (b"content-length", b"vary")]
    return [*kept, (b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]


def _weak(tag: bytes) -> bytes:
    return tag if tag.startswith(b"W/") else b"W/" + tag
