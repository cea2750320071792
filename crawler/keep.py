"""The life of an answer, in its order: what is known → read apart → judged → confirmed → kept.

The spider hands over what came. The archive's own text is brought up to date first, so that only the site's change is
a difference (known). The answer is read in a process of its own with the files inside it, and judged: is this the
document at all? Where it says something new, a second answer of the same visit must say the same (confirmed). The
pipeline then keeps capture, version and questions in one transaction (pipelines.py, archive/record/keep.py).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import evolve
from scrapy.http import Response

from archive.compare.compare import is_same
from archive.compare.furniture import patterns_between, seen
from archive.model import CONTINUED, CORRUPT, PICTURE, Capture, Document, Finding, Reason, Verdict
from archive.record.learn import furniture_of, propose
from archive.record.signs import PROBE
from archive.record.store import Store
from archive.text.links import link_key
from archive.text.same import compared
from archive.warc.read import WarcError
from crawler import pictures, reread
from crawler.answer import Answer, Job, Present, as_found, capture_of, failed, header_map
from crawler.crawl import Crawl
from crawler.download.errors import explain
from crawler.download.revisit import how_asked, was_conditional
from crawler.judge import ending
from crawler.reading.formats.errors import UnreadableError
from crawler.reading.html import charset
from crawler.reading.rule import Rule
from crawler.reading.sniff import sniff
from crawler.readings import GAVE_UP, Reading, read_capture, read_whole

if TYPE_CHECKING:  # what an answer is judged by is loaded where one is: most say that nothing has changed
    from crawler.judge.evidence import Evidence

logger = logging.getLogger("guidelines")

AT_ONCE = 2
"""Files read at the same time: each may take its share of memory."""
NOT_ASKED = Finding(Verdict.ERROR, "http-304", "没有提出条件请求，服务器却答“没有变化”；下次抓取会再试")
REJECTED = "与一次已由人工排除的抓取内容相同"
BROKEN = (
    "文件已损坏或不完整，无法读取，而上一版可以读取，多为没有传完。下次会自动再试；再次取得同样的文件，才记为已更换。"
)
NOTHING_LEFT = "正文变得很短，与上一版没有一句相同。请用 guidelines review 逐字对照后决定。"


class Keeper:
    """The steps of an answer's life for one crawl."""

    def __init__(self, crawl: Crawl, crawler: Any) -> None:
        self.crawl = crawl
        self.store = crawl.store
        self.crawler = crawler
        self.turns = asyncio.Semaphore(AT_ONCE)

    async def judged(self, job: Job, response: Response) -> Answer:
        """What an answer is, held against what is known."""
        rule = self._rule(job, response)
        lost = await self._brought_up_to_date(job, rule)
        present = Present(self.store, job.document_id)
        if lost and response.status == 304:  # "nothing changed since", and the bytes from then are lost
            return await self._asked_again(evolve(job, known=None), present)
        if response.status == 304 and response.request and how_asked(response.request) == PROBE:  # it does not look
            self.crawler.stats.inc_value("guidelines/blind-304")
            return await self._asked_again(job, present)
        return await self._examined(job, response, present, rule)

    async def confirmed(self, answer: Answer) -> AsyncIterator[Answer]:
        """The outcome; a difference from the version that stands only once a second, later answer says the same."""
        if answer.present is None or not self._is_news(answer):
            yield answer
            return
        self.crawler.stats.inc_value("guidelines/confirmations")
        await asyncio.sleep(self.crawl.settings.confirm_after)
        second = await self._asked_again(answer.job, answer.present)
        if self._agree(answer, second):
            yield pictures.steady(answer, second)
            return
        if answer.job.kind != PICTURE and self._says_the_same(answer):  # only its pictures were to be looked at again
            yield pictures.as_before(answer)
            return
        # the old text, or a third one: neither is to be taken for the notice now
        for outcome in (second, answer):
            yield outcome.unstable()

    # ------------------------------------------------------------ known

    def _rule(self, job: Job, response: Response) -> Rule:
        return self.crawl.declared.rule_for(response.url, job.notice)

    async def _brought_up_to_date(self, job: Job, rule: Rule) -> bool:
        """Let today's reader read the kept bytes first, so that only the site's own change is a difference.

        Returns whether the bytes are lost: then they are fetched afresh, and what cannot be compared is asked about.
        """
        if not reread.outdated(self.store, job.document_id, rule):
            return False

        def upgrade() -> bool:
            # a connection of its own: a transaction of the crawl may be open on the other one
            own = Store.open(self.store.data)
            try:
                reread.bring_up_to_date(own, job.document_id, rule, self.crawl.id)
            except WarcError as error:
                logger.warning("%s：%s。将重新下载原文", job.url, error)
                reread.note_lost(own, job.document_id)
                return True
            finally:
                own.close()
            return False

        return await asyncio.to_thread(upgrade)

    # ------------------------------------------------------------ read apart and judged

    async def _examined(self, job: Job, response: Response, present: Present, rule: Rule) -> Answer:
        capture = capture_of(job, response)
        if response.status == 304:
            return Answer(job, _not_modified(job, capture, response), present=present)
        headers, payload = header_map(response), bytes(response.body)
        capture = evolve(capture, sha256=hashlib.sha256(payload).hexdigest(), bytes=len(payload))
        if _is_repeated(job, capture, response, present):
            return Answer(job, _unchanged(job, capture), present=present)
        readable = response.status == 200 and pictures.is_read(job, payload, headers)
        reading = await self._read(payload, headers, response.url, rule) if readable else None
        if reading:
            reading = evolve(reading, document=pictures.as_watched(self.store, job, reading.document))
        document = reading.document if reading else None
        media_type = document.media_type if document else ""
        capture = evolve(
            capture,
            media_type=media_type or headers.get("content-type", "").split(";")[0].strip().lower(),
            charset=charset.detect(payload, headers) if "html" in media_type else "",
        )
        finding = self._finding(job, capture, response, document, present)
        if document and finding.reason == Reason.SHRUNK:
            finding = await self._shrunk(finding, capture, document, present, rule)
        if document and finding.verdict is Verdict.OK and _is_broken(job, payload, document, present):
            finding = _broken(finding, capture, present)
        if document and job.kind == PICTURE:
            finding = pictures.believed(finding, document, capture, present)
            reading = Reading(pictures.without_problem(document, payload))
        return Answer(job, as_found(capture, finding), reading, present)

    async def _read(self, payload: bytes, headers: Mapping[str, str], url: str, rule: Rule) -> Reading:
        async with self.turns:
            return await asyncio.to_thread(read_whole, payload, headers, url, rule)

    def _finding(
        self, job: Job, capture: Capture, response: Response, document: Document | None, present: Present
    ) -> Finding:
        rejected = present.rejected(capture.sha256)
        if rejected is not None:
            found = Finding(Verdict.SUSPECT, rejected["reason"] or Reason.ELSEWHERE, REJECTED)
        else:
            from crawler.judge.verdict import judge

            found = judge(self._evidence(job, capture, response, document, present))
        if document and found.reason == Reason.EMPTY and document.problem.code in GAVE_UP:
            # not a page without a body, but one that the reader did not get through
            return evolve(found, detail=document.problem.text)
        return found

    def _evidence(
        self, job: Job, capture: Capture, response: Response, document: Document | None, present: Present
    ) -> Evidence:
        from crawler.judge.evidence import Evidence

        current = present.document
        payload, headers = _as_shown(job, bytes(response.body), header_map(response))
        return Evidence(
            kind=job.kind if job.further is None else "further",
            title=job.notice.title,
            slug=job.notice.slug,
            areas=job.notice.areas,
            declared_url=job.url,
            url=response.url,
            redirects=capture.redirects,
            http_status=response.status,
            headers=headers,
            payload=payload,
            document=document,
            truncated="dataloss" in response.flags,
            last_text_length=len(current.text) if current and not _is_cut(current, document) else 0,
            accepted_title=present.accepted["title"] or "",
            accepted_text=present.accepted["text"] or "",
            accepted_reason=present.accepted["reason"] or "",
            last_text=current.text if current else "",
            last_attachments=len(current.attachments) if current else 0,
            last_document_number=present.document_number,
            last_page=b"" if ending.closes(payload) else present.page,
            shrunk_below=self.crawl.settings.shrunk_below,
            name=job.name,
            last_media_type=(job.known.payload["media_type"] or "") if job.known else "",
        )

    async def _shrunk(
        self, finding: Finding, capture: Capture, document: Document, present: Present, rule: Rule
    ) -> Finding:
        """A shrunk text is believed when the crawl before saw it too, if anything of the notice is left in it."""
        from crawler.judge.evidence import is_left

        if present.document is not None and not is_left(present.document, document):
            return evolve(finding, detail=NOTHING_LEFT)
        last = present.last_capture
        if last is None or last["reason"] != Reason.SHRUNK or last["decision"] == "rejected":
            return finding
        if last["sha256"] != capture.sha256:
            try:
                async with self.turns:
                    before = await asyncio.to_thread(read_capture, self.store, last, rule)
            except WarcError:
                return finding  # it cannot be confirmed by bytes that are lost; the next crawl has new ones
            if compared(before.text) != compared(document.text):
                return finding
        return Finding(Verdict.OK)

    # ------------------------------------------------------------ confirmed

    def _is_news(self, answer: Answer) -> bool:
        """Whether an answer was taken and says, or shows, something else than the version that stands; where one cannot
        be read, whether it has other bytes."""
        if self.crawler.settings.getlist("GUIDELINES_REPLAY"):
            return False
        if answer.job.kind == PICTURE:
            return pictures.is_news(self.store, answer)
        if answer.taken is None or answer.present is None:
            return False
        standing, document = answer.standing, answer.taken.document
        if document.problem or standing is None:
            good = answer.present.good_capture
            return good is not None and good["sha256"] != answer.capture.sha256 and document.problem.code != CORRUPT
        return pictures.names_others(standing, document) or not self._says_the_same(answer)

    def _says_the_same(self, answer: Answer) -> bool:
        """Whether an answer was taken whose text is that of the version that stands."""
        if answer.taken is None or answer.standing is None:
            return False
        known = furniture_of(self.store, answer.job.document_id)
        return is_same(answer.standing, answer.taken.document, known)

    def _agree(self, answer: Answer, second: Answer) -> bool:
        """Whether two answers say the same. What differs between them within the minute, and may be furniture, is."""
        if answer.job.kind == PICTURE:
            return pictures.agree(answer, second)
        if answer.taken is None or second.taken is None:
            return False
        if answer.capture.sha256 == second.capture.sha256:
            return True
        one, other = answer.taken.document, second.taken.document
        if one.problem or other.problem:
            return False
        known = furniture_of(self.store, answer.job.document_id)
        patterns, whole = patterns_between(one, other, known)
        if patterns and whole and answer.standing is not None:
            texts = (answer.standing, one, other)
            proposed = [(pattern, seen(pattern, texts)) for pattern in patterns]
            known |= propose(self.store, answer.job.document_id, proposed)
        return is_same(one, other, known)

    async def _asked_again(self, job: Job, present: Present) -> Answer:
        """The same address once more, without conditions."""
        request = job.request(whole=True)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            logger.info("复核 %s 时出错：%s", job.url, error)
            return failed(job, explain(error), request)
        return await self._examined(job, response, present, self._rule(job, response))


def _is_cut(before: Document, document: Document | None) -> bool:
    """Whether a site has cut a text into more pages than before: each says less, all together the same."""
    pages = [len(one.metadata.get(CONTINUED, "").split()) if one else 0 for one in (before, document)]
    return pages[1] > pages[0]


def _as_shown(job: Job, payload: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """A page as a visitor sees it: of one that was saved as a single file (.mhtml), the page in it."""
    if job.kind != "page" or sniff(payload, headers) != "mht":
        return payload, headers
    from crawler.reading.formats.mht import shown

    with suppress(UnreadableError):  # its reading says why
        return shown(payload, headers)
    return payload, headers


def _not_modified(job: Job, capture: Capture, response: Response) -> Capture:
    if job.known is None or not was_conditional(response.request):
        return as_found(capture, NOT_ASKED)
    good = job.known.payload
    return evolve(
        _unchanged(job, capture),
        refers_to=good["id"],
        sha256=good["sha256"] or "",
        bytes=good["bytes"],
        filename=good["filename"] or "",
        etag=capture.etag or job.known.etag,
        last_modified=capture.last_modified or job.known.last_modified,
    )


def _is_repeated(job: Job, capture: Capture, response: Response, present: Present) -> bool:
    """Whether the bytes are those of the last good capture, and mean the same where they are now."""
    if job.known is None or response.status != 200 or "dataloss" in response.flags:
        return False
    if capture.sha256 != job.known.payload["sha256"]:
        return False
    # where the page moved, its relative links moved with it: the same bytes name other files
    moved = job.kind == "page" and link_key(job.known.url) != link_key(response.url)
    return not (moved and present.document is not None and (present.document.attachments or present.document.pictures))


def _is_broken(job: Job, payload: bytes, document: Document, present: Present) -> bool:
    """Whether a file came broken: its reader says so, or it is no more than the beginning of the file before."""
    if document.problem.code == CORRUPT:
        return True
    good = present.good_capture
    shorter = good is not None and len(payload) < (good["bytes"] or 0)
    return job.kind != "page" and shorter and present.payload.startswith(payload)


def _broken(finding: Finding, capture: Capture, present: Present) -> Finding:
    """A file that was whole and now comes broken is believed when the crawl before got the same bytes."""
    was_whole = present.document is not None or present.problem.code not in ("", CORRUPT)
    if present.came_broken(capture.sha256) or not was_whole:
        return finding
    return Finding(Verdict.SUSPECT, str(Reason.TRUNCATED), BROKEN)


def _unchanged(job: Job, capture: Capture) -> Capture:
    """Its own record may hold the payload again: at another address, or compressed otherwise."""
    good = job.known.payload if job.known else {}
    return evolve(
        capture,
        verdict=Verdict.UNCHANGED,
        media_type=good.get("media_type") or "",
        charset=good.get("charset") or "",
    )
