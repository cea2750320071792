"""What goes round every page: response headers, and the amendments to Datasette's own templates.

Our pages carry no script and no inline style, so their policy is strict. Datasette's carry both; its templates are
amended while they are compiled, so that exactly the scripts and styles of the templates get the nonce of the answer and
nothing that comes from data does.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from jinja2.ext import Extension

from archive.web.stock.phrases import PHRASES

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
DATA = "default-src 'none'; frame-ancestors 'none'"
"""For JSON, feeds and files: nothing of them is a page."""


def nonce_of(request: Any) -> str:
    nonce: str = request.scope.get("csp_nonce", "") if request else ""
    return nonce


def secured(app: App) -> App:
    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)

        async def send_secured(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                event = event | {"headers": _headers(event.get("headers") or [], nonce)}
            await send(event)

        await app(scope | {"csp_nonce": nonce}, receive, send_secured)

    return wrapped


def _headers(given: list[tuple[bytes, bytes]], nonce: str) -> list[tuple[bytes, bytes]]:
    names = {name.lower(): value for name, value in given}
    headers = list(given)
    html = names.get(b"content-type", b"").startswith(b"text/html")
    if b"content-security-policy" not in names:
        policy = DATASETTE.format(nonce=nonce) if html else DATA
        headers.append((b"content-security-policy", policy.encode()))
    own = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
    return headers + [(name, value) for name, value in own if name not in names]


class Amended(Extension):
    """Datasette's templates as they are compiled: the nonce, the language, the banner, Chinese words."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        if not name or name.startswith("guidelines/"):
            return source
        for english, chinese in PHRASES.get(name, {}).items():
            source = source.replace(english, chinese)
        source = source.replace("<script", '<script nonce="{{ csp_nonce }}"')
        source = source.replace("<style", '<style nonce="{{ csp_nonce }}"')
        if name == "base.html":
            source = source.replace("<html>", '<html lang="zh-CN">')
            source = source.replace(
                '<div class="not-footer">', '<div class="not-footer">{% include "guidelines/_datasette_top.html" %}', 1
            )
        return source
