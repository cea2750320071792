"""What a spider wants to fetch, and the request that says so to the components between it and the wire."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from attrs import frozen
from scrapy.http import Request

from archive.model import Notice
from archive.settings import Settings
from crawler.download.revisit import Known
from crawler.download.scope import META as SCOPE
from crawler.download.scope import Scope

LONGEST_ADDRESS = 8_000
"""Characters: nginx and Apache refuse a request line from about there on (RFC 9110 asks for 8,000 octets)."""
MOST_FILES = 500
"""Attachments of one page that are fetched; a page that names more is a list or a trap."""


@frozen
class Job:
    """One document to fetch."""

    notice: Notice
    notice_id: int
    kind: str
    """page | attachment"""
    url: str
    document_id: int
    mirror: str = ""
    """Label of the mirror that it comes from."""
    known: Known | None = None
    name: str = ""


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def hosts_of(notice: Notice, settings: Settings) -> frozenset[str]:
    """The hosts that are declared with a notice."""
    urls = [notice.url, notice.listing, settings.memento, *(mirror.url for mirror in notice.mirrors)]
    return frozenset(host_of(url) for url in urls if url)


def request(url: str, hosts: frozenset[str], **arguments: Any) -> Request:
    """A request in the scope of these declared hosts. `meta` may bring document_id, known, unconditional.

    Raises ValueError when the address is none, or longer than any server takes.
    """
    if len(url) > LONGEST_ADDRESS:
        raise ValueError(f"an address of {len(url)} characters")
    meta = {SCOPE: Scope(hosts), "exchanges": [], **arguments.pop("meta", {})}
    # not left to the dupe filter: it drops a redirect to the same address, and with it the answer
    return Request(url, dont_filter=True, meta=meta, **arguments)
