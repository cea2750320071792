"""Which newly listed page may replace a notice, and why: matching of titles and phrases, without network or database.

A revision often comes as a new page at a new address (facts 1); watching the old address alone misses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from urllib.parse import urljoin, urlsplit

from attrs import frozen
from lxml import etree, html
from w3lib.url import safe_url_string

from archive.model import Area, Document, Notice
from archive.text.fold import compare_fold
from archive.text.late import late
from archive.text.links import link_key
from archive.text.same import is_row
from crawler.reading.html.charset import decode
from crawler.reading.page.fields import iso_date

REPRINT_DAYS = 60
"""A page with the notice's own title that appears within this time is a reprint, later a new edition."""


class SignKind(Enum):
    """What speaks for a successor, each with its sentence."""

    NAME = "标题含现行通知的名称“{}”"
    AREA = "标题提到领域“{}”"
    NO_AREA = "标题提到基层政务公开标准，没有写明领域"
    WORD = "标题含“{}”"
    ENDED = "正文写明旧通知不再执行：“{}”"
    MENTIONED = "正文提到现行通知：“{}”"
    REPEAL = "正文写有：“{}”"
    SAME_NUMBER_REVISED = "文号相同，但标题写明修订"
    SAME_NUMBER_OTHER_TEXT = "文号相同，但正文与现行版不同，日期也更新"


@frozen
class Sign:
    kind: SignKind
    seen: str = ""

    def __str__(self) -> str:
        """A sentence for people, in Chinese."""
        return self.kind.value.format(self.seen)


@frozen
class Predecessor:
    """A notice in force that a listed page may replace."""

    notice_id: int
    notice: Notice
    areas: tuple[Area, ...]
    """Its own."""
    since: str
    """When it was published, '' when nobody knows: only what is newer can be its successor."""
    number: str
    """Its document number, '' when it is not known."""
    text: str


@frozen
class Listed:
    """One entry of a list page."""

    url: str
    title: str
    date: str = ""
    """ISO 8601, '' where the list shows none."""


# ---------------------------------------------------------------- the list page

_ENTRY = ("li", "tr", "p", "dd", "dl", "div", "td")
_NEXT = ("下一页", "下页", "后一页", "下一页>", ">")
_PAGER = late(r"createPageHTML\s*\(\s*(\d+)\s*,\s*0\s*,\s*[\"'](\w+)[\"']\s*,\s*[\"'](\w+)[\"']")
_DATE_FOLDER = late(r"\d{4}(?:-\d{1,2}(?:-\d{1,2})?)?|\d{6}|\d{8}|\d{1,2}")
_PACKED_DATE = late(r"[/_t](20\d{2})-?(\d{2})[-/]?(\d{2})[/_]")


def default_listings(url: str) -> list[str]:
    """Where an article's column probably lists it: the folder above the folders of its date, then its own folder.

    Usual on sites made with TRS: …/tz/201907/t20190704_962473.html is listed at …/tz/.
    """
    parts = urlsplit(url)
    folders = parts.path.split("/")[1:-1]
    column = list(folders)
    while column and _DATE_FOLDER.fullmatch(column[-1]):
        column.pop()
    base = f"{parts.scheme}://{parts.netloc}/"
    return list(dict.fromkeys(base + "".join(f"{folder}/" for folder in path) for path in (column, folders)))


def links_of(payload: bytes, headers: Mapping[str, str], url: str) -> list[Listed]:
    """The documents that a list page links to, in its order, each address once; menus and pagers are left out."""
    root = _parse(payload, headers)
    if root is None:
        return []
    base = _base(root, url)
    found: dict[str, Listed] = {}
    for anchor in root.iter("a"):
        title = _title(anchor)
        target = _target(anchor, base)
        if not target or len(title) < 8 or link_key(target) == link_key(url):
            continue
        found.setdefault(link_key(target), Listed(target, title, _date(anchor, target)))
    return list(found.values())


def next_page(payload: bytes, headers: Mapping[str, str], url: str) -> str:
    """The second page of a list, '' when it has none."""
    root = _parse(payload, headers)
    if root is None:
        return ""
    for anchor in root.iter("a"):
        if compare_fold("".join(anchor.itertext())) in _NEXT:
            return _target(anchor, _base(root, url))
    script = _PAGER.search("".join(text for element in root.iter("script") for text in element.itertext()))
    return urljoin(url, f"{script[2]}_1.{script[3]}") if script and int(script[1]) > 1 else ""


def _parse(payload: bytes, headers: Mapping[str, str]) -> html.HtmlElement | None:
    text, _ = decode(payload, headers)
    if "<" not in text:
        return None
    try:
        return html.document_fromstring(text, parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, ValueError):  # nothing but comments, or an encoding declaration in a str
        return None


def _base(root: html.HtmlElement, url: str) -> str:
    declared = root.xpath("string(//base/@href)")
    return urljoin(url, str(declared).strip()) if declared else url


def _title(anchor: html.HtmlElement) -> str:
    """The link's text, or its title attribute where the text was cut short."""
    shown = " ".join("".join(anchor.itertext()).split())
    full = " ".join((anchor.get("title") or "").split())
    bare = shown.rstrip(".…· ")
    return full if len(full) > len(bare) and (full.startswith(bare[:8]) or len(bare) < 8) else shown


def _target(anchor: html.HtmlElement, base: str) -> str:
    href = (anchor.get("href") or "").strip()
    if not href or href.startswith(("#", "javascript:", "mailto:")):
        return ""
    try:
        target = safe_url_string(urljoin(base, href))
        return target if urlsplit(target).scheme in ("http", "https") and urlsplit(target).hostname else ""
    except ValueError:  # a port that is no number, brackets that are no IPv6 address
        return ""


def _date(anchor: html.HtmlElement, target: str) -> str:
    """The date beside the link, else the one in its address."""
    element = anchor
    for _ in range(3):
        parent = element.getparent()
        if parent is None or sum(1 for _ in parent.iter("a")) > 3:
            break
        element = parent
        date = iso_date("".join(element.itertext()).replace(_title(anchor), " "))
        if date:
            return date
        if element.tag in ("li", "tr"):
            break
    return date_in(target)


def date_in(url: str) -> str:
    """The date in an address (…/t20190716_2447776.html, …/2019-10/16/…), '' when there is none."""
    packed = _PACKED_DATE.search(url)
    return iso_date("-".join(packed.groups())) if packed else ""


# ---------------------------------------------------------------- titles

_STANDARD = ("标准指引", "标准目录", "公开标准", "事项目录", "公开目录", "公开指引")
_REVISED = ("修订", "修改", "废止", "调整", "更新", "更正", "新版", "失效", "停止执行")
_ABOUT = late(r"解读|答记者问|一图读懂|图解|问答|新闻发布|征求意见|培训|评估|试点工作")
_WRAPPING = late(r"^.*?(?:印发|发布|公布)|的?(?:通知|公告|函|意见)(?:\(.*\))?$|[《》\"']")
_STANDARD_WORDS = late(r"基层政务公开|标准(?:指引|目录|规范)|标准化|领域|\(?试行\)?|\(.*?\)")
_REPEAL_OF_MANY = late(r"(?:废止|失效|修改|清理).*(?:文件|规定|规章)|(?:文件|规章).*(?:废止|失效|清理)")


def core_title(title: str) -> str:
    """《…》 of the notice: without issuer, 关于印发 and 的通知, folded."""
    quoted = re.search(r"《([^》]{4,})》", title)
    return compare_fold(quoted[1]) if quoted else _WRAPPING.sub("", compare_fold(title))


def match(title: str, notice: Notice, areas: Sequence[Area]) -> list[Sign] | None:
    """Why a listed title may be a successor of the notice; None when it is not one.

    `areas` are the notice's own. An interpretation (解读) or a training is none.
    """
    text = compare_fold(title)
    if _ABOUT.search(text):
        return None
    named = next((name for area in areas for name in (area.name, *area.aliases) if compare_fold(name) in text), "")
    standard = next((word for word in _STANDARD if word in text), "")
    revised = next((word for word in _REVISED if word in text), "")
    core = core_title(notice.title)
    if core and core in text:
        signs = [Sign(SignKind.NAME, core)]
    elif named:
        signs = [Sign(SignKind.AREA, named)]
    elif "基层政务公开" in text and standard and revised:
        signs = [Sign(SignKind.NO_AREA)]
    else:
        return None
    if standard and signs[0].kind is not SignKind.NAME:
        signs.append(Sign(SignKind.WORD, standard))
    if revised:
        signs.append(Sign(SignKind.WORD, revised))
    about_standards = bool(standard) or (bool(revised) and ("政务公开" in text or core in text))
    return signs if about_standards else None


def by_title(old: Predecessor, entry: Listed, *, first: bool) -> list[Sign] | None:
    """What the title of a new entry says for it; [] when only the text can tell; None when it is no successor.

    first: nothing of this list was seen before, so that an entry need not be new.
    """
    if entry.date and old.since and entry.date <= old.since:
        # but a page that is new in the list and says that it was revised may keep the old date
        same_day = entry.date == old.since and not first
        if not (same_day and says_revised(entry.title, old.notice.title)):
            return None
    if first and not entry.date and not old.since:
        return None  # nothing says that it is newer
    if _is_reprint(old, entry.title, entry.date):
        return None
    signs = match(entry.title, old.notice, old.areas)
    if signs is None and may_repeal(entry.title) and not (first and not entry.date):
        return []
    return signs


def by_text(
    old: Predecessor, entry: Listed, document: Document, by_title: Sequence[Sign], *, first: bool
) -> list[Sign] | None:
    """All that speaks for a page once it is read; None when it is not newer, or is not about the notice."""
    newer = _newer(old, entry, document, first=first)
    said = phrases(document.text, old.notice, old.number)
    return None if newer is None or not (by_title or names_notice(said)) else [*newer, *by_title, *said]


def _newer(old: Predecessor, entry: Listed, document: Document, *, first: bool) -> list[Sign] | None:
    """Whether a page is newer than the notice in force, with what speaks for it; None when it is not."""
    number = document.metadata.get("document_number", "")
    if number and old.number and compare_fold(number) == compare_fold(old.number):
        return _revised_in_place(old, entry, document)
    day = document.metadata.get("published_on") or document.metadata.get("issued_on") or entry.date
    if _is_reprint(old, document.title, day):
        return None
    newer = day > old.since if day and old.since else not first
    return [] if newer or _page_says_revised(old, entry, document) else None


def _revised_in_place(old: Predecessor, entry: Listed, document: Document) -> list[Sign] | None:
    """A page under the number of the notice in force: mostly the notice itself, printed elsewhere."""
    title = compare_fold(old.notice.title)
    titles = {compare_fold(document.title or entry.title), compare_fold(entry.title)}
    if titles == {title}:
        return None
    revised = _page_says_revised(old, entry, document)
    if same_words(document.text, old.text) and not (revised and document.attachments):
        return None  # the letter may stay as it was and bring another file
    if revised:
        return [Sign(SignKind.SAME_NUMBER_REVISED)]
    day = document.metadata.get("published_on") or entry.date
    if title in titles or not old.text or _days(old.since, day) <= REPRINT_DAYS:
        return None
    return [Sign(SignKind.SAME_NUMBER_OTHER_TEXT)]


def _is_reprint(old: Predecessor, title: str, day: str) -> bool:
    return compare_fold(title) == compare_fold(old.notice.title) and _days(old.since, day) <= REPRINT_DAYS


def _page_says_revised(old: Predecessor, entry: Listed, document: Document) -> bool:
    return any(says_revised(title, old.notice.title) for title in (document.title, entry.title))


def _days(earlier: str, later: str) -> int:
    """Days between two ISO dates; 0 when one of them is missing (then nothing speaks for a new edition)."""
    return 0 if not earlier or not later else (date.fromisoformat(later) - date.fromisoformat(earlier)).days


_EDITION = late(
    r"修订|修正|修改|更正|勘误|重印|重新?(?:公布|发布|印发)|新版|更新|(?:20\d\d|[二〇零一二三四五六七八九]{4})年?(?:版|本)|第[二三四五六七八九十\d]+版"
)


def says_revised(title: str, own: str) -> bool:
    """Whether a title says that it is another edition, in words that the title of the notice in force does not have."""
    known = set(_EDITION.findall(compare_fold(own)))
    return any(word not in known for word in _EDITION.findall(compare_fold(title)))


def same_words(text: str, own: str) -> bool:
    """Whether two texts say the same in their sentences and rows of tables, however the pages around them differ."""
    one, other = ({compare_fold(piece) for piece in _pieces(t)} for t in (text, own))
    return bool(one) and one == other


def _pieces(text: str) -> Iterator[str]:
    """Sentences with their full stop and rows of tables; titles, numbers and signatures stand in lines of their own."""
    for line in text.split("\n"):
        if is_row(line):
            yield line
        else:
            yield from (piece for piece in _sentences(line) if piece.endswith(("。", "；", "！", "？")))


def may_repeal(title: str) -> bool:
    """Whether a title announces the repeal of unnamed documents (关于废止部分文件的公告): only its text can tell."""
    return bool(_REPEAL_OF_MANY.search(compare_fold(title)))


# ---------------------------------------------------------------- the page itself

_SENTENCE = late(r"[^。；！？\n]+[。；！？]?")
_ENDS = late(r"废止|停止执行|不再执行|失效|不再适用|代替|替代|取代|以本(?:通知|指引|目录)为准")
_SAME_TIME = late(r"(?:同时|即行|予以)废止|自.{0,20}起废止")


def phrases(text: str, notice: Notice, document_number: str = "") -> list[Sign]:
    """What a page's text says about the notice, at most three sentences; [] when it does not name it."""
    core, number = core_title(notice.title), compare_fold(document_number)
    signs: list[Sign] = []
    for sentence in _sentences(text):
        folded = compare_fold(sentence)
        named = (len(core) > 5 and core in folded) or (bool(number) and _bare_number(number) in _bare_number(folded))
        if named:
            signs.append(Sign(SignKind.ENDED if _ENDS.search(folded) else SignKind.MENTIONED, _shortened(sentence)))
        elif _SAME_TIME.search(folded) and "标准" in folded:
            signs.append(Sign(SignKind.REPEAL, _shortened(sentence)))
    return list(dict.fromkeys(signs))[:3]


def names_notice(signs: Sequence[Sign]) -> bool:
    """Whether any of these is about the notice itself (not only about some repeal)."""
    return any(sign.kind in (SignKind.ENDED, SignKind.MENTIONED) for sign in signs)


def _sentences(text: str) -> Iterator[str]:
    yield from (found.strip() for found in _SENTENCE.findall(text) if found.strip())


def _bare_number(text: str) -> str:
    return re.sub(r"[〔〕\[\]()【】]", "", text)


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= 80 else sentence[:79] + "…"
