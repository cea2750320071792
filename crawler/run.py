"""Runs the spiders of one crawl in this process: the notices first, then the pages where successors would be listed."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from archive.settings import Settings
from archive.store import Store
from crawler.download.replay import is_demo, load_answers, recorded
from crawler.settings import scrapy_settings
from crawler.sources import Declared
from crawler.spiders.listings import ListingsSpider
from crawler.spiders.notices import NoticesSpider

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
    replay: Sequence[Path] = (),
) -> dict[str, Any]:
    """Fetch these notices with their attachments. Returns the counters under guidelines/ of both spiders.

    A process can do this once: the event loop cannot be started a second time.
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

    async def both() -> None:
        try:
            for spider in (NoticesSpider,) if replay else (NoticesSpider, ListingsSpider):
                crawler = process.create_crawler(spider)
                await process.crawl(crawler, **arguments)
                for key, value in (crawler.stats.get_stats() if crawler.stats else {}).items():
                    if key.startswith("guidelines/") and isinstance(value, int | float):
                        stats[key] = stats.get(key, 0) + value
        finally:
            # the reactor that the process above has installed; importing it any earlier would install another
            importlib.import_module("twisted.internet.reactor").stop()

    task = asyncio.get_event_loop_policy().get_event_loop().create_task(both())
    process.start(stop_after_crawl=False)
    task.result()
    return stats
