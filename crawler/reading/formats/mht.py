"""Web archives (.mht, .mhtml; RFC 2557): what a browser saves as one file, and Word as "single file web page".

Read is the page in it, with the address that it was saved from; its images and styles are not.
"""

from __future__ import annotations

import email
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from attrs import frozen

from crawler.reading.formats.errors import DAMAGE, corrupt, empty, too_large

WHAT = "网页存档（.mht）"
MAX_BYTES = 100_000_000
MAX_PARTS = 5_000


@frozen
class SavedPage:
    """The page in a web archive."""

    html: bytes
    content_type: str
    """With the encoding that the archive names."""
    url: str = ""
    """Where it was saved from, '' when the archive does not say, or names no address of the web."""
    saved_at: datetime | None = None


def page_in(payload: bytes) -> SavedPage:
    """Raises UnreadableError."""
    if len(payload) > MAX_BYTES:
        raise too_large(f"{WHAT}有 {len(payload) // 1_000_000} MB")
    try:
        message = email.message_from_bytes(payload)
        part = _root(message)
        html = part.get_payload(decode=True) if part is not None else None
    except (RecursionError, *DAMAGE) as error:
        raise corrupt(WHAT) from error
    if part is None or not isinstance(html, bytes) or not html.strip():
        raise empty(WHAT)
    places = (part["Content-Location"], message["Snapshot-Content-Location"], message["Content-Location"])
    url = next((place for place in map(_address, places) if place), "")
    return SavedPage(html, str(part["Content-Type"] or "text/html"), url, _date(message))


def shown(payload: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """The page in a web archive with the headers to read it by: links are relative to where it was saved from.

    Raises UnreadableError.
    """
    page = page_in(payload)
    location = {"content-location": page.url} if page.url else {}
    return page.html, {**headers, "content-type": page.content_type, **location}


def _root(message: Message) -> Message | None:
    """The part that `start` names, else the first page."""
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) > MAX_PARTS:
            raise too_large(f"{WHAT}内含超过 {MAX_PARTS} 个部分")
    start = message.get_param("start")
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    named = [part for part in pages if start and part["Content-ID"] == start]
    return next(iter([*named, *pages]), None)


def _address(place: object) -> str:
    written = "".join(str(place or "").split())
    return written if written.lower().startswith(("http://", "https://")) else ""


def _date(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
