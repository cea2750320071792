"""Where on a page the notice is: the site's container, else one usual on such sites, else the box that holds the page's
sentences, else what trafilatura finds. Whichever it is, the page's sentences must stand in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import trafilatura
from attrs import evolve, frozen

from crawler.reading.html.dom import BLANK, Element, is_hidden, parse, select, tag_of, text_of, weight
from crawler.reading.html.tables import is_data
from crawler.reading.page.furniture import narrowed
from crawler.reading.page.page import Page
from crawler.reading.page.prose import Prose, box_of, common, main_box
from crawler.reading.rule import Rule

ENOUGH = 30
"""Characters from which on a container counts as filled; a shorter text must be a sentence or hold a file."""
MUCH = 200
MOST = 0.9
"""Share of the page's sentences that a body holds."""
FEW = 100
"""Characters of sentences from which on a page without a known container has a body to be sure of."""
MENU = 0.4
"""Share of links from which on a box that only its sentences speak for is a menu or a list."""


@frozen
class Body:
    element: Element | None
    """None when only `text` was found."""
    text: str = ""
    sure: bool = True
    """Whether the element is known to be the body, and all of it."""
    around: Element | None = None
    """What the element was narrowed from: files may be listed in it, beside the text."""
    files: tuple[tuple[str, str], ...] = ()
    """(name, address) of files that the page's script names beside its text."""


def find_body(root: Element, rule: Rule, html: str, page: Page) -> Body | None:
    """The body of a page, None where there is no text that could be one."""
    prose = page.prose
    chosen, short, placed = _by_selector(root, rule)
    if chosen is not None and any(chosen in select(root, css) for css in rule.declared):
        return Body(chosen)
    if chosen is not None:
        return _narrowed(_whole(root, chosen, rule, prose), page)
    found = _by_prose(prose)
    if found is not None and found.element is not None and tag_of(found.element) not in ("table", "tbody"):
        return _narrowed(found, page)
    told = body_in_script(root)
    if told is not None:
        return Body(told[0], files=told[1])
    tables = _whole_of_tables(root)
    if tables is not None:
        return Body(tables)  # with the names that stand above the tables
    if found is not None:
        return _narrowed(found, page)
    text = trafilatura.extract(html, include_comments=False, include_tables=True, deduplicate=False, favor_recall=False)
    size = len(BLANK.sub("", text or ""))
    # a container that stands there empty means an empty page, and what trafilatura sees is its menu or footer
    if text and size >= (ENOUGH if not placed else MUCH) and (not placed or text.count("。") >= 2):
        return Body(None, text, sure=False)
    return Body(short) if short is not None else None


def _by_selector(root: Element, rule: Rule) -> tuple[Element | None, Element | None, bool]:
    """(the body, one that is too short to be sure, whether any selector matched).

    The first selector with enough text wins, and of its matches the one with most text (sites nest editors in editors).
    """
    short: Element | None = None
    placed = False
    for css in rule.content:
        matches = [match for match in select(root, css) if tag_of(match) not in ("body", "html")]
        best = max(matches, key=_substance, default=None)
        placed = placed or best is not None
        if best is None or (css not in rule.declared and _is_frame(best)):
            continue
        if _substance(best) >= ENOUGH or _has_file(best) or "。" in text_of(best):
            return best, short, placed
        if short is None and _substance(best):
            short = best
    return None, short, placed


def _whole(root: Element, chosen: Element, rule: Rule, prose: Prose) -> Body:
    """The container when it holds the page's sentences; else another that does, else the box around it and the rest."""
    outside = prose.outside(chosen)
    if not outside:
        return Body(chosen)
    for css in rule.content:
        for match in select(root, css):
            if tag_of(match) not in ("body", "html") and not prose.outside(match) and not _is_frame(match):
                return Body(match)
    wide = box_of(common([chosen, *(line.element for line in outside)]))
    if wide is not None and tag_of(wide) not in ("body", "html") and not _is_frame(wide):
        return Body(wide)
    other = _by_prose(prose)
    if other is not None and other.element is not None and prose.share(chosen) < prose.share(other.element):
        return other
    return Body(chosen, sure=prose.share(chosen) >= MOST)


def _by_prose(prose: Prose) -> Body | None:
    """The smallest box with all the page's sentences, or with most of them where the rest is far away."""
    if prose.weight < FEW:
        return None
    for share in (1.0, MOST):
        box = main_box(prose, share)
        if box is not None and tag_of(box) not in ("body", "html") and not _is_menu(box):
            return Body(box, sure=share == 1.0 or sum(len(line.text) for line in prose.outside(box)) < FEW)
    return None


def _is_menu(box: Element) -> bool:
    links = [a for a in select(box, "a") if not _to_file(a)]
    return _is_frame(box) or sum(map(weight, links)) > MENU * weight(box)


def _narrowed(body: Body, page: Page) -> Body:
    if body.element is None:
        return body
    inner = narrowed(body.element, page)
    return body if inner is body.element else evolve(body, element=inner, around=body.element)


def _whole_of_tables(root: Element) -> Element | None:
    """<body> of a page that is hardly more than tables of data: an office file saved as html."""
    body = next(iter(select(root, "body")), None)
    if body is None or not select(body, "table"):
        return None
    tables = sum(weight(table) for table in select(body, "table") if is_data(table))
    return body if tables * 2 > weight(body) and tables >= ENOUGH and not _is_frame(body) else None


def _substance(element: Element) -> int:
    return 0 if is_hidden(element) else weight(element)


def _has_file(element: Element) -> bool:
    """A page may be nothing but links to files."""
    return any(_to_file(a) or "?" in (a.get("href") or "") for a in select(element, "a"))


def _is_frame(element: Element) -> bool:
    """Whether a match of a plain name (#content, article …) is the whole page with its menus, which change."""
    if select(element, "nav, footer, #footer, .footer, #header, .header, .nav"):
        return True
    links = [a for a in select(element, "a") if not _to_file(a)]
    return len(links) > 8 and sum(map(weight, links)) * 3 > weight(element)


def _to_file(anchor: Element) -> bool:
    name = (anchor.get("href") or "").rpartition("/")[2]
    return "." in name and not name.lower().endswith((".html", ".htm", ".shtml"))


# ---------------------------------------------------------------- a text in a script

# A page whose text stands in its script, as JSON that the browser makes the page of (gkmlpt and other shells).
LONGEST = 5_000_000
"""Characters of a script that are looked through."""
ENOUGH_IN_SCRIPT = 60
_CONTENT = re.compile(r"[\"'](?:content|body|htmlContent|articleContent|text|contentHtml)[\"']\s*:\s*(?=\")")
_FILES = re.compile(r"[\"'](?:attachments?|files|attachmentList|fileList|annex)[\"']\s*:\s*(?=\[)")
_ADDRESS = ("url", "link", "path", "fileUrl", "downloadUrl", "src")
_NAME = ("name", "title", "fileName", "filename", "text")
_MOST = 50


def body_in_script(root: Element) -> tuple[Element, tuple[tuple[str, str], ...]] | None:
    """(the text as an element, (name, address) of the files named beside it); None where no script holds one."""
    best: tuple[int, Element, str] | None = None
    for script in select(root, "script"):
        source = "".join(map(str, script.itertext()))[:LONGEST]
        for text in _values(source, _CONTENT):
            if isinstance(text, str) and "<" in text:
                element = parse(text)
                size = weight(element)
                if size >= ENOUGH_IN_SCRIPT and (best is None or size > best[0]):
                    best = (size, element, source)
    return None if best is None else (best[1], tuple(_files(best[2])))


def _values(source: str, name: re.Pattern[str]) -> Iterator[object]:
    decoder = json.JSONDecoder()
    for found in list(name.finditer(source))[:_MOST]:
        try:
            yield decoder.raw_decode(source, found.end())[0]
        except (ValueError, RecursionError):
            continue


def _files(source: str) -> Iterator[tuple[str, str]]:
    for entries in _values(source, _FILES):
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                address = next((entry[key] for key in _ADDRESS if isinstance(entry.get(key), str)), "")
                name = next((entry[key] for key in _NAME if isinstance(entry.get(key), str)), "")
                if address:
                    yield name, address
