"""Words that an OpenDocument file strikes out or sets high or low by a style: written into the text itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from archive.text.struck import LOOKS, Look, lowered, raised, struck

_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLED = {
    _TEXT + "span": _TEXT + "style-name",
    _TEXT + "p": _TEXT + "style-name",
    _TEXT + "h": _TEXT + "style-name",
    _TABLE + "table-cell": _TABLE + "style-name",
}


def show_looks(body: etree._Element, parts: Sequence[etree._Element]) -> None:
    """Rewrite the text under `body` as its styles show it. parts: the files that declare styles."""
    looks = _looks(parts)
    if not looks:
        return
    for element in [element for element in body.iter(*_STYLED) if element.get(_STYLED[element.tag]) in looks]:
        # the outermost element applies a look to all that is in it
        above = {look for outer in element.iterancestors(*_STYLED) for look in _of(outer, looks)}
        for look in _of(element, looks):
            if look not in above:
                _apply(element, look)


def _of(element: etree._Element, looks: Mapping[str, tuple[Look, ...]]) -> tuple[Look, ...]:
    return looks.get(element.get(_STYLED[element.tag]) or "", ())


def _apply(element: etree._Element, look: Look) -> None:
    for inner in element.iter():
        inner.text = look(inner.text) if inner.text else inner.text
        if inner is not element and inner.tail:
            inner.tail = look(inner.tail)


def _looks(parts: Sequence[etree._Element]) -> dict[str, tuple[Look, ...]]:
    """Name of a style → how it shows text, the styles that are based on it too."""
    styles = {style.get(_STYLE + "name", ""): style for part in parts for style in part.iter(_STYLE + "style")}
    return {name: found for name in styles if (found := _inherited(name, styles))}


def _inherited(name: str, styles: Mapping[str, etree._Element]) -> tuple[Look, ...]:
    found: set[Look] = set()
    seen: set[str] = set()
    while name in styles and name not in seen:
        seen.add(name)
        properties = styles[name].find(_STYLE + "text-properties")
        if properties is not None:
            found |= set(_own(properties))
        name = styles[name].get(_STYLE + "parent-style-name", "")
    return tuple(look for look in LOOKS if look in found)


def _own(properties: etree._Element) -> list[Look]:
    looks: list[Look] = []
    position = properties.get(_STYLE + "text-position", "").split(" ")[0]
    if position == "super" or (position.endswith("%") and position[:1].isdigit() and position[0] != "0"):
        looks.append(raised)
    elif position == "sub" or position.startswith("-"):
        looks.append(lowered)
    lines = (properties.get(_STYLE + "text-line-through-" + name) for name in ("style", "type"))
    if any(line not in (None, "none") for line in lines):
        looks.append(struck)
    return looks
