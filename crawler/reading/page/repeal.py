"""Whether a page says of its own document that it is no longer in force: the words as seen, or ''.

Looked for everywhere but in menus, footers, lists and tables of other documents: as a sentence about 本文件, as a stamp
(words, image, class) beside the text, as a mark at the title, as the value of 时效状态.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from attrs import frozen

from archive.text.fold import title_fold
from crawler.reading.html.dom import (
    BLANK,
    END,
    WORDS,
    Element,
    Walk,
    is_block,
    is_hidden,
    select,
    tag_of,
    text_of,
    weight,
)
from crawler.reading.html.tables import is_data
from crawler.reading.page.fields import document_number_in
from crawler.reading.page.repeal_words import (
    ANY,
    BARE,
    BRACKETED,
    LEGEND,
    LONGEST,
    REPLACED,
    STAMP,
    STAMP_CLASS,
    STAMP_NAME,
    STATUS,
    is_state,
    marked,
    of_title,
    sentence,
)
from crawler.reading.page.titles import text_title

EDGE = 8
"""Lines at either end of the body where a banner stands."""
BRIEF = 400
"""Characters of text up to which a page may be nothing but the message."""
_ASIDE = re.compile(
    r"(?:^|[-_])(?:nav|menu|foot|footer|bottom|side|sidebar|aside|crumbs?|breadcrumbs?|related|relevant|recommend|hot|rank|search"
    r"|filter|sort|tabs?|paging|pagination|links?|lists?|xgwz|xgyd|xgjd|xgwj|xgzc|tuijian|friendlink|copyright|dqwz|position|legend)"
    r"(?:$|[-_\d])",
    re.I,
)
_INLINE = frozenset(("span", "em", "b", "strong", "font", "i", "label", "u", "mark", "sup", "small", "ins"))


@frozen
class _Line:
    text: str
    place: str
    """before | in | after, of the body."""
    linked: bool
    number: int


def repealed(root: Element, html: str, body: Element | None, titles: Sequence[str], metadata: Mapping[str, str]) -> str:
    """The words, at most 120 characters. titles: the article's own first, then all that stand where one stands."""
    if not ANY.search(html):
        return ""
    own = next((bare_title(title) for title in titles if title), "")
    asides = _Asides(root, body)
    lines = list(_lines(root, body, asides))
    found = (
        _in_sentence(lines, own)
        or _at_title(root, lines, titles, own)
        or _stamped(root, lines, own, asides)
        or _pictured(root, asides)
        or _as_status(lines, metadata)
    )
    return BLANK.sub(" ", found).strip()[:LONGEST]


def bare_title(title: str) -> str:
    """The title without the mark that its document is repealed."""
    found = marked(title)
    return found[0] if found else title


# ---------------------------------------------------------------- what belongs to other documents


class _Asides:
    """Parts of a page that speak of the site or of other documents. What holds the body or its heading is none."""

    def __init__(self, root: Element, body: Element | None) -> None:
        main = [element for element in (body, *select(root, "h1")) if element is not None]
        self._around = {outer for element in main for outer in (element, *element.iterancestors())}
        self._within = body

    def holds(self, element: Element) -> bool:
        return any(self.is_one(outer) for outer in (element, *element.iterancestors()))

    def is_one(self, element: Element) -> bool:
        if is_hidden(element):
            return True
        tag = tag_of(element)
        if element in self._around or not tag:
            return False
        if tag in ("nav", "footer", "aside", "form") or (tag == "table" and is_data(element)):
            return True
        if tag in ("ul", "ol") and len(select(element, "li")) >= 3:
            return self._outside(element) or len(select(element, "a")) >= 3
        return self._outside(element) and any(
            _ASIDE.search(name) for name in (*element.get("class", "").split(), element.get("id", ""))
        )

    def _outside(self, element: Element) -> bool:
        return self._within is None or self._within not in element.iterancestors()


def _lines(root: Element, body: Element | None, asides: _Asides) -> Iterator[_Line]:
    """The visible lines of a page that may speak of its own document."""
    pieces: list[str] = []
    place, number, links, plain, linked = "before", 0, 0, False, False
    start = next(iter(select(root, "body")), root)
    walk = Walk(start)
    for step, node, words in walk:
        if step == WORDS:
            pieces.append(words)
            linked = linked or (links > 0 and bool(words.strip()))
            plain = plain or (links == 0 and re.search(r"\w", words) is not None)
            continue
        link = tag_of(node) == "a" and bool(node.get("href"))
        if pieces and (is_block(tag_of(node)) or node is body):
            text = BLANK.sub(" ", "".join(pieces)).strip()
            if text:
                yield _Line(text, place, linked and not plain, number)
                number += 1
            pieces.clear()
            plain = linked = False
        if step == END:
            links -= link and links > 0
            place = "after" if node is body and node is not start else place
            continue
        place = "in" if node is body else place
        if asides.is_one(node):
            walk.skip()
        else:
            links += link
    rest = BLANK.sub(" ", "".join(pieces)).strip()
    if rest:
        yield _Line(rest, place, linked and not plain, number)


# ---------------------------------------------------------------- where it may be said


def _in_sentence(lines: Sequence[_Line], own: str) -> str:
    inside = [line for line in lines if line.place == "in"]
    edges = {line.number for line in (*inside[:EDGE], *inside[-EDGE:])}
    brief = sum(len(line.text) for line in inside or lines) <= BRIEF
    for line in lines:
        if line.place == "in" and line.number not in edges:
            continue
        said = sentence(line.text)
        if said and (said[0][0] != "该" or len(line.text) <= len(said[1]) + 12):
            return said[1]
        if brief and own and (words := of_title(line.text, own)):
            return words
        if REPLACED.fullmatch(line.text) and line.text.lstrip("（(【[").startswith(("已", "现已", "业已")):
            return line.text
    return ""


def _at_title(root: Element, lines: Sequence[_Line], titles: Sequence[str], own: str) -> str:
    """A mark at what is the document's own title or number, wherever that stands."""
    whole = next((BLANK.sub(" ", text_title(element)).strip() for element in select(root, "title")), "")
    candidates = [(whole, True), *((title, False) for title in titles), *((line.text, False) for line in lines)]
    for text, certain in candidates:
        found = marked(text) if len(text) <= 300 else None
        if found and (certain or _is_own(found[0], own, whole)):
            return found[1] if certain or len(text) > LONGEST else text
    return ""


def _is_own(text: str, own: str, whole: str) -> bool:
    """Whether a text is the document's title, or a document number that stands by itself."""
    folded = title_fold(text)
    if document_number_in(text) and not re.search("[《》]", text):
        return True
    return len(folded) >= 6 and (
        folded == title_fold(own) or folded in title_fold(whole) or (len(own) >= 8 and title_fold(own) in folded)
    )


def _stamped(root: Element, lines: Sequence[_Line], own: str, asides: _Asides) -> str:
    for before, line in zip((None, *lines), lines, strict=False):
        of_other = (
            before is not None and before.linked and len(before.text) > 6 and title_fold(own) != title_fold(before.text)
        )
        if line.linked or of_other or not (STAMP.fullmatch(line.text) or BRACKETED.fullmatch(line.text)):
            continue
        neighbours = [other.text for other in lines if abs(other.number - line.number) == 1]
        if not any(len(text) <= 8 and LEGEND.fullmatch(text) for text in neighbours):
            return line.text
    for element in root.iter():
        if tag_of(element) and ANY.search(element.text or "") and _is_stamp(element) and not asides.holds(element):
            return text_of(element)
    return ""


def _is_stamp(element: Element) -> bool:
    """An element that is nothing but the state, cut off from the words beside it or named a stamp by its class."""
    text = text_of(element)
    if len(text) > 30 or _in_link(element):
        return False
    if _named(element) and (STAMP.fullmatch(text) or BARE.fullmatch(text)):
        return True
    if tag_of(element) not in _INLINE or not (STAMP.fullmatch(text) or BRACKETED.fullmatch(text)):
        return False
    parent = element.getparent()
    if parent is None or LEGEND.search(text_of(parent).replace(text, "", 1)):
        return False
    others = [a for a in select(parent, "a") if a.get("href") and weight(a) > 4]
    previous = element.getprevious()
    before = (previous.tail if previous is not None else parent.text) or ""
    return not others and _cut_off(before[-1:]) and _cut_off((element.tail or "")[:1])


def _cut_off(sign: str) -> bool:
    return not sign or sign.isspace() or sign in "|｜·"


def _in_link(element: Element) -> bool:
    return any(tag_of(outer) == "a" and outer.get("href") for outer in (element, *element.iterancestors()))


def _named(element: Element) -> bool:
    names = (*element.get("class", "").split(), element.get("id", ""))
    return any(STAMP_NAME.search(name) or STAMP_CLASS.search(name) for name in names)


_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)")


def _pictured(root: Element, asides: _Asides) -> str:
    """An image of a stamp, by what it says or by the name of its file; as the background of an element too."""
    for image in select(root, "img"):
        said = [image.get("alt", "").strip(), image.get("title", "").strip()]
        words = next((text for text in said if STAMP.fullmatch(text) or BARE.fullmatch(text)), "")
        name = _file_name(image.get("src", ""))
        if (words or _names_stamp(name)) and not _in_link(image) and not asides.holds(image):
            return words or f"图片 {name}"
    for element in root.iter():
        style = element.get("style") if tag_of(element) else None
        found = _URL.search(style) if style and "url(" in style else None
        if found and _names_stamp(_file_name(found[1])) and not _in_link(element) and not asides.holds(element):
            return text_of(element)[:20] or f"图片 {_file_name(found[1])}"
    return ""


def _file_name(address: str) -> str:
    return "" if address.startswith("data:") else unquote(address.split("?")[0]).rpartition("/")[2]


def _names_stamp(name: str) -> bool:
    stem = name.rpartition(".")[0] or name
    return bool(STAMP_NAME.search(stem)) or bool(STAMP.fullmatch(stem) or BARE.fullmatch(stem))


def _as_status(lines: Sequence[_Line], metadata: Mapping[str, str]) -> str:
    for line in lines:
        for part in re.split(r"\s{2,}|[|｜]", line.text) if len(line.text) < 200 else ():
            if STATUS.fullmatch(part.strip()):
                return part
    value = metadata.get("in_force", "")
    return f"时效状态：{value}" if is_state(value) else ""
