"""From what a spider hands over to rows of the archive, one job a class. What has changed is settled when the spider is
done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from scrapy.exceptions import NotConfigured

from archive.clock import iso, now
from archive.machine.transaction import atomic
from archive.model import GOOD, Kind, Verdict
from archive.record.keep import keep
from archive.record.reviews import note_capture
from archive.text.links import link_key
from crawler.answer import Answer
from crawler.crawl import Crawl, crawl_of
from crawler.judge.successor import Listed
from crawler.listed import Decided, Looked
from crawler.progress import Progress
from crawler.readings import keep_inside


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
            self._keep(item)
        return item

    def _keep(self, answer: Answer) -> None:
        capture, taken = answer.capture, answer.taken
        document_id = capture.document_id
        with atomic(self.store.db):
            capture_id = self.store.add_capture(self.crawl.id, capture)
            if capture.verdict in GOOD:
                self._follow_location(answer)
            if taken is not None:
                if keep(self.store, document_id, capture_id, taken.document, answer.standing):
                    self.stats.inc_value("guidelines/versions")
                keep_inside(self.store, document_id, capture_id, taken)
                if taken.inside:
                    self.stats.inc_value("guidelines/members", len(taken.inside))
            if capture.verdict is Verdict.SUSPECT:
                seen = answer.reading.document if answer.reading else None
                note_capture(self.store, document_id, capture_id, capture.reason, seen)
        self.stats.inc_value(f"guidelines/verdicts/{capture.verdict}")
        if capture.reason:
            self.stats.inc_value(f"guidelines/reasons/{capture.reason}")

    def _follow_location(self, answer: Answer) -> None:
        """Remember where permanent redirects lead; other redirects say nothing about where a page lives."""
        hops = answer.capture.redirects
        permanent = bool(hops) and all(status in (301, 308) for status, _ in hops)
        location = answer.capture.url if permanent else ""
        self.store.update("documents", answer.capture.document_id, location=location)


class ListingPipeline(_Pipeline):
    """What a list page shows, and the candidates found on it."""

    async def process_item(self, item: Any) -> Any:
        with atomic(self.store.db):
            if isinstance(item, Looked):
                listing_id = self._listing(item.notice_id, item.url)
                values = {"verified": int(item.declared), "verdict": item.verdict, "reason": item.reason}
                self.store.update("listings", listing_id, checked_at=iso(now()), **values)
                self._note(listing_id, item.entries)
            elif isinstance(item, Decided):
                if item.evidence and not self._is_candidate(item):
                    self._propose(item)
                self._note(self._listing(item.notice_id, item.listing_url), [item.entry])
        return item

    def _listing(self, notice_id: int, url: str) -> int:
        known = self.store.row("SELECT id FROM listings WHERE notice_id = ? AND url = ?", [notice_id, url])
        return int(known["id"]) if known else self.store.insert("listings", {"notice_id": notice_id, "url": url})

    def _note(self, listing_id: int, entries: Sequence[Listed]) -> None:
        rows = ({"listing_id": listing_id, "url": e.url, "title": e.title, "first_seen": iso(now())} for e in entries)
        self.store.db.table("listed").insert_all(rows, ignore=True)

    def _is_candidate(self, item: Decided) -> bool:
        rows = self.store.rows("SELECT url FROM candidates WHERE notice_id = ?", [item.notice_id])
        return link_key(item.entry.url) in {link_key(row["url"]) for row in rows}

    def _propose(self, item: Decided) -> None:
        """A candidate, and the change that tells of it."""
        moment, metadata = iso(now()), item.document.metadata
        candidate = {
            "notice_id": item.notice_id,
            "url": item.entry.url,
            "title": max(item.entry.title, item.document.title, key=len),
            "document_number": metadata.get("document_number", ""),
            "published_on": metadata.get("published_on", "") or item.entry.date,
            "found_at": moment,
            "state": "new",
            "evidence": json.dumps(item.evidence, ensure_ascii=False),
            "listing": item.listing_url,
        }
        self.store.insert("candidates", candidate)
        change = {
            "notice_id": item.notice_id,
            "crawl_id": self.crawl.id,
            "kind": str(Kind.SUCCESSOR),
            "detected_at": moment,
            "updated_at": moment,
            "summary": f"可能的新版，请核对：《{candidate['title']}》",
            "quiet": 0,
        }
        self.store.insert("changes", change)
        self.stats.inc_value("guidelines/candidates")


class ProgressPipeline(_Pipeline):
    """Tells the terminal or the log what has arrived."""

    def __init__(self, crawler: Any, crawl: Crawl) -> None:
        super().__init__(crawler, crawl)
        self.progress = Progress(total=len(crawl.slugs))

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Answer):
            self.progress.arrived(item.job.notice.slug, item.job.kind, item.capture)
        return item

    def close_spider(self) -> None:
        self.progress.close()
