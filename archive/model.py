"""The vocabulary (docs: design, "Words"): what the rooms of both packages hand to one another.

Everything here is a plain frozen value without network or database, so that it can be compared, pickled to a reading
subprocess and written in a test by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from attrs import field, frozen


class Verdict(StrEnum):
    """What a capture is: is this the notice at all?"""

    OK = "ok"
    UNCHANGED = "unchanged"
    SUSPECT = "suspect"
    GONE = "gone"
    ERROR = "error"
    FORBIDDEN = "forbidden"


GOOD = frozenset({Verdict.OK, Verdict.UNCHANGED})
"""The verdicts by which a capture's bytes are the document."""


class Reason(StrEnum):
    """Why a capture is `suspect`."""

    CHALLENGE = "challenge"
    SOFT_404 = "soft-404"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    SHRUNK = "shrunk"
    ELSEWHERE = "elsewhere"
    UNSTABLE = "unstable"


class Kind(StrEnum):
    """What happened between two versions."""

    NEW = "new"
    REVISED = "revised"
    METADATA = "metadata"
    ATTACHMENT_ADDED = "attachment-added"
    ATTACHMENT_REPLACED = "attachment-replaced"
    ATTACHMENT_REMOVED = "attachment-removed"
    MOVED = "moved"
    GONE = "gone"
    RESTORED = "restored"
    SUCCESSOR = "successor"
    UPGRADE = "upgrade"
    REPEALED = "repealed"
    CORRECTION = "correction"
    BASIS_AMENDED = "basis-amended"


# ---------------------------------------------------------------- declarations


@frozen
class Area:
    slug: str
    name: str
    aliases: tuple[str, ...] = ()


@frozen
class Mirror:
    """Another address of the same notice (a reprint or a local copy); label is shown wherever its text is."""

    url: str
    label: str


@frozen
class Notice:
    number: int
    slug: str
    title: str
    """'' of a local catalogue: its page may be titled as it likes, and is not judged by it."""
    issuer: str
    url: str
    areas: tuple[str, ...] = ()
    """Names of areas (Area.name)."""
    mirrors: tuple[Mirror, ...] = ()
    content: str = ""
    """CSS of the body container, overriding the site's rule."""
    listing: str = ""
    """Address of the page where the issuer lists its documents; '' lets the crawler guess the column folder."""


@frozen
class Task:
    """One line of the work plan (annex 2)."""

    number: int
    task: str
    unit: str
    due: str


# ---------------------------------------------------------------- reading


@frozen
class Place:
    """Where a table stands in its file. `table` counts from 1 over the whole file."""

    table: int
    page: int | None = None
    sheet: str = ""


@frozen
class Grid:
    """One table: rectangular, rows × columns of text.

    A cell is None where it was merged away into the cell above or to its left, '' where it is really empty.
    `spans` gives (rows, columns) of each merged cell by its top left (row, column), counted from 0.
    Tick characters of symbol fonts (Wingdings …) are already Unicode here (☑ ☐ √).
    """

    cells: tuple[tuple[str | None, ...], ...]
    place: Place
    spans: Mapping[tuple[int, int], tuple[int, int]] = field(factory=dict)
    caption: str = ""
    """The text just above the table, nearest last, lines joined by newline (at most five lines)."""
    doubts: Mapping[int, str] = field(factory=dict)
    """By number of row, why the reader of the file is not sure of it."""
    notes: tuple[str, ...] = ()
    """What a person should know of the whole table: hidden columns that were left out."""


@frozen
class Item:
    """One row of a standard catalogue (标准目录). A flag is True, False or None where the table has no such column."""

    position: int
    """Counted from 1 over the whole document."""
    serial: str = ""
    level1: str = ""
    level2: str = ""
    content: str = ""
    basis: str = ""
    time_limit: str = ""
    subject: str = ""
    channels: tuple[str, ...] = ()
    audience_all: bool | None = None
    audience_specific: bool | None = None
    proactive: bool | None = None
    on_request: bool | None = None
    county: bool | None = None
    township: bool | None = None
    area: str = ""
    """Slug of the area, '' when the table names none."""
    review: str = ""
    """Why a person should look at this row, '' when nothing is doubtful."""
    more: Mapping[str, Any] = field(factory=dict)
    """JSON: level3, deadline, inferred (columns filled down), original (verbatim marks and 同上), place, extra."""
    id: int | None = None
    """Row of `items` when the item comes from the archive."""


@frozen
class TableReading:
    """What became of one grid: every row of it is accounted for.

    headers + captions + items + flagged == number of rows of the grid, for kind 'catalogue'.
    """

    grid: Grid
    kind: str
    """'catalogue' or 'table' (a table that is no catalogue stays a table in the text)."""
    area: str = ""
    headers: int = 0
    captions: int = 0
    items: int = 0
    flagged: int = 0
    """Rows that are kept only in the raw grid, with the reason in `review`."""
    joined: int = 0
    """Rows that continue the item above (a page break cut it, or it spans several <tr>)."""
    review: tuple[str, ...] = ()
    sections: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """(row, from 1, what each column holds: a field of Item or a group) where rows under a header begin."""


@frozen
class Attachment:
    """A file that a notice's page links to."""

    name: str
    url: str
    document: Document | None = None
    """Its reading, when the archive has one."""
    sha256: str = ""
    members: tuple[Attachment, ...] = ()
    """Of an archive file: the files in it, by their paths."""


@frozen
class Member:
    """A file inside an archive file; `path` as stored there, cleaned of '..' and drive letters."""

    path: str
    payload: bytes


class Problem(str):
    """Why something was not read, '' when it was. As a string, which is what the tables hold, '<code>: <text>'."""

    def __new__(cls, code: str = "", text: str = "") -> Self:
        """code: needs-ocr, encrypted, corrupt, empty, unsupported, too-large, timeout, memory, crashed, unread.
        text: a sentence in Chinese with the next step."""
        return super().__new__(cls, f"{code}: {text}" if text else code)

    @classmethod
    def parse(cls, written: str | None) -> Self:
        """As the tables hold it; NULL is ''."""
        return cls(written or "")

    @property
    def code(self) -> str:
        return self.partition(": ")[0]

    @property
    def text(self) -> str:
        return self.partition(": ")[2]


@frozen
class Document:
    """A reading: what `read(payload, headers, rule)` returns.

    `text` is normalised and deterministic: one block a line; a heading, paragraph or list entry is a plain line, a link
    is `text` followed by nothing (links live in `attachments`); a table row is a line that starts with TABLE_ROW or,
    when the row is kept as an item, with CATALOGUE_ROW, its cells joined by CELL.
    """

    text: str = ""
    title: str = ""
    metadata: Mapping[str, str] = field(factory=dict)
    """index_number document_number issuer issued_on published_on effective_on in_force category …; dates ISO 8601.
    `repealed`: the words by which the page says of itself that the document is no longer in force."""
    attachments: tuple[Attachment, ...] = ()
    pictures: tuple[Attachment, ...] = ()
    """Of a page: those in its body that say something."""
    items: tuple[Item, ...] = ()
    tables: tuple[TableReading, ...] = ()
    members: tuple[Member, ...] = ()
    confidence: str = "high"
    """'high', or 'low' when only trafilatura found the body."""
    reader: str = ""
    """Name and version of the reader and digest of the rule: a text that differs only by this is an `upgrade`."""
    media_type: str = ""
    problem: Problem = field(default=Problem(), converter=Problem)
    review: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    """<title>, h1–h3 and the page's own article title, for the verdict."""
    link_lines: tuple[int, ...] = ()
    """Numbers (from 0) of the lines of `text` that are nothing but links; of a page."""
    proposal: str = ""
    """The selector that would find this body, where neither a rule nor a usual container did (confidence low)."""
    url: str = ""
    """Where it lives now, after permanent redirects."""
    document_id: int | None = None
    version_id: int | None = None


CORRUPT = "corrupt"
"""Code of a problem: the bytes came to us broken, or are broken where they are published. What has any other problem is
a whole file that cannot be read here: with a password, scanned, of an unknown format."""
CONTINUED = "continued"
"""In `metadata` of a page: the addresses of the further pages of its text, with blanks between them. They are among its
attachments, and one text with it wherever editions are compared."""
PICTURE = "picture"
"""The kind of document that a picture in a notice's body is."""
PICTURES_UNSURE = "pictures"
"""The reason of a page's good capture whose pictures a second look did not confirm: the next visit reads it again."""
PIXELS = "pixels"
"""In `metadata` of a picture: the digest of what it shows; of its bytes where it could not be decoded. A picture has no
text: two are the same when this is."""
DIMENSIONS = "dimensions"
"""In `metadata` of a picture: 800×600, when it could be decoded."""
TABLE_ROW = "│"
CATALOGUE_ROW = "┃"
CELL = "│"


# ---------------------------------------------------------------- changes


@frozen
class CellChange:
    column: str
    before: str
    after: str


@frozen
class RowChange:
    kind: str
    """added | removed | changed | moved"""
    before: Item | None
    after: Item | None
    cells: tuple[CellChange, ...] = ()


@frozen
class Change:
    kind: Kind
    summary: str
    rows: tuple[RowChange, ...] = ()
    quiet: bool = False
    """Goes into digests and the list of changes only, never an immediate alert (内容未变)."""
    unsure: bool = False
    """Quiet, because the page's list of files was not sure when this one came or went: a person is asked."""
    document_id: int | None = None
    from_version: int | None = None
    to_version: int | None = None
    pages: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    """Of a text on several pages: the versions of page 2, 3 … before and after."""


# ---------------------------------------------------------------- captures


@frozen
class Finding:
    """What an answer is found to be, and why."""

    verdict: Verdict
    reason: str = ""
    """A Reason for `suspect`; a short code for `error` (timeout, dns, refused, reset, tls, too-large, http-500 …)."""
    detail: str = ""
    """What was seen and what to do next, a sentence for people in Chinese."""


@frozen
class Capture:
    """One fetch of one document: a row of `captures` to be."""

    document_id: int
    url: str
    """The address that answered, after redirects."""
    fetched_at: str
    verdict: Verdict
    reason: str = ""
    """A Reason for `suspect`; a short code for `error` (timeout, dns, refused, reset, tls, too-large, http-500 …)."""
    detail: str = ""
    """The same in a sentence for people, in Chinese."""
    http_status: int | None = None
    sha256: str = ""
    bytes: int | None = None
    media_type: str = ""
    charset: str = ""
    filename: str = ""
    warc_file: str = ""
    warc_offset: int | None = None
    warc_digest: str = ""
    refers_to: int | None = None
    etag: str = ""
    last_modified: str = ""
    redirects: tuple[tuple[int, str], ...] = ()
