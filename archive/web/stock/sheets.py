"""Datasette's CSV as a spreadsheet may open it: no cell starts a formula, by the rule of our own export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from archive.publish.export import harmless
from archive.web.security import App


def defused(app: App, ours: Callable[[str], bool]) -> App:
    """Amends the rows of every answer of Datasette's in .csv; `ours` says whether a path is one of our own."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not scope["path"].endswith(".csv") or ours(scope["path"]):
            await app(scope, receive, send)
            return
        rows = Rows()
        plain = False

        async def send_defused(event: dict[str, Any]) -> None:
            nonlocal plain
            if event["type"] == "http.response.start":
                kind = dict(event["headers"]).get(b"content-type", b"")
                plain = kind.startswith((b"text/plain", b"text/csv"))  # no page about an error
            elif plain:
                event = event | {"body": rows.amended(event.get("body") or b"", last=not event.get("more_body"))}
            await send(event)

        await app(scope, receive, send_defused)

    return wrapped


class Rows:
    """CSV in pieces of any size, handed on in whole rows."""

    def __init__(self) -> None:
        self._left = b""

    def amended(self, piece: bytes, *, last: bool) -> bytes:
        self._left += piece
        whole = last or (self._left.endswith(b"\r\n") and self._left.count(b'"') % 2 == 0)
        if not whole or not self._left:
            return b""
        text, self._left = self._left.decode("utf-8", "replace"), b""
        amended = io.StringIO(newline="")
        csv.writer(amended).writerows(
            [harmless(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))
        )
        return amended.getvalue().encode()
