"""公开时限 as a structured deadline, where it can be read; the verbatim text stays in `time_limit`."""

from __future__ import annotations

import re
from typing import Any

from archive.text.numbers import han_count
from crawler.reading.catalogue.lattice import squeeze

_NUMBER = r"(\d+|[零〇一二两三四五六七八九十百]+)"
_UNITS = {
    "个工作日": "工作日", "工作日": "工作日", "个工作天": "工作日", "工作天": "工作日",
    "个自然日": "自然日", "自然日": "自然日", "日历日": "自然日", "个日历日": "自然日", "天": "自然日", "日": "自然日",
    "个小时": "小时", "小时": "小时", "个月": "月", "周": "周", "个星期": "周", "年": "年", "分钟": "分钟",
}  # fmt: skip
_COUNTER = {"工作日": "个", "自然日": "个", "月": "个"}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
# never the day of a date (3月31日) or the number of a law (第711号)
_COUNTED = re.compile(rf"(?<![\d年月.〔\[第零〇一二两三四五六七八九十百]){_NUMBER}(?:\([^()]*\))?({_UNIT})(?!期间|常)")
_MOST_YEARS = 30
_LONGEST = 1_000
_LASTS = re.compile(
    r"(?:公告|公示|公布|公开|展示)(?:期限?|时间|时长)?(?:应当?)?(?:为|不|至|满|持续|期$|期限$|时间$)[^,，。;；]{0,4}$"
    r"|不(?:得?少|低|短)于$|至少$"
)
_REPEATED = re.compile(
    r"(?:每|次|当|本)(?:半年|季度?|年度?|月|周|日)(?:的)?"
    r"(?:第?[\d一二三四]季度)?(?:\d{1,2}月份?|[一二三四五六七八九十]+月份?)?(?:\d{1,2}[日号]|[上中下]旬|月?[底末初])?(?:之前|以前|前|内)?"
)
_EVENTS = (
    re.compile(r"(?:自|从|在)?([^,;。:()自从]{2,40}?)(?:之日|当日|之时)(?:起|后|内)"),
    re.compile(r"(?:自|从|在)([^,;。:()]{2,40}?)(?:后|起)(?:的)?(?:\d|[一二三四五六七八九十])"),
    re.compile(r"^([^,;。:()\d一二三四五六七八九十]{2,30}?)(?:后|起)(?:的)?(?:\d|[一二三四五六七八九十])"),
)
# at once, in the words people use for it; then what has no date at all
_WORDS = (
    "实时",
    "即时",
    "立即",
    "第一时间",
    "及时",
    "随时",
    "当日",
    "当天",
    "适时",
    "长期",
    "常年",
    "动态",
    "定期",
    "提前",
)
_SAME = {"立即": "即时", "当天": "当日", "常年": "长期"}


def read_deadline(text: str) -> dict[str, Any] | None:
    """What a time limit says, None when it cannot be read.

    {"count": 20, "unit": "工作日", "event": "信息形成", "label": "20个工作日"}; without count and unit where words
    say it (及时, 每年3月底前); with "duration": True where it says how long to show something, not by when.
    """
    line = squeeze(text[:_LONGEST])
    if not line:
        return None
    event = _event(line)
    also = {"event": event} if event else {}
    lasting: dict[str, Any] | None = None
    for found in _COUNTED.finditer(line):
        count, unit = han_count(found[1]), _UNITS[found[2]]
        if not count or (unit == "年" and count > _MOST_YEARS):
            continue
        label = f"{count}{_COUNTER.get(unit, '')}{unit}"
        before = line[max(0, found.start() - 14) : found.start()]
        if not (how := _LASTS.search(before)):
            return {"count": count, "unit": unit, "label": label} | also
        least = re.search(r"[少低短]于$|至少$", how[0])
        if lasting is None:
            label = ("不少于" if least else "公示") + label
            lasting = {"count": count, "unit": unit, "label": label, "duration": True} | also
    if (repeated := _REPEATED.search(line)) and len(repeated[0]) > 2 - repeated[0].startswith("每"):
        return {"label": repeated[0]} | also
    for word in _WORDS:
        if word in line:
            return {"label": _SAME.get(word, word)} | also
    return lasting


def _event(line: str) -> str:
    for pattern in _EVENTS:
        if found := pattern.search(line):
            event = re.sub(r"^(?:应当|应|须|在|于|自|从)", "", found[1])
            if event and not re.fullmatch(r"[\d个工作日]+", event):
                return event
    return ""
