"""What is read of a page, and by which rule: for a person who mends one. JSON values, sentences in Chinese.

The reading itself is the crawl's own. Which rule found a value is looked up afterwards, in the order in which the
reader asks: is it gone without the site's selectors? In which meta, beside which label, in which line does it stand?
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from archive.model import Document
from archive.text.filetypes import FILE
from archive.text.fold import compare_fold
from crawler.reading.html.charset import decode
from crawler.reading.html.dom import Element, is_hidden, parse, select, select_all, tag_of, text_of, texts
from crawler.reading.html.serialise import joined
from crawler.reading.page.fields import LABELS, value_of
from crawler.reading.page.read import read_page
from crawler.reading.rule import Rule

_LONGEST = 60
_VALUE = 120
"""Characters behind a label in which its value is looked for."""
MOST_LEFT_OUT = 30
WORTH_TELLING = 10
"""Characters of a piece that is left out."""
FRAME = "nav, header, footer, #header, #footer, .header, .footer, .nav, .menu, .breadcrumb, .crumb, .position"


@frozen
class Page:
    """A page with all that explaining it needs."""

    root: Element
    html: str
    payload: bytes
    headers: Mapping[str, str]
    rule: Rule
    document: Document

    @classmethod
    def of(cls, payload: bytes, headers: Mapping[str, str], rule: Rule, document: Document) -> Page:
        html, _ = decode(payload, headers)
        return cls(parse(html), html, payload, headers, rule, document)

    def without(self, **parts: Any) -> Document:
        """Read again by a rule that lacks some of its places."""
        return read_page(self.payload, self.headers, evolve(self.rule, **parts))


def body(page: Page) -> dict[str, Any]:
    """{"rule", "selector", "confidence", "characters"}: where the body was found."""
    document = page.document
    characters = len("".join(document.text.split()))
    found = {"confidence": document.confidence if document.text else "", "characters": characters}
    container, css = container_of(page)
    if container is None:
        how = (
            "没有找到正文"
            if not document.text
            else "没有一个选择器适用，由通用算法（trafilatura）猜出，修订不会自动告知"
        )
        return {"rule": how, "selector": "", **found}
    return {"rule": "正文容器" if css else "没有选择器适用，按全页的句子和表格找到", "selector": css, **found}


def container_of(page: Page) -> tuple[Element | None, str]:
    """The element that holds the text, and the first selector of the rule that matches it; '' where none does."""
    if page.document.confidence != "high" or not page.document.text:
        return None, ""
    text = compare_fold(page.document.text)
    lines = [line for line in map(compare_fold, page.document.text.splitlines()) if len(line) >= 8][:40] or [text]
    best: tuple[Element | None, str, int] = (None, "", 0)
    for css in page.rule.content:
        for element in select(page.root, css):
            inside = compare_fold(text_of(element))
            held = sum(line[:20] in inside for line in lines if line[0] not in "│┃")
            # of two that hold the same text the one that was asked for first
            if held > best[2]:
                best = (element, css, held)
    if best[0] is not None:
        return best[0], best[1]
    return next(iter(select(page.root, "body")), None), ""


def title(page: Page) -> dict[str, str]:
    return {"value": page.document.title, "rule": _title_rule(page) if page.document.title else ""}


def _title_rule(page: Page) -> str:
    wanted = compare_fold(page.document.title)
    for meta in select(page.root, "meta"):
        name = meta.get("name") or meta.get("property") or ""
        if name.lower().replace("_", "") == "articletitle" and wanted in compare_fold(meta.get("content") or ""):
            return f"<meta name={name}>"
    if label := _label_of(page, "title", lambda text: bool(wanted) and compare_fold(text).startswith(wanted)):
        return f"标签“{label}”"
    for css in page.rule.title:
        if any(wanted in compare_fold(joined(text_of(element))) for element in select(page.root, css)):
            return f"选择器 title：{css}"
    for element in select(page.root, "h1, h2, h3"):
        if wanted in compare_fold(joined(text_of(element))):
            return f"<{tag_of(element)}>"
    return "<title>"


def metadata(page: Page) -> list[dict[str, str]]:
    """[{"field", "value", "rule"}] of the reading."""
    plain = page.without(metadata={}).metadata if page.rule.metadata else page.document.metadata
    found = []
    for name, value in page.document.metadata.items():
        by_rule = page.rule.metadata and plain.get(name) != value
        rule = _selector_of(page, name) if by_rule else _place_of(page, name, value)
        found.append({"field": name, "value": value, "rule": rule})
    return found


def _selector_of(page: Page, name: str) -> str:
    for css in page.rule.metadata.get(name, ()):
        if any(value_of(name, text_of(element)) for element in select(page.root, css)):
            return f"选择器 metadata.{name}：{css}"
    return "选择器 metadata.labels、metadata.values"


def _place_of(page: Page, name: str, value: str) -> str:
    if name == "repealed":
        return "网页上注明失效、废止的字样"
    if label := _label_of(page, name, lambda text: value_of(name, text) == value or text.startswith(value)):
        return f"标签“{label}”"
    for meta in select(page.root, "meta"):
        if (meta.get("name") or "") and value_of(name, meta.get("content") or "") == value:
            return f"<meta name={meta.get('name')}>"
    known = compare_fold(value)
    return "标题" if known and known in compare_fold(page.document.title) else "正文的开头或落款"


def _label_of(page: Page, name: str, fits: Callable[[str], bool]) -> str:
    """The label of this field beside which a value stands that fits; '' where there is none."""
    shown = " ".join(texts(page.root))
    for label in LABELS.get(name, "").split():
        pattern = r"[\s\u3000]*".join(map(re.escape, label)) + r"[\s\u3000]*[】\]）)]?[\s\u3000]*[:：]?[\s\u3000]*"
        for found in re.finditer(pattern, shown):
            following = shown[found.end() : found.end() + _VALUE]
            if any(fits(part.strip()) for part in (following, following.split("  ")[0], *following.split()[:1])):
                return label
    return ""


# ---------------------------------------------------------------- what was left out


def left_out(page: Page) -> list[dict[str, Any]]:
    """[{"what", "why", "characters"}]: pieces of the page that are no text of the notice, the longest first."""
    container, _ = container_of(page)
    kept = compare_fold(page.document.text)
    found = [*_dropped(page, container, kept), *_outside(page, container, kept), *_links(page)]
    found.sort(key=lambda piece: -int(piece["characters"]))
    return found[:MOST_LEFT_OUT]


def _dropped(page: Page, container: Element | None, kept: str) -> Iterator[dict[str, Any]]:
    for css in page.rule.drop if container is not None else ():
        for element in select_all(container, (css,)) if container is not None else ():
            if compare_fold(text_of(element)) not in kept:
                yield from _piece(element, f"正文内，按选择器 drop 去掉：{css}")


def _outside(page: Page, container: Element | None, kept: str) -> Iterator[dict[str, Any]]:
    """The largest elements beside the container and beside all that holds it."""
    around = {container, *(container.iterancestors() if container is not None else ())}
    top = next(iter(select(page.root, "body")), None)
    ahead = [top] if top is not None else []
    frame = set(select(page.root, FRAME))
    while ahead:
        element = ahead.pop()
        for child in element:
            if not tag_of(child) or tag_of(child) in ("script", "style", "noscript", "template"):
                continue
            if child is container:
                continue
            if child in around or (container is None and child not in frame and len(child) > 3):
                ahead.append(child)
            elif compare_fold(text_of(child)) not in kept:
                yield from _piece(child, _why_outside(child, child in frame))


def _why_outside(element: Element, is_frame: bool) -> str:
    if is_hidden(element):
        return "网页上看不见"
    if is_frame:
        return "页头、页脚或导航"
    text = len("".join(text_of(element).split()))
    links = sum(len("".join(text_of(a).split())) for a in select(element, "a"))
    return "多为链接" if links * 2 > text else "在正文容器之外"


def _piece(element: Element, why: str) -> Iterator[dict[str, Any]]:
    text = " ".join(text_of(element).split())
    size = len("".join(text.split()))
    if size >= WORTH_TELLING:
        what = text[:_LONGEST] + ("…" if len(text) > _LONGEST else "")
        yield {"what": what, "why": why, "characters": size}


def _links(page: Page) -> Iterator[dict[str, Any]]:
    """Links to files that are not among the page's attachments."""
    taken = {attachment.url.rpartition("/")[2] for attachment in page.document.attachments}
    for anchor in select(page.root, "a[href]"):
        href = anchor.get("href") or ""
        name = href.partition("?")[0].rpartition("/")[2]
        if re.search(rf"\.(?:{FILE})$", name, re.I) and href.rpartition("/")[2] not in taken:
            text = " ".join(text_of(anchor).split()) or name
            why = "指向文件的链接，在正文之外，没有当作附件；确是附件的，请写选择器 attachments"
            yield {"what": f"{text[:_LONGEST]}（{href}）", "why": why, "characters": len(text)}
