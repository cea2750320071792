"""From an answer to what it is: hashed, compared with what is known, read apart and judged."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from attrs import evolve, frozen
from scrapy.http import Response

from archive.clock import iso, now
from archive.compare.compare import is_same
from archive.compare.furniture import patterns_between, seen
from archive.model import Capture, Document, Reason, Verdict
from archive.record.learn import furniture_of, propose
from archive.record.store import Row, Store
from archive.settings import Settings
from archive.text.links import link_key
from archive.text.same import compared
from archive.warc.read import WarcError
from crawler import reread
from crawler.download.errors import Failure
from crawler.download.revisit import was_conditional
from crawler.fetched import Fetched
from crawler.judge import ending
from crawler.judge.evidence import is_left
from crawler.judge.verdict import Evidence, judge
from crawler.reading.html import charset
from crawler.reading.rule import Rule
from crawler.sandbox.apart import read_apart
from crawler.sources import Declared
from crawler.spiders.jobs import Job

logger = logging.getLogger("guidelines")

AT_ONCE = 2
"""Files read at the same time: each may take its share of memory."""


@frozen
class Examined:
    fetched: Fetched
    again: bool = False
    """The server says that nothing has changed since, and the bytes from then are lost: it has to be asked for them."""


class Examiner:
    def __init__(self, store: Store, declared: Declared, settings: Settings) -> None:
        self.store = store
        self.declared = declared
        self.settings = settings
        self.turns = asyncio.Semaphore(AT_ONCE)

    def failed(self, job: Job, failure: Failure, response: Response | None = None) -> Fetched:
        """An answer that did not come, or that the crawl did not take."""
        capture = Capture(job.document_id, job.url, iso(now()), failure.verdict, failure.reason, failure.detail)
        if response is not None:
            capture = evolve(
                _capture(job, response), verdict=failure.verdict, reason=failure.reason, detail=failure.detail
            )
        return Fetched(job.notice.slug, job.kind, capture)

    async def examine(self, job: Job, response: Response) -> Examined:
        rule = self.declared.rule_for(response.url, job.notice)
        capture = _capture(job, response)
        lost = await self._bring_up_to_date(job, rule)
        if response.status == 304:
            found = self._not_modified(job, capture, rule, conditional=was_conditional(response.request))
            return evolve(found, again=lost)
        payload = bytes(response.body)
        capture = evolve(capture, sha256=hashlib.sha256(payload).hexdigest(), bytes=len(payload))
        complete = "dataloss" not in response.flags
        good = job.known.payload if job.known and not self._links_lead_elsewhere(job, response.url) else None
        if good is not None and response.status == 200 and complete and capture.sha256 == good["sha256"]:
            # its own record may hold the payload again: at another address, or compressed otherwise
            capture = evolve(
                capture,
                verdict=Verdict.UNCHANGED,
                media_type=good["media_type"] or "",
                charset=good["charset"] or "",
            )
            return Examined(Fetched(job.notice.slug, job.kind, capture, rule=rule))
        headers = header_map(response)
        reading = await self._read(payload, headers, response.url, rule) if response.status == 200 else None
        capture = evolve(
            capture,
            media_type=(reading.media_type if reading else "")
            or headers.get("content-type", "").split(";")[0].strip().lower(),
            charset=charset.detect(payload, headers) if reading and "html" in reading.media_type else "",
        )
        capture = self._judged(job, capture, response, payload, headers, reading, complete)
        if reading and capture.reason == Reason.EMPTY and reading.problem.code in reread.GAVE_UP:
            # not a page without a body, but one that the reader did not get through
            capture = evolve(capture, detail=reading.problem.text)
        if capture.reason == Reason.SHRUNK and reading:
            capture = await self._shrunk(job, capture, reading, rule)
        taken = reading if capture.verdict is Verdict.OK else None
        seen = reading if capture.verdict is Verdict.SUSPECT else None
        return Examined(Fetched(job.notice.slug, job.kind, capture, taken, seen, rule if taken else None))

    def _links_lead_elsewhere(self, job: Job, url: str) -> bool:
        """The page moved, and its relative links with it: the same bytes name other files."""
        if job.kind == "attachment" or job.known is None or link_key(job.known.url) == link_key(url):
            return False
        current = self.current(job)
        return current is not None and bool(current.attachments)

    def current(self, job: Job) -> Document | None:
        """The document as the archive has it."""
        version = self.store.current_version(job.document_id)
        return self.store.load(version["id"]) if version else None

    # ------------------------------------------------------------ two answers of one visit

    def differs(self, job: Job, current: Document, reading: Document) -> bool:
        return not is_same(current, reading, furniture_of(self.store, job.document_id))

    def agree(self, job: Job, current: Document, first: Document, second: Document) -> bool:
        """Whether two answers say the same. What differs between them within the minute, and may be furniture, is."""
        known = furniture_of(self.store, job.document_id)
        patterns, whole = patterns_between(first, second, known)
        if patterns and whole:
            texts = (current, first, second)
            known |= propose(self.store, job.document_id, [(pattern, seen(pattern, texts)) for pattern in patterns])
        return is_same(first, second, known)

    # ------------------------------------------------------------ steps

    def _not_modified(self, job: Job, capture: Capture, rule: Rule, *, conditional: bool) -> Examined:
        if job.known is None or not conditional:
            failure = Failure(Verdict.ERROR, "http-304", "没有提出条件请求，服务器却答“没有变化”；下次抓取会再试")
            capture = evolve(capture, verdict=failure.verdict, reason=failure.reason, detail=failure.detail)
            return Examined(Fetched(job.notice.slug, job.kind, capture))
        good = job.known.payload
        capture = evolve(
            capture,
            verdict=Verdict.UNCHANGED,
            refers_to=good["id"],
            sha256=good["sha256"] or "",
            bytes=good["bytes"],
            media_type=good["media_type"] or "",
            charset=good["charset"] or "",
            filename=good["filename"] or "",
            etag=capture.etag or job.known.etag,
            last_modified=capture.last_modified or job.known.last_modified,
        )
        return Examined(Fetched(job.notice.slug, job.kind, capture, rule=rule))

    async def _read(self, payload: bytes, headers: Mapping[str, str], url: str, rule: Rule) -> Document:
        async with self.turns:
            return await asyncio.to_thread(read_apart, payload, reread.reading_headers(headers, url), rule)

    async def _bring_up_to_date(self, job: Job, rule: Rule) -> bool:
        """Let today's reader read the kept bytes first, so that only the site's own change is a difference.

        Returns whether the bytes are lost: then they are fetched afresh, and what cannot be compared is asked about.
        """
        if not reread.outdated(self.store, job.document_id, rule):
            return False
        crawl = self.store.row("SELECT max(id) AS id FROM crawls")

        def upgrade() -> bool:
            # a connection of its own: a transaction of the crawl may be open on the other one
            own = Store.open(self.store.data)
            try:
                reread.bring_up_to_date(own, job.document_id, rule, crawl["id"] if crawl else None)
            except WarcError as error:
                logger.warning("%s：%s。将重新下载原文", job.url, error)
                reread.note_lost(own, job.document_id)
                return True
            finally:
                own.close()
            return False

        return await asyncio.to_thread(upgrade)

    def _judged(
        self,
        job: Job,
        capture: Capture,
        response: Response,
        payload: bytes,
        headers: Mapping[str, str],
        reading: Document | None,
        complete: bool,
    ) -> Capture:
        rejected = self.store.row(
            """SELECT reason FROM captures WHERE document_id = ? AND sha256 = ? AND decision = 'rejected'
               ORDER BY id DESC LIMIT 1""",
            [job.document_id, capture.sha256],
        )
        if rejected is not None:
            detail = "与一次已由人工排除的抓取内容相同"
            return evolve(
                capture, verdict=Verdict.SUSPECT, reason=rejected["reason"] or Reason.ELSEWHERE, detail=detail
            )
        current = self.current(job)
        accepted = self._accepted(job)
        notice = self.store.row("SELECT document_number FROM notices WHERE id = ?", [job.notice_id])
        judgement = judge(
            Evidence(
                kind=job.kind,
                title=job.notice.title,
                slug=job.notice.slug,
                areas=job.notice.areas,
                declared_url=job.url,
                url=response.url,
                redirects=capture.redirects,
                http_status=response.status,
                headers=headers,
                payload=payload,
                document=reading,
                truncated=not complete,
                last_text_length=len(current.text) if current else 0,
                accepted_title=accepted["title"] or "",
                accepted_text=accepted["text"] or "",
                accepted_reason=accepted["reason"] or "",
                last_text=current.text if current else "",
                last_attachments=len(current.attachments) if current else 0,
                last_page=self._last_page(job, payload),
                last_document_number=(notice["document_number"] or "") if notice else "",
                shrunk_below=self.settings.shrunk_below,
                name=job.name,
                last_media_type=(job.known.payload["media_type"] or "") if job.known else "",
            )
        )
        return evolve(capture, verdict=judgement.verdict, reason=judgement.reason, detail=judgement.detail)

    def _accepted(self, job: Job) -> Row:
        """The last version that a person took for the notice although its capture was suspect."""
        accepted = self.store.row(
            """SELECT v.title, v.text, c.reason FROM versions v JOIN captures c ON c.id = v.capture_id
               WHERE v.document_id = ? AND c.decision = 'accepted' ORDER BY v.number DESC LIMIT 1""",
            [job.document_id],
        )
        return accepted or {"title": "", "text": "", "reason": ""}

    def _last_page(self, job: Job, payload: bytes) -> bytes:
        """The page as it came last, where the present one lacks its end; b'' where there is none to compare with."""
        good = self.store.last_good_capture(job.document_id) if not ending.closes(payload) else None
        if good is None or not good["warc_file"] or "html" not in (good["media_type"] or ""):
            return b""
        try:
            return reread.payload_of(self.store, good).body
        except WarcError:
            return b""

    async def _shrunk(self, job: Job, capture: Capture, reading: Document, rule: Rule) -> Capture:
        """A shrunk text is believed when the crawl before saw it too, if anything of the notice is left in it."""
        current = self.current(job)
        if current is not None and not is_left(current, reading):
            detail = "正文变得很短，与上一版没有一句相同。请用 guidelines review 逐字对照后决定。"
            return evolve(capture, detail=detail)
        if await self._seen_before(job, capture, reading, rule):
            return evolve(capture, verdict=Verdict.OK, reason="", detail="")
        return capture

    async def _seen_before(self, job: Job, capture: Capture, reading: Document, rule: Rule) -> bool:
        """Whether the crawl before saw the same shrunk text."""
        last = self.store.row("SELECT * FROM latest_captures WHERE document_id = ?", [job.document_id])
        if last is None or last["reason"] != Reason.SHRUNK or last["decision"] == "rejected":
            return False
        if last["sha256"] == capture.sha256:
            return True
        try:
            async with self.turns:
                before = await asyncio.to_thread(reread.read_capture, self.store, last, rule)
        except WarcError:
            return False  # it cannot be confirmed by bytes that are lost; the next crawl has new ones
        return compared(before.text) == compared(reading.text)


def header_map(response: Response) -> dict[str, str]:
    """Headers as the WARC reader gives them: lower-case names, UTF-8 else Latin-1, several of a name joined by ', '."""
    return {name.decode("latin-1").lower(): ", ".join(map(_text, values)) for name, values in response.headers.items()}


def filename_of(header: str) -> str:
    """The file name of a Content-Disposition header, raw Chinese bytes in it too; '' when it names none."""
    extended = re.search(r"filename\*\s*=\s*\"?([\w-]*)'[\w-]*'([^;\"]+)", header, re.IGNORECASE)
    plain = re.search(r"filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;]+))", header, re.IGNORECASE)
    if extended:
        raw = unquote_to_bytes(extended[2].strip())
    elif plain:
        name = (plain[1] if plain[1] is not None else plain[2]).strip()
        try:
            raw = name.encode("latin-1")  # what is not UTF-8 came as Latin-1
        except UnicodeEncodeError:
            raw = name.encode()
        raw = unquote_to_bytes(raw) if b"%" in raw else raw
    else:
        return ""
    name = _decoded(raw)
    return re.sub(r"[\x00-\x1f]", "", re.split(r"[/\\]", name)[-1])


def _decoded(raw: bytes) -> str:
    """UTF-8 or gb18030: 目录 in gb18030 is valid UTF-8 too, for letters that no Chinese site uses."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
    if text.isascii() or any(character >= "\u2e80" for character in text):
        return text
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return text


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _header(response: Response, name: bytes) -> str:
    return _text(response.headers.get(name) or b"")


def _capture(job: Job, response: Response) -> Capture:
    """What is known of an answer before it is judged."""
    meta: Mapping[str, Any] = response.meta
    exchange = meta["exchanges"][-1]
    return Capture(
        document_id=job.document_id,
        url=response.url,
        fetched_at=exchange.date,
        verdict=Verdict.ERROR,
        http_status=response.status,
        filename=filename_of(_header(response, b"Content-Disposition")),
        warc_file=exchange.warc_file,
        warc_offset=exchange.warc_offset,
        warc_digest=exchange.digest,
        refers_to=exchange.refers_to,
        etag=_header(response, b"ETag"),
        last_modified=_header(response, b"Last-Modified"),
        redirects=tuple(zip(meta.get("redirect_reasons", []), meta.get("redirect_urls", []), strict=True)),
    )
