"""A [[site]] rule for a host that has none, proposed from one page, and what is read by it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import evolve, frozen

from archive.model import Document
from archive.text.filetypes import FILE
from archive.text.fold import compare_fold
from crawler.advise.explain import Page
from crawler.reading.html.dom import Element, select, tag_of, text_of
from crawler.reading.page.read import read_page
from crawler.reading.rule import Rule

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_FILE = re.compile(rf"\.(?:{FILE})(?:$|[?#])", re.I)
_PIECE = 20
SHARE = 0.9
"""Of the text's lines that the proposed element must hold."""


@frozen
class Proposal:
    host: str
    places: Mapping[str, tuple[str, ...]]
    """Key of [[site]] → CSS."""
    reading: Document
    """By the rule that knows these places."""

    @property
    def toml(self) -> str:
        lines = ["[[site]]", f"host = {json.dumps(self.host)}"]
        lines += [f"{key} = {json.dumps(list(css), ensure_ascii=False)}" for key, css in self.places.items()]
        return "\n".join(lines) + "\n"

    def told(self) -> dict[str, Any]:
        return {
            "toml": self.toml,
            "confidence": self.reading.confidence,
            "characters": len("".join(self.reading.text.split())),
            "title": self.reading.title,
            "files": len(self.reading.attachments),
            "rows": len(self.reading.items),
        }


def propose(page: Page, url: str) -> Proposal | None:
    """None where a rule or a usual container has found the body surely, or no place for it can be named."""
    if page.document.confidence == "high" and page.document.text:
        return None
    box = _box(page)
    css = path_of(page.root, box) if box is not None else ""
    if box is None or not css:
        return None
    places: dict[str, tuple[str, ...]] = {"content": (css,)}
    if heading := _heading(page, box):
        places["title"] = (heading,)
    if files := _files(page, box):
        places["attachments"] = (files,)
    reading = read_page(page.payload, page.headers, _with(page.rule, places))
    return Proposal(_host(url), places, reading)


def _with(rule: Rule, places: Mapping[str, tuple[str, ...]]) -> Rule:
    """The rule that the crawl would have, were these places declared: they go before its own."""
    before = {key: (*css, *getattr(rule, key)) for key, css in places.items()}
    return evolve(rule, **cast(Any, before))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].lower() or "这里写主机名"


def _box(page: Page) -> Element | None:
    """The smallest element that holds the text that was guessed; else the one with most sentences outside of links."""
    body = next(iter(select(page.root, "body")), None)
    lines = [compare_fold(line)[:_PIECE] for line in page.document.text.splitlines() if len(line) >= _PIECE]
    if body is None:
        return None
    box = body
    while True:
        inner = next((child for child in box if tag_of(child) and _holds(child, lines)), None)
        if inner is None:
            break
        box = inner
    return None if box is body else box


def _holds(element: Element, lines: list[str]) -> bool:
    text = compare_fold(text_of(element))
    if not lines:
        return len(text) > 0 and text.count("。") >= 1
    return sum(line in text for line in lines) >= len(lines) * SHARE


def path_of(root: Element, element: Element) -> str:
    """CSS that finds this element alone: by a name of its own, else by its place under the nearest one that has one."""
    steps: list[str] = []
    for place in (element, *element.iterancestors()):
        name = next(_names(root, place), "")
        if name or tag_of(place) in ("body", "html"):
            css = " > ".join([name or tag_of(place), *reversed(steps)])
            return css if select(root, css) == [element] else ""
        parent = place.getparent()
        if parent is None:
            return ""
        alike = [child for child in parent if tag_of(child) == tag_of(place)]
        steps.append(f"{tag_of(place)}:nth-of-type({alike.index(place) + 1})" if len(alike) > 1 else tag_of(place))
    return ""


def _names(root: Element, element: Element) -> Iterator[str]:
    """Selectors by id or class that match nothing else on the page. Numbers in a name belong to one article."""
    if tag_of(element) in ("body", "html"):
        return
    identity = element.get("id") or ""
    names = [f"#{identity}"] if _NAME.fullmatch(identity) and not re.search(r"\d{3}", identity) else []
    classes = (element.get("class") or "").split()
    names += [f"{tag_of(element)}.{name}" for name in classes if _NAME.fullmatch(name)]
    yield from (name for name in names if select(root, name) == [element])


def _heading(page: Page, box: Element) -> str:
    """Where the title stands as a heading of its own, if not in h1 to h3, where it is looked for anyway."""
    wanted = compare_fold(page.document.title)
    if not wanted or any(wanted == compare_fold(text_of(h)) for h in select(page.root, "h1, h2, h3")):
        return ""
    alike = [
        e for e in select(page.root, "body *") if tag_of(e) and compare_fold(text_of(e)) == wanted and e is not box
    ]
    return next(filter(None, (path_of(page.root, element) for element in alike)), "")


def _files(page: Page, box: Element) -> str:
    """The nearest place beside the body that holds links to files."""
    for anchor in select(page.root, "a[href]"):
        if not _FILE.search(anchor.get("href") or "") or box in anchor.iterancestors():
            continue
        for place in anchor.iterancestors():
            if place in box.iterancestors() or tag_of(place) == "body":
                break
            if name := next(_names(page.root, place), ""):
                return name
    return ""
