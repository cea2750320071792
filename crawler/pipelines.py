"""From what the spider fetched to rows of the archive, one job a class, in this order.

members (files inside a file) → keep (capture and version, one transaction) → progress. What has changed is settled when
the spider is done.
"""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import evolve

from archive.machine.transaction import atomic
from archive.model import GOOD, Verdict
from archive.record.keep import keep
from archive.record.reviews import note_capture
from crawler import reread
from crawler.fetched import Fetched
from crawler.progress import Progress


class _Pipeline:
    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Any) -> Any:
        return cls(crawler)


class MembersPipeline(_Pipeline):
    """Files inside an archive file become documents of their own, read one by one."""

    async def process_item(self, item: Fetched) -> Fetched:
        if item.document is None or item.rule is None or not item.document.members:
            return item
        members = await asyncio.to_thread(reread.read_members, item.document, item.rule)
        self.stats.inc_value("guidelines/members", len(members))
        return evolve(item, members=members)


class KeepPipeline(_Pipeline):
    """Capture, version and what could not be read, in one transaction: a good capture is never without its text."""

    async def process_item(self, item: Fetched) -> Fetched:
        spider = self.crawler.spider
        with atomic(spider.store.db):
            capture_id = spider.store.add_capture(spider.crawl_id, item.capture)
            self._follow_location(item)
            if item.document is not None and item.capture.verdict is Verdict.OK:
                if keep(spider.store, item.capture.document_id, capture_id, item.document):
                    self.stats.inc_value("guidelines/versions")
                reread.keep_members(spider.store, item.capture.document_id, capture_id, item.members)
            if item.capture.verdict is Verdict.SUSPECT:
                note_capture(spider.store, item.capture.document_id, capture_id, item.capture.reason, item.seen)
        self.stats.inc_value(f"guidelines/verdicts/{item.capture.verdict}")
        if item.capture.reason:
            self.stats.inc_value(f"guidelines/reasons/{item.capture.reason}")
        return item

    def _follow_location(self, item: Fetched) -> None:
        """Remember where permanent redirects lead; other redirects say nothing about where a page lives."""
        if item.capture.verdict not in GOOD:
            return
        hops = item.capture.redirects
        permanent = bool(hops) and all(status in (301, 308) for status, _ in hops)
        location = item.capture.url if permanent else ""
        self.crawler.spider.store.update("documents", item.capture.document_id, location=location)


class ProgressPipeline(_Pipeline):
    """Tells the terminal or the log what has arrived."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.progress = Progress(total=len(crawler.spider.slugs))

    async def process_item(self, item: Fetched) -> Fetched:
        self.progress.arrived(item.slug, item.kind, item.capture)
        return item

    def close_spider(self) -> None:
        self.progress.close()
