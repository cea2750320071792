"""What the archive already has of a document: validators for a conditional request, and the record that a repeated
payload refers to.

Scrapy's cache is not used: its RFC 2616 policy served a cached 200 for a 503 and skipped requests.

A server that says "not modified" may be wrong: for ever, when an ETag never changes or a date lies in the future. So
each document is asked for without conditions once a month, and validators that were caught lying are not sent again.
"""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from attrs import evolve
from scrapy.http import Request

from archive.clock import now, parse
from archive.record.store import Row, Store
from archive.text.links import link_key, loose_key
from crawler.download.asked import KEY, Asked, Known

PROCESSED = ("current", "unreadable")
ASK_WHOLE_AFTER = timedelta(days=30)
"""Since the last answer that brought a body: then the whole is asked for, whatever the server would say of it."""
CONDITIONS = (b"If-None-Match", b"If-Modified-Since")


def known(store: Store, document_id: int) -> Known | None:
    """None when the document was never read: then its bytes are needed again."""
    document = store.row("SELECT state FROM documents WHERE id = ?", [document_id])
    payload = store.last_good_capture(document_id)
    if document is None or document["state"] not in PROCESSED or payload is None or payload["lost"]:
        return None
    latest = store.row(
        "SELECT url, etag, last_modified FROM last_good_captures WHERE document_id = ?",
        [document_id],
    )
    if latest is None:
        return None
    found = Known(latest["url"], latest["etag"] or "", latest["last_modified"] or "", payload)
    return evolve(_trusted(store, document_id, found), stale=_is_stale(store, document_id))


def _is_stale(store: Store, document_id: int) -> bool:
    last = store.row(
        "SELECT max(fetched_at) AS at FROM good_captures WHERE document_id = ? AND http_status = 200",
        [document_id],
    )
    return last is not None and last["at"] is not None and now() - parse(last["at"]) >= ASK_WHOLE_AFTER


def _trusted(store: Store, document_id: int, found: Known) -> Known:
    """Without the validators that this document's server has sent with two different bodies, and without a date that
    was still to come: it says nothing about what changes until then."""
    etag = "" if _lied(store, document_id, "etag", found.etag) else found.etag
    date = "" if _lied(store, document_id, "last_modified", found.last_modified) else found.last_modified
    return evolve(found, etag=etag, last_modified=date if _is_past(found) else "")


def _lied(store: Store, document_id: int, column: str, value: str) -> bool:
    row = store.row(
        f"""SELECT count(DISTINCT sha256) AS bodies FROM captures WHERE document_id = ? AND {column} = ?
            AND http_status = 200 AND verdict IN ('ok', 'unchanged')""",  # noqa: S608 - one of two names, above
        [document_id, value],
    )
    return row is not None and row["bodies"] > 1


def _is_past(found: Known) -> bool:
    """Whether Last-Modified lies before the fetch. What is no date is the server's own mark, sent back as it came."""
    if not found.last_modified:
        return False
    try:
        modified = parsedate_to_datetime(found.last_modified)
    except ValueError:
        return True
    fetched = parse(found.payload["fetched_at"])
    return modified.tzinfo is None or modified <= fetched + timedelta(minutes=5)


class ConditionalMiddleware:
    """If-None-Match and If-Modified-Since, sent to the address they came from and to no other.

    After a redirect to a home page a date would be answered with 304 for the wrong page. A new signature on the same
    address is no other address.
    """

    def __init__(self, crawler: Any) -> None:
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Any) -> ConditionalMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        for header in CONDITIONS:
            request.headers.pop(header, None)
        asked: Asked | None = request.meta.get(KEY)
        before = asked.known if asked else None
        if asked is None or before is None or asked.whole or link_key(before.url) != link_key(request.url):
            return
        if before.stale:  # the monthly visit; caches on the way are asked to look, too
            request.headers[b"Cache-Control"] = b"no-cache"
            self.stats.inc_value("guidelines/unconditional", 0 if asked.noted_whole else 1)
            asked.noted_whole = True
            return
        if before.etag:
            request.headers[b"If-None-Match"] = before.etag
        if before.last_modified:
            request.headers[b"If-Modified-Since"] = before.last_modified


def was_conditional(request: Request | None) -> bool:
    """Whether a request carried conditions: without them a 304 is no answer."""
    return request is not None and any(header in request.headers for header in CONDITIONS)


def same_payload(store: Store, document_id: int, url: str, digest: str) -> Row | None:
    """The capture of this document whose record holds the payload of this WARC digest, the address signed or not."""
    rows = store.rows(
        """SELECT id, warc_file, warc_offset, fetched_at, url FROM captures
           WHERE document_id = ? AND warc_digest = ? AND refers_to IS NULL AND warc_file IS NOT NULL
             AND http_status = 200 ORDER BY id DESC""",
        [document_id, digest],
    )
    return next((row for row in rows if loose_key(row["url"]) == loose_key(url)), None)
