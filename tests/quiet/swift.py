"""A year of lists without the wire: each day's page is read and kept as a crawl would, in this process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from archive.model import Verdict
from archive.operate.troubles.lists import list_troubles
from archive.operate.troubles.trouble import Trouble
from archive.record.declare import declare
from archive.record.looks import keep_look, listing_of, note_listed, note_look, shown_of
from archive.record.store import Store
from archive.text.links import link_key
from crawler.judge.markers import is_mojibake
from crawler.judge.successor import links_of, next_page
from crawler.sources import load_sources
from tests.quiet.run import Diary, Said, days_of
from tests.quiet.site import LIST, Site

HEADERS = {"content-type": "text/html; charset=utf-8"}


def diaries(data: Path, sites: Sequence[Site]) -> list[Diary]:
    """All days of these sites, and what was said of each."""
    days = days_of(sites[0].begins, sites[0].ends)
    said = _watched(data, sites, days)
    entry = {site.name: {day: _entries(said[site.name].get(day)) for day in days} for site in sites}
    return [Diary(site, entry[site.name]) for site in sites]


def _entries(trouble: Trouble | None) -> tuple[Said, ...]:
    return ({"what": trouble.what, "why": trouble.why, "notice": trouble.notice},) if trouble else ()


def _watched(data: Path, sites: Sequence[Site], days: Iterable[date]) -> dict[str, dict[date, Trouble]]:
    data.mkdir(exist_ok=True)
    (data / "sources.toml").write_text("\n".join(_declared(*pair) for pair in enumerate(sites, 1)), "utf-8")
    store = Store.open(data)
    store.db.execute("PRAGMA synchronous = OFF")
    declare(store, load_sources(data / "sources.toml").sources)
    said: dict[str, dict[date, Trouble]] = {site.name: {} for site in sites}
    try:
        for day in days:
            _look(store, sites, day)
            for trouble in list_troubles(store.db.conn):
                said[trouble.notice][day] = trouble
    finally:
        os.environ.pop("GUIDELINES_CLOCK_OFFSET", None)
        store.close()
    return said


def _declared(number: int, site: Site) -> str:
    base = f"http://{site.name}.example"
    lines = f'slug = "{site.name}"\ntitle = "{site.notice.title}"\nurl = "{base}{site.notice.path}"\n'
    return f'[[notice]]\nnumber = {number}\n{lines}listing = "{base}{LIST}"\n'


def _look(store: Store, sites: Sequence[Site], day: date) -> None:
    """One crawl's look at every list."""
    for site in sites:
        site.day = day
    os.environ["GUIDELINES_CLOCK_OFFSET"] = str(int((sites[0].now() - datetime.now(UTC)).total_seconds()))
    crawl = store.begin_crawl(f"{day}", "live", "test", {})
    for site in sites:
        notice = store.rows("SELECT id FROM notices WHERE slug = ?", [site.name])[0]["id"]
        url = f"http://{site.name}.example{LIST}"
        body = site.answer(LIST, {}).body
        entries = links_of(body, HEADERS, url)
        first = [(link_key(entry.url), is_mojibake(entry.title), entry.date) for entry in entries]
        shown = shown_of(store, (notice, url), first, bool(next_page(body, HEADERS, url)))
        listing = listing_of(store, notice, url)
        note_look(store, listing, verified=True, verdict=str(Verdict.OK), reason="")
        keep_look(store, crawl, listing, shown, str(Verdict.OK), "")
        note_listed(store, listing, [(entry.url, entry.title, entry.date) for entry in entries])
    store.db.conn.commit()
    store.end_crawl(crawl, {})
