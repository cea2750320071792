"""The site as one application: Datasette over the archive, and what stands round it."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from archive.machine import faults, soundness
from archive.machine.faults import StoreError
from archive.record.look import read_only
from archive.settings import load_settings
from archive.web.below import below, prefix_of
from archive.web.pages import is_ours
from archive.web.security import App, secured
from archive.web.serving.apart import apart
from archive.web.stock.sheets import defused

SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 500,
    "allow_download": False,
    "allow_csv_stream": True,
    "suggest_facets": False,
    "max_csv_mb": 20,
    "template_debug": False,
    "default_cache_ttl": 0,
}
"""Datasette's: the whole database is not handed out (there is `backup`). All rows as CSV are, up to a size: `workers`
hold an answer in a file, so it costs no memory."""


class Site(Datasette):  # type: ignore[misc]
    """Datasette, which also may stand below a path that it does not know before it is asked."""

    sub_path = ""
    """The one of the settings."""

    def absolute_url(self, request: Any, path: str) -> str:
        found: str = super().absolute_url(request, f"{prefix_of(request.scope)}{path}")
        return found


def site(data: Path, *, threads: int = 3) -> Site:
    """The site of the archive under `data`; `threads` are Datasette's own. Raises StoreError when there is none, or a
    damaged one."""
    read_only(data).close()
    path = data / "archive.db"
    problems = soundness.database(path)
    if problems:
        raise StoreError(faults.DAMAGED.format(path=path, why=problems[0]))
    settings = load_settings(data)
    chosen = {"default_allow_sql": settings.allow_sql, "num_sql_threads": threads}
    found = Site([str(path)], settings=SETTINGS | chosen)
    found.sub_path = settings.sub_path
    return found


def wrapped(app: App, datasette: Any) -> App:
    """Datasette's application behind our bounds; what is no request (its start and end) goes straight to it."""
    ours = compressed(
        below(secured(apart(defused(app, is_ours), datasette, is_ours)), getattr(datasette, "sub_path", ""))
    )

    async def either(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await (ours if scope["type"] == "http" else app)(scope, receive, send)

    return either


# ---------------------------------------------------------------- compression

# Text answers go out gzip-compressed to whoever takes that; files that are compressed already, and the huge, do not.
# Around the application: the main process and each worker have it, so what a worker answers is compressed there.
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
