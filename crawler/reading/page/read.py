"""A page of html as a Document: body, title, metadata, files. Pure: nothing is fetched, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from archive.model import CONTINUED, Attachment, Document, Problem
from archive.text.noise import without_noise
from crawler.reading.assemble import Block, Paragraph, assemble
from crawler.reading.formats.errors import KEPT, UnreadableError
from crawler.reading.html.charset import decode
from crawler.reading.html.dom import Element, parse, select_all
from crawler.reading.html.serialise import blocks, dropped
from crawler.reading.page.address import Addresses
from crawler.reading.page.body import Body, find_body
from crawler.reading.page.continued import continued
from crawler.reading.page.furniture import edges
from crawler.reading.page.labels import labelled
from crawler.reading.page.links import attachments
from crawler.reading.page.metadata import Labelled, read_metadata
from crawler.reading.page.page import Page, page_of
from crawler.reading.page.pictures import pictures
from crawler.reading.page.propose import propose_selector
from crawler.reading.page.repeal import bare_title, repealed
from crawler.reading.page.titles import page_titles, title_above
from crawler.reading.rule import Rule

MAX_CHARACTERS = 20_000_000
"""A page of text; what is larger is no notice."""


def read_page(payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    """Read an html page. headers: content-type for the encoding, content-location for relative links."""
    html, charset = decode(payload, headers)
    url = headers.get("content-location", "")
    if len(html) > MAX_CHARACTERS:
        return Document(media_type="text/html", url=url, problem=_too_large(len(html)))
    root = parse(html)
    page = page_of(root, rule)
    body = find_body(root, rule, html, page)
    element = body.element if body else None
    labels = labelled(page.pairs, page.lists, page.asides, element)
    title, headings = page_titles(root, rule, next((text for field, text in labels if field == "title"), ""))
    dated = [pair.lines[0] for pair in page.pairs if pair.field in ("published_on", "source")]
    title = title_above(page.lines, dated, title) or title
    if body is None:
        return _without_body(root, html, rule, labels, (title, *headings), url)
    drop = frozenset[Element]()
    try:
        if element is not None:
            drop = _left_out(element, page, rule)
        document = assemble(_content(body, drop), rule)
    except UnreadableError as error:
        return Document(title=title, headings=headings, media_type="text/html", url=url, problem=error.problem)
    said = [line for line in document.text.splitlines() if without_noise(line)]
    metadata = read_metadata(root, labels, said, (title, *headings[:3]), rule)
    addresses = Addresses.of(root, url, charset)
    further = () if element is None else continued(root, element, url, addresses)
    if further:
        metadata[CONTINUED] = " ".join(further)
    gone = repealed(root, html, element, (title, *headings), metadata)
    return Document(
        text=document.text,
        title=bare_title(title) if gone else title,
        metadata=metadata | {"repealed": gone} if gone else metadata,
        attachments=(*_further(further), *attachments(page, body, addresses, rule, drop)),
        pictures=pictures(element, addresses, drop),
        items=document.items,
        tables=document.tables,
        confidence="high" if body.sure else "low",
        proposal="" if body.sure else propose_selector(root, document.text),
        media_type="text/html",
        headings=headings,
        link_lines=document.link_lines,
        url=url,
        problem=Problem() if document.text else NO_BODY,
    )


def _too_large(size: int) -> Problem:
    return Problem("too-large", f"网页有 {size:,} 个字符，超过读取上限，没有读取。{KEPT}；请在浏览器里打开核对。")


def _left_out(element: Element, page: Page, rule: Rule) -> frozenset[Element]:
    """What is no text of the notice: what the operator drops, widgets by their usual names, furniture at the edges.

    A widget's name on an element that says something makes none of it.
    """
    widgets = [widget for widget in select_all(element, rule.drop) if not page.says(widget)]
    return dropped(element, [*select_all(element, rule.declared_drop), *widgets, *edges(element, page)])


def _further(urls: tuple[str, ...]) -> list[Attachment]:
    """The further pages of a text, each fetched and kept as a file of its own."""
    return [Attachment(f"第{number}页", url) for number, url in enumerate(urls, 2)]


def _content(body: Body, drop: frozenset[Element]) -> list[Block]:
    if body.element is None:
        return [Paragraph(line) for line in body.text.splitlines() if line]
    return list(blocks(body.element, drop))


def _without_body(
    root: Element, html: str, rule: Rule, labels: Labelled, titles: tuple[str, ...], url: str
) -> Document:
    """A page with nothing to read: its headings tell the verdict what it is instead. One sentence that the document is
    repealed is a text, though no container holds it."""
    title, *headings = titles
    found = Document(title=title, headings=tuple(headings), media_type="text/html", url=url, problem=NO_BODY)
    gone = repealed(root, html, None, titles, {})
    if not gone:
        return found
    metadata = read_metadata(root, labels, [gone], titles[:4], rule) | {"repealed": gone}
    return evolve(found, text=gone, title=bare_title(title), metadata=metadata, confidence="low", problem="")


NO_BODY = Problem(
    "empty",
    "网页里没有找到正文。请在浏览器里打开核对；若网站改版，请在 sources.toml 的 [[site]] 里写明正文位置（content）。",
)
