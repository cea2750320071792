"""How often a list gets something new, and whether it has been silent for too long. Pure.

Counted in working days: offices do not publish at weekends, and hardly from 小年 to 元宵 and around 国庆.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean, pstdev

from attrs import frozen

GAPS = 5
"""A list with fewer gaps between its days has no rhythm yet."""
ENOUGH = 10
"""From so many gaps on the longest of them says something."""
LATEST = 60
"""Gaps that are looked at."""
TIMES = 3
LEAST = 3
"""Working days: shorter silence is none."""
UNEVEN = 0.9
"""From this ratio of deviation and mean on a list comes in bursts, and long silence says little."""
NEW_YEARS = (
    "2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 "
    "2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24 2040-02-12 2041-02-01 2042-01-22 2043-02-10 "
    "2044-01-30 2045-02-17 2046-02-06 2047-01-26 2048-02-14 2049-02-02 2050-01-23"
)
"""春节, as the calendar has it (GB/T 33661); without its year a silence is named too early, never too late."""
_NEW_YEARS = {day.year: day for day in map(date.fromisoformat, NEW_YEARS.split())}
_FIXED = (((1, 1), (1, 3)), ((4, 3), (4, 6)), ((5, 1), (5, 5)), ((9, 28), (10, 10)))
"""元旦, 清明, 劳动节, 国庆 with the days around it."""


@frozen
class Silence:
    last: date
    """The last day with something new."""
    days: int
    """Working days since."""
    usual: float
    """Mean of its gaps, in working days."""

    @property
    def times(self) -> int:
        return round(self.days / self.usual)


def works(day: date) -> bool:
    """Whether offices publish on a day as on any other."""
    spring = _NEW_YEARS.get(day.year)
    if day.weekday() > 4 or (spring and timedelta(-7) <= day - spring <= timedelta(15)):
        return False
    return not any(first <= (day.month, day.day) <= last for first, last in _FIXED)


def silence(days: Sequence[date], today: date) -> Silence | None:
    """None while a list keeps its rhythm, or has none. `days`: those with something new, in order."""
    gaps = _gaps(days)
    if len(gaps) < GAPS:
        return None
    usual, longest = mean(gaps), max(gaps)
    if len(gaps) < ENOUGH:
        allowed = max(round((TIMES + 1) * usual), 2 * longest, LEAST + 1)
    elif pstdev(gaps) >= UNEVEN * usual:
        allowed = max(round(TIMES * usual), round(2.5 * longest), LEAST)
    else:
        allowed = max(round(TIMES * usual), round(1.5 * longest), LEAST)
    quiet = _between(days[-1], today)
    return Silence(days[-1], quiet, usual) if quiet >= allowed else None


def _gaps(days: Sequence[date]) -> list[int]:
    """Working days from each day to the next. An entry that is pinned above the list for years is no gap."""
    gaps = [max(1, _between(one, other) + works(other)) for one, other in pairwise(days)]
    if len(gaps) > GAPS and gaps[0] > 3 * max(gaps[1:]):
        gaps = gaps[1:]
    return gaps[-LATEST:]


def _between(first: date, last: date) -> int:
    """Working days after the first and before the last."""
    return sum(works(first + timedelta(n)) for n in range(1, (last - first).days))
