"""Which request is answered where: our own pages here, whatever a visitor can make heavy in workers.

Heavy are all pages of Datasette (SQL, filters, facets, CSV; any first part of a path may name its database) and our
files (exports, kept bytes). `serve` starts workers; without them (in tests, in a worker) all is answered here.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Request, Response

from archive.settings import Settings
from archive.web.security import App
from archive.web.serving import frames, workers
from archive.web.views import refusal

URL_BYTES = 8_000
PARAMETERS = 60
"""Of Datasette's pages; what ours take is a tick a row, and URL_BYTES is bound enough."""
FACETS = 8
OURS = 128
"""Requests for our own pages at once."""
FILES = re.compile(r"/documents/[0-9]+/file|/catalogue\.[a-z]+|/compile\.xlsx")
STATIC = re.compile(r"/-/static(?:-plugins)?/|/favicon\.ico$")
_of: WeakKeyDictionary[Any, Mapping[str, workers.Pool]] = WeakKeyDictionary()


@contextlib.asynccontextmanager
async def with_workers(datasette: Any, data: Path, settings: Settings) -> AsyncIterator[None]:
    """As long as this lasts, heavy requests to this site go to workers: one pool for Datasette's pages, one for files.

    A file is read whole, and an archive file unpacked, before it is sent.
    """
    tables = workers.Limits(
        count=2, waiting=8, wait=15, seconds=15, bytes=32 << 20, held=256 << 20, memory_mb=settings.sql_memory_mb
    )
    memory = max(512, 4 * settings.max_bytes >> 20)
    files = workers.Limits(count=1, waiting=32, wait=60, seconds=30, bytes=256 << 20, held=512 << 20, memory_mb=memory)
    pools = _of[datasette] = {"tables": workers.Pool(data, tables), "files": workers.Pool(data, files)}
    warming = asyncio.create_task(pools["tables"].warm())
    try:
        yield
    finally:
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
        for pool in pools.values():
            pool.close()


class OutOfBounds(workers.Refused):
    """A request of an unusual size or kind, refused before anything reads it."""

    headers = MappingProxyType({"connection": "close"})  # nobody reads the rest of it

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message


def apart(app: App, datasette: Any, ours: Callable[[str], bool]) -> App:
    """What is heavy is asked of a worker, the rest here. `ours` says whether one of our routes takes a path."""
    here = 0

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonlocal here
        try:
            _check(scope, ours(path_of(scope)))
            pool = _pool(scope, datasette, ours)
            if pool is not None:
                await _ask(pool, scope, receive, send)
                return
        except workers.Refused as error:
            # outside of Datasette, which would have added a token for forms
            request = Request(scope | {"csrftoken": str}, receive)
            refused = await refusal(datasette, request, error.status, error.message)
            refused.headers.update(error.headers)
            await refused.asgi_send(send)
            return
        here += 1
        try:
            await (app if here <= OURS else _crowded)(scope, receive, send)
        finally:
            here -= 1

    return wrapped


def _check(scope: Mapping[str, Any], is_ours: bool) -> None:
    """Raises OutOfBounds."""
    if scope["method"] not in ("GET", "HEAD"):
        raise OutOfBounds(405, "这里只能查阅，不能提交。")
    query: bytes = scope["query_string"]
    if len(path_of(scope)) + len(query) > URL_BYTES:
        raise OutOfBounds(414, f"这个地址太长（最多 {URL_BYTES} 字节）。请减少条件。")
    if is_ours:
        return
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    if len(names) > PARAMETERS:
        raise OutOfBounds(400, f"参数太多（最多 {PARAMETERS} 个）。请减少条件。")
    if sum(name.startswith("_facet") and name != "_facet_size" for name in names) > FACETS:
        raise OutOfBounds(400, f"分组太多（最多 {FACETS} 个）。请减少分组。")


async def _ask(pool: workers.Pool, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Ask a worker, and hand its answer on as fast as the visitor reads. Raises Refused before anything is sent."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        async with pool.ask(workers.packed(scope), gone) as answer:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            while chunk := answer.body.read(frames.CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()


def path_of(scope: Mapping[str, Any]) -> str:
    """The path as Datasette chooses a route by it: still in percent signs."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


def _pool(scope: Mapping[str, Any], datasette: Any, ours: Callable[[str], bool]) -> workers.Pool | None:
    path = path_of(scope)
    if STATIC.match(path):
        return None
    kind = "files" if FILES.fullmatch(path) else "" if ours(path) else "tables"
    return _of.get(datasette, {}).get(kind)


async def _gone(receive: Any) -> None:
    """Until the visitor has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _crowded(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Without a template: it must cost next to nothing."""
    told = f"现在访问的人太多，请过 {workers.AGAIN_SECONDS} 秒再试。"
    await Response.text(told, status=503, headers=dict(workers.Busy.headers)).asgi_send(send)
