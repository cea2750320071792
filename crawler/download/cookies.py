"""Cookies, kept for one crawl: some sites answer with a redirect to themselves until a cookie comes back."""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

# Scrapy's own extractor fetches the public suffix list from the network; the snapshot inside the package will do, and a
# crawl contacts no host but those it was told to.
cookies._split_domain = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


class OfflineCookiesMiddleware(cookies.CookiesMiddleware):
    """Scrapy's, with the suffix list that is already here."""
