"""What the listings' spider hands to its pipeline: a look at a list page, and what became of a page that it lists."""

from __future__ import annotations

from attrs import Factory, frozen

from archive.model import Document
from archive.record.looks import Shown
from crawler.judge.successor import Listed


@frozen
class Looked:
    """A look at a list page for one notice."""

    notice_id: int
    url: str
    declared: bool
    """By the operator; else guessed from the notice's own address."""
    verdict: str
    reason: str
    entries: tuple[Listed, ...] = ()
    """New ones, of which nothing more is to be found out."""
    shown: Shown = Factory(Shown)


@frozen
class Decided:
    """What became of one new entry of a list, for one notice."""

    notice_id: int
    listing_url: str
    entry: Listed
    evidence: tuple[str, ...] = ()
    """Why it may be a successor, sentences in Chinese; none: it is no successor."""
    document: Document = Factory(Document)
    """Its reading, empty when it could not be read."""
