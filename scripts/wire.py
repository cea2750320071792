"""The site of tests/sites that counts what goes over the wire."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.sites import server
from tests.sites.replica import Replica, _charset


class _Counted:
    """A stream that counts what is written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.sent = 0

    def write(self, data: bytes) -> int:
        self.sent += len(data)
        return int(self._stream.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Counting(server._Handler):
    def do_GET(self) -> None:
        plain, self.wfile = self.wfile, _Counted(self.wfile)  # type: ignore[assignment]
        try:
            super().do_GET()
        finally:
            asked = len(self.raw_requestline) + sum(len(f"{k}: {v}\r\n") for k, v in self.headers.items()) + 2
            wire = getattr(self.server.site, "wire", None)
            if wire is not None:
                wire.append((self.server.server_address[:2], self.path, asked + self.wfile.sent))
            self.wfile = plain

    do_HEAD = do_POST = do_GET


server._Handler = _Counting  # type: ignore[misc]


class CountingReplica(Replica):
    def __init__(self) -> None:
        super().__init__()
        self.server.wire = []  # type: ignore[attr-defined]
        self._common = {
            server._key(served.url)
            for served in self._served.values()
            if served.exchange.kind in ("page", "attachment")
        }  # fmt: skip

    @property
    def files(self) -> dict[str, list[str]]:
        """Addresses of the attachments by notice."""
        found: dict[str, list[str]] = {}
        for served in self._served.values():
            if served.exchange.kind == "attachment":
                found.setdefault(served.exchange.slug, []).append(served.url)
        return found

    def rewrite(self, slug: str, text: str) -> None:
        served = self._page(slug)
        self._replace(served, text.encode(_charset(served.body)))

    def begin(self) -> None:
        self.server.wire.clear()  # type: ignore[attr-defined]

    def counted(self) -> dict[str, int]:
        """Bytes both ways since `begin`: the first answer of each address that all programs watch, and everything
        else (robots, lists, second looks)."""
        found: Counter[str] = Counter()
        seen = set()
        for origin, path, size in self.server.wire:  # type: ignore[attr-defined]
            first = (origin, path) in self._common and (origin, path) not in seen
            seen.add((origin, path))
            found["same" if first else "apart"] += size
        return {"same": found["same"], "apart": found["apart"]}
