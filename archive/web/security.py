"""What goes round every answer: its headers, above all what its page may load and run.

Our pages carry no script and no inline style, so their policy is strict. Datasette's carry both; in `templates` exactly
the scripts and styles of its templates have the nonce of the answer, and nothing that comes from data does.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DATASETTE = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}' "
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-38xqj8N9cygggde3AvM+xVgS15DUXTOhM9fjk0hLOS0='; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""The two hashes are of the empty style and its text that cm-resize.js puts in (the handle of the SQL editor)."""
OPEN = re.compile(r"/(?:changes|notices|areas|rows|items|catalogue|search)(?:/[^/]+)?\.json")
"""Public and the same for every visitor: the scripts of any page may read it. How the archive fares (/status.json) and
Datasette's tables, which may be asked heavy questions, are not among it."""
DATA = "default-src 'none'; frame-ancestors 'none'"
"""For JSON, feeds and files: nothing of them is a page."""


def secured(app: App) -> App:
    """Every answer with our headers; templates find the nonce as `request.scope.csp_nonce`."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonce = secrets.token_urlsafe(16)

        async def send_secured(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                event = event | {"headers": _headers(scope["path"], event.get("headers") or [], nonce)}
            await send(event)

        await app(scope | {"csp_nonce": nonce}, receive, send_secured)

    return wrapped


def _headers(path: str, given: list[tuple[bytes, bytes]], nonce: str) -> list[tuple[bytes, bytes]]:
    names = {name.lower(): value for name, value in given}
    html = names.get(b"content-type", b"").startswith(b"text/html")
    policy = DATASETTE.format(nonce=nonce) if html else DATA
    ours = [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]
    if names.get(b"content-type", b"").startswith(b"application/json") and OPEN.fullmatch(path):
        ours.append((b"access-control-allow-origin", b"*"))
    return [*given, *((name, value) for name, value in ours if name not in names)]
