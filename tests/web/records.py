"""Captures with a WARC record of their own, without a crawl."""

from __future__ import annotations

import hashlib
import io

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.model import Capture, Verdict
from archive.record.store import Store


def record(store: Store, document: int, url: str, body: bytes, media_type: str, **capture: object) -> int:
    """A WARC record of these bytes and the capture that points to it; returns the capture's id."""
    name = f"{document}-{hashlib.sha256(body).hexdigest()[:8]}.warc.gz"
    with (store.data / "warc" / name).open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        headers = StatusAndHeaders("200 OK", [("Content-Type", media_type)], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=headers))
    values = {
        "document_id": document,
        "url": url,
        "fetched_at": "2026-11-22T00:00:00Z",
        "verdict": Verdict.OK,
        "http_status": 200,
        "media_type": media_type,
        "warc_file": name,
        "warc_offset": 0,
        "sha256": hashlib.sha256(body).hexdigest(),
        "bytes": len(body),
    } | capture
    return store.add_capture(1, Capture(**values))
