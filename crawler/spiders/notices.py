"""The notices: each due page, its files, its mirrors when it cannot be had, and a second look at a revision."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, cast

from attrs import evolve
from scrapy import Spider
from scrapy.http import Request, Response
from twisted.python.failure import Failure as TwistedFailure

from archive.clock import iso, now
from archive.model import GOOD, Attachment, Capture, Notice, Reason, Verdict
from archive.record.files import attachment_documents
from archive.record.store import Store
from archive.settings import Settings
from crawler.download.errors import Failure, explain
from crawler.download.revisit import known
from crawler.fetched import Fetched
from crawler.keep import Examined, Examiner
from crawler.sources import Declared
from crawler.spiders.jobs import MOST_FILES, Job, host_of, hosts_of, request

logger = logging.getLogger("guidelines")
TOO_MANY = f"too-many: 页面上的附件超过 {MOST_FILES} 个，这一个没有抓取。请在浏览器里打开网页核对。"
UNSTABLE = "隔一会儿再取，内容又不一样，可能有几台服务器内容不一致；下次抓取会再试"


class NoticesSpider(Spider):
    name = "notices"

    def __init__(
        self,
        store: Store,
        declared: Declared,
        settings_: Settings,
        slugs: Sequence[str],
        crawl_id: int,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.store = store
        self.declared = declared
        self.settings_ = settings_
        self.slugs = list(slugs)
        self.crawl_id = crawl_id
        self.examiner = Examiner(store, declared, settings_)
        self.notices = {notice.slug: notice for notice in declared.sources.notices}
        self.hosts = frozenset().union(*(hosts_of(self.notices[slug], settings_) for slug in self.slugs))
        self.open: dict[int, Job] = {}
        """Documents that were asked for and have no outcome yet, by id."""

    async def start(self) -> AsyncIterator[Any]:
        for slug in self.slugs:
            for asked in self._page(self.notices[slug], self.notices[slug].url):
                yield asked

    # ------------------------------------------------------------ asking

    def _page(self, notice: Notice, url: str, mirror: str = "") -> Iterator[Request | Fetched]:
        yield from self._ask(notice, "page", url, mirror=mirror)

    def _ask(
        self, notice: Notice, kind: str, url: str, *, name: str = "", mirror: str = "", document: int | None = None
    ) -> Iterator[Request | Fetched]:
        """A request for a document, or its outcome when the address is none; nothing when it is under way already."""
        row = self.store.row("SELECT id FROM notices WHERE slug = ?", [notice.slug])
        if row is None:
            raise LookupError(f"notice {notice.slug} is not declared in the archive")
        document_id = document or self.store.document(row["id"], kind, url, name=name, mirror=mirror)
        if document_id in self.open:
            return
        job = Job(notice, row["id"], kind, url, document_id, mirror, known(self.store, document_id), name)
        self.open[document_id] = job
        try:
            yield self._request(job)
        except ValueError:
            detail = f"页面给出的网址无效或过长（{len(url)} 个字符），没有抓取；请用浏览器打开网页核对：{url[:200]}"
            failure = Failure(Verdict.ERROR, "address", detail)
            yield self._done(self.examiner.failed(job, failure))

    def _request(self, job: Job, *, unconditional: bool = False) -> Request:
        meta = {"document_id": job.document_id, "known": job.known, "unconditional": unconditional}
        return request(
            job.url,
            hosts_of(job.notice, self.settings_),
            callback=self.answered,
            errback=self.failed,
            cb_kwargs={"job": job},
            meta=meta,
        )

    # ------------------------------------------------------------ outcomes

    async def answered(self, response: Response, job: Job) -> AsyncIterator[Any]:
        examined = await self.examiner.examine(job, response)
        if examined.again:
            job = evolve(job, known=None)
            examined = Examined(await self._again(job))
        async for fetched in self._confirmed(job, examined):
            yield fetched
        for asked in self._follow(job, examined.fetched):
            yield asked

    async def failed(self, failure: TwistedFailure) -> AsyncIterator[Any]:
        asked: Request = failure.request  # type: ignore[attr-defined]
        job: Job = asked.cb_kwargs["job"]
        fetched = self._done(self._failure(job, cast(BaseException, failure.value), asked))
        yield fetched
        for following in self._follow(job, fetched):
            yield following

    def _failure(self, job: Job, error: BaseException, asked: Request) -> Fetched:
        """An error row, with the record of the answer when one came but was not taken (a bomb, a private redirect)."""
        fetched = self.examiner.failed(job, explain(error))
        exchanges = asked.meta["exchanges"]
        if not exchanges:
            return fetched
        last = exchanges[-1]
        capture = evolve(
            fetched.capture,
            fetched_at=last.date,
            http_status=last.status,
            warc_file=last.warc_file,
            warc_offset=last.warc_offset,
            warc_digest=last.digest,
            refers_to=last.refers_to,
        )
        return evolve(fetched, capture=capture)

    def _done(self, fetched: Fetched) -> Fetched:
        self.open.pop(fetched.capture.document_id, None)
        return fetched

    # ------------------------------------------------------------ what follows

    def _follow(self, job: Job, fetched: Fetched) -> Iterator[Request | Fetched]:
        """The page's files when it is the notice; else the next place where it may be had."""
        if job.kind != "page":
            return
        if fetched.capture.verdict in GOOD:
            files = self._within_limit(job, self._attachments(job, fetched))
            documents = attachment_documents(self.store, job.notice_id, files, job.mirror)
            for file, document in zip(files, documents, strict=True):
                yield from self._ask(
                    job.notice, "attachment", file.url, name=file.name, mirror=job.mirror, document=document
                )
        else:
            yield from self._elsewhere(job)

    def _attachments(self, job: Job, fetched: Fetched) -> Sequence[Attachment]:
        document = fetched.document or self.examiner.current(job)
        return document.attachments if document else ()

    def _within_limit(self, job: Job, files: Sequence[Attachment]) -> Sequence[Attachment]:
        """The files to ask for; those past the limit are noted as not asked for, which `status` says."""
        for attachment in files[MOST_FILES:]:
            document_id = self.store.document(job.notice_id, "attachment", attachment.url, name=attachment.name)
            row = self.store.row("SELECT state FROM documents WHERE id = ?", [document_id])
            if row is not None and row["state"] == "unread":
                self.store.update("documents", document_id, reason=TOO_MANY)
        return files[:MOST_FILES]

    def _elsewhere(self, job: Job) -> Iterator[Request | Fetched]:
        places = [(mirror.url, mirror.label) for mirror in job.notice.mirrors]
        if self.settings_.memento:
            places.append((self.settings_.memento + job.notice.url, f"网页存档（{host_of(self.settings_.memento)}）"))
        tried = [url for url, _ in places].index(job.url) + 1 if job.mirror else 0
        for url, label in places[tried : tried + 1]:
            self.crawler.stats.inc_value("guidelines/mirrors")
            yield from self._page(job.notice, url, label)

    # ------------------------------------------------------------ a second look

    async def _confirmed(self, job: Job, examined: Examined) -> AsyncIterator[Fetched]:
        """The outcome; a difference from the current version only once a second, later answer says the same."""
        reading = examined.fetched.document
        current = self.examiner.current(job)
        if (
            reading is None
            or reading.problem
            or current is None
            or self._replaying
            or not self.examiner.differs(job, current, reading)
        ):
            yield self._done(examined.fetched)
            return
        self.crawler.stats.inc_value("guidelines/confirmations")
        await asyncio.sleep(self.settings_.confirm_after)
        second = await self._again(job)
        if second.document is not None and self.examiner.agree(job, current, reading, second.document):
            yield self._done(examined.fetched)
            return
        # the old text, or a third one: neither is to be taken for the notice now
        for outcome in (second, examined.fetched):
            yield self._done(_unstable(outcome) if outcome.capture.verdict in GOOD else outcome)

    async def _again(self, job: Job) -> Fetched:
        """The same address once more, without conditions."""
        asked = self._request(job, unconditional=True)
        try:
            response = await self.crawler.engine.download_async(asked)
        except Exception as error:
            logger.info("复核 %s 时出错：%s", job.url, error)
            return self._failure(job, error, asked)
        return (await self.examiner.examine(job, response)).fetched

    @property
    def _replaying(self) -> bool:
        return bool(self.settings.getlist("GUIDELINES_REPLAY"))

    # ------------------------------------------------------------ the end

    def closed(self, reason: str) -> None:
        """Whatever was asked for and has no outcome gets a row: an error of our own must not pass in silence."""
        for job in self.open.values():
            logger.error("没有得到结果：%s %s", job.notice.slug, job.url)
            detail = "抓取程序没有得到结果（原因见日志）；下次抓取会再试"
            self.store.add_capture(
                self.crawl_id, Capture(job.document_id, job.url, iso(now()), Verdict.ERROR, "incomplete", detail)
            )


def _unstable(fetched: Fetched) -> Fetched:
    capture = evolve(fetched.capture, verdict=Verdict.SUSPECT, reason=Reason.UNSTABLE, detail=UNSTABLE)
    return evolve(fetched, capture=capture, document=None, seen=fetched.document, rule=None)
