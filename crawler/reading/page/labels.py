"""What stands beside a known label, wherever a page keeps its labels: in cells, terms, list entries, lines, boxes.

A label belongs to the value behind it in its own line, else to the next cell of its row, the term's description, the
box beside its own. Where none stands there, or another label does, the label has no value: never the next one's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from attrs import frozen

from crawler.reading.catalogue.headers import label_role
from crawler.reading.html.dom import Element, tag_of
from crawler.reading.page.fields import FIELD_OF, OTHER, RANK, label_of, value_of
from crawler.reading.page.lines import CUT, Asides, Line

LONGEST = 600
"""Characters of a line that may hold labels; what is longer is text."""
MANY = 4
"""Labels from which on a box is the notice's own list of them."""
_SPACE = rf"[\s\u3000{CUT}]*"
_WORDS = "|".join(_SPACE.join(map(re.escape, label)) for label in sorted((*FIELD_OF, *OTHER), key=len, reverse=True))
_LABEL = re.compile(
    rf"(?<![\u4e00-\u9fff])(?:[【\[〖]{_SPACE}(?:{_WORDS}){_SPACE}[】\]〗]{_SPACE}[:：]?"
    rf"|(?:{_WORDS}){_SPACE}[:：]|(?:^|(?<={CUT}))(?:{_WORDS})(?={CUT}))"
)
_UNKNOWN = re.compile(r"[【\[]?[\u4e00-\u9fff][\u4e00-\u9fff\s\u3000/、]{1,14}(?:[】\]][:：]?|[:：])")
_CUT_OFF = re.compile(rf"[\s{CUT}|｜][【\[（(]?[\u4e00-\u9fff]{{2,8}}[】\]]?[:：]")
"""Where a label begins that is not known: it ends the value before it."""
_TOLD = frozenset(("index_number", "document_number", "issued_on", "effective_on", "expires_on", "in_force"))
_MOST = 60
_UP = 6
_NEAR = 3


@frozen
class Pair:
    field: str
    """'' for a label whose value is not kept."""
    label: str
    value: str
    lines: tuple[Line, ...]
    """Where label and value stand."""


@frozen
class _Box:
    """A line, or all the lines of one cell."""

    lines: tuple[Line, ...]
    text: str
    kind: str
    """td th dt dd li, '' for any other block."""

    @property
    def element(self) -> Element:
        first = self.lines[0]
        return first.element if first.cell is None or not self.kind else first.cell


def find_pairs(lines: Sequence[Line]) -> list[Pair]:
    """Each label of a page with its value, '' where it has none, in the order of the page."""
    boxes = _boxes(lines)
    return [*(pair for place in range(len(boxes)) for pair in _of(boxes, place)), *_columns(boxes)]


def label_lists(lines: Sequence[Line], pairs: Sequence[Pair]) -> list[Element]:
    """The smallest elements that are nothing but a list of the notice's labels, in the order of the page."""
    told = {id(line) for pair in pairs for line in pair.lines}
    within: dict[Element, list[Pair]] = {}
    for pair in pairs:
        for outer in _around(pair.lines[0].element):
            within.setdefault(outer, []).append(pair)
    found: list[Element] = []
    for element, inside in within.items():
        if not MANY <= len(inside) <= _MOST:
            continue
        labels = Counter(pair.label for pair in inside)
        if len(labels) < MANY or max(labels.values()) > 2 or not any(pair.field in _TOLD for pair in inside):
            continue
        own = set(element.iter())
        texts = [line for line in lines if line.element in own and line.text]
        strange = [line for line in texts if id(line) not in told]
        if len(strange) <= len(texts) // 5 and not any("。" in line.text for line in strange):
            found.append(element)
    return [
        element for element in found if not any(other is not element and _inside(other, element) for other in found)
    ]


def labelled(
    pairs: Sequence[Pair], lists: Sequence[Element], asides: Asides, body: Element | None
) -> list[tuple[str, str]]:
    """(field, value) of the labels that are the notice's, the likeliest first: of its own list of labels, then above
    the body, nearest to it first, then below it. A page's header may hold labels of its own: a clock, a search form."""
    inside = frozenset[Element]() if body is None else frozenset(body.iter())
    start = min((pair.lines[0].place for pair in pairs if pair.lines[0].element in inside), default=None)
    ranked: list[tuple[tuple[int, ...], Pair]] = []
    for pair in pairs:
        line = pair.lines[0]
        own = next((place for place, box in enumerate(lists) if _inside(line.element, box)), None)
        rank = RANK.get(pair.label, 0)
        if own is not None:
            ranked.append(((0, own, not pair.value, rank), pair))
        elif line.element not in inside and not asides.hold(line.element):
            below = start is not None and line.place > start
            ranked.append(((2 if below else 1, line.place if below else -line.place, not pair.value, rank), pair))
    ranked.sort(key=lambda entry: entry[0])
    return [(pair.field, pair.value) for _, pair in ranked if pair.field]


# ---------------------------------------------------------------- boxes


def _boxes(lines: Sequence[Line]) -> list[_Box]:
    boxes = []
    for _, group in groupby(lines, lambda line: id(line.cell) if _kind(line) not in ("", "li") else id(line)):
        together = tuple(group)
        boxes.append(_Box(together, CUT.join(filter(None, (line.marked for line in together))), _kind(together[0])))
    return boxes


def _kind(line: Line) -> str:
    return "" if line.cell is None else tag_of(line.cell)


def _around(element: Element) -> Iterator[Element]:
    for level, outer in enumerate((element, *element.iterancestors())):
        if level > _UP or tag_of(outer) in ("body", "html"):
            return
        yield outer


def _inside(element: Element, outer: Element) -> bool:
    return element is outer or outer in element.iterancestors()


# ---------------------------------------------------------------- pairs


def _of(boxes: Sequence[_Box], place: int) -> Iterator[Pair]:
    box = boxes[place]
    if not box.text or len(box.text) > LONGEST:
        return
    marks = list(_LABEL.finditer(box.text))
    name = label_of(box.text)
    if not marks:
        known = name in FIELD_OF or name in OTHER or (box.kind and _UNKNOWN.fullmatch(box.text))
        # a word of two characters is a label only in a cell, or with its colon
        if known and (box.kind or len(name) > 2):
            yield _pair(name, *_beside(boxes, place, name))
        return
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        value = box.text[mark.end() : following.start() if following else len(box.text)]
        if following is None and not value.strip(f" {CUT}"):
            yield _pair(label_of(mark[0]), *_beside(boxes, place, label_of(mark[0])))
        else:
            yield _pair(label_of(mark[0]), value, box.lines)


def _pair(label: str, value: str, lines: tuple[Line, ...]) -> Pair:
    return Pair(FIELD_OF.get(label, ""), label, _first_part(value), lines)


def _first_part(value: str) -> str:
    """Without what follows on the same line: 来源：某局 字体：[大 中 小]."""
    value = value.lstrip(f" {CUT}")
    found = _CUT_OFF.search(value)
    return (value[: found.start()] if found else value).replace(CUT, " ").strip()


def _beside(boxes: Sequence[_Box], place: int, label: str) -> tuple[str, tuple[Line, ...]]:
    """(value, the lines of label and value): what stands in the box that belongs to a label's own. Where no cell says
    that it does, it must look like a value of this label."""
    box = boxes[place]
    following = boxes[place + 1] if place + 1 < len(boxes) else None
    if following is None or not _belongs(box, following) or _is_label(following) or len(following.text) > LONGEST:
        return "", box.lines
    if box.kind in ("", "li") and not value_of(FIELD_OF.get(label, ""), following.text.replace(CUT, " ")):
        return "", box.lines
    return following.text, (*box.lines, *following.lines)


def _belongs(label: _Box, value: _Box) -> bool:
    if label.kind in ("td", "th", "li"):
        kinds = ("td", "th") if label.kind != "li" else ("li",)
        return value.kind in kinds and value.element.getparent() is label.element.getparent()
    if label.kind == "dt":
        return value.kind == "dd"
    if label.kind == "dd" or value.kind != label.kind:
        return False
    if label.element in (value.element.getparent(), *value.element.iterancestors())[:2]:
        return True  # <div><strong>label</strong><div>value</div></div>
    outer = list(_outer(label.element))
    return any(other.getprevious() is one for one in outer for other in _outer(value.element))


def _outer(element: Element) -> Iterator[Element]:
    for level, outer in enumerate((element, *element.iterancestors())):
        if level >= _NEAR:
            return
        yield outer


def _is_label(box: _Box) -> bool:
    """公开主体 beside 公开渠道和载体 is the head of a catalogue, no label with its value."""
    name = label_of(box.text)
    known = name in FIELD_OF or name in OTHER or bool(_LABEL.match(box.text))
    return known or (box.kind != "" and (bool(_UNKNOWN.fullmatch(box.text)) or bool(label_role(box.text))))


def _columns(boxes: Sequence[_Box]) -> Iterator[Pair]:
    """Labels in one row of a small table, their values below them in the next."""
    cells = [box for box in boxes if box.kind in ("td", "th")]
    rows = [list(group) for _, group in groupby(cells, lambda box: id(box.element.getparent()))]
    for head, below in pairwise(rows):
        if len(head) < MANY or len(head) != len(below) or len(_rows_of(head[0].element)) > MANY:
            continue
        known = [label_of(box.text) in FIELD_OF or label_of(box.text) in OTHER for box in head]
        if all(known) and not any(map(_is_label, below)):
            for label, value in zip(head, below, strict=True):
                yield _pair(label_of(label.text), value.text, (*label.lines, *value.lines))


def _rows_of(cell: Element) -> list[Element]:
    table = next(cell.iterancestors("table"), None)
    return [] if table is None else list(table.iter("tr"))
