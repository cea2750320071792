"""A process that answers visitors' requests, one after another, under limits of its own.

    python -m archive.web.serving.worker SOCKET DATA MEMORY_MB

SOCKET is the number of an open socket of `workers.Pool`. The whole site runs here as it does in the main process, so
any page can be asked for; `apart` chooses which are. It ends when the main process does.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from archive.web.serving import frames

NICE = 10
"""The pages of the main process come first."""
GROWN = 64 << 20
"""Bytes of memory over those of the start after which a worker gives way to a fresh one."""
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    number, data, memory = arguments
    _end_with_parent()
    from archive.web.app import site

    datasette = site(Path(data), threads=1)
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):  # the main process is gone
        asyncio.run(_serve(datasette, socket.socket(fileno=int(number)), int(memory) << 20))
    os._exit(0)  # a thread may still be inside SQLite


def _end_with_parent() -> None:
    """Also when this process is inside a long step of SQLite. Ctrl+C at a terminal is the main process's to act on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def _serve(datasette: Any, connected: socket.socket, memory: int) -> None:
    reader, writer = await asyncio.open_connection(sock=connected)
    await datasette.invoke_startup()
    await datasette.refresh_schemas()  # starts the threads, whose stacks count as memory
    app = datasette.app()
    limit(memory)
    before = _pages(1)
    os.nice(NICE)
    frames.write(writer, frames.READY)
    stays = True
    while stays:
        _, body = await frames.read(reader)
        await _answer(app, frames.unpacked(body), writer)
        stays = _pages(1) < before + GROWN
        frames.write(writer, frames.END, b"stays" if stays else b"")
        await writer.drain()


def limit(memory: int) -> None:
    """`memory` bytes more than there are now, and no file longer than that: SQLite sorts what is large in files."""
    most = _pages(0) + memory
    for which, wanted in ((resource.RLIMIT_AS, most), (resource.RLIMIT_FSIZE, memory), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(which)[1]
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(which, (wanted, wanted))


def _pages(field: int) -> int:
    """Bytes of address space (0) or of memory in use (1)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[field]) * resource.getpagesize()


async def _answer(app: Any, asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        **asked,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        if event["type"] == "http.response.start":
            frames.write(writer, frames.START, frames.packed(event))
        else:
            body = event.get("body") or b""
            for at in range(0, len(body), frames.CHUNK):
                frames.write(writer, frames.BODY, body[at : at + frames.CHUNK])
                await writer.drain()

    await app(scope, receive, send)


if __name__ == "__main__":
    main(sys.argv[1:])
