"""When two printed titles or numbers of laws are the same."""

from __future__ import annotations

import re
import unicodedata

_PRC = "中华人民共和国"
_MARKS = re.compile(r"[\s《》〈〉<>“”\"]")
_BRACKETS = str.maketrans("（）［］【】〔〕[]", "()〔〕〔〕〔〕〔〕")
_DIGITS = "零一二三四五六七八九"


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
    """Below a thousand, as articles are numbered: 19 → 十九, 102 → 一百零二."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if hundreds and rest and not tens:
        head += "零"
    middle = (f"{_DIGITS[tens]}十" if tens > 1 or hundreds else "十") if tens else ""
    return head + middle + (_DIGITS[ones] if ones or not number else "")


def arabic(text: str) -> int:
    """A number below a thousand in Chinese signs (二十六, 〇), or in digits."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for sign in text.replace("〇", "零"):
        if sign == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif sign == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS.index(sign) if sign in _DIGITS else 0
    return total + digit
