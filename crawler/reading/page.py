"""A page of html as a Document: body, title, metadata, files. Pure: nothing is fetched, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping

from archive.model import Document
from archive.text.noise import without_noise
from crawler.reading.assemble import Block, Paragraph, assemble
from crawler.reading.body import find_body
from crawler.reading.charset import decode
from crawler.reading.dom import Element, parse, select_all
from crawler.reading.formats.errors import UnreadableError
from crawler.reading.links import attachments
from crawler.reading.metadata import labelled, read_metadata
from crawler.reading.propose import propose_selector
from crawler.reading.rule import Rule
from crawler.reading.serialise import blocks, dropped
from crawler.reading.titles import page_titles

MAX_CHARACTERS = 20_000_000
"""A page of text; what is larger is no notice."""


def read_page(payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    """Read an html page. headers: content-type for the encoding, content-location for relative links."""
    html, charset = decode(payload, headers)
    url = headers.get("content-location", "")
    if len(html) > MAX_CHARACTERS:
        return Document(
            media_type="text/html",
            url=url,
            problem=f"too-large: 网页有 {len(html):,} 个字符，超过读取上限，没有读取。"
            "原件已保存；请在浏览器里打开核对。",
        )
    root = parse(html)
    body = find_body(root, rule, html)
    element = body.element if body else None
    labels = labelled(root, element)
    title, headings = page_titles(root, rule, next((text for field, text in labels if field == "title"), ""))
    if body is None:
        # metadata and headings are kept: they tell the verdict what the page is instead
        return Document(title=title, headings=headings, media_type="text/html", url=url, problem=NO_BODY)
    drop = frozenset[Element]()
    content: list[Block]
    try:
        if element is None:
            content = [Paragraph(line) for line in body.text.splitlines() if line]
        else:
            drop = dropped(element, select_all(element, rule.drop))
            content = list(blocks(element, drop))
        document = assemble(content, rule)
    except UnreadableError as error:
        return Document(title=title, headings=headings, media_type="text/html", url=url, problem=str(error))
    lines = [line for line in document.text.splitlines() if without_noise(line)]
    return Document(
        text=document.text,
        title=title,
        metadata=read_metadata(root, labels, lines, (title, *headings[:3]), rule),
        attachments=attachments(root, element, url, charset, rule, drop),
        items=document.items,
        tables=document.tables,
        confidence="high" if element is not None else "low",
        proposal=propose_selector(root, document.text) if element is None else "",
        media_type="text/html",
        headings=headings,
        link_lines=document.link_lines,
        url=url,
        problem="" if document.text else NO_BODY,
    )


NO_BODY = (
    "empty: 网页里没有找到正文。请在浏览器里打开核对；"
    "若网站改版，请在 sources.toml 的 [[site]] 里写明正文位置（content）。"
)
