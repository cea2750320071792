"""Workers of the main process: a few processes that answer what may be heavy, one request at a time each.

A worker that takes too long, says too much or dies is killed and replaced at the next request; whoever waits for a free
one waits in a short line, and beyond its end is told to come again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from attrs import Factory, define, field, frozen

from archive.web.serving import frames

START_SECONDS = 30.0
"""A worker that is not ready by then counts as dead."""
AGAIN_SECONDS = 10
"""When whoever was not served may come again."""


@frozen
class Limits:
    """Of one pool."""

    count: int
    """Workers at once."""
    waiting: int
    """Requests in line for a worker …"""
    wait: float
    """… and seconds that each waits there."""
    seconds: float
    """For one answer; the visitor may take longer to read it."""
    bytes: int
    """Of one answer …"""
    held: int
    """… and of all that visitors have not read to their end."""
    memory_mb: int
    """Of one worker, on top of the program itself."""


class Refused(Exception):
    """No answer, because of a limit."""

    status = 503
    message: str
    """What the visitor is told, in Chinese."""
    headers: Mapping[str, str] = MappingProxyType({})


class Busy(Refused):
    """The line is full, the wait was too long, or too many answers are not read yet."""

    message = (
        f"现在请求数据表和文件的人太多，这个请求没有处理，请过 {AGAIN_SECONDS} 秒再试。"
        "首页、通知、检索和目录等页面不受影响。"
    )
    headers = MappingProxyType({"retry-after": str(AGAIN_SECONDS)})


class Exceeded(Refused):
    """The answer took too long or grew too big; its worker was killed."""

    message = "这个请求用时过长或结果过大，已停止。请缩小范围：减少分组和条件，或用“公开事项目录”页筛选、导出。"


class Died(Refused):
    """The worker ended in the middle: killed by the system for its memory, or a fault."""

    message = "处理这个请求的进程意外结束，多半是用完了限定的内存。请缩小范围再试；若一再出现，请告诉管理员。"


@frozen
class Answer:
    """A whole answer, held in a file so that slow readers cost no memory and no worker."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: IO[bytes]
    size: int


@define
class Worker:
    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    stays: bool = True
    """False after an answer that left it with too much memory: it ends."""

    @classmethod
    async def start(cls, data: Path, memory_mb: int) -> Worker:
        """A worker that is ready. Raises Died when it does not come up."""
        ours, theirs = socket.socketpair()
        with theirs:
            line = [sys.executable, "-m", "archive.web.serving.worker", str(theirs.fileno()), str(data), str(memory_mb)]
            process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                # a second arena of malloc would reserve 64 MB of the limited address space
                env=os.environ | {"MALLOC_ARENA_MAX": "1"},
            )
        worker = cls(process, *await asyncio.open_connection(sock=ours))
        async with worker.within(START_SECONDS, Died):
            await frames.read(worker.reader)
        return worker

    @contextlib.asynccontextmanager
    async def within(self, seconds: float, too_long: type[Refused]) -> AsyncIterator[None]:
        """A talk with the worker. Whatever breaks it off, also that the visitor went away, leaves the worker in the
        middle of something: it is killed. Raises `too_long`, or Died when the worker ended."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except BaseException as error:
            self.kill()
            if isinstance(error, TimeoutError):
                raise too_long from error
            if isinstance(error, asyncio.IncompleteReadError | ConnectionError):
                raise Died from error
            raise

    def kill(self) -> None:
        self.writer.close()
        self.process.kill()
        self.process.wait()  # SIGKILL: at once

    @property
    def usable(self) -> bool:
        return self.stays and self.process.poll() is None and not self.reader.at_eof()

    async def ask(self, asked: bytes, most: int) -> Answer:
        """Raises Exceeded when the answer grows beyond `most` bytes. Only `within` a time."""
        frames.write(self.writer, frames.REQUEST, asked)
        await self.writer.drain()
        head = frames.unpacked((await frames.read(self.reader))[1])
        left = most
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=4 * frames.CHUNK))
            letter, piece = await frames.read(self.reader)
            while letter == frames.BODY:
                left -= len(piece)
                if left < 0:
                    raise Exceeded
                file.write(piece)
                letter, piece = await frames.read(self.reader)
            self.stays = piece == b"stays"
            file.seek(0)
            stack.pop_all()  # from here on the reader of the answer closes it
        return Answer(head["status"], head["headers"], file, most - left)


@define
class Pool:
    data: Path
    limits: Limits
    _idle: list[Worker] = field(factory=list)
    _waiting: int = 0
    _held: int = 0
    _free: asyncio.Semaphore = field(
        init=False, default=Factory(lambda pool: asyncio.Semaphore(pool.limits.count), takes_self=True)
    )

    @contextlib.asynccontextmanager
    async def ask(self, asked: bytes, gone: asyncio.Future[None]) -> AsyncIterator[Answer]:
        """The answer, for as long as it is read; `gone` is done when the visitor has left. Raises a Refused."""
        await self._enter(gone)
        try:
            worker = await self._worker()
            async with worker.within(self.limits.seconds, Exceeded):
                answer = await worker.ask(asked, self.limits.bytes)
            self._idle.append(worker)
        finally:
            self._free.release()
        self._held += answer.size
        try:
            with answer.body:
                yield answer
        finally:
            self._held -= answer.size

    async def _enter(self, gone: asyncio.Future[None]) -> None:
        """Wait in line; who leaves leaves the line, too."""
        if self._waiting >= self.limits.waiting or self._held > self.limits.held:
            raise Busy
        self._waiting += 1
        acquired = asyncio.ensure_future(self._free.acquire())
        ends: set[asyncio.Future[Any]] = {acquired, gone}
        try:
            await asyncio.wait(ends, timeout=self.limits.wait, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting -= 1
            acquired.cancel()  # of no effect when it is done
        if not acquired.done():
            raise Busy

    async def _worker(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.usable:
                return worker
            worker.kill()
        return await Worker.start(self.data, self.limits.memory_mb)

    async def warm(self) -> None:
        """A first worker before anybody asks; starting takes a second."""
        async with self._free:
            with contextlib.suppress(Died):  # told to whoever asks
                self._idle.append(await self._worker())

    def close(self) -> None:
        while self._idle:
            self._idle.pop().kill()


def packed(scope: dict[str, Any]) -> bytes:
    """A request as a worker takes it, without its body: only GET and HEAD get this far."""
    names = ("method", "path", "raw_path", "query_string", "scheme", "root_path", "headers")
    return frames.packed({name: scope[name] for name in names if name in scope})
