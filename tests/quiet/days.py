"""Working days of 2025-11 to 2026-12, and how often a list gets something new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from attrs import frozen

HOLIDAYS = (
    (date(2026, 1, 1), 3), (date(2026, 2, 15), 9), (date(2026, 4, 4), 3), (date(2026, 5, 1), 5),
    (date(2026, 6, 19), 3), (date(2026, 9, 25), 3), (date(2026, 10, 1), 7),
)  # fmt: skip
"""First day and length of the public holidays of 2026."""
SPRING, AUTUMN = 1, 6
"""Places in HOLIDAYS of the two that offices stretch."""


def workday(day: date) -> bool:
    return day.weekday() < 5 and not any(first <= day < first + timedelta(length) for first, length in HOLIDAYS)


def pauses(rng: Random) -> list[tuple[date, date]]:
    """An office falls silent some days before 春节 and is back some days after it; less so at 国庆."""
    found = []
    for place, before, after in ((SPRING, 4, 5), (AUTUMN, 2, 1)):
        first, length = HOLIDAYS[place]
        last = first + timedelta(length - 1)
        found.append((first - timedelta(rng.randint(0, before)), last + timedelta(rng.randint(0, after))))
    return found


@frozen
class Rhythm:
    """How many working days lie between two days on which a list gets something new."""

    name: str
    gap: Callable[[Random], int]


def _bursts(rng: Random) -> int:
    return 1 if rng.random() < 0.6 else rng.randint(3, 6)


RHYTHMS = {
    rhythm.name: rhythm
    for rhythm in (
        Rhythm("daily", lambda rng: 1 if rng.random() < 0.9 else 2),
        Rhythm("every-other", lambda rng: rng.choice((1, 2, 2, 3))),
        Rhythm("twice-weekly", lambda rng: rng.choice((2, 3))),
        Rhythm("bursts", _bursts),
        Rhythm("weekly", lambda rng: rng.randint(4, 6)),
        Rhythm("fortnightly", lambda rng: rng.randint(8, 12)),
        Rhythm("monthly", lambda rng: rng.randint(16, 28)),
    )
}


def published(rng: Random, rhythm: Rhythm, first: date, last: date) -> Iterator[date]:
    """The days on which a list gets something new."""
    away = pauses(rng)
    wait = rhythm.gap(rng)
    day = first
    while day <= last:
        open_ = workday(day) and not any(start <= day <= end for start, end in away)
        wait -= open_
        if open_ and wait <= 0:
            yield day
            wait = rhythm.gap(rng)
        day += timedelta(1)
