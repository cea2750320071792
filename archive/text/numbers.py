"""Numbers as Chinese documents write them: months, days, counts, and 序号 (1, 1., １, （一）, 01 and ① count alike)."""

from __future__ import annotations

import unicodedata

from archive.text.late import late

HAN_DIGITS = {sign: str(n) for n, signs in enumerate(("〇○零ＯOo0０", *"一二三四五六七八九")) for sign in signs} | {
    "元": "1"
}
_BARE = late(r"[(\[〔（]?(\d{1,4}|[〇零一二三四五六七八九十百]{1,6})[)\]〕）]?[.．、,:：]?")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def han_number(text: str) -> int:
    """The number of a month or day: 元, 七, 十一, 二十三, 廿三, 卅一."""
    tens, ten, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
    return (int(HAN_DIGITS.get(tens, "1")) * 10 if ten else 0) + int(HAN_DIGITS.get(ones, "0"))


def serial_number(text: str) -> int | None:
    """None for what is no plain number (3-1, 甲)."""
    found = _BARE.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    return han_count(found[1]) if found else None


def han_count(text: str) -> int | None:
    """20, 二十, 十五, 一百二十 as a number."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif char == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif char in _DIGITS:
            digit = _DIGITS[char]
        else:
            return None
    return total + digit
