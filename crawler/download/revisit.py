"""What the archive already has of a document: validators for a conditional request, and the record that a repeated
payload refers to.

Scrapy's cache is not used: its RFC 2616 policy served a cached 200 for a 503 and skipped requests.
"""

from __future__ import annotations

from attrs import frozen
from scrapy.http import Request

from archive.store import Row, Store

PROCESSED = ("current", "unreadable")


@frozen
class Known:
    """The last good capture of a document, as a conditional request needs it."""

    url: str
    """The address that answered: validators belong to it alone, not to what it redirects to now."""
    etag: str
    last_modified: str
    payload: Row
    """The capture that holds the payload."""


def known(store: Store, document_id: int) -> Known | None:
    """None when the document was never read: then its bytes are needed again."""
    document = store.row("SELECT state FROM documents WHERE id = ?", [document_id])
    payload = store.last_good_capture(document_id)
    if document is None or document["state"] not in PROCESSED or payload is None or payload["lost"]:
        return None
    latest = store.row(
        "SELECT url, etag, last_modified FROM good_captures WHERE document_id = ? ORDER BY id DESC LIMIT 1",
        [document_id],
    )
    if latest is None:
        return None
    return Known(latest["url"], latest["etag"] or "", latest["last_modified"] or "", payload)


class ConditionalMiddleware:
    """If-None-Match and If-Modified-Since, sent to the address they came from and to no other.

    After a redirect to a home page a date would be answered with 304 for the wrong page.
    """

    def process_request(self, request: Request) -> None:
        for header in (b"If-None-Match", b"If-Modified-Since"):
            request.headers.pop(header, None)
        before: Known | None = request.meta.get("known")
        if before is None or request.meta.get("unconditional") or before.url != request.url:
            return
        if before.etag:
            request.headers[b"If-None-Match"] = before.etag
        if before.last_modified:
            request.headers[b"If-Modified-Since"] = before.last_modified


def same_payload(store: Store, document_id: int, url: str, digest: str) -> Row | None:
    """The capture of this document whose record holds a payload with this WARC digest."""
    return store.row(
        """SELECT id, warc_file, warc_offset, fetched_at, url FROM captures
           WHERE document_id = ? AND url = ? AND warc_digest = ? AND refers_to IS NULL AND warc_file IS NOT NULL
             AND http_status = 200 ORDER BY id DESC LIMIT 1""",
        [document_id, url, digest],
    )
