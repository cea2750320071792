"""Looks at the pages where ministries list their documents, for a revision that comes as a new page (candidates).

Runs after the notices' spider, in the same crawl: same politeness, robots and captures. Each list page is asked once,
however many notices it serves; what an entry means is decided in crawler/judge/successor.py.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from typing import Any

from attrs import Factory, define, frozen
from scrapy import Request, Spider
from scrapy.http import Response

from archive import words
from archive.clock import iso, now
from archive.machine.transaction import atomic
from archive.model import Area, Document, Kind, Notice
from archive.record.edition import page_of
from archive.record.store import Row, Store
from archive.settings import Settings
from archive.text.fold import compare_fold
from archive.text.links import link_key
from crawler.download.errors import explain
from crawler.judge.successor import (
    Listed,
    date_in,
    default_listings,
    links_of,
    match,
    may_repeal,
    names_notice,
    next_page,
    phrases,
    same_words,
    says_revised,
)
from crawler.sandbox.apart import read_apart
from crawler.sources import Declared
from crawler.spiders.jobs import host_of, hosts_of, request

logger = logging.getLogger("guidelines")

REPRINT_DAYS = 60
"""A page with the notice's own title that appears within this time is a reprint, later a new edition."""
REPEALS = 3
"""So many lists of repealed documents are read in one look at a list page."""


@frozen
class _Watched:
    """A notice, and since when something newer would be its successor."""

    notice: Notice
    row: Row
    areas: tuple[Area, ...]
    since: str


@define
class _Look:
    """One look at a list page for the notices that it serves."""

    watched: list[_Watched]
    addresses: list[str]
    """Where the list may stand, tried in this order."""
    declared: bool
    url: str = ""
    entries: list[Listed] = Factory(list)
    trouble: tuple[str, str] = ("", "")
    """Verdict and reason of the first address that gave no list."""


@define
class _Find:
    """A listed page that may be a successor, of these notices for these reasons ([] = only its text can tell)."""

    entry: Listed
    listing_url: str
    reasons: list[tuple[_Watched, list[str], int, bool]] = Factory(list)
    """(notice, evidence, listing id, whether it is the first look)."""


class ListingsSpider(Spider):
    name = "listings"

    def __init__(
        self,
        *,
        store: Store,
        declared: Declared,
        settings_: Settings,
        slugs: Sequence[str],
        crawl_id: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.store = store
        self.db: Any = store.db
        self.declared = declared
        self.settings_ = settings_
        self.slugs = list(slugs)
        self.crawl_id = crawl_id
        self.notices = [notice for notice in declared.sources.notices if notice.slug in self.slugs]
        self.hosts = frozenset().union(*(hosts_of(notice, settings_) for notice in declared.sources.notices))
        self.known_pages = self._known_pages()

    # ------------------------------------------------------------ which lists

    async def start(self) -> AsyncIterator[Request]:
        for look in self._looks():
            if self._silent(look.addresses[0]):
                look.trouble = ("error", "unreachable")
                self._record_look(look)
            else:
                yield self._ask(look)

    def _looks(self) -> list[_Look]:
        """One look for each list page; notices of one site often share it."""
        looks: dict[tuple[str, ...], _Look] = {}
        areas = {area.name: area for area in self.declared.sources.areas}
        for notice in self.notices:
            row = self.store.row("SELECT * FROM notices WHERE slug = ?", [notice.slug])
            if row is None:
                continue
            addresses = [notice.listing] if notice.listing else default_listings(notice.url)
            look = looks.setdefault((notice.listing, *addresses), _Look([], addresses, bool(notice.listing)))
            own = tuple(areas[name] for name in notice.areas if name in areas)
            look.watched.append(_Watched(notice, row, own, _known_date(row, notice)))
        return list(looks.values())

    def _silent(self, url: str) -> bool:
        """Whether this crawl has already asked the host and got no answer at all."""
        answers = [
            row["http_status"]
            for row in self.store.rows("SELECT url, http_status FROM captures WHERE crawl_id = ?", [self.crawl_id])
            if host_of(row["url"]) == host_of(url)
        ]
        return bool(answers) and not any(answers)

    def _ask(self, look: _Look) -> Request:
        look.url = look.addresses.pop(0)
        return self._request(look.url, look.watched, self.parse_list, self.list_failed, look=look)

    def _request(self, url: str, watched: Sequence[_Watched], callback: Any, errback: Any, **arguments: Any) -> Request:
        hosts = frozenset({host_of(url)}).union(*(hosts_of(w.notice, self.settings_) for w in watched))
        return request(url, hosts, callback=callback, errback=errback, cb_kwargs=arguments)

    # ------------------------------------------------------------ the list

    def parse_list(self, response: Response, look: _Look) -> Iterator[Request]:
        if response.status != 200:
            yield from self._no_list(look, "error", f"http-{response.status}")
            return
        entries = links_of(response.body, _headers(response), response.url)
        if not entries:
            yield from self._no_list(look, "suspect", "empty")
            return
        look.entries += entries
        second = next_page(response.body, _headers(response), response.url)
        if second and host_of(second) == host_of(response.url) and all(self._is_new(look, entry) for entry in entries):
            yield self._request(second, look.watched, self.parse_second, self.second_failed, look=look)
        else:
            yield from self._compare(look)

    def list_failed(self, failure: Any) -> Iterator[Request]:
        found = explain(failure.value)
        yield from self._no_list(failure.request.cb_kwargs["look"], str(found.verdict), found.reason)

    def parse_second(self, response: Response, look: _Look) -> Iterator[Request]:
        """The one further page that is read when everything on the first is new."""
        if response.status == 200:
            known = {link_key(entry.url) for entry in look.entries}
            entries = links_of(response.body, _headers(response), response.url)
            look.entries += [entry for entry in entries if link_key(entry.url) not in known]
        yield from self._compare(look)

    def second_failed(self, failure: Any) -> Iterator[Request]:
        yield from self._compare(failure.request.cb_kwargs["look"])

    def _no_list(self, look: _Look, verdict: str, reason: str) -> Iterator[Request]:
        if not look.trouble[0]:
            look.trouble = (verdict, reason)
        if look.addresses:
            yield self._ask(look)
        else:
            self._record_look(look)

    # ------------------------------------------------------------ what is new in it

    def _record_look(self, look: _Look) -> dict[int, int]:
        """Write what became of the look; returns notice id → id of its `listings` row."""
        verdict, reason = look.trouble if not look.entries else ("ok", "")
        if verdict != "ok":
            # a guessed list that is none is no news; one that the operator declared is
            say = logger.warning if look.declared else logger.debug
            say("列表页 %s 没有可用的列表：%s", look.url or look.addresses[0], words.verdict(verdict, reason))
            self._count(f"listings/{verdict}")
        ids = {}
        for watched in look.watched:
            values = {"verified": int(look.declared), "checked_at": iso(now()), "verdict": verdict, "reason": reason}
            url = look.url or look.addresses[0]
            known = self._listing(watched, url)
            if known is None:
                with atomic(self.store.db):
                    values |= {"notice_id": watched.row["id"], "url": url}
                    ids[watched.row["id"]] = int(self.db["listings"].insert(values).last_pk)
            else:
                self.store.update("listings", known["id"], **values)
                ids[watched.row["id"]] = known["id"]
        return ids

    def _listing(self, watched: _Watched, url: str) -> Row | None:
        return self.store.row("SELECT * FROM listings WHERE notice_id = ? AND url = ?", [watched.row["id"], url])

    def _seen(self, watched: _Watched, url: str) -> set[str]:
        listing = self._listing(watched, url)
        rows = self.store.rows("SELECT url FROM listed WHERE listing_id = ?", [listing["id"]]) if listing else []
        return {link_key(row["url"]) for row in rows}

    def _is_new(self, look: _Look, entry: Listed) -> bool:
        return all(link_key(entry.url) not in self._seen(watched, look.url) for watched in look.watched)

    def _compare(self, look: _Look) -> Iterator[Request]:
        """Note what is listed now; ask for each new entry that may be a successor."""
        listings = self._record_look(look)
        finds: dict[str, _Find] = {}
        repeals = 0
        for watched in look.watched:
            listing_id = listings[watched.row["id"]]
            seen = self._seen(watched, look.url)
            fresh = [entry for entry in look.entries if link_key(entry.url) not in seen]
            done = []
            for entry in fresh:
                evidence = self._evidence(watched, entry, first=not seen)
                if evidence is None or (not evidence and link_key(entry.url) not in finds and repeals >= REPEALS):
                    done.append(entry)
                    continue
                repeals += not evidence and link_key(entry.url) not in finds
                find = finds.setdefault(link_key(entry.url), _Find(entry, look.url))
                find.reasons.append((watched, evidence, listing_id, not seen))
            self._note(listing_id, done)
        self._count("listings/ok")
        for find in finds.values():
            watched_by = [watched for watched, *_ in find.reasons]
            if host_of(find.entry.url) in self.hosts | {host_of(look.url)}:
                yield self._request(find.entry.url, watched_by, self.parse_page, self.page_failed, find=find)
            else:
                self._decide(find, None, "列表链接到另一个网站，没有读取该页，请在浏览器中核对")

    def _evidence(self, watched: _Watched, entry: Listed, *, first: bool) -> list[str] | None:
        """Reasons by the title; [] when only the text can tell; None when it is no successor."""
        if link_key(entry.url) in self.known_pages or self._is_candidate(watched, entry.url):
            return None
        if entry.date and watched.since and entry.date <= watched.since:
            # but a page that is new in the list and says that it was revised may keep the old date
            same_day = entry.date == watched.since and not first
            if not (same_day and says_revised(entry.title, watched.notice.title)):
                return None
        if first and not entry.date and not watched.since:
            return None  # nothing says that it is newer
        if (
            compare_fold(entry.title) == compare_fold(watched.notice.title)
            and _days(watched.since, entry.date) <= REPRINT_DAYS
        ):
            return None
        evidence = match(entry.title, watched.notice, watched.areas)
        if evidence is not None:
            return evidence
        return [] if may_repeal(entry.title) and not (first and not entry.date) else None

    # ------------------------------------------------------------ the page

    async def parse_page(self, response: Response, find: _Find) -> None:
        if response.status != 200:
            self._decide(find, None, f"网页返回 HTTP {response.status}，没有读取，请在浏览器中核对")
            return
        headers = _headers(response) | {"content-location": response.url}
        rule = self.declared.rule_for(response.url)
        document = await asyncio.to_thread(read_apart, response.body, headers, rule)
        if document.problem or not document.text.strip():
            self._decide(find, None, "网页未能读取，请在浏览器中核对")
        else:
            self._decide(find, document, "")

    def page_failed(self, failure: Any) -> None:
        self._decide(failure.request.cb_kwargs["find"], None, f"网页没有取得：{explain(failure.value).detail}")

    def _decide(self, find: _Find, document: Document | None, trouble: str) -> None:
        for watched, reasons, listing_id, first in find.reasons:
            if document is None:
                if reasons and (find.entry.date or not first):
                    self._propose(watched, find, Document(), [*reasons, trouble])
                    self._note(listing_id, [find.entry])
                continue  # else the next look asks again
            said = phrases(document.text, watched.notice, watched.row["document_number"] or "")
            newer = self._newer(watched, find.entry, document, first)
            if newer is not None and (reasons or names_notice(said)):
                self._propose(watched, find, document, [*newer, *reasons, *said])
            else:
                self._count("listings/not-newer")
            self._note(listing_id, [find.entry])

    def _newer(self, watched: _Watched, entry: Listed, document: Document, first: bool) -> list[str] | None:
        """Whether a page is newer than the notice in force, with what speaks for it in Chinese; None when it is not."""
        number, own = document.metadata.get("document_number", ""), watched.row["document_number"] or ""
        if number and own and compare_fold(number) == compare_fold(own):
            return self._revised_in_place(watched, entry, document)
        day = document.metadata.get("published_on") or document.metadata.get("issued_on") or entry.date
        if (
            compare_fold(document.title) == compare_fold(watched.notice.title)
            and _days(watched.since, day) <= REPRINT_DAYS
        ):
            return None
        newer = day > watched.since if day and watched.since else not first
        return [] if newer or self._says_revised(watched, entry, document) else None

    def _revised_in_place(self, watched: _Watched, entry: Listed, document: Document) -> list[str] | None:
        """A page under the number of the notice in force: mostly the notice itself, printed elsewhere."""
        title = compare_fold(watched.notice.title)
        titles = {compare_fold(document.title or entry.title), compare_fold(entry.title)}
        if titles == {title}:
            return None
        revised = self._says_revised(watched, entry, document)
        if same_words(document.text, self._text_in_force(watched)) and not (revised and document.attachments):
            return None  # the letter may stay as it was and bring another file
        if revised:
            return ["文号相同，但标题写明修订"]
        day = document.metadata.get("published_on") or entry.date
        if title in titles or not self._text_in_force(watched) or _days(watched.since, day) <= REPRINT_DAYS:
            return None
        return ["文号相同，但正文与现行版不同，日期也更新"]

    def _says_revised(self, watched: _Watched, entry: Listed, document: Document) -> bool:
        return any(says_revised(title, watched.notice.title) for title in (document.title, entry.title))

    def _text_in_force(self, watched: _Watched) -> str:
        page = page_of(self.store, watched.row)
        version = self.store.current_version(page["id"]) if page else None
        return version["text"] if version else ""

    def _propose(self, watched: _Watched, find: _Find, document: Document, evidence: list[str]) -> None:
        """A candidate, and the change that tells of it; once for each page."""
        title = document.title if len(document.title) > len(find.entry.title) else find.entry.title
        if self._is_candidate(watched, find.entry.url):
            return
        if find.entry.date:
            evidence = [*evidence, f"列表日期 {find.entry.date}"]
        notice_id, moment = watched.row["id"], iso(now())
        candidate = {
            "notice_id": notice_id,
            "url": find.entry.url,
            "title": title,
            "document_number": document.metadata.get("document_number", ""),
            "published_on": document.metadata.get("published_on", "") or find.entry.date,
            "found_at": moment,
            "state": "new",
            "evidence": json.dumps(evidence, ensure_ascii=False),
            "listing": find.listing_url,
        }
        change = {
            "notice_id": notice_id,
            "crawl_id": self.crawl_id,
            "kind": str(Kind.SUCCESSOR),
            "detected_at": moment,
            "updated_at": moment,
            "summary": f"可能的新版，请核对：《{title}》",
            "quiet": 0,
        }
        with atomic(self.store.db):
            self.db["candidates"].insert(candidate)
            self.db["changes"].insert(change)
        self._count("candidates")

    # ------------------------------------------------------------ what the archive knows

    def _known_pages(self) -> set[str]:
        """Addresses of notices, so that one is never proposed as the successor of another."""
        rows = self.store.rows("SELECT url, location FROM documents WHERE kind = 'page'")
        known = {link_key(row[name]) for row in rows for name in ("url", "location") if row[name]}
        for row in self.store.rows("SELECT url, declared_url FROM notices"):
            known |= {link_key(row["url"]), link_key(row["declared_url"] or row["url"])}
        return known

    def _is_candidate(self, watched: _Watched, url: str) -> bool:
        rows = self.store.rows("SELECT url FROM candidates WHERE notice_id = ?", [watched.row["id"]])
        return link_key(url) in {link_key(row["url"]) for row in rows}

    def _note(self, listing_id: int, entries: Sequence[Listed]) -> None:
        with atomic(self.store.db):
            self.db["listed"].insert_all(
                (
                    {"listing_id": listing_id, "url": entry.url, "title": entry.title, "first_seen": iso(now())}
                    for entry in entries
                ),
                ignore=True,
            )

    def _count(self, name: str) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"guidelines/{name}")


def _headers(response: Response) -> dict[str, str]:
    wanted = {name: (response.headers.get(name) or b"").decode("latin-1") for name in ("content-type",)}
    return {name: value for name, value in wanted.items() if value}


def _known_date(row: Row, notice: Notice) -> str:
    """When the notice in force was published, '' when nobody knows."""
    return str(row["published_on"] or row["issued_on"] or date_in(notice.url))


def _days(earlier: str, later: str) -> int:
    """Days between two ISO dates; 0 when one of them is missing (then nothing speaks for a new edition)."""
    if not earlier or not later:
        return 0
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
