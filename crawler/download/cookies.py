"""Cookies, kept for one crawl: some sites answer with a redirect to themselves until a cookie comes back.

In place of Scrapy's, which brings an http client of its own for the list of public suffixes, and fetches that list.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Request, Response
from scrapy.http.cookies import CookieJar


class CookiesMiddleware:
    def __init__(self) -> None:
        self.jar = CookieJar()

    def process_request(self, request: Request) -> None:
        request.headers.pop("Cookie", None)
        self.jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        host = (urlsplit(request.url).hostname or "").lower()
        for cookie in self.jar.make_cookies(response, request):
            named = cookie.domain.removeprefix(".")
            if cookie.domain_specified and is_public(named):
                if named != host:
                    continue
                cookie.domain = host
            self.jar.set_cookie_if_ok(cookie, request)
        return response


def is_public(domain: str) -> bool:
    """Whether the sites below this domain belong to many owners (gov.cn), so that none may set a cookie for all."""
    return not _suffixes()(domain).domain


@cache
def _suffixes() -> Any:
    """By the list inside the package: a crawl contacts no host but those it was told to."""
    from tldextract import TLDExtract  # only where a site names a domain: it brings `requests`

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
