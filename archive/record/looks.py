"""How a list page looked at each visit, and whether that is a fault, held against how it looked before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

from attrs import asdict, frozen

from archive.clock import iso, now, parse
from archive.machine.database import Row
from archive.model import Change, Kind
from archive.text.links import link_key

if TYPE_CHECKING:
    from archive.record.store import Store

PAST = 6
"""Earlier looks without a fault that a look is held against."""
FEW = 6
"""A list that usually shows fewer entries has no usual number."""


class Fault(StrEnum):
    NONE = "none"  # no entry any more
    GARBLED = "garbled"
    REPLACED = "replaced"  # nothing of what stood there
    REPLACED_UNDATED = "replaced-undated"  # nor any day
    BACK = "back"  # what it had weeks ago
    SHORT = "short"
    DATES = "dates"  # no days any more
    ONE_DAY = "one-day"  # the same day beside every entry
    PAGER = "pager"  # no second page any more


@frozen
class Shown:
    """The first page of a list at one look."""

    entries: int = 0
    fresh: int = 0
    """Never seen before."""
    old: int = 0
    """Known since before the last look without a fault."""
    dated: int = 0
    days: int = 0
    """Different days."""
    newest: str = ""
    pager: bool = False
    garbled: int = 0


def fault(shown: Shown, at: str, past: Sequence[Row]) -> str:
    """What is wrong with a look; '' for nothing. `past`: looks without a fault, newest first."""
    if not past:
        return ""
    if not shown.entries:
        return Fault.NONE
    if shown.garbled * 2 >= shown.entries:
        return Fault.GARBLED
    before, usual = past[0], median(look["entries"] for look in past)
    if not shown.old and shown.entries > 3 + 5 * _expected(at, past):
        return Fault.REPLACED_UNDATED if _dates(shown, before) == Fault.DATES else Fault.REPLACED
    if shown.newest and before["newest"] and _days(shown.newest, before["newest"]) > 7:
        return Fault.BACK
    if usual >= FEW and shown.entries * 2 < usual:
        return Fault.SHORT
    return _dates(shown, before) or (Fault.PAGER if before["pager"] and not shown.pager else "")


def _dates(shown: Shown, before: Row) -> str:
    if before["dated"] * 5 >= before["entries"] * 4 and shown.dated * 5 < shown.entries:
        return Fault.DATES
    together = shown.days == 1 and shown.dated >= FEW and shown.fresh * 2 < shown.entries
    return Fault.ONE_DAY if together and before["days"] > 2 else ""


def _expected(at: str, past: Sequence[Row]) -> float:
    """New entries since the last look, at the pace of the looks before."""
    away = _days(past[0]["at"], at)
    if len(past) < 2:
        return away
    span = max(1.0, _days(past[-1]["at"], past[0]["at"]))
    return float(sum(look["fresh"] for look in past[:-1]) / span * away)


def _days(earlier: str, later: str) -> float:
    return (parse(later) - parse(earlier)).total_seconds() / 86400


def seen_before(store: Store, notice_id: int, url: str, sound: bool = False) -> set[str]:
    """Keys of the entries that a list has shown; `sound`: up to its last look without a fault."""
    until = """AND e.first_seen <= (
                 SELECT max(coalesce(c.finished_at, k.at)) FROM looks k JOIN crawls c ON c.id = k.crawl_id
                 WHERE k.listing_id = l.id AND k.fault = '' AND k.entries > 0)"""
    urls = store.column(
        f"""SELECT e.url FROM listed e JOIN listings l ON l.id = e.listing_id
            WHERE l.notice_id = ? AND l.url = ? {until if sound else ""}""",  # noqa: S608
        [notice_id, url],
    )
    return set(map(link_key, urls))


def shown_of(store: Store, place: tuple[int, str], first: Sequence[tuple[str, bool, str]], pager: bool) -> Shown:
    """The first page in figures. `place`: notice and address of the list; `first`: key of each entry, whether its
    title is garbled, its day."""
    seen, old = seen_before(store, *place), seen_before(store, *place, sound=True)
    days = {day for _, _, day in first if day}
    return Shown(
        entries=len(first),
        fresh=sum(key not in seen for key, _, _ in first),
        old=sum(key in old for key, _, _ in first),
        dated=sum(bool(day) for _, _, day in first),
        days=len(days),
        newest=max(days, default=""),
        pager=pager,
        garbled=sum(garbled for _, garbled, _ in first),
    )


def sound_looks(store: Store, listing_id: int) -> Sequence[Row]:
    return store.rows(
        "SELECT * FROM looks WHERE listing_id = ? AND fault = '' AND entries > 0 ORDER BY id DESC LIMIT ?",
        [listing_id, PAST],
    )


def keep_look(store: Store, crawl_id: int, listing_id: int, shown: Shown, verdict: str, reason: str) -> None:
    at = iso(now())
    found = fault(shown, at, sound_looks(store, listing_id))
    row = asdict(shown) | {"listing_id": listing_id, "crawl_id": crawl_id, "at": at}
    store.insert("looks", row | {"pager": int(shown.pager), "verdict": verdict, "reason": reason, "fault": found})


# ---------------------------------------------------------------- what was listed, and the candidates found there


def listing_of(store: Store, notice_id: int, url: str) -> int:
    """The id of a list page of a notice, which is created when it is looked at for the first time."""
    known: int | None = store.value("SELECT id FROM listings WHERE notice_id = ? AND url = ?", [notice_id, url])
    return known or store.insert("listings", {"notice_id": notice_id, "url": url})


def note_look(store: Store, listing_id: int, *, verified: bool, verdict: str, reason: str) -> None:
    """What a look at a list page came to; `verified`: the operator declared it."""
    values = {"verified": int(verified), "verdict": verdict, "reason": reason, "checked_at": iso(now())}
    store.update("listings", listing_id, **values)


def note_listed(store: Store, listing_id: int, entries: Iterable[tuple[str, str, str]]) -> None:
    """The entries of a list, as (url, title, day); those that are known stay as they are."""
    seen = {"listing_id": listing_id, "first_seen": iso(now())}
    rows = [seen | {"url": url, "title": title, "date": day} for url, title, day in entries]
    store.db.table("listed").insert_all(rows, otherwise="IGNORE")


def is_candidate(store: Store, notice_id: int, url: str) -> bool:
    return link_key(url) in map(link_key, store.column("SELECT url FROM candidates WHERE notice_id = ?", [notice_id]))


def propose(store: Store, crawl_id: int, notice_id: int, values: dict[str, str], evidence: Sequence[str]) -> None:
    """A candidate, and the change that tells of it. `values`: url, title, document_number, published_on and listing;
    `evidence`: sentences in Chinese."""
    from archive.record.changes import record_change  # whoever only asks how lists fare compares nothing

    told = json.dumps(evidence, ensure_ascii=False)
    row = values | {"notice_id": notice_id, "evidence": told, "found_at": iso(now()), "state": "new"}
    candidate = store.insert("candidates", row)
    change = Change(Kind.SUCCESSOR, f"可能的新版，请核对：《{values['title']}》")
    record_change(store, notice_id, crawl_id, change, candidate=candidate)
