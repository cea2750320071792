"""Where a page's sentences stand: the element that holds them is the body, whatever it is called.

A container that does not hold them is half of the body, or none of it (an abstract, a box for the title).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from crawler.reading.html.dom import Element, tag_of
from crawler.reading.page.lines import Line

SHORTEST = 12
"""Characters from which a line with a full stop is a sentence."""
_LONG = 30
_OF_SITE = re.compile(
    r"ICP备|公网安备|网站标识码|版权所有|Copyright|技术支持|建议使用|浏览器|分辨率|即将离开|链接即将|验证码|转载|免责|登录|注册|无障碍|JavaScript|document\."
    r"|敬请谅解|Cookie",
    re.I,
)
"""What speaks of the site and is no text of a notice."""
BOXES = frozenset(
    ("div", "section", "article", "main", "td", "tr", "tbody", "table", "center", "form", "body", "font", "span")
)


@frozen
class Prose:
    """The sentences of a page that no menu, footer or list of other documents holds."""

    lines: Sequence[Line]
    weights: Mapping[Element, int]
    """Characters of sentences in each element that holds any."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Prose:
        weights: dict[Element, int] = {}
        for line in lines:
            for outer in (line.element, *line.element.iterancestors()):
                weights[outer] = weights.get(outer, 0) + len(line.text)
        return cls(lines, weights)

    @property
    def weight(self) -> int:
        return sum(len(line.text) for line in self.lines)

    def outside(self, element: Element) -> list[Line]:
        return [line for line in self.lines if element not in (line.element, *line.element.iterancestors())]

    def share(self, element: Element) -> float:
        return self.weights.get(element, 0) / self.weight if self.lines else 1.0

    def most(self) -> Element | None:
        """The smallest element with more than half of them."""
        element = common(line.element for line in self.lines)
        while element is not None:
            inner = next((child for child in element if self.share(child) > 1 / 2), None)
            if inner is None:
                return element
            element = inner
        return None


def sentences(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not line.linked and is_sentence(line.text)]


def is_sentence(text: str) -> bool:
    if len(text) < SHORTEST or _OF_SITE.search(text):
        return False
    return "。" in text or "；" in text or (len(text) >= _LONG and "，" in text)


def common(elements: Iterable[Element]) -> Element | None:
    """The smallest element that holds all of these; None for none."""
    path: list[Element] | None = None
    for element in elements:
        outer = [*reversed(list(element.iterancestors())), element]
        path = outer if path is None else [a for a, b in zip(path, outer, strict=False) if a is b]
    return path[-1] if path else None


def box_of(element: Element | None) -> Element | None:
    """The element itself, or the first around it, that is a box and no paragraph."""
    while element is not None and tag_of(element) not in BOXES:
        element = element.getparent()
    return element


def main_box(prose: Prose, share: float) -> Element | None:
    """The smallest box that holds this share of the sentences."""
    element = box_of(common(line.element for line in prose.lines))
    while element is not None:
        inner = next((child for child in element if tag_of(child) in BOXES and prose.share(child) >= share), None)
        if inner is None:
            return element
        element = inner
    return None
