"""One look at a declared host: name, connection, certificate, and one request, for its robots.txt.

Plain sockets of the standard library and not Scrapy's, so that each step can be named when it fails. Waits are bounded.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

from attrs import Factory, define, frozen
from protego import Protego

from archive.clock import now
from crawler.download.proxy import proxy_for, spoke
from crawler.download.robots import SIZE, robots_text

WEAK = "ALL:@SECLEVEL=0"


@frozen
class Origin:
    """A scheme, host and port with the declared addresses there."""

    scheme: str
    host: str
    port: int
    urls: tuple[str, ...]

    @property
    def address(self) -> str:
        usual = self.port == (443 if self.scheme == "https" else 80)
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{name}" + ("" if usual else f":{self.port}")


@define
class Finding:
    """What was found, in codes and figures; `record` writes it as it is, so no secret enters it."""

    address: str
    urls: tuple[str, ...]
    trouble: str = ""
    """'' | dns | refused | timeout | reset | proxy | tls"""
    detail: str = ""
    """The library's words for it."""
    proxy: str = ""
    addresses: list[str] = Factory(list)
    """What the name resolves to; not asked for behind a proxy, which resolves it."""
    status: int | None = None
    """Of robots.txt."""
    server: str = ""
    robots: str = ""
    """'' | allowed | disallowed | unreachable"""
    disallowed: list[str] = Factory(list)
    crawl_delay: float | None = None
    tls: dict[str, str] = Factory(dict)
    """version, issuer, expires."""
    clock: float | None = None
    """Seconds that this machine is ahead of the server."""
    seconds: float = 0


def origins(urls: Sequence[str]) -> list[Origin]:
    """Where these addresses live, in their order, each place once."""
    found: dict[tuple[str, str, int], list[str]] = {}
    for url in urls:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found.setdefault((parts.scheme, parts.hostname or "", port), []).append(url)
    return [Origin(*key, tuple(dict.fromkeys(urls))) for key, urls in found.items()]


def look(origin: Origin, agent: str, robot: str, old_tls: bool, seconds: float) -> Finding:
    """Never raises for what a network does. seconds: for each step.

    agent: of the request; robot: the name that rules of robots.txt are looked up by.
    """
    finding = Finding(origin.address, origin.urls, proxy=proxy_for(origin.address))
    began = monotonic()
    try:
        if not finding.proxy:
            finding.addresses = _resolved(origin)
        connection = _connection(origin, finding, old_tls, seconds)
        try:
            connection.connect()
            _certificate(connection, finding)
            _ask(connection, origin, finding, agent, robot)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a name that is none
        finding.trouble, finding.detail = _code(error, finding.proxy), _words(error)
    finding.seconds = round(monotonic() - began, 2)
    return finding


def _resolved(origin: Origin) -> list[str]:
    found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


def _connection(origin: Origin, finding: Finding, old_tls: bool, seconds: float) -> http.client.HTTPConnection:
    host, port = origin.host, origin.port
    if finding.proxy:
        parts = urlsplit(f"//{finding.proxy}")
        host, port = parts.hostname or "", parts.port or 80
    if origin.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=seconds)
    connection = http.client.HTTPSConnection(host, port, timeout=seconds, context=_context(old_tls))
    if finding.proxy:
        connection.set_tunnel(origin.host, origin.port, dict(_credentials("https")))
    return connection


def _context(old: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if old:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers(WEAK)
    return context


def _credentials(scheme: str) -> Iterator[tuple[str, str]]:
    """The header that a proxy with a password wants."""
    address = getproxies().get(scheme, "")
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        yield "Proxy-Authorization", "Basic " + base64.b64encode(pair.encode()).decode()


def _certificate(connection: http.client.HTTPConnection, finding: Finding) -> None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return
    certificate: Any = connection.sock.getpeercert() or {}
    issuer = {key: value for pairs in certificate.get("issuer", ()) for key, value in pairs}
    finding.tls = {
        "version": connection.sock.version() or "",
        "issuer": issuer.get("organizationName") or issuer.get("commonName") or "",
        "expires": certificate.get("notAfter", ""),
    }


def _ask(connection: http.client.HTTPConnection, origin: Origin, finding: Finding, agent: str, robot: str) -> None:
    through = finding.proxy and origin.scheme == "http"
    headers = {"User-Agent": agent, "Accept": "*/*", "Connection": "close"}
    if through:
        headers |= dict(_credentials("http")) | {"Host": origin.address.partition("://")[2]}
    connection.request("GET", f"{origin.address}/robots.txt" if through else "/robots.txt", headers=headers)
    response = connection.getresponse()
    at = now()
    body = response.read(SIZE + 1)
    finding.status, finding.server = response.status, response.getheader("Server", "")
    if through and spoke(response.status, {name.encode().title(): value for name, value in response.getheaders()}):
        finding.trouble, finding.detail = "proxy", f"HTTP {response.status}"
        return
    finding.clock = _ahead(response.getheader("Date", ""), at)
    _rules(finding, response.status, body, robot)


def _rules(finding: Finding, status: int, body: bytes, robot: str) -> None:
    if status >= 500:
        finding.robots = "unreachable"
        return
    finding.robots = "allowed"
    if status != 200:
        return
    rules = Protego.parse(robots_text(body))
    finding.disallowed = [url for url in finding.urls if not rules.can_fetch(url, robot)]
    finding.robots = "disallowed" if finding.disallowed else "allowed"
    finding.crawl_delay = rules.crawl_delay(robot)


def _ahead(date: str, at: datetime) -> float | None:
    try:
        return round((at - parsedate_to_datetime(date)).total_seconds(), 1)
    except (TypeError, ValueError):
        return None


def _code(error: Exception, proxy: str) -> str:
    if isinstance(error, ssl.SSLError) and not isinstance(error, TimeoutError):
        return "tls"
    if proxy and (str(error).startswith("Tunnel") or isinstance(error, ConnectionRefusedError | socket.gaierror)):
        return "proxy"
    if isinstance(error, socket.gaierror | UnicodeError):
        return "dns"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "refused" if isinstance(error, ConnectionRefusedError) else "reset"


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(getattr(error, "strerror", "") or error or type(error).__name__)
