"""A source that dies without an error is named in `status`, and one that lives is not.

A few deaths through real crawls in each run; all of them, a month long, with --slow or scripts/bench quiet.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.operate.troubles.rhythm import silence, works
from tests.quiet import run, swift
from tests.quiet.deaths import ALL
from tests.quiet.report import false, table
from tests.quiet.run import MONTH, Diary

AT_ONCE = ("304-to-any-validator", "frozen-cache-age", "same-empty-shell", "list-gone", "clock-behind")
SHOWN = (
    "list-filled-by-script", "list-onclick", "list-all-hash", "list-other-column", "list-cut-short", "pager-cut",
    "pager-to-itself", "list-garbled", "dates-gone", "dates-all-today",
)  # fmt: skip
"""Deaths that the list's own page shows."""
SILENT = tuple(name for name, death in ALL.items() if death.silence)


@pytest.fixture(scope="module")
def crawled() -> list[Diary]:
    """Two sound visits and two after the deaths, over real sockets."""
    return run.month(AT_ONCE, length=4, after=2, sound=2)


def test_a_site_that_dies_is_named_within_two_visits(crawled: list[Diary]) -> None:
    assert [diary.site.name for diary in crawled if diary.site.death and not diary.in_time] == [], "\n".join(
        table(crawled)
    )


def test_a_site_that_lives_is_not_named(crawled: list[Diary]) -> None:
    assert false(crawled) == []


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[Diary]:
    ends = MONTH + timedelta(5)
    sites = [run.dying(ALL[name], 4, MONTH, ends) for name in SHOWN]
    return swift.diaries(tmp_path_factory.mktemp("shown") / "data", sites)


def test_a_list_that_is_made_otherwise_is_named(shown: list[Diary]) -> None:
    assert [diary.site.name for diary in shown if not diary.in_time] == [], "\n".join(table(shown))


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> list[Diary]:
    sites = [run.dying(ALL[name], None, MONTH, MONTH + timedelta(34)) for name in SILENT]
    return swift.diaries(tmp_path_factory.mktemp("silent") / "data", sites)


def test_a_list_that_falls_silent_is_named_within_four_times_its_usual_gap(silent: list[Diary]) -> None:
    assert [diary.site.name for diary in silent if not diary.in_time] == [], "\n".join(table(silent))


def test_nothing_is_said_of_a_list_before_it_dies(shown: list[Diary], silent: list[Diary]) -> None:
    assert false([*shown, *silent]) == []


# ---------------------------------------------------------------- the rhythm


def every(days: int, count: int, first: date = date(2026, 5, 11)) -> list[date]:
    """Every so many working days."""
    found, day, left = [], first, 0
    while len(found) < count:
        if works(day):
            if left == 0:
                found.append(day)
                left = days
            left -= 1
        day += timedelta(1)
    return found


def test_a_list_with_fewer_than_five_gaps_has_no_rhythm() -> None:
    few = every(1, 5)
    assert silence(few, few[-1] + timedelta(300)) is None
    assert silence(every(1, 6), few[-1] + timedelta(300)) is not None


def test_weekends_and_the_two_long_holidays_are_no_silence() -> None:
    before = [day for day in every(1, 200, date(2026, 5, 11)) if day <= date(2026, 9, 27)]
    assert silence(before, date(2026, 10, 12)) is None
    assert silence(before, date(2026, 10, 17)) is not None
    spring = every(1, 20, date(2027, 1, 4))[:19]
    assert silence(spring, date(2027, 2, 22)) is None


def test_an_entry_that_is_pinned_for_years_does_not_hide_the_silence() -> None:
    days = [date(2024, 3, 1), *every(1, 15)]
    assert silence(days, days[-1] + timedelta(7)) is not None


# ---------------------------------------------------------------- the long run


@pytest.mark.slow
def test_every_death_of_a_month_is_named_in_time_and_nothing_else() -> None:
    diaries = run.month()
    assert false(diaries) == []
    assert [diary.site.name for diary in diaries if diary.site.death and not diary.in_time] == []


@pytest.mark.slow
def test_a_wrong_clock_of_this_machine_is_named_as_its_own() -> None:
    wrong, named, diaries = run.wrong_clock()
    assert named == wrong
    assert false(diaries) == []


@pytest.mark.slow
def test_nothing_is_named_in_a_year_with_its_holidays(tmp_path: Path) -> None:
    assert false(swift.diaries(tmp_path / "data", run.year())) == []
