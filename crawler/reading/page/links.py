"""The files that a notice's page links to, from the tree: in the body, beside it, where the site's rule says, and
wherever else the page keeps its own files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import define, frozen

from archive.model import Attachment
from archive.text.noise import without_counters
from crawler.reading.html.dom import (
    BLANK,
    END,
    START,
    WORDS,
    Element,
    Walk,
    is_block,
    is_hidden,
    parse,
    select,
    select_all,
    tag_of,
    text_of,
)
from crawler.reading.page.address import ENDING, Addresses, files_in, is_file, target
from crawler.reading.page.body import Body
from crawler.reading.page.lines import names_of
from crawler.reading.page.page import Page
from crawler.reading.rule import Rule

_NAMED = re.compile(
    r"[【\[（(]?附\s*(?:件|表|录|图)?\s*[0-9０-９一二三四五六七八九十]*\s*[.．、:：\-—）)】\]]|附件\s*\d*\s*$|附件\s*\d*\s*\S"
)
_LABEL = re.compile(r"(?:^|[\s。；（(])附\s*[件表]\s*[0-9０-９一二三四五六七八九十]*\s*[:：][\s0-9０-９.．、]*$")
_GENERIC = re.compile(
    r"[\[【（(]?\s*(?:点击|立即|附件|文件|全文|正文)*\s*(?:下载|查看|打开|预览|浏览|此处)*(?:附件|全文|文件|此处)*\s*[\]】）)]?"
)
_SIZE = re.compile(r"[（(\[]?\s*\d+(?:\.\d+)?\s*(?:KB|MB|GB|K|M|字节)\s*[）)\]]?", re.I)
_DOWNLOAD_WORD = re.compile(r"\s*[\[【（(]\s*(?:点击)?下载\s*[\]】）)]\s*")
_FRAMES = frozenset(("iframe", "embed", "object", "frame"))


@define
class _Link:
    url: str
    text: str
    title: str
    before: str
    """Text between the link before it and this one, within the same block."""
    adjoining: bool
    """Nothing but blanks stands between it and the link before."""
    in_body: bool


def attachments(
    page: Page, body: Body | None, addresses: Addresses, rule: Rule, drop: frozenset[Element] = frozenset()
) -> tuple[Attachment, ...]:
    """The files of a notice, in the order of the page, each once; addresses absolute and without session ids."""
    found: dict[str, list[_Link]] = {}
    for link in _links(page, body, addresses, rule, drop):
        found.setdefault(link.url, []).append(link)
    return tuple(Attachment(_name(links), url) for url, links in found.items())


def _links(
    page: Page, body: Body | None, addresses: Addresses, rule: Rule, drop: frozenset[Element]
) -> Iterator[_Link]:
    element = body.element if body else None
    places: list[tuple[Element, bool]] = [(page.root if element is None else element, element is not None)]
    for inner in (body.element, body.around) if body else ():
        places += [] if inner is None else [(beside, False) for beside in _beside(inner)]
    if body is not None and body.around is not None:
        places.append((body.around, False))
    places += [(declared, True) for declared in select_all(page.root, rule.attachments)]
    seen: set[Element] = set()
    names: set[str] = set()
    for place, inside in places:
        for link, node in _walk(place, addresses, drop, inside):
            if node not in seen:
                seen.add(node)
                if _is_file(link) and (inside or not page.asides.hold(node)):
                    names.add(_file_name(link.url))
                    yield link
    for name, url in body.files if body else ():
        if absolute := addresses.absolute(url):
            yield _Link(absolute, _one_line(name), "", "", False, True)
    for node, url in Elsewhere(page, addresses).files(seen):
        if _file_name(url) in names:
            continue  # the same file, by another way to its server
        names.add(_file_name(url))
        text, title = _one_line(" ".join(map(str, node.itertext()))), node.get("title") or node.get("download") or ""
        yield _Link(url, text if tag_of(node) == "a" else "", _one_line(title), "", False, False)


def _file_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2] + url.partition("?")[2]


def _beside(body: Element) -> Iterator[Element]:
    """What follows the body inside the boxes around it: files are often listed there. Two boxes, no further."""
    element = body
    for _ in range(2):
        yield from (
            sibling
            for sibling in element.itersiblings()
            if tag_of(sibling) not in ("", "footer", "nav", "aside") and not is_hidden(sibling)
        )
        parent = element.getparent()
        if parent is None or tag_of(parent) in ("body", "html"):
            return
        element = parent


def _walk(
    place: Element, addresses: Addresses, drop: frozenset[Element], inside: bool
) -> Iterator[tuple[_Link, Element]]:
    between: list[str] = []
    anchor: Element | None = None
    text: list[str] = []
    adjoining = False
    walk = Walk(place)
    for step, node, words in walk:
        if step == WORDS and anchor is not None:
            text.append(words)
        elif step == WORDS:
            between.append(words)
            adjoining = adjoining and not words.strip()
        elif step == START and _is_shut(node, place, drop):
            walk.skip()
        elif step == END and node is anchor:
            url = addresses.absolute(target(node))
            title = node.get("title") or node.get("download") or ""
            if url:
                before = _one_line("".join(between))
                yield _Link(url, _one_line("".join(text)), _one_line(title), before, adjoining, inside), node
            anchor = None
            between.clear()
            adjoining = True
        elif step == START and anchor is None and target(node):
            anchor = node
            text.clear()
            if is_block(tag_of(node)):
                between.clear()
                adjoining = False
        elif is_block(tag_of(node)):
            between.clear()
            adjoining = False


def _is_shut(node: Element, place: Element, drop: frozenset[Element]) -> bool:
    """Whether nothing in an element is shown: hidden, furniture; a frame that shows a file is seen."""
    if node in drop:
        return True
    return node is not place and is_hidden(node) and not (tag_of(node) in _FRAMES and target(node))


def _is_file(link: _Link) -> bool:
    """By extension or download address anywhere; in the body also by name (附件1：…, 目录.docx) or label (附件：)."""
    if is_file(link.url):
        return True
    if not link.in_body or urlsplit(link.url).path in ("", "/") or len(link.text) >= 120:
        return False
    labelled = link.text and _LABEL.search(link.before)
    return bool(labelled or _NAMED.match(link.text) or ENDING.search(link.text) or ENDING.search(link.title))


# ---------------------------------------------------------------- names


def _name(links: list[_Link]) -> str:
    """What people call the file: the text of its link (of all its parts), else a title, else what the address says."""
    names: list[str] = []
    text = ""
    for link in links:
        if link.adjoining and text and link.text not in text:
            text += link.text
            names[-1] = text
        else:
            text = link.text
            names.append(text)
    for name in sorted((_tidy(name) for name in names), key=len, reverse=True):
        if not _GENERIC.fullmatch(name) and not ENDING.fullmatch(name):
            return name
    for candidate in (*(link.title for link in links), *(link.before for link in links), *_in_address(links[0].url)):
        name = _tidy(candidate).strip("：: ")
        if name and not _GENERIC.fullmatch(name) and not ENDING.fullmatch(name) and len(name) < 200:
            return name
    return next((name for name in names if name), "附件")


def _tidy(name: str) -> str:
    name = _DOWNLOAD_WORD.sub(" ", _SIZE.sub("", without_counters(name)))
    return BLANK.sub(" ", name).strip(" \u3000;；,，")


def _in_address(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    for key, value in parse_qsl(parts.query):
        if re.fullmatch(r"(?:file_?name|name|realname|filename\w*)", key, re.I):
            yield value
    yield unquote(parts.path.rstrip("/").rpartition("/")[2])


def _one_line(text: str) -> str:
    return BLANK.sub(" ", text).strip()


# ---------------------------------------------------------------- far from the text

# A notice's files that its page keeps far from the text: hidden lists, behind the footer, tables of labels, scripts.
# A file far from the body is taken only on evidence that it is this notice's: it lies in the folder of the page,
# stands in the page's list of labels or in a box named for attachments, or is called 附件; and never among a list of
# pages.
_BOX = re.compile(
    r"(?:^|[-_])(?:attach\w*|fujian\w*|fj\d*|\w*fj|annex\w*|appen\w*|fjdown|fjxz|xiazai|filelist|file-list)(?:$|[-_\d])",
    re.I,
)
_CALLED = re.compile(r"[【\[（(]?附\s*[件表录]")
_UPLOADED = re.compile(r"/(?=[^/]*\d)[^/.?]{6,}\.\w+(?:$|\?)")
_LONGEST = 200_000
"""Characters of a script that are looked through."""
_GROUPS = frozenset(("ul", "ol", "dl", "table"))
_UP = 4
_MANY = 3


@frozen
class Elsewhere:
    page: Page
    addresses: Addresses

    def files(self, seen: Set[Element]) -> Iterator[tuple[Element, str]]:
        """(element, address) of each file that is not among `seen`."""
        lists = {element for box in self.page.lists for element in box.iter()}
        for element in self.page.root.iter():
            tag = tag_of(element)
            if not tag or element in seen or tag == "link":
                continue
            if tag == "script":
                yield from self._in_script(element)
                continue
            named = target(element) or (element.get("value", "") if tag == "input" else "")
            if not named or not is_file(named):
                continue
            url = self.addresses.absolute(named)
            if url and (element in lists or (not self._is_foreign(element) and self._is_own(element, url))):
                yield element, url

    def _is_own(self, element: Element, url: str) -> bool:
        if self.addresses.is_beside(url) or _CALLED.match(text_of(element)):
            return True
        around = [outer for _, outer in zip(range(_UP), element.iterancestors(), strict=False)]
        if any(_BOX.search(name) for outer in (element, *around) for name in names_of(outer)):
            return True
        hidden = next((outer for outer in around if is_hidden(outer)), None)
        return hidden is not None and all(is_file(target(a)) for a in select(hidden, "a[href]"))

    def _is_foreign(self, element: Element) -> bool:
        """Whether it stands in a menu, or in a list that mostly leads to pages: those of other documents."""
        if self.page.asides.hold(element):
            return True
        group = next((outer for outer in element.iterancestors() if tag_of(outer) in _GROUPS), element.getparent())
        links = [] if group is None else [a for a in select(group, "a[href]") if target(a)]
        pages = [a for a in links if not is_file(target(a))]
        return len(links) >= _MANY and len(pages) * 2 > len(links)

    def _in_script(self, script: Element) -> Iterator[tuple[Element, str]]:
        source = "".join(map(str, script.itertext()))[:_LONGEST]
        if self.page.asides.hold(script) or "." not in source:
            return
        given: set[str] = set()
        for piece in re.findall(
            r"<a\s[^<>]{0,600}>[^<>]{0,300}</a>", source.replace('\\"', '"').replace("\\/", "/"), re.I
        ):
            for anchor in select(parse(piece), "a[href]"):
                url = self.addresses.absolute(anchor.get("href", "").strip("'\"\\"))
                if url and is_file(url) and (self.addresses.is_beside(url) or _CALLED.match(text_of(anchor))):
                    given.add(url)
                    yield anchor, url
        for named in files_in(source):
            url = self.addresses.absolute(named)
            # what a system calls an uploaded file has digits in it; test.txt and .doc are the script's own words
            if url and url not in given and self.addresses.is_beside(url) and _UPLOADED.search(url):
                given.add(url)
                yield script, url
