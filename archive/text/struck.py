"""Words that stand struck out in the original, and digits set high or low, as plain text.

The archive keeps struck words, marked (〔删：20〕7个工作日); they are not in force, so comparison, search and the
catalogue leave them out (noise.py): 20 struck out for 7 is told as 20 having become 7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from archive.text.late import late

_NEIGHBOURS = late("〔删：([^〔〕]*)〕〔删：")
_BRACKETS = str.maketrans("〔〕", "[]")
_HIGH = dict(zip("0123456789+-=()−＋－＝（）０１２３４５６７８９ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻⁺⁻⁼⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹ⁿⁱ", strict=True))
_LOW = dict(zip("0123456789+-=()−＋－＝（）０１２３４５６７８９", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋₊₋₌₍₎₀₁₂₃₄₅₆₇₈₉", strict=True))
_POINT = late(r"(?<=\d)[.,](?=\d)")
_LONGEST = 20
"""Characters up to which a piece is set high or low; a longer one is text in a mistaken format."""


def struck(text: str) -> str:
    """A piece of text that is struck out in the original, marked as such; blanks stay as they are."""
    return f"〔删：{text.translate(_BRACKETS)}〕" if text.strip() else text


def joined(text: str) -> str:
    """The text with neighbouring struck pieces as one."""
    while (one := _NEIGHBOURS.sub(r"〔删：\1", text)) != text:
        text = one
    return text


def raised(text: str) -> str:
    """A piece that is set high: 10 and a high 2 must not read as 102. Unicode where it has the signs, else ^(…)."""
    return _shifted(text, _HIGH, "^")


def lowered(text: str) -> str:
    """A piece that is set low, as the 2 of CO₂."""
    return _shifted(text, _LOW, "_")


Look = Callable[[str], str]
LOOKS: tuple[Look, ...] = (raised, lowered, struck)
"""In the order in which they are put on: what is raised and struck out reads 〔删：²〕."""
HEIGHTS: Mapping[str, Look] = {"superscript": raised, "subscript": lowered}
"""By the values of vertAlign in Office's files."""


def shown(text: str, looks: Collection[Look]) -> str:
    """The text as these looks show it."""
    for look in LOOKS:
        if look in looks:
            text = look(text)
    return text


def _shifted(text: str, signs: dict[str, str], mark: str) -> str:
    bare = text.strip()
    if not bare or len(bare) > _LONGEST:
        return text
    if all(sign in signs for sign in _POINT.sub("", bare)):
        return "".join(signs.get(sign, sign) for sign in text)
    # a sign that is small by itself (①, ®) needs no mark; the bracketed number of a note neither
    if not any(sign.isalnum() for sign in bare) or re.fullmatch(r"[\[〔【（(].*[\])）】〕]|[①-⑳®™℃°]+", bare):
        return text
    return text.replace(bare, f"{mark}({bare})")
