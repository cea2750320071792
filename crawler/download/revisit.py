"""What the archive already has of a document: validators for a conditional request, and the record that a repeated
payload refers to.

Scrapy's cache is not used: its RFC 2616 policy served a cached 200 for a 503 and skipped requests.

A server that says "not modified" may be wrong: for ever, when an ETag never changes or a date lies in the future. So
each document is asked for without conditions once a month, and validators that were caught lying are not sent again.
After a "not modified" of a page the next visit asks with a validator that no page has (probe): who calls that unchanged
too does not look, and is asked again without conditions.
"""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy.http import Request

from archive.clock import now, parse
from archive.machine.database import Row
from archive.model import PICTURES_UNSURE
from archive.record.signs import CONDITION, PROBE, WHOLE, lied_to_probe
from archive.record.store import Store
from archive.text.links import link_key, loose_key
from crawler.download.asked import KEY, Asked, Known

ASK_WHOLE_AFTER = timedelta(days=30)
"""Since the last answer that brought a body: then the whole is asked for, whatever the server would say of it."""
CONDITIONS = (b"If-None-Match", b"If-Modified-Since")
UNKNOWN = (b'"guidelines-probe"', b"Thu, 01 Jan 1998 00:00:00 GMT")
"""Conditions of a probe: a mark that no server has given, and a day before every page."""


_LATEST = """
SELECT g.url, d.kind, g.http_status, g.reason, coalesce(g.etag, '') AS etag,
       coalesce(g.last_modified, '') AS last_modified,
       (SELECT max(fetched_at) FROM good_captures WHERE document_id = d.id AND http_status = 200) AS whole_at,
       (SELECT count(DISTINCT sha256) FROM captures c WHERE c.document_id = d.id AND c.etag = g.etag
          AND c.http_status = 200 AND c.verdict IN ('ok', 'unchanged')) AS bodies_of_etag,
       (SELECT count(DISTINCT sha256) FROM captures c WHERE c.document_id = d.id AND c.last_modified = g.last_modified
          AND c.http_status = 200 AND c.verdict IN ('ok', 'unchanged')) AS bodies_of_date
FROM documents d JOIN last_good_captures g ON g.document_id = d.id
WHERE d.id = ? AND d.state IN ('current', 'unreadable')
"""


def known(store: Store, document_id: int) -> Known | None:
    """None when the document was never read, or its pictures are not sure: then its bytes are needed again.

    Without the validators that this document's server has sent with two different bodies, and without a date that was
    still to come: it says nothing about what changes until then.
    """
    latest, payload = store.row(_LATEST, [document_id]), store.last_good_capture(document_id)
    if latest is None or payload is None or payload["lost"] or latest["reason"] == PICTURES_UNSURE:
        return None
    etag = latest["etag"] if latest["bodies_of_etag"] <= 1 else ""
    honest = latest["bodies_of_date"] <= 1 and _is_past(latest["last_modified"], payload["fetched_at"])
    stale = latest["whole_at"] is not None and now() - parse(latest["whole_at"]) >= ASK_WHOLE_AFTER
    probe = latest["kind"] == "page" and (latest["http_status"] == 304 or lied_to_probe(store, document_id))
    return Known(latest["url"], etag, latest["last_modified"] if honest else "", payload, stale, probe)


def _is_past(date: str, fetched_at: str) -> bool:
    """Whether Last-Modified lies before the fetch. What is no date is the server's own mark, sent back as it came."""
    try:
        modified = parsedate_to_datetime(date)
    except ValueError:
        return True
    return modified.tzinfo is None or modified <= parse(fetched_at) + timedelta(minutes=5)


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
        if before.probe:
            request.headers.update(zip(CONDITIONS, UNKNOWN, strict=True))
            return
        if before.etag:
            request.headers[b"If-None-Match"] = before.etag
        if before.last_modified:
            request.headers[b"If-Modified-Since"] = before.last_modified


def was_conditional(request: Request | None) -> bool:
    """Whether a request carried conditions: without them a 304 is no answer."""
    return request is not None and any(header in request.headers for header in CONDITIONS)


def how_asked(request: Request) -> str:
    if not was_conditional(request):
        return WHOLE
    return PROBE if request.headers.get(b"If-None-Match") == UNKNOWN[0] else CONDITION


def same_payload(store: Store, document_id: int, url: str, digest: str) -> Row | None:
    """The capture of this document whose record holds the payload of this WARC digest, the address signed or not."""
    rows = store.rows(
        """SELECT id, warc_file, warc_offset, fetched_at, url FROM captures
           WHERE document_id = ? AND warc_digest = ? AND refers_to IS NULL AND warc_file IS NOT NULL
             AND http_status = 200 ORDER BY id DESC""",
        [document_id, digest],
    )
    return next((row for row in rows if loose_key(row["url"]) == loose_key(url)), None)
