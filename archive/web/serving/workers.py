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
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from attrs import define, field, frozen

from archive.web.serving import frames

START_SECONDS = 30.0
"""A worker that is not ready by then counts as dead."""


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


class Busy(Refused):
    """The line is full, the wait was too long, or too many answers are not read yet."""


class Exceeded(Refused):
    """The answer took too long or grew too big; its worker was killed."""


class Died(Refused):
    """The worker ended in the middle: killed by the system for its memory, or a fault."""


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
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = cls(process, reader, writer)
        try:
            async with asyncio.timeout(START_SECONDS):
                await frames.read(reader)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as error:
            worker.kill()
            raise Died from error
        except BaseException:
            worker.kill()
            raise
        return worker

    def kill(self) -> None:
        self.writer.close()
        self.process.kill()
        self.process.wait()  # SIGKILL: at once

    @property
    def usable(self) -> bool:
        return self.stays and self.process.poll() is None and not self.reader.at_eof()

    async def ask(self, asked: bytes, most: int) -> Answer:
        """Raises Exceeded or Died; the worker is of no more use then."""
        try:
            frames.write(self.writer, frames.REQUEST, asked)
            await self.writer.drain()
            return await self._answer(most)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Died from error

    async def _answer(self, most: int) -> Answer:
        _, body = await frames.read(self.reader)
        head = frames.unpacked(body)
        left = most
        file = tempfile.SpooledTemporaryFile(max_size=4 * frames.CHUNK)  # noqa: SIM115 - the reader of the answer closes it
        try:
            letter, piece = await frames.read(self.reader)
            while letter == frames.BODY:
                left -= len(piece)
                if left < 0:
                    raise Exceeded
                file.write(piece)
                letter, piece = await frames.read(self.reader)
            self.stays = piece == b"stays"
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return Answer(head["status"], head["headers"], file, most - left)


@define
class Pool:
    data: Path
    limits: Limits
    _idle: list[Worker] = field(factory=list)
    _waiting: int = 0
    _held: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.limits.count)

    @contextlib.asynccontextmanager
    async def ask(self, asked: bytes, gone: asyncio.Future[None]) -> AsyncIterator[Answer]:
        """The answer, for as long as it is read; `gone` is done when the visitor has left. Raises a Refused."""
        await self._enter(gone)
        try:
            answer = await self._ask(asked)
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

    async def _ask(self, asked: bytes) -> Answer:
        worker = await self._worker()
        try:
            async with asyncio.timeout(self.limits.seconds):
                answer = await worker.ask(asked, self.limits.bytes)
        except TimeoutError as error:
            worker.kill()
            raise Exceeded from error
        except BaseException:  # also when the visitor went away: the worker is in the middle of an answer
            worker.kill()
            raise
        self._idle.append(worker)
        return answer

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
            if not self._idle:
                with contextlib.suppress(Died):  # told to whoever asks
                    self._idle.append(await Worker.start(self.data, self.limits.memory_mb))

    def close(self) -> None:
        while self._idle:
            self._idle.pop().kill()


def packed(scope: dict[str, Any]) -> bytes:
    """A request as a worker takes it, without its body: only GET and HEAD get this far."""
    values = {name: scope[name] for name in ("method", "path", "scheme", "root_path")}
    raw = scope.get("raw_path") or scope["path"].encode()
    text = {"raw_path": raw.decode("latin-1"), "query_string": scope["query_string"].decode("latin-1")}
    return frames.packed(values | text, scope["headers"])
