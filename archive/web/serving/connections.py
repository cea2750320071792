"""Connections that nobody keeps open for nothing: uvicorn's protocol with an end to every wait for the other side.

Waiting for a request's head, for the rest of its body, or for a reader to take what was written: each has a time, after
which the connection is cut. When there are too many at once, those that have waited longest go first, so that half-sent
requests do not keep whole ones out.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_BYTES = 16_384
KEEP_ALIVE = 5
"""Seconds for the next request on a connection."""


class Guarded(H11Protocol):
    """One connection. At any time at most one timer runs: that of what it waits for."""

    most = 512
    """Connections at once; over it the one that has waited longest is cut."""
    head = 10.0
    """Seconds for a whole head, from the connection or the last answer on."""
    body = 10.0
    """Seconds for a body, which nothing of ours reads."""
    stalled = 20.0
    """Seconds in which a reader takes what is written, some 64 kB."""
    answer = 300.0
    """Seconds for one answer to be read to its end."""

    _timer: asyncio.TimerHandle | None = None
    _waits_for = ""
    _waits_since = 0.0
    _unsent = 0
    _answering_since: float | None = None

    # ------------------------------------------------------------ asyncio's calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        waiting = [one for one in self.connections if isinstance(one, Guarded) and one._waits_for]
        if len(self.connections) > self.most and waiting:
            min(waiting, key=lambda one: one._waits_since)._cut()
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for("")
        super().connection_lost(exc)

    # ------------------------------------------------------------ ours

    def _look(self) -> None:
        """Start or stop the timer as things stand now; a wait that goes on keeps its beginning."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if not answering:
            self._answering_since = None
            self._wait_for("head", self.head)
            return
        if self._answering_since is None:
            self._answering_since = self.loop.time()
        if self.flow.write_paused:
            left = self._answering_since + self.answer - self.loop.time()
            self._wait_for("reader", min(self.stalled, left))
        elif self.cycle.more_body:
            self._wait_for("body", self.body)
        else:
            self._wait_for("")

    def _wait_for(self, what: str, seconds: float = 0) -> None:
        if what == self._waits_for:
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._waits_for = what
        if what:
            self._waits_since = self.loop.time()
            self._unsent = self.transport.get_write_buffer_size()
            self._timer = self.loop.call_later(max(0.0, seconds), self._over)

    def _over(self) -> None:
        """The end of a wait; the last piece of an answer is let through as long as some of it goes."""
        unsent = self.transport.get_write_buffer_size()
        if self._waits_for == "head" and 0 < unsent < self._unsent:
            self._unsent = unsent
            self._timer = self.loop.call_later(self.head, self._over)
            return
        self._cut()

    def _cut(self) -> None:
        self._wait_for("")
        self.transport.abort()
