"""Other words for the same thing: synonyms of this field (a file that a person can extend), numbers in other signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from attrs import Factory, define, frozen

from archive.text.fold import search_fold

OWN = "synonyms.txt"
"""Under the data folder, beside the built-in list."""
MOST = 5_000
"""Lines of a list."""
WIDEST = 12
"""Words of a line; of a term's other words."""


@frozen
class Synonyms:
    words: Mapping[str, tuple[str, ...]]
    """Folded word to the other words for the same thing, as they are written."""
    problems: tuple[str, ...]
    """What is wrong in the operator's own list, with line numbers, in Chinese; those lines are left out."""

    def of(self, text: str) -> tuple[str, ...]:
        return self.words.get(search_fold(text), ())


@define
class _Reading:
    words: dict[str, list[str]] = Factory(dict)
    problems: list[str] = Factory(list)

    def read(self, lines: Iterable[str], name: str) -> None:
        for number, line in enumerate(lines, 1):
            content = line.split("#", 1)[0].strip()
            if number > MOST:
                self.problems.append(f"{name} 超过 {MOST} 行，其余没有采用。")
                return
            if content and (problem := self._line(content)):
                self.problems.append(f"{name} 第 {number} 行{problem}，这一行没有采用：{content[:40]}")

    def _line(self, content: str) -> str:
        """Take a line in: `A = B = C`, all the same, or `A > B`, A finds B too but not the other way round."""
        oneway = ">" in content
        if oneway and ("=" in content or content.count(">") > 1):
            return "混用了“=”和“>”，或有几个“>”"
        words = [word.strip() for word in content.split(">" if oneway else "=")]
        if len(words) < 2:
            return "没有“=”或“>”"
        if len(words) > WIDEST:
            return f"多于 {WIDEST} 个词"
        if any(not 1 < len(search_fold(word)) <= 30 for word in words):
            return "有的词不是 2 到 30 个字"
        for word in words[:1] if oneway else words:
            others = self.words.setdefault(search_fold(word), [])
            others += [other for other in words if other != word and other not in others]
        return ""


def load(data: Path | None) -> Synonyms:
    """The built-in list and the operator's own. A line that cannot be used is told and left out."""
    path = data / OWN if data else None
    try:
        stamp = path.stat().st_mtime_ns if path else 0
    except FileNotFoundError:
        path, stamp = None, 0
    return _load(path, stamp)


@lru_cache(maxsize=4)
def _load(path: Path | None, _stamp: int) -> Synonyms:
    reading = _Reading()
    reading.read(files("archive.search").joinpath("synonyms.txt").read_text("utf-8").splitlines(), "自带的同义词表")
    if path is not None:
        try:
            reading.read(path.read_text("utf-8-sig").splitlines(), OWN)
        except (OSError, UnicodeDecodeError) as error:
            reading.problems.append(f"{OWN} 读不出来（应是 UTF-8 文本）：{error}")
    return Synonyms({word: tuple(others[:WIDEST]) for word, others in reading.words.items()}, tuple(reading.problems))


# ---------------------------------------------------------------- numbers

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMBER = re.compile("[0-9０-９零〇一二两三四五六七八九十百千]+")
_CHINESE = re.compile("[零〇一二两三四五六七八九十百千]+")
_ARABIC = re.compile(r"[0-9０-９]+")
_DAYS = re.compile(r"(?<=[0-9零〇一二两三四五六七八九十百])(?:个?工作日|天|日)(?=内|$)")


_DAY_WORDS = ("个工作日", "日", "天")


def value_of(chinese: str) -> str:
    """A number in Chinese signs as digits, '' when it is none: 七百一十一 is 711, 二〇一九 is 2019."""
    if not any(sign in _UNITS for sign in chinese):
        return "".join(str(_DIGITS[sign]) for sign in chinese) if len(chinese) > 1 or chinese != "两" else "2"
    total, digit = 0, None
    for at, sign in enumerate(chinese):
        if sign in _UNITS:
            if digit is None and not (sign == "十" and at == 0):
                return ""
            total += (1 if digit is None else digit) * _UNITS[sign]
            digit = None
        elif digit:
            return ""
        else:
            digit = _DIGITS[sign]
    return str(total + (digit or 0))


def chinese_of(digits: str) -> str:
    """A number up to 9999 in Chinese signs: 47 is 四十七; '' beyond."""
    number = int(digits)
    if not 0 < number < 10_000 or str(number) != digits:
        return ""
    signs, zero = "零一二三四五六七八九", False
    parts: list[str] = []
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            parts += (["零"] if zero and parts else []) + [signs[digit] + word]
        zero = not digit
    text = "".join(parts)
    return text[1:] if text.startswith("一十") else text


def numbers_of(text: str) -> list[str]:
    """The text with its numbers in other signs: 二十个 as 20个, 第47条 as 第四十七条; and days in other words."""
    arabic = _CHINESE.sub(lambda found: value_of(found[0]) or found[0], text)
    chinese = _ARABIC.sub(lambda found: chinese_of(found[0].translate(_NARROW)) or found[0], text)
    spelled = [text, arabic, chinese]
    spans = [one for one in spelled if "月" not in one]
    days = [_DAYS.sub(word, one) for one in spans for word in _DAY_WORDS]
    return [one for one in dict.fromkeys([*spelled, *days]) if one != text]


_NARROW = {0xFF10 + digit: str(digit) for digit in range(10)}


def alternatives(text: str, synonyms: Synonyms) -> tuple[str, ...]:
    """Other ways to write a term."""
    return tuple(dict.fromkeys([*synonyms.of(text), *numbers_of(text)]))[:WIDEST]
