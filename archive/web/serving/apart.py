"""Which request is answered where: our own pages here, whatever a visitor can make heavy in workers.

Heavy are all pages of Datasette (SQL, filters, facets, CSV; any first part of a path may name its database) and our
files (exports, kept bytes). `serve` opens the pools; without them (in tests, in a worker) everything is answered here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from attrs import frozen
from datasette.utils.asgi import Request, Response

from archive.settings import Settings
from archive.web.security import App
from archive.web.serving import frames, workers
from archive.web.views import refusal

URL_BYTES = 8_000
PARAMETERS = 60
FACETS = 8
AGAIN_SECONDS = 10
OURS = 128
"""Requests for our own pages at once."""
FILES = re.compile(r"/documents/[0-9]+/file|/catalogue\.[a-z]+")
STATIC = re.compile(r"/-/static(?:-plugins)?/|/favicon\.ico$")
BUSY = (
    f"现在请求数据表和文件的人太多，这个请求没有处理，请过 {AGAIN_SECONDS} 秒再试。"
    "首页、通知、检索和目录等页面不受影响。"
)
EXCEEDED = "这个请求用时过长或结果过大，已停止。请缩小范围：减少分组和条件，或用“公开事项目录”页筛选、导出。"
DIED = "处理这个请求的进程意外结束，多半是用完了限定的内存。请缩小范围再试；若一再出现，请告诉管理员。"
_TOLD = {workers.Busy: BUSY, workers.Exceeded: EXCEEDED, workers.Died: DIED}


@frozen
class Pools:
    tables: workers.Pool
    files: workers.Pool

    @classmethod
    def of(cls, data: Path, settings: Settings) -> Pools:
        """A file is read whole, and an archive file unpacked, before it is sent."""
        tables = workers.Limits(
            count=2, waiting=8, wait=15, seconds=15, bytes=32 << 20, held=256 << 20, memory_mb=settings.sql_memory_mb
        )
        memory = max(512, 4 * settings.max_bytes >> 20)
        files = workers.Limits(
            count=1, waiting=32, wait=60, seconds=30, bytes=256 << 20, held=512 << 20, memory_mb=memory
        )
        return cls(workers.Pool(data, tables), workers.Pool(data, files))

    def close(self) -> None:
        self.tables.close()
        self.files.close()


_of: WeakKeyDictionary[Any, Pools] = WeakKeyDictionary()


def open_pools(datasette: Any, data: Path, settings: Settings) -> Pools:
    """From here on heavy requests to this site go to workers. Close them at the end."""
    pools = _of[datasette] = Pools.of(data, settings)
    return pools


def bounded(app: App, datasette: Any) -> App:
    """Requests of an unusual size or kind are refused before anything reads them."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        found = _out_of_bounds(scope)
        if found is None:
            await app(scope, receive, send)
            return
        status, message = found
        answer = await refusal(datasette, _request(scope, receive), status, message)
        answer.headers["connection"] = "close"  # nobody reads the rest of it
        await answer.asgi_send(send)

    return wrapped


def _out_of_bounds(scope: Mapping[str, Any]) -> tuple[int, str] | None:
    """The status and what to say, or None."""
    if scope["method"] not in ("GET", "HEAD"):
        return 405, "这里只能查阅，不能提交。"
    query: bytes = scope["query_string"]
    if len(path_of(scope)) + len(query) > URL_BYTES:
        return 414, f"这个地址太长（最多 {URL_BYTES} 字节）。请减少条件。"
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    if len(names) > PARAMETERS:
        return 400, f"参数太多（最多 {PARAMETERS} 个）。请减少条件。"
    if sum(name.startswith("_facet") and name != "_facet_size" for name in names) > FACETS:
        return 400, f"分组太多（最多 {FACETS} 个）。请减少分组。"
    return None


def apart(app: App, datasette: Any, ours: Callable[[str], bool]) -> App:
    """What is heavy is asked of a worker, the rest here. `ours` says whether one of our routes takes a path."""
    here = 0

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonlocal here
        pool = _pool(scope, _of.get(datasette), ours)
        if pool is None:
            here += 1
            try:
                await (app if here <= OURS else _crowded)(scope, receive, send)
            finally:
                here -= 1
            return
        gone = asyncio.ensure_future(_gone(receive))
        try:
            async with pool.ask(workers.packed(scope), gone) as answer:
                await _hand_over(answer, send)
        except workers.Refused as error:
            refused = await refusal(datasette, _request(scope, receive), 503, _TOLD[type(error)])
            if isinstance(error, workers.Busy):
                refused.headers["retry-after"] = str(AGAIN_SECONDS)
            await refused.asgi_send(send)
        finally:
            gone.cancel()

    return wrapped


def path_of(scope: Mapping[str, Any]) -> str:
    """The path as Datasette chooses a route by it: still in percent signs."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


def _pool(scope: Mapping[str, Any], pools: Pools | None, ours: Callable[[str], bool]) -> workers.Pool | None:
    path = path_of(scope)
    if pools is None or STATIC.match(path):
        return None
    if FILES.fullmatch(path):
        return pools.files
    return None if ours(path) else pools.tables


def _request(scope: dict[str, Any], receive: Any) -> Request:
    """For a page of ours outside of Datasette, which would have added a token for forms."""
    return Request(scope | {"csrftoken": str}, receive)


async def _gone(receive: Any) -> None:
    """Until the visitor has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _crowded(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Without a template, which would have to wait like all the others."""
    headers = {"retry-after": str(AGAIN_SECONDS)}
    await Response.text(f"现在访问的人太多，请过 {AGAIN_SECONDS} 秒再试。", status=503, headers=headers).asgi_send(send)


async def _hand_over(answer: workers.Answer, send: Any) -> None:
    """As fast as the visitor reads."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    while chunk := answer.body.read(frames.CHUNK):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
