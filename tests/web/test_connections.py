"""Connections that send or read too slowly are cut, and keep nobody out: our protocol over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from archive.web.serving.connections import HEAD_BYTES, Guarded

HALF = b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "
WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
PATIENCE = 60


class Quick(Guarded):
    """The same with times that a test can wait for."""

    head = 1.0
    body = 1.0
    stalled = 1.0


class Few(Guarded):
    most = 20


class App:
    """Answers `ok`, at /large with more than any buffer holds; `ended` is set when the large answer is over."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        large = scope["path"] == "/large"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"b")]})
        for _ in range(200 if large else 0):
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": b"ok"})
        if large:
            self.ended.set()


Start = Callable[[type[Guarded]], tuple[int, App]]


@pytest.fixture
def start() -> Iterator[Start]:
    with contextlib.ExitStack() as stack:
        yield lambda protocol: stack.enter_context(running(protocol))


@contextlib.contextmanager
def running(protocol: type[Guarded]) -> Iterator[tuple[int, App]]:
    app = App()
    config = uvicorn.Config(
        app, http=protocol, lifespan="off", log_level="critical", h11_max_incomplete_event_size=HEAD_BYTES
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        try:
            yield listening.getsockname()[1], app
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def connected(port: int, sent: bytes) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), PATIENCE)
    one.sendall(sent)
    return one


def all_of(one: socket.socket) -> bytes:
    """Everything until the other side closes; b'' also when it cuts."""
    got = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while piece := one.recv(1 << 20):
            got += piece
    return bytes(got)


def test_half_sent_requests_are_cut_and_keep_nobody_out(start: Start) -> None:
    port, _ = start(Quick)
    waiting = [connected(port, HALF) for _ in range(200)]
    with connected(port, WHOLE) as asked:
        assert asked.recv(100).startswith(b"HTTP/1.1 200")
    for one in waiting:
        assert all_of(one) == b""
        one.close()


def test_a_head_that_grows_letter_by_letter_is_cut_all_the_same(start: Start) -> None:
    port, _ = start(Quick)
    slow = connected(port, HALF)
    ended = threading.Event()

    def trickle() -> None:
        with contextlib.suppress(OSError):
            while not ended.wait(0.05):
                slow.sendall(b"x")

    sender = threading.Thread(target=trickle)
    sender.start()
    assert all_of(slow) == b""
    ended.set()
    sender.join()
    slow.close()


def test_a_connection_without_a_word_is_cut(start: Start) -> None:
    port, _ = start(Quick)
    with connected(port, b"") as silent:
        assert all_of(silent) == b""


def test_an_answered_connection_that_asks_half_of_the_next_is_cut(start: Start) -> None:
    port, _ = start(Quick)
    with connected(port, WHOLE + HALF) as one:
        assert all_of(one).count(b"HTTP/1.1 200") == 1


def test_a_body_that_never_ends_is_cut(start: Start) -> None:
    port, _ = start(Quick)
    with connected(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx") as one:
        assert all_of(one).startswith(b"HTTP/1.1 200")


def test_a_reader_who_takes_nothing_is_cut(start: Start) -> None:
    port, app = start(Quick)
    with connected(port, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n") as one:
        assert app.ended.wait(PATIENCE)
        assert len(all_of(one)) < 20_000_000


def test_a_reader_who_takes_all_gets_all(start: Start) -> None:
    port, _ = start(Guarded)
    with connected(port, b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as one:
        assert len(all_of(one)) > 20_000_000


def test_a_head_without_end_is_refused(start: Start) -> None:
    port, _ = start(Guarded)
    with connected(port, HALF + b"x" * (2 * HEAD_BYTES)) as one:
        assert all_of(one).startswith(b"HTTP/1.1 400")


def test_of_too_many_connections_the_longest_waiting_goes(start: Start) -> None:
    port, _ = start(Few)
    waiting = [connected(port, HALF) for _ in range(30)]
    with connected(port, WHOLE) as asked:
        assert asked.recv(100).startswith(b"HTTP/1.1 200")
    for one in waiting[:10]:
        assert all_of(one) == b""
    for one in waiting:
        one.close()
