"""公开时限 as a structured deadline, where it can be read; the verbatim text stays in `time_limit`."""

from __future__ import annotations

import re
from typing import Any

from crawler.reading.catalogue.lattice import squeeze

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "廿": 20}
_NUMBER = r"(\d+|[零〇一二两三四五六七八九十百]+)"
_WORKING = ("工作日", "工作天")
_UNITS = {
    "个工作日": "工作日", "工作日": "工作日", "个工作天": "工作日", "工作天": "工作日",
    "个自然日": "自然日", "自然日": "自然日", "日历日": "自然日", "个日历日": "自然日", "天": "自然日", "日": "自然日",
    "个小时": "小时", "小时": "小时", "个月": "月", "周": "周", "个星期": "周", "年": "年", "分钟": "分钟",
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_COUNTED = re.compile(rf"(?<![\d年月.〔\[(,第]){_NUMBER}(?:\([^()]*\))?({_UNIT})(?!期间|起|第|前的|至|常)")
_YEARLY = re.compile(
    rf"(每年度?|每季度?|每半年|每月|次年|次月|当年|当月)(?:的)?(?:{_NUMBER}月)?(?:{_NUMBER}日|(?:月)?底|(?:月)?末|(?:[上中下])旬|年底)?(?:之?前|以前|内)?"
)
_EVENTS = (
    re.compile(r"(?:自|从|在)?([^,，;；。:()（）自从]{2,40}?)(?:之日|当日|之时)(?:起|后|内)"),
    re.compile(r"(?:自|从|在)([^,，;；。:()（）]{2,40}?)(?:后|起)(?:的)?(?:\d|[一二三四五六七八九十])"),
    re.compile(r"^([^,，;；。:()（）\d一二三四五六七八九十]{2,30}?)(?:后|起)(?:的)?(?:\d|[一二三四五六七八九十])"),
)
# at once: the words people use for it, most telling first
_PROMPT = ("实时", "即时", "及时", "随时", "当日", "当天", "适时", "立即")
_LASTING = ("长期", "常年", "动态", "定期")


def number(text: str) -> int | None:
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
            digit = digit * 10 + _DIGITS[char] if digit and "十" not in text and "百" not in text else _DIGITS[char]
        else:
            return None
    return total + digit


def read_deadline(text: str) -> dict[str, Any] | None:
    """{"count", "unit", "event", "label"}; without count and unit where only words say it (及时, 每年3月底前)."""
    line = squeeze(text)
    if not line:
        return None
    event = _event(line)
    for found in _COUNTED.finditer(line):
        count = number(found[1])
        if not count:
            continue
        unit = _UNITS[found[2]]
        counter = "个" if unit in ("工作日", "自然日", "小时", "月") else ""
        at_least = bool(re.search(r"不(?:少|低|短)于|至少$", line[max(0, found.start() - 4) : found.start()]))
        deadline: dict[str, Any] = {"count": count, "unit": unit, "label": f"{count}{counter}{unit}"}
        if at_least:  # how long it must stay up, not by when it must be up
            deadline |= {"label": "不少于" + deadline["label"], "minimum": True}
        return deadline | ({"event": event} if event else {})
    if (yearly := _YEARLY.search(line)) and yearly[0] != yearly[1] or re.search(r"每(年|季|月|半年|周|日)", line):
        words = yearly[0] if yearly else re.search(r"每(?:半年|季度?|年度?|月|周|日)", line)[0]  # type: ignore[index]
        return {"label": words} | ({"event": event} if event else {})
    for word in (*_PROMPT, *_LASTING):
        if word in line:
            label = word + "公开" if word + "公开" in line or word in ("长期", "常年") else word
            return {"label": _SAME.get(label, label.removesuffix("公开"))} | ({"event": event} if event else {})
    return None


_SAME = {"实时公开": "实时", "长期公开": "长期", "常年公开": "长期"}


def _event(line: str) -> str:
    for pattern in _EVENTS:
        if found := pattern.search(line):
            event = re.sub(r"^(?:应当|应|须|在|于|自|从)", "", found[1])
            if event and not re.fullmatch(r"[\d个工作日]+", event):
                return event
    return ""
