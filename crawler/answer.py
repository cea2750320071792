"""What is asked of a site, what the archive has of it, and what comes back: the values that go from the spider through
keep.py to the pipelines."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any
from urllib.parse import unquote_to_bytes

from attrs import define, evolve, frozen
from scrapy.http import Request, Response

from archive.clock import iso, now
from archive.machine.database import Row
from archive.model import GOOD, Capture, Document, Finding, Notice, Problem, Reason, Verdict
from archive.record.store import Store
from archive.warc.read import WarcError
from crawler.download.asked import Asked, Exchange, Known, asked, request_for
from crawler.readings import Reading, payload_of

UNSTABLE = Finding(
    Verdict.SUSPECT, Reason.UNSTABLE, "隔一会儿再取，内容又不一样，可能有几台服务器内容不一致；下次抓取会再试"
)


@frozen
class Job:
    """One document to fetch."""

    notice: Notice
    notice_id: int
    kind: str
    """page | attachment | picture"""
    url: str
    document_id: int
    mirror: str = ""
    """Label of the mirror that it comes from."""
    known: Known | None = None
    name: str = ""
    hosts: frozenset[str] = frozenset()
    """Declared with the notice."""
    further: int | None = None
    """Of page 2, 3 … of a text: the document of its first page."""

    def request(self, *, whole: bool = False, **arguments: Any) -> Request:
        """`whole`: without conditions. Raises ValueError when the address is none, or too long."""
        return request_for(self.url, Asked(self.hosts, self.document_id, self.known, whole), **arguments)


@define(slots=False)
class Present:
    """What the archive has of a document when an answer for it comes.

    Each thing is looked up at most once, and only when a step asks for it.
    """

    store: Store
    document_id: int

    @cached_property
    def document(self) -> Document | None:
        """The version that stands."""
        version = self.store.current_version(self.document_id)
        return self.store.load(version["id"]) if version else None

    @cached_property
    def good_capture(self) -> Row | None:
        return self.store.last_good_capture(self.document_id)

    @cached_property
    def problem(self) -> Problem:
        """Why its last bytes could not be read."""
        row = self.store.row("SELECT state, reason FROM documents WHERE id = ?", [self.document_id])
        return Problem.parse(row["reason"] if row and row["state"] == "unreadable" else "")

    @cached_property
    def last_capture(self) -> Row | None:
        return self.store.row("SELECT * FROM latest_captures WHERE document_id = ?", [self.document_id])

    def came_broken(self, sha256: str) -> bool:
        """Whether the visit before got the same bytes, and held them as incomplete: then the site has them so."""
        last = self.last_capture
        return last is not None and last["reason"] == Reason.TRUNCATED and last["sha256"] == sha256

    @cached_property
    def accepted(self) -> Row:
        """The last version that a person took for the notice although its capture was suspect."""
        accepted = self.store.row(
            """SELECT v.title, v.text, c.reason FROM versions v JOIN captures c ON c.id = v.capture_id
               WHERE v.document_id = ? AND c.decision = 'accepted' ORDER BY v.number DESC LIMIT 1""",
            [self.document_id],
        )
        return accepted or {"title": "", "text": "", "reason": ""}

    @property
    def page(self) -> bytes:
        """The page as it came last; b'' where there is none."""
        good = self.good_capture
        return self.payload if good is not None and "html" in (good["media_type"] or "") else b""

    @cached_property
    def payload(self) -> bytes:
        """The bytes that were taken last; b'' where there are none."""
        good = self.good_capture
        if good is None or not good["warc_file"]:
            return b""
        try:
            return payload_of(self.store, good).body
        except WarcError:
            return b""

    @cached_property
    def document_number(self) -> str:
        """Of the notice, '' when it is not known."""
        number = self.store.value(
            "SELECT n.document_number FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?",
            [self.document_id],
        )
        return number or ""

    def rejected(self, sha256: str) -> Row | None:
        """A capture of the same bytes that a person has called not the document."""
        return self.store.row(
            """SELECT reason FROM captures WHERE document_id = ? AND sha256 = ? AND decision = 'rejected'
               ORDER BY id DESC LIMIT 1""",
            [self.document_id, sha256],
        )


@frozen
class Answer:
    """One answer to one request. Each step of its life (keep.py) gives the next value, until a pipeline keeps it."""

    job: Job
    capture: Capture
    """Its document exists in the archive; the verdict is `error` until it is judged."""
    reading: Reading | None = None
    """What was read, taken or not."""
    present: Present | None = None
    """What is known of the document; None when no answer came."""

    @property
    def taken(self) -> Reading | None:
        """The reading, when it is the document."""
        return self.reading if self.capture.verdict is Verdict.OK else None

    @property
    def standing(self) -> Document | None:
        """The version that stands as the answer comes."""
        return self.present.document if self.present else None

    def unstable(self) -> Answer:
        """Another answer of the same visit said something else; what is not good anyway stays what it is."""
        if self.capture.verdict not in GOOD:
            return self
        return evolve(self, capture=as_found(self.capture, UNSTABLE))


def as_found(capture: Capture, finding: Finding) -> Capture:
    return evolve(capture, verdict=finding.verdict, reason=finding.reason, detail=finding.detail)


def failed(job: Job, finding: Finding, request: Request | None = None) -> Answer:
    """No answer, or one that was not taken (a bomb, a private redirect): then with its record."""
    capture = Capture(job.document_id, job.url, iso(now()), finding.verdict, finding.reason, finding.detail)
    if request is not None and asked(request).exchanges:
        capture = _recorded(capture, asked(request).exchanges[-1])
    return Answer(job, capture)


def capture_of(job: Job, response: Response) -> Capture:
    """What is known of an answer before it is judged."""
    meta = response.meta
    capture = Capture(
        document_id=job.document_id,
        url=response.url,
        fetched_at="",
        verdict=Verdict.ERROR,
        filename=filename_of(_text(response.headers.get(b"Content-Disposition") or b"")),
        etag=_text(response.headers.get(b"ETag") or b""),
        last_modified=_text(response.headers.get(b"Last-Modified") or b""),
        redirects=tuple(zip(meta.get("redirect_reasons", []), meta.get("redirect_urls", []), strict=True)),
    )
    return _recorded(capture, asked(response).exchanges[-1])


def _recorded(capture: Capture, exchange: Exchange) -> Capture:
    return evolve(
        capture,
        fetched_at=exchange.date,
        http_status=exchange.status,
        warc_file=exchange.warc_file,
        warc_offset=exchange.warc_offset,
        warc_digest=exchange.digest,
        refers_to=exchange.refers_to,
    )


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
