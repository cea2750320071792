"""A page as the lines that a reader sees, each with its box: what labels, titles and sentences are found by."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from attrs import define, field, frozen

from crawler.reading.html.dom import (
    BLANK,
    END,
    START,
    WORDS,
    Element,
    Walk,
    is_block,
    is_hidden,
    select,
    tag_of,
    text_of,
)

CUT = "\x01"
"""Between the pieces of a line that different inline elements hold."""
_CELLS = frozenset(("td", "th", "dt", "dd", "li"))
_VOID = frozenset(("wbr", "img", "input", "br"))
_FOOT = re.compile(r"(?:^|[-_])(?:nav|menu|foot|footer|copyright|crumbs?|breadcrumbs?)(?:$|[-_\d])", re.I)
_ASIDE = re.compile(
    r"(?:^|[-_])(?:nav|menu|foot|footer|bottom|side|sidebar|aside|crumbs?|breadcrumbs?|related|relevant|recommend|hot|rank|search"
    r"|filter|sort|tabs?|paging|pagination|links?|lists?|xgwz|xgyd|xgjd|xgwj|xgzc|tuijian|friendlink|copyright|dqwz|position|legend)"
    r"(?:$|[-_\d])",
    re.I,
)
"""Names of parts of a page that speak of the site or of other documents."""


@define
class Line:
    """One block of text; of a table cell or a term, the whole of it."""

    element: Element
    """The innermost block around its first words."""
    cell: Element | None
    """The td, th, dt, dd or li around it."""
    pieces: list[str] = field(factory=list)
    linked: bool = False
    """All its words stand inside links."""
    place: int = 0

    @property
    def text(self) -> str:
        return BLANK.sub(" ", "".join(self.pieces).replace(CUT, "")).strip()

    @property
    def marked(self) -> str:
        """The text with CUT where an inline element begins or ends."""
        return re.sub(rf"\s*{CUT}[\s{CUT}]*", CUT, BLANK.sub(" ", "".join(self.pieces))).strip(" " + CUT)


def names_aside(element: Element) -> bool:
    """Whether its tag or its name says that it speaks of the site or of other documents."""
    if tag_of(element) in ("nav", "footer", "aside"):
        return True
    return any(_ASIDE.search(name) for name in names_of(element))


def names_of(element: Element) -> Sequence[str]:
    """Its classes and its id."""
    return [*element.get("class", "").split(), *filter(None, [element.get("id", "")])]


@frozen
class Asides:
    """The parts of a page that speak of the site or of other documents. What holds the title, or most of the page's
    sentences, is none, whatever its name."""

    elements: frozenset[Element]

    def hold(self, element: Element) -> bool:
        return element in self.elements or any(outer in self.elements for outer in element.iterancestors())


def asides_of(root: Element, kept: Collection[Element], said: Collection[Element]) -> Asides:
    """kept: elements that stand in no aside; said: those of sentences, which are text where no link is beside them."""
    around = {outer for element in kept for outer in (element, *element.iterancestors())}
    telling = {outer for element in said for outer in (element, *element.iterancestors())}
    elements = (element for element in root.iter() if tag_of(element) and element not in around)
    named = (element for element in elements if names_aside(element))
    return Asides(frozenset(element for element in named if element not in telling or not is_text(element)))


def is_text(element: Element) -> bool:
    """Whether an element that holds sentences is text, whatever its class says: no link leads away from it."""
    if tag_of(element) in ("nav", "footer", "aside") or any(_FOOT.search(name) for name in names_of(element)):
        return False
    return not select(element, "a[href]")


def page_lines(root: Element) -> list[Line]:
    """The visible lines of a page, in its order. An empty cell is a line, too: the value of the label before it."""
    lines = list(_lines(root))
    for place, line in enumerate(lines):
        line.place = place
    return lines


def _lines(root: Element) -> Iterator[Line]:
    blocks: list[Element] = [root]
    cells: list[Element] = []
    line: Line | None = None
    plain = linked = False
    links = 0
    given: Element | None = None  # the last cell that gave a line

    def ended() -> Iterator[Line]:
        nonlocal line, plain, linked, given
        if line is not None and line.text:
            line.linked = linked and not plain
            given = line.cell
            yield line
        line, plain, linked = None, False, False

    walk = Walk(root)
    for step, node, words in walk:
        tag = tag_of(node)
        if step == WORDS:
            if line is None and words.strip():
                line = Line(blocks[-1], cells[-1] if cells else None)
            if line is not None:
                line.pieces.append(words)
                if words.strip():
                    linked, plain = linked or links > 0, plain or (links == 0 and re.search(r"\w", words) is not None)
            continue
        if is_block(tag):
            yield from ended()
        elif line is not None and tag and tag not in _VOID:
            line.pieces.append(CUT)
        if step == START:
            if node is not root and is_hidden(node):
                walk.skip()
            if is_block(tag) and tag != "br":
                blocks.append(node)
            if tag in _CELLS:
                cells.append(node)
            links += tag == "a"
        elif step == END:
            if blocks[-1] is node and node is not root:
                blocks.pop()
            if cells and cells[-1] is node:
                cells.pop()
                if given is not node and tag in ("td", "th", "dd") and not text_of(node):
                    yield Line(node, node)
            links -= tag == "a" and links > 0
    yield from ended()
