"""A page's tree, and small questions to it. Every walk is iterative: pages nest as deep as their authors liked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector

Element = etree._Element

# Depth that one kind of tag may reach on a page too deep for libxml2 (2048): real pages stay under 40.
_DEPTH = 100
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:.-]*)[^<>]*>")
_STRUCK = re.compile(r"<(/?)(?:s|strike)(?=[\s/>])", re.I)
# A place where a word may break: libxml2 takes it for an element that holds all that follows.
_WBR = re.compile(r"</?wbr(?:\s[^<>]*)?/?>", re.I)
# fmt: off
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
))
_BLOCK = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
_NOT_TEXT = frozenset((
    "script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet", "svg",
    "math", "canvas", "audio", "video", "select", "button", "textarea", "input", "head", "title", "meta",
    "link", "xml", "w:worddocument", "w:latentstyles", "o:officedocumentsettings", "m:mathpr",
))
# fmt: on
_HIDDEN = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
START, WORDS, END = "start", "words", "end"
BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


def parse(text: str) -> Element:
    """The tree of a page; an empty `<html>` for text without any element."""
    # libxml2 ends <s> where a paragraph begins; browsers strike the paragraph, and so does libxml2 inside <del>
    text = _WBR.sub("", _STRUCK.sub(r"<\1del", text))
    root, complete = _parsed(text)
    if not complete:
        root, _ = _parsed(_shallow(text))
    return root


def _parsed(text: str) -> tuple[Element, bool]:
    # comments carry no text, but libxml2 must not glue what stands on both sides of them, so they stay in the tree
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=False, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        root = etree.fromstring("<html/>", etree.HTMLParser())
    # a saved page may hold a second <html> (of an include); libxml2 puts it beside the first
    for second in [sibling for sibling in root.itersiblings() if isinstance(sibling.tag, str)]:
        root.append(second)
    return root, not any("Excessive depth" in entry.message for entry in parser.error_log)


def _shallow(text: str) -> str:
    """The page without the tags that nest deeper than _DEPTH in tags of their own name."""
    depth: dict[str, int] = {}

    def kept(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name in _VOID or tag[0].endswith("/>"):
            return tag[0]
        if tag[1]:
            level = depth.get(name, 0)
            depth[name] = max(0, level - 1)
        else:
            level = depth[name] = depth.get(name, 0) + 1
        if level <= _DEPTH:
            return tag[0]
        return "<br>" if name in _BLOCK else ""

    return re.sub(r"(?:<br>\s*)+", "<br>", _TAG.sub(kept, text))


def tag_of(element: Element) -> str:
    """Lower-case tag, '' for comments and processing instructions."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def is_block(tag: str) -> bool:
    return tag in _BLOCK


def is_hidden(element: Element) -> bool:
    """Never shown: no text element, the hidden attribute, or an inline style that hides it.

    A page whose <body> is hidden shows it once its script has run.
    """
    if tag_of(element) in ("body", "html"):
        return False
    if tag_of(element) in _NOT_TEXT or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _HIDDEN.search(style) is not None


class Walk:
    """Through an element in the order of the page: (step, node, words), the step being START, WORDS or END.

    WORDS are text inside the node, or behind it once it has ended. A comment only ends.
    """

    def __init__(self, place: Element) -> None:
        self.place = place
        self._events = etree.iterwalk(place, events=("start", "end", "comment", "pi"))
        self._skipped = False

    def __iter__(self) -> Iterator[tuple[str, Element, str]]:
        for event, node in self._events:
            self._skipped = False
            yield START if event == "start" else END, node, ""
            if event != "start" and node is self.place:
                return
            words = node.text if event == "start" else node.tail
            if words and not self._skipped:
                yield WORDS, node, words

    def skip(self) -> None:
        """After START of a node: nothing of what is in it; its END comes all the same."""
        self._skipped = True
        self._events.skip_subtree()


def texts(element: Element, *, hidden: bool = False) -> Iterator[str]:
    """The pieces of text inside an element, in order, without scripts and the like."""
    walk = Walk(element)
    for step, node, words in walk:
        if step == WORDS:
            yield words
        elif step == START and (tag_of(node) in _NOT_TEXT or (not hidden and node is not element and is_hidden(node))):
            walk.skip()


def text_of(element: Element) -> str:
    """An element's text on one line: blanks of every kind as one space, none at the ends."""
    return BLANK.sub(" ", "".join(texts(element))).strip()


def weight(element: Element) -> int:
    """Characters of text, blanks not counted."""
    return sum(len(BLANK.sub("", piece)) for piece in texts(element, hidden=True))


@cache
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def select(root: Element, css: str) -> list[Element]:
    """Elements that match, in document order."""
    return [match for match in cast(list[Element], _selector(css)(root)) if isinstance(match.tag, str)]


def select_all(root: Element, selectors: Iterable[str]) -> list[Element]:
    found: dict[Element, None] = {}
    for css in selectors:
        found.update(dict.fromkeys(select(root, css)))
    return list(found)
