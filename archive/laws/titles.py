"""When two printed titles or numbers of laws are the same."""

from __future__ import annotations

import re
import unicodedata

_PRC = "中华人民共和国"
_MARKS = re.compile(r"[\s《》〈〉<>“”\"]")
_BRACKETS = str.maketrans("（）［］【】〔〕[]", "()〔〕〔〕〔〕〔〕")
_DIGITS = "零一二三四五六七八九"
_UNITS = {"千": 1000, "百": 100, "十": 10}


def folded(title: str) -> str:
    """A title as the register has it: without 《》, blanks and 中华人民共和国, brackets of full width."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", title).replace("(", "（").replace(")", "）"))
    return plain.replace(_PRC, "", 1) if plain.startswith(_PRC) else plain


def number_key(number: str) -> str:
    """A document number as one compares it: 民发〔2012〕220号, 国务院令第711号."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", number)).translate(_BRACKETS)
    plain = plain.replace("(", "〔").replace(")", "〕").removeprefix(_PRC)
    plain = re.sub(r"〔(\d{4})年?〕第?", r"〔\1〕", plain)
    order = re.fullmatch(r"(.+?令)第?(.+?)号", plain)
    if order and not order[2].isdigit():
        return f"{order[1]}第{arabic(order[2])}号"
    return f"{order[1]}第{order[2]}号" if order else plain


def chinese(number: int) -> str:
    """Below ten thousand, as articles are numbered: 19 → 十九, 102 → 一百零二, 1049 → 一千零四十九."""
    written, gap = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if gap else "") + _DIGITS[digit] + sign
            gap = False
        else:
            gap = bool(written)
    return written.removeprefix("一") if written.startswith("一十") else written or "零"


def arabic(text: str) -> int:
    """A number below ten thousand in Chinese signs (二十六, 〇), or in digits."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for sign in text.replace("〇", "零"):
        if sign in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[sign], 0
        else:
            digit = _DIGITS.index(sign)
    return total + digit
