"""Every exchange goes to the WARC files before anybody else sees the answer: robots, redirects, 304 and errors too.

Nearest the wire of all middlewares. The record is faithful, not byte-exact: Scrapy has undone chunking and normalised
the case of header names; the body is kept as it came, still compressed, and its digest covers these bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Request, Response

from archive import SOFTWARE
from archive.clock import iso, now
from archive.machine.database import Row
from archive.record.signs import Sign, date_of, seconds_of
from archive.warc.read import WarcError, read_record
from archive.warc.write import WarcFiles, digest, record_id
from crawler.crawl import crawl_of, host_of
from crawler.download.asked import Exchange, asked
from crawler.download.revisit import how_asked, same_payload, was_conditional

PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
HOP_BY_HOP = {"transfer-encoding"}  # undone by Twisted; the record would promise chunks that are not there


class CaptureMiddleware:
    def __init__(self, crawler: Any) -> None:
        crawl, settings = crawl_of(crawler), crawler.settings
        if crawl is None:
            raise NotConfigured
        self.stats, self.store, self.signs = crawler.stats, crawl.store, crawl.signs
        info = [
            ("software", SOFTWARE),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            ("robots", "obey"),
            ("http-header-user-agent", settings["USER_AGENT"]),
            ("description", f"guidelines crawl {crawl.id}, spider {crawler.spider.name}"),
            ("delay", str(settings["DOWNLOAD_DELAY"])),
            ("timeout", str(settings["DOWNLOAD_TIMEOUT"])),
            ("max-bytes", str(settings["DOWNLOAD_MAXSIZE"])),
        ]
        if self.store.info("demo") == "1":
            info.append(("isPartOf", "演示样本"))
        if replayed := settings.getlist("GUIDELINES_REPLAY"):
            info.append(("replay-of", "; ".join(replayed)))
        self.files = WarcFiles(self.store.data / "warc", crawl.id, info)

    @classmethod
    def from_crawler(cls, crawler: Any) -> CaptureMiddleware:
        middleware = cls(crawler)
        crawler.signals.connect(middleware.files.close, signals.spider_closed)
        return middleware

    async def process_response(self, request: Request, response: Response) -> Response:
        date = asked(request).replayed_at or iso(now())
        exchange = await asyncio.to_thread(self._keep, request, response, date, self._earlier(request, response))
        asked(request).exchanges.append(exchange)
        if not asked(request).robots and not asked(request).replayed_at and response.status in (200, 304):
            self.signs.append(_sign(request, response, exchange))
        self.stats.inc_value("guidelines/exchanges")
        return response

    def _earlier(self, request: Request, response: Response) -> Row | None:
        """The kept answer that this one repeats."""
        before, document = asked(request).known, asked(request).document_id
        if response.status == 304 and before is not None and was_conditional(request):
            return before.payload
        if response.status != 200 or document is None or not response.body or "dataloss" in response.flags:
            return None
        return same_payload(self.store, document, response.url, digest(response.body))

    def _keep(self, request: Request, response: Response, date: str, earlier: Row | None) -> Exchange:
        """Runs in a thread: compressing and flushing take their time."""
        earlier_headers = self._reference(earlier)
        payload = digest(response.body)
        identity = record_id()
        headers = [
            ("WARC-Type", "revisit" if earlier_headers else "response"),
            ("WARC-Record-ID", identity),
            ("WARC-Date", date),
            ("WARC-Target-URI", response.url),
        ]
        if response.ip_address is not None:
            headers.append(("WARC-IP-Address", str(response.ip_address)))
        if "dataloss" in response.flags:
            headers.append(("WARC-Truncated", "disconnect"))
        block = _response_head(response)
        if earlier_headers:
            same = "server-not-modified" if response.status == 304 else "identical-payload-digest"
            headers += [("WARC-Profile", PROFILE + same), *earlier_headers.items()]
        else:
            block += response.body
        if response.status != 304:
            headers.append(("WARC-Payload-Digest", payload))
        headers.append(("Content-Type", "application/http; msgtype=response"))
        asked = [
            ("WARC-Type", "request"),
            ("WARC-Record-ID", record_id()),
            ("WARC-Date", date),
            ("WARC-Target-URI", response.url),
            ("WARC-Concurrent-To", identity),
            ("Content-Type", "application/http; msgtype=request"),
        ]
        name, offsets = self.files.append((headers, block), (asked, _request_head(request)))
        refers_to = earlier["id"] if earlier is not None and earlier_headers else None
        return Exchange(response.url, response.status, date, name, offsets[0], payload, refers_to)

    def _reference(self, earlier: Row | None) -> Mapping[str, str]:
        """Headers that point to the earlier record; {} when there is none, or a damaged one: the payload is kept."""
        if earlier is None or not earlier["warc_file"]:
            return {}
        try:
            record = read_record(self.store.data, earlier["warc_file"], earlier["warc_offset"])
        except WarcError:
            self.stats.inc_value("guidelines/damaged")
            return {}
        return {
            "WARC-Refers-To": record.headers.get("warc-record-id", ""),
            "WARC-Refers-To-Target-URI": record.url,
            "WARC-Refers-To-Date": record.date,
        }


def _sign(request: Request, response: Response, exchange: Exchange) -> Sign:
    served, age = ((response.headers.get(name) or b"").decode("latin-1") for name in ("Date", "Age"))
    return Sign(
        document_id=asked(request).document_id,
        url=response.url,
        host=host_of(response.url),
        at=exchange.date,
        status=response.status,
        served=date_of(served),
        age=seconds_of(age),
        digest=exchange.digest if response.body else "",
        asked=how_asked(request),
    )


def _response_head(response: Response) -> bytes:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:  # 521 and other numbers of their own
        phrase = ""
    head = f"{response.protocol or 'HTTP/1.1'} {response.status} {phrase}".rstrip().encode()
    return head + b"\r\n" + _header_lines(response.headers) + b"\r\n"


def _request_head(request: Request) -> bytes:
    scheme_and_host, _, rest = request.url.partition("://")[2].partition("/")
    path = f"/{rest}".partition("#")[0].encode()
    lines = _header_lines(request.headers)
    if b"Host" not in request.headers:
        lines = b"Host: " + scheme_and_host.partition("?")[0].encode() + b"\r\n" + lines
    return request.method.encode() + b" " + path + b" HTTP/1.1\r\n" + lines + b"\r\n"


def _header_lines(headers: Headers) -> bytes:
    return b"".join(
        name + b": " + value.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"
        for name, values in headers.items()
        if name.lower().decode("latin-1") not in HOP_BY_HOP
        for value in values
    )
