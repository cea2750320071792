"""Day after day: one crawl of all sites at that day's time, and what `status` then says of each."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from attrs import evolve, frozen

from tests.crawl.harness import environment
from tests.histories.server import Server
from tests.quiet.days import RHYTHMS
from tests.quiet.deaths import ALL, OUR_CLOCK, Death
from tests.quiet.site import LIST, Kind, Site

MONTH = date(2026, 5, 11)
"""Five weeks without a holiday."""
YEAR = date(2025, 12, 1)
SOUND = {
    "sound-daily": Kind("daily", alive=True),
    "sound-every-other-day": Kind("every-other", declared=False),
    "sound-bursts": Kind("bursts", dated=False),
    "sound-twice-weekly": Kind("twice-weekly", pinned=True, declared=False),
    "sound-weekly": Kind("weekly", files=2),
    "sound-fortnightly": Kind("fortnightly", etag=False),
    "sound-monthly": Kind("monthly"),
}

Said = Mapping[str, str]
"""An entry of `attention`."""


class Days(Server):
    """The server of the histories, with sites that know the day."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites = {f"127.60.{n // 200}.{n % 200 + 1}": site for n, site in enumerate(sites)}  # type: ignore[misc]
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def at(self, day: date) -> None:
        for site in self.sites.values():
            site.day = day  # type: ignore[attr-defined]


@frozen
class Diary:
    """What was said of each site, day by day."""

    site: Site
    said: Mapping[date, tuple[Said, ...]]

    def entries(self, first: date, last: date) -> list[tuple[date, Said]]:
        return [(day, entry) for day, entries in self.said.items() if first <= day <= last for entry in entries]

    @property
    def false(self) -> list[tuple[date, Said]]:
        """What was said while the site was sound."""
        last = self.site.died_on - timedelta(1) if self.site.death else self.site.ends
        return self.entries(self.site.begins, last)

    @property
    def after(self) -> list[tuple[date, Said]]:
        return self.entries(self.site.died_on, self.site.ends)

    @property
    def named_on(self) -> date | None:
        """The first day on which a person reads what is wrong."""
        death = self.site.death
        assert death
        told = (day for day, entry in self.after if any(word in entry["what"] + entry["why"] for word in death.says))
        return next(told, None)

    @property
    def usual_gap(self) -> float:
        """Mean days between two days with something new, in the four months before the death."""
        until = self.site.died_on
        days = sorted({e.day for e in self.site.entries if until - timedelta(120) <= e.day < until})
        return statistics.mean((b - a).days for a, b in pairwise(days))

    @property
    def last_new(self) -> date:
        return max(e.day for e in self.site.entries if e.day < self.site.died_on)

    @property
    def deadline(self) -> date:
        death = self.site.death
        assert death
        if death.silence:
            return self.last_new + timedelta(-int(-4 * self.usual_gap // 1))
        return self.site.died_on + timedelta(1)

    @property
    def in_time(self) -> bool:
        return self.named_on is not None and self.named_on <= self.deadline


class Operator:
    def __init__(self, data: Path, server: Days) -> None:
        self.data, self.server = data, server
        self.ahead = timedelta()
        """How far this machine's clock is ahead of the truth."""
        data.mkdir(exist_ok=True)
        sites = enumerate(server.sites.items(), 1)
        (data / "sources.toml").write_text("\n".join(self._declared(n, *pair) for n, pair in sites), "utf-8")

    def _declared(self, number: int, host: str, site: Site) -> str:  # type: ignore[override]
        base = f"http://{host}:{self.server.port}"
        lines = {"slug": site.name, "title": site.notice.title, "url": base + site.notice.path}
        if site.kind.declared:
            lines["listing"] = base + LIST
        block = f"[[notice]]\nnumber = {number}\n"
        return block + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in lines.items())

    def run(self, moment: datetime, *arguments: str) -> subprocess.CompletedProcess[str]:
        offset = int((moment + self.ahead - datetime.now(UTC)).total_seconds())
        line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(self.data), *arguments]
        env = environment(GUIDELINES_CLOCK_OFFSET=str(offset))
        return subprocess.run(line, env=env, capture_output=True, text=True, timeout=600, check=False)

    def visit(self, day: date, slugs: Sequence[str]) -> list[Said]:
        """What needs a person after the crawl of this day."""
        self.server.at(day)
        moment = next(iter(self.server.sites.values())).now()  # type: ignore[attr-defined]
        done = self.run(
            moment,
            "crawl",
            *(part for slug in slugs for part in ("--notice", slug)),
            "--json",
            "--delay",
            "0",
            "--confirm-after",
            "0",
            "--timeout",
            "6",
        )
        if done.returncode not in (0, 3):
            raise AssertionError(f"crawl of {day} ended with {done.returncode}: {done.stderr[-3000:]}")
        return list(json.loads(self.run(moment, "status", "--json").stdout)["attention"])


def live(
    sites: Sequence[Site],
    days: Iterable[date],
    say: Callable[[str], None] = lambda _: None,
    wrong_from: date | None = None,
) -> tuple[list[Diary], list[tuple[date, Said]]]:
    """Every day's crawl; what was said of each site, and what was said of none. From `wrong_from` on this machine's
    clock is 26 hours ahead."""
    diaries: dict[str, dict[date, tuple[Said, ...]]] = {site.name: {} for site in sites}
    others: list[tuple[date, Said]] = []
    with tempfile.TemporaryDirectory(prefix="quiet-") as folder, Days(sites) as server:
        operator = Operator(Path(folder) / "data", server)
        for day in days:
            if wrong_from and day >= wrong_from:
                operator.ahead = timedelta(hours=26)
            attention = operator.visit(day, [site.name for site in sites if site.last_visit >= day])
            say(f"{day}: {len(attention)} entries")
            for site in sites:
                diaries[site.name][day] = tuple(entry for entry in attention if _about(entry, site, server))
            others += [(day, entry) for entry in attention if not any(_about(entry, s, server) for s in sites)]
    return [Diary(site, diaries[site.name]) for site in sites], others


def _about(entry: Said, site: Site, server: Days) -> bool:
    host = next(host for host, known in server.sites.items() if known is site)  # type: ignore[comparison-overlap]
    words = f"{entry['what']} {entry['why']} "
    return entry["notice"] == site.name or f"{host}:" in words or f"{host} " in words


def month(
    names: Sequence[str] = tuple(ALL),
    length: int = 36,
    after: int | None = None,
    sound: int = len(SOUND),
    say: Callable[[str], None] = lambda _: None,
) -> list[Diary]:
    """Each death on a site of its own, beside so many sound sites. `after`: days before every death."""
    begins, ends = MONTH, MONTH + timedelta(length - 1)
    dead = [dying(ALL[name], after, begins, ends) for name in names]
    living = [Site(name, kind, begins, ends) for name, kind in list(SOUND.items())[:sound]]
    return live([*dead, *living], days_of(begins, ends), say)[0]


def dying(death: Death, after: int | None, begins: date, ends: date) -> Site:
    death = death if after is None else evolve(death, after=after)
    return Site(death.name, death.kind, begins, ends, death)


def wrong_clock(say: Callable[[str], None] = lambda _: None) -> tuple[date, date | None, list[Diary]]:
    """This machine's clock goes wrong after three days: when, when it was named, and what was said of the sites."""
    begins, ends = MONTH, MONTH + timedelta(5)
    sites = [Site(name, kind, begins, ends) for name, kind in list(SOUND.items())[:4]]
    wrong = begins + timedelta(3)
    diaries, others = live(sites, days_of(begins, ends), say, wrong)
    named = (day for day, e in others if any(word in e["what"] + e["why"] for word in OUR_CLOCK.says))
    return wrong, next(named, None), diaries


def year() -> list[Site]:
    """A year in which nothing dies: every rhythm with days and without."""
    ends = YEAR + timedelta(364)
    return [
        Site(f"year-{name}-{'dated' if dated else 'undated'}", Kind(name, dated=dated, alive=dated), YEAR, ends)
        for name in RHYTHMS
        for dated in (True, False)
    ]


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]
