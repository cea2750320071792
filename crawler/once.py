"""One page with its files, asked for as politely as in a crawl and kept nowhere: for a person who wants to see it."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

from attrs import Factory, define, frozen
from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.model import Attachment, Document
from archive.settings import Settings
from crawler.answer import header_map
from crawler.crawl import host_of
from crawler.download.asked import Asked, request_for
from crawler.download.errors import explain
from crawler.download.scope import GuardedResolver
from crawler.readings import Reading, read_whole
from crawler.settings import scrapy_settings
from crawler.sources import Declared

MOST_FILES = 60
"""Files of one page that are looked at."""


@frozen
class Got:
    """One address and what is there."""

    place: Attachment
    reading: Reading | None = None
    failure: str = ""
    """Why nothing is there, a sentence for people."""


@define
class Looked:
    got: list[Got] = Factory(list)
    """The page first, then its files in their order."""
    left: int = 0
    """Files that were too many."""


def alone(settings: Any, spider: type[Spider], met: Callable[[Any], None] | None = None, **arguments: Any) -> None:
    """One spider, to its end; `met` is told of its errors. A process can do this once: the event loop cannot be started
    a second time."""
    process = AsyncCrawlerProcess(settings)

    async def look() -> None:
        try:
            crawler = process.create_crawler(spider)
            if met is not None:
                crawler.signals.connect(met, signals.spider_error)
            await process.crawl(crawler, **arguments)
        finally:
            reactor.stop()

    # the reactor that the process above has installed; importing it any earlier would install another
    reactor: Any = importlib.import_module("twisted.internet.reactor")
    task = asyncio.get_event_loop_policy().get_event_loop().create_task(look())
    process.start(stop_after_crawl=False, install_signal_handlers=False)
    task.result()


def fetch(url: str, declared: Declared, settings: Settings) -> Looked:
    """The page at `url` and the files that it links to, read. A process can do this once."""
    found = Looked()
    chosen = scrapy_settings(settings)
    chosen.setdict({"ADDONS": {}, "EXTENSIONS": {}, "ITEM_PIPELINES": {}}, priority="cmdline")

    def met(failure: Any) -> None:
        found.got.append(Got(Attachment("", url), failure=f"读取时出错：{failure.value}"))

    alone(chosen, _Once, met, url=url, declared=declared, found=found)
    return found


class _Once(Spider):
    name = "once"

    def __init__(self, url: str, declared: Declared, found: Looked, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.url, self.declared, self.found = url, declared, found
        self.hosts = frozenset({host_of(url)})
        """A person typed the address; where the page leads must be the public internet, or the same host."""
        GuardedResolver.trusted |= self.hosts

    async def start(self) -> AsyncIterator[Any]:
        yield self._ask(Attachment("", self.url), self.page)

    def _ask(self, place: Attachment, callback: Any) -> Request:
        return request_for(
            place.url, Asked(self.hosts), callback=callback, errback=self.failed, cb_kwargs={"place": place}
        )

    async def page(self, response: Response, place: Attachment) -> AsyncIterator[Request]:
        document = await self._read(response, place)
        if document is None:
            return
        files = document.attachments
        self.found.left = max(0, len(files) - MOST_FILES)
        for file in files[:MOST_FILES]:
            yield self._ask(file, self.file)

    async def file(self, response: Response, place: Attachment) -> None:
        await self._read(response, place)

    async def _read(self, response: Response, place: Attachment) -> Document | None:
        if response.status != 200:
            self.found.got.append(Got(place, failure=f"网站返回 HTTP {response.status}"))
            return None
        rule = self.declared.rule_for(response.url)
        headers = header_map(response)
        reading = await asyncio.to_thread(read_whole, response.body, headers, response.url, rule)
        self.found.got.append(Got(place, reading))
        return reading.document

    async def failed(self, failure: Failure) -> None:
        place = failure.request.cb_kwargs["place"]  # type: ignore[attr-defined]
        self.found.got.append(Got(place, failure=explain(cast(BaseException, failure.value)).detail))
