"""From what a spider hands over to rows of the archive, one job a class. What has changed is settled when the spider is
done."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import NotConfigured

from archive.machine.database import atomic
from archive.model import GOOD, Capture, Verdict
from archive.record.keep import keep
from archive.record.looks import is_candidate, keep_look, listing_of, note_listed, note_look, propose
from archive.record.reviews import note_capture
from archive.record.store import Store
from archive.words import verdict
from crawler.answer import Answer
from crawler.crawl import Crawl, crawl_of
from crawler.listed import Decided, Looked
from crawler.readings import keep_inside

if TYPE_CHECKING:
    from rich.progress import Progress

logger = logging.getLogger("guidelines")


class _Pipeline:
    def __init__(self, crawler: Any, crawl: Crawl) -> None:
        self.crawl = crawl
        self.store = crawl.store
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Any) -> Any:
        crawl = crawl_of(crawler)
        if crawl is None:
            raise NotConfigured
        return cls(crawler, crawl)


class AnswerPipeline(_Pipeline):
    """Capture, version and what could not be read, in one transaction: a good capture is never without its text."""

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Answer):
            keep_answer(self.store, self.crawl.id, item, self.stats.inc_value)
        return item


def keep_answer(store: Store, crawl_id: int, answer: Answer, count: Callable[..., None]) -> None:
    """`count`: of a counter's name, and by how much where it is not one."""
    capture, taken = answer.capture, answer.taken
    standing = answer.standing if taken else None  # before the transaction
    document_id = capture.document_id
    with atomic(store.db):
        capture_id = store.add_capture(crawl_id, capture)
        if capture.verdict in GOOD:
            _follow_location(store, answer)
        if taken is not None:
            if keep(store, document_id, capture_id, taken.document, standing):
                count("guidelines/versions")
            keep_inside(store, document_id, capture_id, taken)
            if taken.inside:
                count("guidelines/members", len(taken.inside))
        if capture.verdict is Verdict.SUSPECT:
            seen = answer.reading.document if answer.reading else None
            note_capture(store, document_id, capture_id, capture.reason, seen)
    count(f"guidelines/verdicts/{capture.verdict}")
    if capture.reason:
        count(f"guidelines/reasons/{capture.reason}")


def _follow_location(store: Store, answer: Answer) -> None:
    """Remember where permanent redirects lead; other redirects say nothing about where a page lives."""
    hops = answer.capture.redirects
    permanent = bool(hops) and all(status in (301, 308) for status, _ in hops)
    store.lives_at(answer.capture.document_id, answer.capture.url if permanent else "")


class ListingPipeline(_Pipeline):
    """What a list page shows, and the candidates found on it."""

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Looked):
            with atomic(self.store.db):
                listing_id = listing_of(self.store, item.notice_id, item.url)
                note_look(self.store, listing_id, verified=item.declared, verdict=item.verdict, reason=item.reason)
                keep_look(self.store, self.crawl.id, listing_id, item.shown, item.verdict, item.reason)
                note_listed(self.store, listing_id, [(entry.url, entry.title, entry.date) for entry in item.entries])
        elif isinstance(item, Decided):
            with atomic(self.store.db):
                if item.evidence and not is_candidate(self.store, item.notice_id, item.entry.url):
                    self._propose(item)
                listing_id = listing_of(self.store, item.notice_id, item.listing_url)
                note_listed(self.store, listing_id, [(item.entry.url, item.entry.title, item.entry.date)])
        return item

    def _propose(self, item: Decided) -> None:
        metadata = item.document.metadata
        values = {
            "url": item.entry.url,
            "title": max(item.entry.title, item.document.title, key=len),
            "document_number": metadata.get("document_number", ""),
            "published_on": metadata.get("published_on", "") or item.entry.date,
            "listing": item.listing_url,
        }
        propose(self.store, self.crawl.id, item.notice_id, values, item.evidence)
        self.stats.inc_value("guidelines/candidates")


class ProgressPipeline(_Pipeline):
    """What a crawl tells while it runs: a bar on a terminal, one plain line an answer in a log."""

    def __init__(self, crawler: Any, crawl: Crawl) -> None:
        super().__init__(crawler, crawl)
        self.bar: Progress | None = None
        if sys.stderr.isatty():
            from rich.console import Console  # the timer's crawls have no terminal
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (TextColumn("抓取"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("", total=len(crawl.slugs))
            self.bar.start()

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Answer):
            self.arrived(item.job.notice.slug, item.job.kind, item.capture)
        return item

    def arrived(self, slug: str, kind: str, capture: Capture) -> None:
        line = f"{slug}：{verdict(str(capture.verdict), str(capture.reason))}"
        if self.bar is not None:
            self.bar.update(self.task, description=line, advance=1 if kind == "page" else 0)
        logger.info("%s %s", line, capture.url)

    def close_spider(self) -> None:
        if self.bar is not None:
            self.bar.stop()
