"""What the archive has of a document when an answer for it comes."""

from __future__ import annotations

from functools import cached_property

from attrs import define

from archive.model import Document
from archive.record.store import Row, Store
from archive.warc.read import WarcError
from crawler.readings import payload_of


@define(slots=False)
class Present:
    """Each thing is looked up at most once, and only when a step asks for it."""

    store: Store
    document_id: int

    @cached_property
    def document(self) -> Document | None:
        """The version that stands."""
        version = self.store.current_version(self.document_id)
        return self.store.load(version["id"]) if version else None

    @cached_property
    def last_capture(self) -> Row | None:
        return self.store.row("SELECT * FROM latest_captures WHERE document_id = ?", [self.document_id])

    @cached_property
    def accepted(self) -> Row:
        """The last version that a person took for the notice although its capture was suspect."""
        accepted = self.store.row(
            """SELECT v.title, v.text, c.reason FROM versions v JOIN captures c ON c.id = v.capture_id
               WHERE v.document_id = ? AND c.decision = 'accepted' ORDER BY v.number DESC LIMIT 1""",
            [self.document_id],
        )
        return accepted or {"title": "", "text": "", "reason": ""}

    @cached_property
    def page(self) -> bytes:
        """The page as it came last; b'' where there is none."""
        good = self.store.last_good_capture(self.document_id)
        if good is None or not good["warc_file"] or "html" not in (good["media_type"] or ""):
            return b""
        try:
            return payload_of(self.store, good).body
        except WarcError:
            return b""

    @cached_property
    def document_number(self) -> str:
        """Of the notice, '' when it is not known."""
        row = self.store.row(
            "SELECT n.document_number FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?",
            [self.document_id],
        )
        return (row and row["document_number"]) or ""

    def rejected(self, sha256: str) -> Row | None:
        """A capture of the same bytes that a person has called not the document."""
        return self.store.row(
            """SELECT reason FROM captures WHERE document_id = ? AND sha256 = ? AND decision = 'rejected'
               ORDER BY id DESC LIMIT 1""",
            [self.document_id, sha256],
        )
