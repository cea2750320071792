"""A server over real sockets: gives each history's notice as it is at the day's visit, and writes down what it gave.

One loopback address a history, one port for all of them. Everything that is sent follows from seed, visit and, where a
disturbance changes with each request, from the number of the request in that visit.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen

from tests.histories import files, troubles
from tests.histories.furniture import Day, Wire
from tests.histories.plan import DAYS, Episode, History
from tests.histories.templates import render
from tests.histories.troubles import Answer, Send

Headers = Mapping[str, str]


@frozen
class Served:
    """One request and what it got."""

    visit: int
    path: str
    status: int
    label: str
    """'' or the names of the troubles that made it."""
    true: bool
    """The truth of that visit, whole (a 304 for bytes that did not change as well)."""
    digest: str


@define
class Site:
    """One history on its host."""

    history: History
    visit: int = 0
    log: list[Served] = field(factory=list)
    asked: Counter[str] = field(factory=Counter)

    def goto(self, visit: int) -> None:
        self.visit = visit
        self.asked.clear()

    # ------------------------------------------------------------ what is asked

    def answer(self, target: str, headers: Headers) -> Answer:
        path = re.sub(r";jsessionid=\w+", "", urlsplit(target).path)
        self.asked[path] += 1
        answer = self._answer(path, headers)
        digest = hashlib.sha256(answer.body).hexdigest()[:8]
        self.log.append(Served(self.visit, target, answer.status, answer.label, answer.true, digest))
        return answer

    def _answer(self, path: str, headers: Headers) -> Answer:
        now = self.history.visits[self.visit].truth
        pages = {visit.truth.path for visit in self.history.visits[: self.visit + 1]}
        if path == "/robots.txt":
            return self._robots()
        if path == now.path:
            part = 1 if self.visit in self.history.cut else 0
            return self._troubled(self._gone() if now.gone else self._page(part), "", headers)
        if path == now.second and self.visit in self.history.cut and not now.gone:
            return self._troubled(self._page(2), path, headers)
        if path in pages:
            return Answer(301, b"", headers=(("Location", now.path),))
        for file in now.files if not now.gone else ():
            if file.path == path:
                return self._troubled(self._gone() if file.lost else self._file(path), path, headers)
        if path == "/":
            return Answer(200, troubles.home(Random(f"{self.history.seed} home")))
        return self._gone()

    def _robots(self) -> Answer:
        hosts = [episode for episode in self.history.active(self.visit) if episode.trouble.host]
        if hosts:
            return self._changed(hosts[0], Answer(404, b""))
        return Answer(404, b"not found", "text/plain")

    @staticmethod
    def _gone() -> Answer:
        return Answer(404, troubles.shell("页面不存在", "<p>您访问的页面不存在或已删除。</p>"), true=True)

    # ------------------------------------------------------------ the truth, dressed

    def days(self) -> list[Day]:
        """What each disturbance does now."""
        page = self.history.visits[self.visit].truth.path
        made = []
        for item in self.history.furniture:
            words = f"{self.history.seed} {item.name} {self.visit}"
            request = self.asked[page] if item.each_request else 0
            made.append(item.make(Random(f"{words} {request}"), DAYS[self.visit], request))
        return made

    def _page(self, part: int = 0) -> Answer:
        visit, days = self.history.visits[self.visit], self.days()
        slots: dict[str, str] = {}
        for day in days:
            for place, text in day.slots.items():
                slots[place] = slots.get(place, "") + text
        query = next((day.query for day in days if day.query), "")
        wire = self._wire(days)
        links = {f.path: f.path + query for f in visit.truth.files}
        html = render(visit.truth, visit.form, slots, links, wire.charset, part)
        for day in days:
            html = day.rewrite(html) if day.rewrite else html
        body = html.encode("utf-8" if wire.charset == "utf-8" else "gb18030")
        return self._sent(Answer(200, body, f"text/html; charset={wire.charset}", true=True), wire)

    def _file(self, path: str) -> Answer:
        file = next(f for f in self.history.visits[self.visit].truth.files if f.path == path)
        days = self.days()
        body = files.payload(file, next((day.saved for day in days if day.saved), 0))
        return self._sent(Answer(200, body, files.TYPES[file.format], true=True), self.history.wire)

    def _wire(self, days: Sequence[Day]) -> Wire:
        """An answer that a trouble will change goes out plainly, so that what the trouble does is what is seen."""
        wire: Wire = self.history.wire
        if any(not e.trouble.conditional for e in self.history.active(self.visit)):
            return wire
        for day in days:
            if day.wire:
                etag = wire.etag if day.wire.etag == "content" else day.wire.etag
                wire = Wire(
                    day.wire.charset if day.wire.charset != "utf-8" else wire.charset,
                    day.wire.gzip or wire.gzip,
                    day.wire.chunked or wire.chunked,
                    etag,
                )
        return wire

    def _sent(self, answer: Answer, wire: Wire) -> Answer:
        headers: list[tuple[str, str]] = []
        if wire.etag == "content":
            headers.append(("ETag", f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"'))
        if wire.etag == "fresh":
            headers.append(("ETag", f'"{self.visit}-{sum(self.asked.values())}"'))
        if wire.gzip:
            answer = evolve(answer, body=gzip.compress(answer.body, mtime=0))
            headers.append(("Content-Encoding", "gzip"))
        if wire.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        return evolve(answer, headers=tuple(headers))

    # ------------------------------------------------------------ trouble

    def _troubled(self, true: Answer, file: str, headers: Headers) -> Answer:
        etag = dict(true.headers).get("ETag")
        answer = evolve(true, status=304, body=b"") if etag and headers.get("if-none-match") == etag else true
        conditional = "if-none-match" in headers or "if-modified-since" in headers
        for episode in self.history.active(self.visit, file):
            if not episode.trouble.conditional:
                return self._changed(episode, true)
        for episode in self.history.active(self.visit):  # whatever the server has lies behind the same cache
            if episode.trouble.conditional and conditional and answer.status != 304:
                return self._changed(episode, true)
        return answer

    def _changed(self, episode: Episode, true: Answer) -> Answer:
        request = sum(self.asked.values()) if episode.trouble.name == "challenge" else 0
        rng = Random(f"{self.history.seed} {episode.trouble.name} {self.visit} {request}")
        answer = episode.trouble.answer(rng, true, self.history.visits[self.visit].truth)
        return evolve(answer, label=episode.trouble.name, true=False)


# ---------------------------------------------------------------- sockets


class Server:
    """Serves many sites; `with Server(histories) as server: server.goto(3)`."""

    def __init__(self, histories: Sequence[History]) -> None:
        self.sites = {f"127.{40 + n // 40000}.{n // 200 % 200}.{n % 200 + 1}": Site(h) for n, h in enumerate(histories)}
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def goto(self, visit: int) -> None:
        for site in self.sites.values():
            site.goto(visit)

    def address(self, seed: int) -> str:
        host = next(host for host, site in self.sites.items() if site.history.seed == seed)
        return f"http://{host}:{self.port}"

    async def _listen(self) -> None:
        hosts = list(self.sites)
        first = await asyncio.start_server(self._talk, hosts[0], 0, backlog=64)
        self.port = first.sockets[0].getsockname()[1]
        rest = await asyncio.start_server(self._talk, hosts[1:], self.port, backlog=64) if hosts[1:] else None
        self._servers = [server for server in (first, rest) if server]

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site = self.sites[writer.get_extra_info("sockname")[0]]
        try:
            while await self._one(site, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            """The client hung up, as it may."""
        finally:
            writer.close()

    async def _one(self, site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when the connection is over."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        target = head[0].split(" ")[1]
        pairs = (line.split(": ", 1) for line in head[1:] if ": " in line)
        answer = site.answer(target, {name.lower(): value for name, value in pairs})
        if answer.send is Send.HANG:
            await reader.read()  # until the client gives up
            return False
        if answer.send is Send.RESET:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
            return False
        writer.write(_bytes(answer))
        await writer.drain()
        return answer.send is Send.WHOLE


def _bytes(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {'OK' if answer.status == 200 else 'Status'}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    body = answer.body
    if ("Transfer-Encoding", "chunked") in answer.headers and answer.status != 304:
        pieces = [body[n : n + 700] for n in range(0, len(body), 700)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    elif answer.status != 304:
        promised = len(body) + (1000 if answer.send is Send.SHORT else 0)
        lines.append(f"Content-Length: {promised}")
    if answer.status == 200:
        lines.append(f"Content-Type: {answer.content_type}")
    elif answer.status != 304:
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
