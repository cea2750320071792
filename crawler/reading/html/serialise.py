"""From a tree to lines: one block a line, tables as grids. However it is marked up, the same content gives the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, field

from archive.text.struck import joined as as_one
from crawler.reading.assemble import Block, Paragraph, clean
from crawler.reading.html.dom import END, START, Element, Walk, is_block, is_hidden, tag_of, weight
from crawler.reading.html.tables import Looks, grid_of, is_data

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201d\u2014\u2026"
# A line break in the source between two Chinese characters is the editor's, not the author's.
_SOURCE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n][ \t\r\n\f]*(?=[{_WIDE}])")
_WORD = re.compile(r"\w")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@define
class _Line:
    """The block that is being read."""

    pieces: list[str] = field(factory=list)
    linked: bool = False
    plain: bool = False
    """Words of it stand outside of links."""

    def add(self, text: str, *, linked: bool) -> None:
        self.pieces.append(text)
        if text.strip():
            self.linked = self.linked or linked
            self.plain = self.plain or (not linked and _WORD.search(text) is not None)

    def end(self, *, heading: bool) -> Iterator[Paragraph]:
        if self.pieces:
            text = joined("".join(self.pieces))
            if text:
                yield Paragraph(text, heading, linked=self.linked and not self.plain)
        self.pieces.clear()
        self.linked = self.plain = False


def blocks(container: Element, drop: frozenset[Element] = frozenset()) -> Iterator[Block]:
    """The paragraphs and tables inside an element, without the elements in `drop` and hidden ones.

    Nothing else is left out: what is no text of the notice is known to the comparison (archive.text.noise).
    """
    line, looks = _Line(), Looks()
    heading = False
    verbatim = links = 0
    walk = Walk(container)
    for step, node, text in walk:
        tag = tag_of(node)
        if step == START:
            if is_block(tag):
                yield from line.end(heading=heading)
                heading = heading or tag in _HEADINGS
                verbatim += tag == "pre"
            links += tag == "a"
            if node is not container and (node in drop or is_hidden(node)):
                walk.skip()
            elif tag == "table" and is_data(node):
                yield grid_of(node)
                walk.skip()
            else:
                looks.enter(node, tag)
        elif step == END:
            if is_block(tag):
                yield from line.end(heading=heading)
                heading = heading and tag not in _HEADINGS
                verbatim -= tag == "pre"
            links -= tag == "a"
            looks.leave(node)
        else:
            *lines, text = text.split("\n") if verbatim else [text]
            for one in lines:
                line.add(looks.shown(one), linked=links > 0)
                yield from line.end(heading=heading)
            line.add(looks.shown(text), linked=links > 0)
    yield from line.end(heading=heading)


def joined(text: str) -> str:
    """The text of one block on one line."""
    return clean(re.sub(r"[\r\n]+", " ", _SOURCE_BREAK.sub("", as_one(text))))


def dropped(container: Element, elements: list[Element]) -> frozenset[Element]:
    """Those of `elements` that may go: a widget's class on what is most of the container's text is a mistake."""
    if not elements:
        return frozenset()
    whole = weight(container)
    return frozenset(e for e in elements if e is not container and weight(e) * 2 <= whole)
