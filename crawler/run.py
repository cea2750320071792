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

from archive.record.store import Store
from archive.settings import Settings
from crawler.download.replay import is_demo, load_answers, recorded
from crawler.settings import scrapy_settings
from crawler.sources import Declared
from crawler.spiders.listings import ListingsSpider
from crawler.spiders.notices import NoticesSpider
from crawler.stopping import Stop

__all__ = ["crawl", "in_warcs", "is_demo"]


def in_warcs(declared: Declared, paths: Sequence[Path]) -> list[str]:
    """Slugs of the notices whose page these WARC files hold: a replay says nothing about the others."""
    answers = load_answers(tuple(str(path) for path in paths))
    return [notice.slug for notice in declared.sources.notices if recorded(answers, notice.url)]


def crawl(
    store: Store,
    declared: Declared,
    settings: Settings,
    slugs: Sequence[str],
    crawl_id: int,
    stop: Stop,
    replay: Sequence[Path] = (),
) -> dict[str, Any]:
    """Fetch these notices with their attachments. Returns the counters under guidelines/ of both spiders.

    A process can do this once: the event loop cannot be started a second time. Raises what `stop` was told meanwhile;
    then requests under way are left as they are, without an outcome.
    """
    process = AsyncCrawlerProcess(scrapy_settings(settings, replay))
    arguments = {
        "store": store,
        "declared": declared,
        "settings_": settings,
        "slugs": list(slugs),
        "crawl_id": crawl_id,
    }
    stats: dict[str, Any] = {}

    def met(failure: Any) -> None:
        stop.on_error(failure.value)

    async def both() -> None:
        try:
            for spider in (NoticesSpider,) if replay else (NoticesSpider, ListingsSpider):
                crawler = process.create_crawler(spider)
                for signal in (signals.spider_error, signals.item_error):
                    crawler.signals.connect(met, signal)
                await process.crawl(crawler, **arguments)
                for key, value in (crawler.stats.get_stats() if crawler.stats else {}).items():
                    if key.startswith("guidelines/") and isinstance(value, int | float):
                        stats[key] = stats.get(key, 0) + value
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
    return stats
