"""What the inline elements around a piece of text say about it: struck out, set high, set low."""

from __future__ import annotations

import re

from attrs import define, field

from archive.text.struck import Look, lowered, raised, shown, struck
from crawler.reading.html.dom import Element

_LOOK_OF_TAG = {"sup": raised, "sub": lowered, "s": struck, "strike": struck, "del": struck}
_STYLED = re.compile(r"(line-through)|vertical-align\s*:\s*(?:(super)|(sub)\b)", re.I)


@define
class Looks:
    """The looks that hold at a place of a walk through a tree."""

    open: list[tuple[Element, Look]] = field(factory=list)

    def enter(self, node: Element, tag: str) -> None:
        look = _LOOK_OF_TAG.get(tag) or _by_style(node)
        if look is not None:
            self.open.append((node, look))

    def leave(self, node: Element) -> None:
        if self.open and self.open[-1][0] is node:
            self.open.pop()

    def shown(self, text: str) -> str:
        return shown(text, [look for _, look in self.open]) if self.open else text


def _by_style(node: Element) -> Look | None:
    style = node.get("style")
    found = _STYLED.search(style) if style else None
    if found is None:
        return None
    return struck if found[1] else raised if found[2] else lowered
