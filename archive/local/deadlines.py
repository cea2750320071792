"""Two time limits weighed: which of them lets more time pass, where that can be said for certain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from archive.model import Item
from archive.text.fold import compare_fold

_DAYS = {"工作日": 1.4, "自然日": 1.0, "小时": 1 / 24, "分钟": 1 / 1440, "月": 30.4, "周": 7.0, "年": 365.0}
"""Calendar days in a unit; a week has five working days."""
_NEAR = 0.16
"""Two limits in different units that differ by less than this share cannot be told apart: holidays decide."""
_AT_ONCE = {"实时", "即时", "第一时间"}
_SAME_DAY = {"当日"}
_PERIODS = (
    (r"半年", 182.0), (r"季度?", 91.0), (r"半个?月", 15.0), (r"年度?", 365.0), (r"月", 30.4), (r"周|星期", 7.0),
    (r"工作日", 1.4), (r"日|天", 1.0),
)  # fmt: skip
_PERIODIC = tuple(
    (
        re.compile(
            rf"(?:(?:每个?|按)(?:{unit})|^(?:{unit}))(?:至少|不少于|最少)?(?:更新|公开|公布|发布|公示)?(?:[一1]次)?"
        ),
        days,
    )
    for unit, days in _PERIODS
)
_WITH_A_DATE = re.compile(r"每年(?:度)?(\d{1,2})月(?:份)?(?:(\d{1,2})[日号]|([底末]))?(?:之前|以前|前|底前)?")


@frozen
class Limit:
    days: float | None = None
    """Calendar days, None when no number of days can be said."""
    unit: str = ""
    words: str = ""
    """What it says without numbers, folded."""
    lasting: bool = False
    """How long to show, not by when."""
    date: tuple[int, int] | None = None
    """(month, day) of each year."""


def limit_of(item: Item) -> Limit:
    """What a row's time limit says, by the deadline that the reader found and by its words."""
    text = compare_fold(item.time_limit).rstrip("。.;")
    found = item.more.get("deadline")
    deadline: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    label = str(deadline.get("label", ""))
    if deadline.get("count") and deadline.get("unit") in _DAYS:
        unit = str(deadline["unit"])
        return Limit(deadline["count"] * _DAYS[unit], unit, label, bool(deadline.get("duration")))
    if date := _WITH_A_DATE.search(text):
        return Limit(None, "", label or text, date=(int(date[1]), int(date[2]) if date[2] else 31))
    for pattern, days in _PERIODIC:
        if (period := pattern.search(text)) and re.search(r"更新|公开|公布|发布|次|每", period[0]):
            return Limit(days, "周期", label or text)
    if label in _AT_ONCE or label in _SAME_DAY:
        return Limit(0.0 if label in _AT_ONCE else 1.0, "即时", label)
    return Limit(None, "", label or text)


def weigh(national: Limit, local: Limit) -> str:
    """'same', 'longer', 'shorter', or 'unclear' where a person has to say."""
    if national.date and local.date:
        return _order(local.date, national.date)
    if national.days is None or local.days is None:
        return "same" if not national.date and not local.date and national.words == local.words else "unclear"
    if national.lasting != local.lasting:
        return "unclear"
    if national.unit == local.unit or national.days == local.days:
        return _order(local.days, national.days)
    if abs(local.days - national.days) <= _NEAR * max(local.days, national.days):
        return "unclear"
    return _order(local.days, national.days)


def _order(local: Any, national: Any) -> str:
    return "same" if local == national else "longer" if local > national else "shorter"
