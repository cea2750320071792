"""A picture of a notice's body on its way to the archive: what is read of it, and when what it shows is news."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from archive.compare.compare import is_same
from archive.model import (
    CORRUPT,
    PICTURE,
    PICTURES_UNSURE,
    PIXELS,
    Attachment,
    Capture,
    Document,
    Finding,
    Reason,
    Verdict,
)
from archive.record.picture_changes import is_told_of
from archive.record.pictures import are_watched
from archive.record.store import Store
from archive.text.filetypes import PICTURES
from archive.text.links import link_key
from crawler.answer import Answer, Job, Present, as_found
from crawler.reading.sniff import sniff

UNSURE = "同一次抓取的两回所列的正文图片不同，先按此前所知；下次抓取会再看"


def is_read(job: Job, payload: bytes, headers: Mapping[str, str]) -> bool:
    """Whether an answer is worth a reader: in the place of a picture only a picture is."""
    return job.kind != PICTURE or sniff(payload, headers) in PICTURES


def as_watched(store: Store, job: Job, document: Document) -> Document:
    """A page's reading, with its pictures only where they are followed."""
    if not document.pictures or are_watched(store, job.document_id):
        return document
    return evolve(document, pictures=())


def without_problem(document: Document, payload: bytes) -> Document:
    """The reading of a picture that nothing is wrong with: that it has no text is no problem of it. It counts as read
    by no reader, for there is nothing that a better one would find."""
    from crawler.reading.formats.picture import by_bytes  # loads what decodes pictures

    known = document.metadata.get(PIXELS) or by_bytes(payload)  # of one that the reader gave up
    return evolve(document, problem="", reader="", metadata={**document.metadata, PIXELS: known})


def believed(finding: Finding, document: Document, capture: Capture, present: Present) -> Finding:
    """A picture that cannot be decoded to its end is what the site has when the crawl before got the same bytes."""
    damaged = finding.reason == Reason.TRUNCATED and document.problem.code == CORRUPT
    return Finding(Verdict.OK) if damaged and present.came_broken(capture.sha256) else finding


def is_news(store: Store, answer: Answer) -> bool:
    """Whether a picture was taken that shows something else than before, or that a notice told of did not have."""
    if answer.taken is None:
        return False
    if answer.standing is not None:
        return not is_same(answer.standing, answer.taken.document)
    return not is_told_of(store, answer.job.notice_id, answer.taken.document)


def agree(one: Answer, other: Answer) -> bool:
    return one.taken is not None and other.taken is not None and is_same(one.taken.document, other.taken.document)


# ---------------------------------------------------------------- the page that names them


def names_others(standing: Document, document: Document) -> bool:
    return _keys(standing) != _keys(document)


def steady(answer: Answer, second: Answer) -> Answer:
    """The answer with the pictures that both looks named. Where they differ, what the page had stays: a picture that
    comes and goes within a minute is the site's, and what it hides is not known."""
    if answer.taken is None or second.taken is None or answer.standing is None:
        return answer
    one, other, before = answer.taken.document, second.taken.document, answer.standing
    if _keys(one) == _keys(other):
        return answer
    come = tuple(picture for picture in one.pictures if _key(picture) in _keys(other) - _keys(before))
    return _with(answer, (*before.pictures, *come))


def as_before(answer: Answer) -> Answer:
    """The answer with the pictures that were known: a second look did not confirm others."""
    return _with(answer, answer.standing.pictures if answer.standing else ())


def _with(answer: Answer, pictures: tuple[Attachment, ...]) -> Answer:
    """With these pictures for now; the next visit reads the page again, though its bytes be the same."""
    if answer.reading is None:
        return answer
    document = evolve(answer.reading.document, pictures=pictures)
    capture = as_found(answer.capture, Finding(Verdict.OK, PICTURES_UNSURE, UNSURE))
    return evolve(answer, capture=capture, reading=evolve(answer.reading, document=document))


def _keys(document: Document) -> frozenset[str]:
    return frozenset(map(_key, document.pictures))


def _key(picture: Attachment) -> str:
    return link_key(picture.url)
