"""Where on a page the notice is: the site's container, else one usual on such sites, else what trafilatura finds."""

from __future__ import annotations

import trafilatura
from attrs import frozen

from crawler.reading.html.dom import BLANK, Element, is_hidden, select, tag_of, text_of, weight
from crawler.reading.html.tables import is_data
from crawler.reading.rule import Rule

ENOUGH = 30
"""Characters from which on a container counts as filled; a shorter text must be a sentence or hold a file."""
MUCH = 200


@frozen
class Body:
    element: Element | None
    """None when only `text` was found."""
    text: str = ""


def find_body(root: Element, rule: Rule, html: str) -> Body | None:
    """The body of a page, None where there is no text that could be one.

    The first selector with enough text wins, and of its matches the one with most text (sites nest editors in editors).
    """
    short: Element | None = None
    placed = False
    for css in rule.content:
        matches = [match for match in select(root, css) if tag_of(match) not in ("body", "html")]
        best = max(matches, key=_substance, default=None)
        placed = placed or best is not None
        if best is None or _is_frame(best):
            continue
        if _substance(best) >= ENOUGH or _has_file(best) or "。" in text_of(best):
            return Body(best)
        if short is None and _substance(best):
            short = best
    tables = _whole_of_tables(root)
    if tables is not None:
        return Body(tables)
    text = trafilatura.extract(html, include_comments=False, include_tables=True, deduplicate=False, favor_recall=False)
    found = len(BLANK.sub("", text or ""))
    # a container that stands there empty means an empty page, and what trafilatura sees is its menu or footer
    if text and found >= (ENOUGH if not placed else MUCH) and (not placed or text.count("。") >= 2):
        return Body(None, text)
    return Body(short) if short is not None else None


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
