"""What a request is for and what came of it: the one value that it carries between the spider and the wire."""

from __future__ import annotations

from typing import Any

from attrs import Factory, define, frozen
from scrapy.http import Request, Response

from archive.machine.database import Row

KEY = "asked"
"""Of the value in `request.meta`. Redirects and retries carry the same value on."""
LONGEST_ADDRESS = 8_000
"""Characters: nginx and Apache refuse a request line from about there on (RFC 9110 asks for 8,000 octets)."""


@frozen
class Known:
    """The last good capture of a document, as a conditional request needs it."""

    url: str
    """The address that answered: validators belong to it alone, not to what it redirects to now."""
    etag: str
    last_modified: str
    payload: Row
    """The capture that holds the payload."""
    stale: bool = False
    """The last body is so old that the next request goes without conditions."""
    probe: bool = False
    """The server's last word was "not modified": the next request has a condition that no honest server can know."""


@frozen
class Exchange:
    """What was written for one answer; there is one for each hop of a redirect."""

    url: str
    status: int
    date: str
    warc_file: str
    warc_offset: int
    digest: str
    """WARC-Payload-Digest."""
    refers_to: int | None = None
    """The capture whose record holds the payload, when this one is a revisit."""


@define
class Asked:
    hosts: frozenset[str]
    """Declared with the notice: its own, its mirrors', its listing's. Other private addresses are not contacted."""
    document_id: int | None = None
    known: Known | None = None
    whole: bool = False
    """Without conditions, whatever is known."""
    robots: bool = False
    """The request is for robots.txt itself."""
    exchanges: list[Exchange] = Factory(list)
    replayed_at: str = ""
    """When an answer that comes from a WARC file was recorded."""
    noted_whole: bool = False
    """The monthly visit is counted: a retry is no second one."""


def asked(exchange: Request | Response) -> Asked:
    found: Asked = exchange.meta[KEY]
    return found


def request_for(url: str, value: Asked, **arguments: Any) -> Request:
    """Raises ValueError when the address is none, or longer than any server takes."""
    if len(url) > LONGEST_ADDRESS:
        raise ValueError(f"an address of {len(url)} characters")
    # not left to the dupe filter: it drops a redirect to the same address, and with it the answer
    return Request(url, dont_filter=True, meta={KEY: value}, **arguments)
