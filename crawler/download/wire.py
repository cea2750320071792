"""The download handler: Scrapy's for HTTP/1.1, with verified TLS, old ciphers for the hosts that need them, and a pause
between requests that outlives a spider."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import _get_creator_context, _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Request, Response
from twisted.internet.ssl import TLSVersion, optionsForClientTLS

from crawler.crawl import crawl_of

WEAK_CIPHERS = b"ALL:@SECLEVEL=0"


class ToleratingContextFactory(_ScrapyClientContextFactory):
    """Certificates are always verified. Hosts in `old_tls` may speak TLS 1.0 and weak ciphers; no other may."""

    old_tls: frozenset[str] = frozenset()

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        if hostname.decode("ascii") not in self.old_tls:
            return super().creatorForNetloc(hostname, port)
        creator = optionsForClientTLS(
            hostname=hostname.decode("ascii"),
            extraCertificateOptions={"fixBrokenPeers": True, "insecurelyLowerMinimumTo": TLSVersion.TLSv1_0},
        )
        # on the context itself: Twisted's list of acceptable ciphers loses the level, and level 1 forbids TLS 1.0
        _get_creator_context(creator).set_cipher_list(WEAK_CIPHERS)
        return creator


class WireHandler(HTTP11DownloadHandler):
    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        factory = ToleratingContextFactory.from_crawler(crawler, SSL.SSLv23_METHOD)
        factory.old_tls = frozenset(crawler.settings.getlist("GUIDELINES_OLD_TLS"))
        self._contextFactory = cast(Any, factory)
        crawl = crawl_of(crawler)
        self.last_asked = crawl.last_asked if crawl else {}

    async def download_request(self, request: Request) -> Response:
        host = urlsplit(request.url).hostname or ""
        slot = self.crawler.engine.downloader.slots[request.meta["download_slot"]]
        early = self.last_asked.get(host, 0) + slot.delay - monotonic()
        if early > 0:
            await asyncio.sleep(early)
        self.last_asked[host] = monotonic()
        return await super().download_request(request)
