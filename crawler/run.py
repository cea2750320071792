"""Runs the spiders of one crawl in this process: the notices first, then the pages where successors would be listed."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess

from crawler.archive import counters
from crawler.crawl import SETTING, Crawl
from crawler.settings import scrapy_settings
from crawler.spiders.listings import ListingsSpider
from crawler.spiders.notices import NoticesSpider
from crawler.stopping import Stop


def crawl(under_way: Crawl, stop: Stop, replay: Sequence[Path] = ()) -> None:
    """Fetch the notices of a crawl with their attachments; what both spiders counted is added to its counters.

    A process can do this once: the event loop cannot be started a second time. Raises what `stop` was told meanwhile;
    then requests under way are left as they are, without an outcome.
    """
    settings = scrapy_settings(under_way.settings, replay)
    settings.set(SETTING, under_way, priority="cmdline")
    process = AsyncCrawlerProcess(settings)

    def met(failure: Any) -> None:
        stop.on_error(failure.value)

    async def both() -> None:
        try:
            for spider in (NoticesSpider,) if replay else (NoticesSpider, ListingsSpider):
                crawler = process.create_crawler(spider)
                for signal in (signals.spider_error, signals.item_error):
                    crawler.signals.connect(met, signal)
                await process.crawl(crawler)
                for key, value in counters(crawler).items():
                    under_way.stats[key] = under_way.stats.get(key, 0) + value
        finally:
            reactor.stop()

    # the reactor that the process above has installed; importing it any earlier would install another
    reactor: Any = importlib.import_module("twisted.internet.reactor")
    loop = asyncio.get_event_loop_policy().get_event_loop()
    with ThreadPoolExecutor(thread_name_prefix="guidelines") as threads:
        loop.set_default_executor(threads)
        task = loop.create_task(both())
        # without the events of an orderly end, which wait for every request and then give each one an outcome
        try:
            with stop.halting(lambda: reactor.callFromThread(reactor.crash)):
                process.start(stop_after_crawl=False, install_signal_handlers=False)
        finally:
            if stop.cause is not None:
                reactor.getThreadPool().stop()  # its threads would keep the process
    task.result()
