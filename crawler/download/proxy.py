"""The proxy that the environment names, and whether an answer is its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str:
    """host:port of the proxy that a request for `url` goes through, '' when it goes straight. Never a password."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = getproxies().get(parts.scheme, "")
    return "" if not address or (host and proxy_bypass(host)) else shown(address)


def shown(address: str) -> str:
    """An address without user and password, as people and logs may see it."""
    if "://" not in address:
        address = f"http://{address}"
    return address.partition("://")[2].partition("/")[0].rpartition("@")[2]


def spoke(status: int, headers: Mapping[Any, Any]) -> bool:
    """Whether an answer that came through a proxy is the proxy's: it wants a password, or could not reach the site."""
    own = any(name in headers for name in (b"X-Squid-Error", b"Proxy-Authenticate"))
    return status in (407, 502, 504) or (own and status >= 400)
