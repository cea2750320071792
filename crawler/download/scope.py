"""Whom the crawl may contact: declared hosts, what their pages attach, redirects of these; no private address.

A request brings the hosts of its notice. Literal addresses are checked here, names when they are resolved
(`GuardedResolver`), so that the address that was checked is the one that is connected to. An address that a person
typed (`scrapy shell`, `scrapy fetch`) is the person's own choice, so it may be private; where it redirects to may not.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from scrapy.exceptions import CannotResolveHostError, NotConfigured
from scrapy.http import Request
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler.crawl import crawl_of, host_of
from crawler.download.asked import KEY, Asked
from crawler.download.errors import DETAILS, NotFetched


def private(address: str) -> bool:
    """Whether a literal address is none of the public internet (loopback, link-local, private, shared, multicast)."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None) or parsed
    return not mapped.is_global or mapped.is_multicast


def refusal(host: str, address: str) -> NotFetched:
    where = host if host == address else f"{host}（{address}）"
    return NotFetched(
        "private", f"页面或跳转指向内部网络地址 {where}，未访问；若确属本单位，请在通知清单中声明这个主机"
    )


class ScopeMiddleware:
    def __init__(self, declared: frozenset[str], *, typed: bool = False) -> None:
        self.declared = declared
        self.typed = typed
        """Whether a person types what is asked for."""
        GuardedResolver.trusted |= declared | {urlsplit(url).hostname or "" for url in getproxies().values()}

    @classmethod
    def from_crawler(cls, crawler: Any) -> ScopeMiddleware:
        if crawler.settings.getlist("GUIDELINES_REPLAY"):
            raise NotConfigured  # nobody is contacted
        if crawl_of(crawler) is None:
            return cls(frozenset(), typed=True)
        return cls(crawler.spider.hosts)

    async def process_request(self, request: Request) -> Request | None:
        parts = urlsplit(request.url)
        if "@" in parts.netloc:  # from a redirect: it would be kept and shown with the address
            return request.replace(url=urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or not host:
            raise NotFetched("scheme", DETAILS["scheme"])
        if self.typed and KEY not in request.meta:
            request.meta[KEY] = Asked(frozenset({host}))
            GuardedResolver.trusted |= {host}
        asked = request.meta.get(KEY)
        if not isinstance(asked, Asked):
            raise NotFetched("scope", f"{host} 不在声明的范围内，未访问")
        if host in asked.hosts:
            return None
        if private(host):
            raise refusal(host, host)
        if host in self.declared and not (parts.scheme in getproxies() and not proxy_bypass(host)):
            # another notice's host, which the resolver trusts: this notice's pages may not lead there if it is private
            for address in await self._resolve(host):
                if private(address):
                    raise refusal(host, address)
        return None

    def process_exception(self, request: Request, exception: Exception) -> None:
        host = host_of(request.url)
        if isinstance(exception, CannotResolveHostError) and host in GuardedResolver.refused:
            raise refusal(host, GuardedResolver.refused[host]) from exception

    async def _resolve(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, None, family=socket.AF_INET)
        except socket.gaierror:
            return []  # the download will tell
        return [str(entry[4][0]) for entry in found]


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, which gives no private address for a name that is not declared.

    One resolver serves the whole process, so the names are kept with the class.
    """

    trusted: frozenset[str] = frozenset()
    refused: dict[str, str] = {}  # noqa: RUF012 - shared on purpose

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._check, name.lower())

    def _check(self, address: str, name: str) -> str:
        if name not in self.trusted and private(address):
            self.refused[name] = address
            raise DNSLookupError(f"{name} resolves to the private address {address}")
        return address
