"""The limits of a pool of workers, each met by one request; and the threads of our own pages."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from archive.web.serving.threads import COUNT, Threads
from archive.web.serving.workers import Answer, Busy, Exceeded, Limits, Pool, packed
from archive.web.visit import Memo

LIMITS = Limits(count=1, waiting=2, wait=60, seconds=60, bytes=10_000_000, held=10_000_000, memory_mb=256)


def request(path: str) -> bytes:
    scope = {"method": "GET", "path": path, "scheme": "http", "root_path": "", "query_string": b"", "headers": []}
    return packed(scope)


async def asked(pool: Pool, path: str = "/archive/tasks.json") -> Answer:
    async with pool.ask(request(path), asyncio.get_running_loop().create_future()) as answer:
        return answer


def run(pool: Pool, test: Coroutine[Any, Any, None]) -> None:
    async def whole() -> None:
        try:
            await test
        finally:
            pool.close()

    asyncio.run(whole())


def test_an_answer_that_grows_too_big_is_none_and_the_next_is_one(site_data: Path) -> None:
    pool = Pool(site_data, evolve(LIMITS, bytes=20_000))

    async def test() -> None:
        with pytest.raises(Exceeded):
            await asked(pool, "/archive/items.json")
        assert (await asked(pool)).status == 200

    run(pool, test())


def test_a_worker_answers_one_after_another(site_data: Path) -> None:
    pool = Pool(site_data, LIMITS)

    async def test() -> None:
        answers = await asyncio.gather(asked(pool), asked(pool))
        assert [answer.status for answer in answers] == [200, 200]
        (worker,) = pool._idle
        assert (await asked(pool)).status == 200
        assert pool._idle == [worker]

    run(pool, test())


def test_what_is_not_read_yet_keeps_the_next_out(site_data: Path) -> None:
    pool = Pool(site_data, evolve(LIMITS, held=100))

    async def test() -> None:
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        async with pool.ask(request("/archive/tasks.json"), gone):
            with pytest.raises(Busy):
                await asked(pool)
        assert (await asked(pool)).status == 200

    run(pool, test())


def test_a_slow_kind_of_page_leaves_threads_to_the_others(site_data: Path) -> None:
    release = threading.Event()

    def slow(_: sqlite3.Connection, __: Memo) -> bool:
        return release.wait(60)

    async def test() -> None:
        threads = Threads(site_data)
        waiting = [asyncio.ensure_future(threads.run("slow", slow)) for _ in range(2 * COUNT)]
        assert await threads.run("quick", lambda connection, _: connection.execute("SELECT 1").fetchone()[0]) == 1
        assert not any(one.done() for one in waiting)
        release.set()
        assert all(await asyncio.gather(*waiting))

    asyncio.run(test())
