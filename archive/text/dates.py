"""Numbers of months and days in Chinese characters."""

from __future__ import annotations

HAN_DIGITS = {sign: str(n) for n, signs in enumerate(("〇○零ＯOo0０", *"一二三四五六七八九")) for sign in signs} | {
    "元": "1"
}


def han_number(text: str) -> int:
    """The number of a month or day: 元, 七, 十一, 二十三, 廿三, 卅一."""
    tens, ten, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
    return (int(HAN_DIGITS.get(tens, "1")) * 10 if ten else 0) + int(HAN_DIGITS.get(ones, "0"))
