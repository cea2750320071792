"""From a tree to lines: one block a line, tables as grids. However it is marked up, the same content gives the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from crawler.reading.assemble import Block, Paragraph, clean
from crawler.reading.dom import Element, is_block, is_hidden, tag_of, weight
from crawler.reading.html_tables import grid_of, is_data
from crawler.reading.noise import without_noise

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201d\u2014\u2026"
# A line break in the source between two Chinese characters is the editor's, not the author's.
_SOURCE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n][ \t\r\n\f]*(?=[{_WIDE}])")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def blocks(container: Element, drop: frozenset[Element] = frozenset()) -> Iterator[Block]:
    """The paragraphs and tables inside an element, without the elements in `drop`, hidden ones and widgets."""
    line: list[str] = []
    heading = False
    verbatim = 0

    def end() -> Iterator[Block]:
        if not line:
            return
        text = joined("".join(line))
        line.clear()
        kept = without_noise(text)
        if kept:
            yield Paragraph(kept, heading)

    walk = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        tag = tag_of(node)
        if event == "start":
            if is_block(tag):
                yield from end()
                heading = heading or tag in _HEADINGS
                verbatim += tag == "pre"
            if node is not container and (node in drop or is_hidden(node)):
                walk.skip_subtree()
                continue
            if tag == "table" and is_data(node):
                yield grid_of(node)
                walk.skip_subtree()
                continue
            text = node.text
        else:
            if event == "end" and is_block(tag):
                yield from end()
                heading = heading and tag not in _HEADINGS
                verbatim -= tag == "pre"
            if node is container:
                break
            text = node.tail
        if not text:
            continue
        if verbatim:
            *lines, text = text.split("\n")
            for one in lines:
                line.append(one)
                yield from end()
        line.append(text)
    yield from end()


def joined(text: str) -> str:
    """The text of one block on one line."""
    return clean(re.sub(r"[\r\n]+", " ", _SOURCE_BREAK.sub("", text)))


def dropped(container: Element, elements: list[Element]) -> frozenset[Element]:
    """Those of `elements` that may go: a widget's class on what is most of the container's text is a mistake."""
    if not elements:
        return frozenset()
    whole = weight(container)
    return frozenset(e for e in elements if e is not container and weight(e) * 2 <= whole)
