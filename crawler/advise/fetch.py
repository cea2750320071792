"""One address fetched for a person and kept nowhere: by the crawl's own components (robots, delay, limits, scope).

The address is what a person has typed, so its host may be a private one; where it redirects to may not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from attrs import field, frozen
from scrapy import Spider
from scrapy.http import Request, Response

from archive.model import Finding, Verdict
from archive.settings import Settings
from crawler.answer import header_map
from crawler.download.asked import LONGEST_ADDRESS
from crawler.download.errors import explain
from crawler.once import alone
from crawler.settings import scrapy_settings


@frozen
class Fetched:
    """What an address gives. `trouble` is set where there is no answer."""

    url: str
    """The address that answered, after redirects."""
    status: int | None = None
    headers: Mapping[str, str] = field(factory=dict)
    """Lower-case names."""
    body: bytes = b""
    """Content coding undone."""
    truncated: bool = False
    trouble: Finding | None = None


def fetch(url: str, settings: Settings) -> Fetched:
    """A process can do this once: the event loop cannot be started a second time."""
    if len(url) > LONGEST_ADDRESS:
        return Fetched(url, trouble=Finding(Verdict.ERROR, "address", "网址过长，没有访问"))
    found: list[Fetched] = []
    alone(scrapy_settings(settings), _Once, url=url, found=found)
    return found[0] if found else Fetched(url, trouble=Finding(Verdict.ERROR, "incomplete", "没有得到结果，请再试一次"))


class _Once(Spider):
    """Knows of no archive, so every component that keeps something stays away (as for `scrapy fetch`)."""

    name = "once"

    def __init__(self, url: str, found: list[Fetched], **arguments: Any) -> None:
        super().__init__(**arguments)
        self.url, self.found = url, found

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.url, callback=self.answered, errback=self.failed, dont_filter=True)

    def answered(self, response: Response) -> None:
        cut = "dataloss" in response.flags
        self.found.append(Fetched(response.url, response.status, header_map(response), bytes(response.body), cut))

    def failed(self, failure: Any) -> None:
        self.found.append(Fetched(failure.request.url, trouble=explain(failure.value)))
