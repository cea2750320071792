"""The notices: each due page, its files, its mirrors when it cannot be had. What becomes of an answer says keep.py."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, cast

from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.clock import iso, now
from archive.model import CONTINUED, GOOD, PICTURE, Attachment, Capture, Document, Finding, Notice, Verdict
from archive.record.files import attachment_documents
from archive.record.pictures import are_watched, picture_documents
from crawler.answer import Answer, Job, failed
from crawler.crawl import host_of
from crawler.download.errors import explain
from crawler.download.revisit import known
from crawler.keep import Keeper
from crawler.spiders.watching import ArchiveSpider

logger = logging.getLogger("guidelines")
MOST_FILES = 500
"""Attachments of one page that are fetched; a page that names more is a list or a trap."""
TOO_MANY = f"too-many: 页面上的附件超过 {MOST_FILES} 个，这一个没有抓取。请在浏览器里打开网页核对。"
MOST_PICTURES = 100
"""Pictures of one body that are fetched."""
TOO_MANY_PICTURES = f"too-many: 正文里的图片超过 {MOST_PICTURES} 张，这一张没有抓取。请在浏览器里打开网页核对。"


class NoticesSpider(ArchiveSpider):
    name = "notices"

    def __init__(self, notice: str = "", **arguments: Any) -> None:
        super().__init__(notice, **arguments)
        self.open: dict[int, Job] = {}
        """Documents that were asked for and have no outcome yet, by id."""
        self.linked: dict[int, set[int]] = {}
        """The files that each page and its further pages have named in this crawl, all by id."""

    async def start(self) -> AsyncIterator[Any]:
        self.store = self.crawl.store
        self.keeper = Keeper(self.crawl, self.crawler)
        self.ids = {row["slug"]: row["id"] for row in self.store.rows("SELECT slug, id FROM notices")}
        notices = self.crawl.notices
        self.declared_hosts = {notice.slug: self.crawl.hosts(notice) for notice in notices}
        for notice in notices:
            for asked in self._ask(notice, Attachment("", notice.url), "page"):
                yield asked

    # ------------------------------------------------------------ asking

    def _ask(
        self,
        notice: Notice,
        place: Attachment,
        kind: str,
        *,
        mirror: str = "",
        document: int | None = None,
        further: int | None = None,
    ) -> Iterator[Request | Answer]:
        """A request for a document, or its outcome when the address is none; nothing when it is under way already."""
        notice_id, hosts = self.ids[notice.slug], self.declared_hosts[notice.slug]
        url, name = place.url, place.name
        document_id = document or self.store.document(notice_id, kind, url, name=name, mirror=mirror)
        if document_id in self.open:
            return
        before = known(self.store, document_id)
        job = Job(notice, notice_id, kind, url, document_id, mirror, before, name, hosts, further)
        self.open[document_id] = job
        try:
            yield job.request(callback=self.answered, errback=self.failed, cb_kwargs={"job": job})
        except ValueError:
            detail = f"页面给出的网址无效或过长（{len(url)} 个字符），没有抓取；请用浏览器打开网页核对：{url[:200]}"
            yield self._done(failed(job, Finding(Verdict.ERROR, "address", detail)))

    # ------------------------------------------------------------ outcomes

    async def answered(self, response: Response, job: Job) -> AsyncIterator[Any]:
        answer = await self.keeper.judged(job, response)
        async for outcome in self.keeper.confirmed(answer):
            yield self._done(outcome)
            answer = outcome if outcome.taken else answer
        for following in self._follow(answer):
            yield following

    async def failed(self, failure: Failure) -> AsyncIterator[Any]:
        asked: Request = failure.request  # type: ignore[attr-defined]
        answer = failed(asked.cb_kwargs["job"], explain(cast(BaseException, failure.value)), asked)
        yield self._done(answer)
        for following in self._follow(answer):
            yield following

    def _done(self, answer: Answer) -> Answer:
        self.open.pop(answer.job.document_id, None)
        return answer

    # ------------------------------------------------------------ what follows

    def _follow(self, answer: Answer) -> Iterator[Request | Answer]:
        """The page's files when it is the notice, or goes on with its text; else the next place where it may be had."""
        job = answer.job
        document = answer.taken.document if answer.taken else answer.standing
        if answer.capture.verdict not in GOOD:
            if job.kind == "page":
                yield from self._elsewhere(job)
        elif document is not None:
            if job.kind == "page" or job.further is not None:
                yield from self._files(job, document)
            if job.kind != PICTURE:
                yield from self._pictures(job, document)

    def _pictures(self, job: Job, document: Document) -> Iterator[Request | Answer]:
        """The pictures that the body of the notice's own page, or a further page of it, shows."""
        if not document.pictures or not are_watched(self.store, job.document_id):
            return
        documents = picture_documents(self.store, job.notice_id, document.pictures)
        for known_as in documents[MOST_PICTURES:]:
            self.store.not_asked_for(known_as, TOO_MANY_PICTURES)
        for picture, known_as in zip(document.pictures[:MOST_PICTURES], documents, strict=False):
            yield from self._ask(job.notice, picture, PICTURE, document=known_as)

    def _files(self, job: Job, document: Document) -> Iterator[Request | Answer]:
        """What a page names and no page of the same text before it; on the first one also the further pages."""
        page = job.document_id if job.further is None else job.further
        pages = document.metadata.get(CONTINUED, "").split()
        links = [file for file in document.attachments if job.further is None or file.url not in pages]
        named = self.linked.setdefault(page, set())
        files = self._within_limit(job, links, max(MOST_FILES - len(named), 0))
        documents = attachment_documents(self.store, job.notice_id, files, job.mirror)
        news = [(file, id) for file, id in zip(files, documents, strict=True) if id not in named]
        named.update(documents)  # before the first is asked for: page 2 may be there before the last one
        for file, id in news:
            further = page if job.further is None and file.url in pages else None
            yield from self._ask(job.notice, file, "attachment", mirror=job.mirror, document=id, further=further)

    def _within_limit(self, job: Job, files: Sequence[Attachment], most: int) -> Sequence[Attachment]:
        """The files to ask for; those past the limit are noted as not asked for, which `status` says."""
        for attachment in files[most:]:
            document_id = self.store.document(job.notice_id, "attachment", attachment.url, name=attachment.name)
            if self.store.value("SELECT state FROM documents WHERE id = ?", [document_id]) == "unread":
                self.store.not_asked_for(document_id, TOO_MANY)
        return files[:most]

    def _elsewhere(self, job: Job) -> Iterator[Request | Answer]:
        memento = self.crawl.settings.memento
        places = [(mirror.url, mirror.label) for mirror in job.notice.mirrors]
        if memento:
            places.append((memento + job.notice.url, f"网页存档（{host_of(memento)}）"))
        tried = [url for url, _ in places].index(job.url) + 1 if job.mirror else 0
        for url, label in places[tried : tried + 1]:
            self.count("mirrors")
            yield from self._ask(job.notice, Attachment("", url), "page", mirror=label)

    # ------------------------------------------------------------ the end

    def closed(self, reason: str) -> None:
        """Whatever was asked for and has no outcome gets a row: an error of our own must not pass in silence."""
        for job in self.open.values():
            logger.error("没有得到结果：%s %s", job.notice.slug, job.url)
            detail = "抓取程序没有得到结果（原因见日志）；下次抓取会再试"
            capture = Capture(job.document_id, job.url, iso(now()), Verdict.ERROR, "incomplete", detail)
            self.store.add_capture(self.crawl.id, capture)
