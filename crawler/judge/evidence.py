"""What a verdict may rest on, and what can be seen in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from attrs import define, field, frozen

from archive.model import Document
from archive.text.fold import compare_fold, title_fold
from archive.text.late import late
from archive.text.noise import without_noise
from crawler.reading.html.charset import decode
from crawler.reading.html.dom import parse, select, texts
from crawler.reading.page.repeal_words import sentence
from crawler.reading.sniff import sniff

SHORT = 600
"""Characters of visible text up to which a page may be an error page as a whole."""
_ABOUT = re.compile(r"解读|图解|答记者问|发布会|征求意见|一图读懂")
_CORE = re.compile(r"(?:印发|转发|发布)(.+?)的?(?:通知|公告|函)?$")
_EDITION = re.compile(r"（.{1,4}）|\(.{1,4}\)")


@frozen
class Evidence:
    """All that a verdict may rest on."""

    kind: str = "page"
    """page | attachment | further (page 2, 3 … of the text of a page) | picture"""
    title: str = ""
    """Declared title of the notice."""
    slug: str = ""
    areas: tuple[str, ...] = ()
    declared_url: str = ""
    """Of the document that was asked for."""
    url: str = ""
    """The address that answered."""
    redirects: tuple[tuple[int, str], ...] = ()
    http_status: int | None = 200
    headers: Mapping[str, str] = field(factory=dict)
    """Lower-case names."""
    payload: bytes = b""
    """After content decoding."""
    document: Document | None = None
    """Its reading; for an attachment it may be missing."""
    truncated: bool = False
    """The connection ended before the body did."""
    last_text_length: int = 0
    """Of the last good version, 0 where there is none."""
    last_document_number: str = ""
    accepted_title: str = ""
    """Of the last version that a person has accepted as the notice although it did not look so."""
    accepted_text: str = ""
    accepted_reason: str = ""
    """Why that capture was suspect: what is like it is not refused for this again."""
    last_text: str = ""
    last_attachments: int = 0
    """Of the last good version, as `last_page`."""
    last_page: bytes = b""
    """Payload of the last good capture, given where the present page lacks its end."""
    shrunk_below: float = 0.5
    name: str = ""
    """What the page calls the attachment."""
    last_media_type: str = ""
    """Of the attachment's last good capture."""


@define(slots=False)
class Look:
    """The evidence with what is worked out of it, each at most once and only when a test asks."""

    evidence: Evidence

    @cached_property
    def text(self) -> str:
        """The text of the reading without its widgets."""
        lines = self.evidence.document.text.splitlines() if self.evidence.document else []
        return "\n".join(filter(None, map(without_noise, lines)))

    @cached_property
    def title(self) -> str:
        return self.evidence.document.title if self.evidence.document else ""

    @cached_property
    def size(self) -> int:
        return len(re.sub(r"\s", "", self.text))

    @cached_property
    def html(self) -> str:
        return decode(self.evidence.payload[:200_000], self.evidence.headers)[0]

    @cached_property
    def visible(self) -> str:
        """All that a visitor would see; the reading's text where that is long enough to be an article."""
        if self.size > SHORT:
            return self.text
        body = next(iter(select(parse(self.html), "body")), None)
        return " ".join(" ".join(texts(body)).split()) if body is not None else ""

    @cached_property
    def page_title(self) -> str:
        found = re.search(r"<title[^>]*>(.*?)</title", self.html, re.I | re.S)
        return re.sub(r"\s+", " ", found[1]).strip() if found else ""

    @cached_property
    def is_html(self) -> bool:
        return sniff(self.evidence.payload, self.evidence.headers) == "html"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The declared title and its core, folded: '…关于印发《X》的通知' → X."""
        title = self.evidence.title
        core = _CORE.search(re.sub(r"[《》\s]", "", title))
        plain = [_EDITION.sub("", text) for text in (title, core[1] if core else "")]
        return tuple(name for name in map(title_fold, plain) if len(name) >= 4)

    def named(self, text: str) -> bool:
        """Whether a text carries the declared title or its core, a sign or two apart."""
        from rapidfuzz import fuzz

        about = _ABOUT.search(text)
        if about and about[0] not in self.evidence.title:
            return False  # an article about the notice
        folded = title_fold(_EDITION.sub("", text))
        return any(
            name in folded or (len(name) > 12 and len(folded) >= len(name) and fuzz.partial_ratio(name, folded) >= 94)
            for name in self.names
        )

    @cached_property
    def title_in_body(self) -> bool:
        """The title stands in the body as a title does: in short lines of its beginning, not inside a sentence."""
        lines = [line for line in self.text[:2000].splitlines()[:40] if len(line) <= 120 and "。" not in line]
        return any(self.named("".join(lines[at : at + 4])) for at in range(len(lines)))

    @cached_property
    def about(self) -> bool:
        """The page's title is that of an article about the notice, and the declared one stands nowhere as a title."""
        word = _ABOUT.search(self.title)
        if not word or word[0] in self.evidence.title or len(self.title) <= 10 or not self.names:
            return False
        headings = self.evidence.document.headings if self.evidence.document else ()
        lines = [line for line in self.text[:2000].splitlines() if "。" not in line]
        return not any(self.names[0] in title_fold(line) for line in (*headings, *lines))

    @cached_property
    def numbered(self) -> bool:
        """The page shows the document number that the notice is known by."""
        known = title_fold(self.evidence.last_document_number)
        if not known:
            return False
        metadata = self.evidence.document.metadata if self.evidence.document else {}
        return title_fold(metadata.get("document_number", "")) == known or any(
            title_fold(line) == known for line in self.text.splitlines()[:20]
        )

    @cached_property
    def repealed(self) -> str:
        """The words by which the page says that the notice is repealed: about 本文件, or under the notice's name."""
        document = self.evidence.document
        words = document.metadata.get("repealed", "") if document else ""
        if not words or document is None:
            return ""
        own = sentence(words) or self.numbered or self.title_in_body
        return words if own or any(map(self.named, (self.title, *document.headings))) else ""

    @cached_property
    def as_accepted(self) -> bool:
        """Whether the page is of the kind that a person took for the notice."""
        return is_like(self.evidence.document.text if self.evidence.document else "", self.evidence.accepted_text)

    @cached_property
    def substantial(self) -> bool:
        """The reading is an article and not a message: long enough, in sentences, or with rows or files."""
        document = self.evidence.document
        if document is None:
            return False
        return (self.size >= 200 and self.text.count("。") >= 2) or (
            self.size > 0 and bool(document.items or document.attachments)
        )


def is_left(old: Document, new: Document) -> bool:
    """Whether anything of a notice is left in a shorter text: a sentence, the document number, rows or files.

    Its title does not count: templates put that above whatever they answer.
    """
    number = title_fold(old.metadata.get("document_number", ""))
    if new.items or new.attachments or (number and number == title_fold(new.metadata.get("document_number", ""))):
        return True
    return bool(_sentences(old) & _sentences(new))


def _sentences(document: Document) -> set[str]:
    title = title_fold(document.title)
    folded = map(title_fold, re.split(r"[。；\n]", document.text))
    return {text for text in folded if len(text) >= 8 and text not in title and title not in text}


# ---------------------------------------------------------------- substance

# Whether a text without a single sentence is a notice all the same: figures, labels and values, rows.
ENOUGH = 200
"""Characters, links and widgets not counted, from which a text without a full stop is no stray words."""
_ROWS = 3
_FIGURES = 8
_LABELS = 6
_DATE = late(r"\d{2,4}\s*[-年./]\s*\d{1,2}(?:\s*[-月./]\s*\d{1,2})?\s*日?|\d{1,2}:\d{2}")
_LABELLED = late(r"[^:：|]{2,20}[:：]\s*\S.*")
_FOOTER = late(
    r"ICP备|公网安备|网站标识码|标识码|版权所有|主办|承办|协办|技术支持|网站地图|联系我们|关于我们|隐私|邮编|邮政编码|传真|电话|地址"
    r"|建议使用|浏览器|分辨率|Copyright|©|首页|上一页|下一页|尾页|当前位置|您的位置",
    re.I,
)
_LIKE = 60.0
_COMPARED = 20_000


def has_substance(document: Document) -> bool:
    """By size where the site's container holds it; where only trafilatura found it, which takes menus and footers for
    text, there must be rows, figures or labels with values as well."""
    links = frozenset(document.link_lines)
    lines = [line for number, line in enumerate(document.text.splitlines()) if number not in links]
    lines = [line for line in lines if without_noise(line).strip()]
    if document.confidence == "high":
        return _size(lines) >= ENOUGH
    lines = [line for line in lines if not _FOOTER.search(line)]
    rows = sum(1 for line in lines if line.count("|") >= 2 and re.search(r"\w", line))
    figures = sum(1 for line in lines if re.search(r"\d", _DATE.sub("", line)))
    labels = sum(1 for line in lines if _LABELLED.fullmatch(line))
    told = rows >= _ROWS or figures >= _FIGURES or labels >= _LABELS
    return told and _size(lines) >= ENOUGH


def is_like(text: str, accepted: str) -> bool:
    """Whether a text is one of the kind that a person accepted: the same words, whatever the figures."""
    from rapidfuzz import fuzz

    one, other = (re.sub(r"\d[\d.,%]*", "#", compare_fold(each))[:_COMPARED] for each in (text, accepted))
    return bool(one and other) and fuzz.ratio(one, other) >= _LIKE


def _size(lines: list[str]) -> int:
    return sum(len(re.sub(r"\s", "", line)) for line in lines)
