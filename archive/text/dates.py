"""Spellings of a date or a number that mean the same, in one: 2025年3月05日, 2025-03-05 and 2025年3月5日.

Used on text that is folded already (half width, no blanks). A digit that differs always stays different.
"""

from __future__ import annotations

import re

_DIGIT = re.compile(r"\d|[〇○零]年|[一二三四五六七八九]年")
_FULL = re.compile(
    r"(?<![\d.\-/])((?:19|20)\d{2})(?:年(0?[1-9]|1[0-2])月(0?[1-9]|[12]\d|3[01])[日号]"
    r"|([-/.])(0?[1-9]|1[0-2])\4(0?[1-9]|[12]\d|3[01])(?![\d.\-/年月日]))"
)
_MONTH = re.compile(r"(?<!\d)0([1-9])(?=月)|(?<=月)0([1-9])(?=[日号])")
_HOUR = re.compile(r"(?<![\d:])0(\d)(?=:[0-5]\d)")
_YEAR_IN_BRACKETS = re.compile(r"[〔\[【(﹝〖]((?:19|20)\d{2})[〕\]】)﹞〗]")
_THOUSANDS = re.compile(r"(?<![\d.,，:])\d{1,3}(?:,\d{3})+(?![\d,，])")
_HAN = re.compile(
    r"([一二][〇○零O0一二三四五六七八九]{3})年(元|十[一二]?|[一二三四五六七八九])月"
    r"(二十[一二三四五六七八九]?|三十一?|十[一二三四五六七八九]?|[一二三四五六七八九])日"
)
HAN_DIGITS = {sign: str(n) for n, signs in enumerate(("〇○零ＯOo0０", *"一二三四五六七八九")) for sign in signs} | {
    "元": "1"
}


def has_digits(text: str) -> bool:
    return _DIGIT.search(text) is not None


def without_thousands(text: str) -> str:
    """1,000 as 1000. Before folding, which makes a Chinese comma a plain one."""
    return _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text) if "," in text else text


def plain_dates(text: str) -> str:
    """Dates as 2025年3月5日, hours without a leading nought, the year of a document number in 〔〕."""
    text = _HAN.sub(
        lambda d: f"{''.join(map(HAN_DIGITS.__getitem__, d[1]))}年{han_number(d[2])}月{han_number(d[3])}日", text
    )
    text = _FULL.sub(lambda d: f"{d[1]}年{int(d[2] or d[5])}月{int(d[3] or d[6])}日", text)
    text = _HOUR.sub(r"\1", _MONTH.sub(lambda d: d[1] or d[2], text))
    return _YEAR_IN_BRACKETS.sub(r"〔\1〕", text)


def han_number(text: str) -> int:
    """The number of a month or day: 元, 七, 十一, 二十三, 廿三, 卅一."""
    tens, ten, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
    return (int(HAN_DIGITS.get(tens, "1")) * 10 if ten else 0) + int(HAN_DIGITS.get(ones, "0"))
