"""What the spider hands to the pipelines: one answer, judged and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from archive.model import Capture, Document
from crawler.reading.rule import Rule

if TYPE_CHECKING:
    from crawler.reread import ReadMember


@frozen
class Fetched:
    slug: str
    kind: str
    """page | attachment"""
    capture: Capture
    """Complete, with its verdict; its document exists in the archive."""
    document: Document | None = None
    """The reading, when the verdict is ok."""
    seen: Document | None = None
    """What was read and not taken, for a person to look at."""
    rule: Rule | None = None
    """The rule that reads it; also given when the answer is `unchanged`."""
    members: tuple[ReadMember, ...] = ()
    """Readings of the files inside an archive file, filled in by a pipeline."""
