"""Which selector would find a body that was only guessed: a proposal for `content`, for a person to try."""

from __future__ import annotations

import re

from crawler.reading.html.dom import BLANK, Element, select, tag_of, text_of

SHARE = 0.9
"""Of the guessed text that the element must hold."""
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_PIECE = 20


def propose_selector(root: Element, text: str) -> str:
    """CSS of the smallest element with a name of its own that holds the text; '' when there is none.

    The name must be the page's only one, so that the proposal finds this element and no other.
    """
    pieces = _pieces(text)
    best = ""
    element = next(iter(select(root, "body")), None)
    while element is not None and pieces:
        name = _selector(root, element)
        best = name or best
        element = next((child for child in element if isinstance(child.tag, str) and _holds(child, pieces)), None)
    return best


def _pieces(text: str) -> list[str]:
    """The beginnings of the text's longer lines, without blanks; not of tables, which are written otherwise there."""
    lines = (BLANK.sub("", line) for line in text.splitlines() if "|" not in line)
    return [line[:_PIECE] for line in lines if len(line) >= _PIECE]


def _holds(element: Element, pieces: list[str]) -> bool:
    inside = BLANK.sub("", text_of(element))
    return sum(piece in inside for piece in pieces) >= len(pieces) * SHARE


def _selector(root: Element, element: Element) -> str:
    if tag_of(element) in ("body", "html"):
        return ""
    names = [f"#{element.get('id')}"] if _NAME.fullmatch(element.get("id") or "") else []
    names += [f"{tag_of(element)}.{name}" for name in (element.get("class") or "").split() if _NAME.fullmatch(name)]
    return next((name for name in names if len(select(root, name)) == 1), "")
