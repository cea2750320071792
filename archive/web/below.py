"""The site below a path of another one: https://www.example.gov.cn/zwgk/ shown by a proxy.

The path stands in `sub_path`, or the proxy says it with each request (X-Forwarded-Prefix); it may take it off or leave
it on. Inside, all is as at the top: addresses in templates, pages and Datasette begin with one slash. The one place
that puts the path before them is here, so no page can forget it. What is absolute (feeds, JSON, mail) comes from
`base_url`, or from `prefix_of`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from archive.settings import PREFIX
from archive.web.security import App

_LINK = re.compile(rb'[ \n](?:href|src|action|formaction)="(?=/[^/])')
"""Of html as our templates write it: a quote inside a text or a value is escaped there."""
LONGEST = 16
"""Bytes of the longest match, and the slash and letter after it."""


def below(app: App, sub_path: str) -> App:
    """`app`, which knows nothing of it, below a path; `sub_path`: where no request says another."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        prefix = _asked_below(scope) or sub_path
        if prefix_of(scope) or not prefix:  # a worker is asked by a process that has seen to it
            await app(scope, receive, send)
        else:
            await app(_inside(scope, prefix), receive, _Sender(send, prefix.encode()))

    return wrapped


def prefix_of(scope: Mapping[str, Any]) -> str:
    """Below which path this request has come in; ASGI's own word for it."""
    return str(scope.get("root_path") or "")


def _asked_below(scope: Mapping[str, Any]) -> str:
    given = next((value for name, value in scope["headers"] if name.lower() == b"x-forwarded-prefix"), b"")
    said = given.decode("latin-1").strip().rstrip("/")
    return said if len(said) <= 100 and PREFIX.fullmatch(said) else ""


def _inside(scope: dict[str, Any], prefix: str) -> dict[str, Any]:
    path, raw = scope["path"], scope.get("raw_path")
    if f"{path}/".startswith(f"{prefix}/"):
        path = path[len(prefix) :] or "/"
        raw = raw and (raw[len(prefix) :] or b"/")
    return scope | {"path": path, "raw_path": raw, "root_path": prefix}


class _Sender:
    """One answer on its way out: where it sends the visitor, and the links of a page, with the path before them."""

    def __init__(self, send: Any, prefix: bytes) -> None:
        self._send = send
        self._prefix = prefix
        self._is_page = False
        self._left = b""

    async def __call__(self, event: dict[str, Any]) -> None:
        if event["type"] == "http.response.start":
            headers = list(event.get("headers") or ())
            kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
            self._is_page = kind.startswith(b"text/html")
            event = event | {"headers": [*self._headers(headers)]}
        elif event["type"] == "http.response.body" and self._is_page:
            event = event | {"body": self._amended(event.get("body") or b"", last=not event.get("more_body"))}
        await self._send(event)

    def _headers(self, given: list[tuple[bytes, bytes]]) -> Any:
        for name, value in given:
            if name.lower() == b"location" and re.match(rb"/(?!/)", value):
                yield name, self._prefix + value
            elif name.lower() != b"content-length" or not self._is_page:
                yield name, value

    def _amended(self, piece: bytes, *, last: bool) -> bytes:
        """A page in pieces of any size; the end of each waits for what follows, lest a link be cut."""
        text = self._left + piece
        cut = len(text) if last else max(0, len(text) - LONGEST)
        done, at = [], 0
        for found in _LINK.finditer(text):
            if found.end() > cut:
                cut = min(cut, found.start())
                break
            done += [text[at : found.end()], self._prefix]
            at = found.end()
        self._left = text[cut:]
        return b"".join([*done, text[at:cut]])
