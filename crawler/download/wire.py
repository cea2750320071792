"""The download handler: Scrapy's for HTTP/1.1, with verified TLS, and old ciphers for the hosts that need them."""

from __future__ import annotations

from typing import Any, cast

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet.ssl import AcceptableCiphers, TLSVersion, optionsForClientTLS

WEAK_CIPHERS = AcceptableCiphers.fromOpenSSLCipherString("ALL:@SECLEVEL=0")  # type: ignore[no-untyped-call]


class ToleratingContextFactory(_ScrapyClientContextFactory):
    """Certificates are always verified. Hosts in `old_tls` may speak TLS 1.0 and weak ciphers; no other may."""

    old_tls: frozenset[str] = frozenset()

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        if hostname.decode("ascii") not in self.old_tls:
            return super().creatorForNetloc(hostname, port)
        return optionsForClientTLS(
            hostname=hostname.decode("ascii"),
            extraCertificateOptions={
                "fixBrokenPeers": True,
                "insecurelyLowerMinimumTo": TLSVersion.TLSv1_0,
                "acceptableCiphers": WEAK_CIPHERS,
            },
        )


class WireHandler(HTTP11DownloadHandler):
    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        factory = ToleratingContextFactory.from_crawler(crawler, SSL.SSLv23_METHOD)
        factory.old_tls = frozenset(crawler.settings.getlist("GUIDELINES_OLD_TLS"))
        self._contextFactory = cast(Any, factory)
