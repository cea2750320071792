"""Looks at the pages where ministries list their documents, for a revision that comes as a new page (candidates).

Runs after the notices' spider, in the same crawl: same politeness, robots and captures. Each list page is asked once,
however many notices it serves; what an entry means is decided in crawler/judge/successor.py.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from attrs import Factory, define, frozen
from scrapy import Request
from scrapy.http import Response

from archive import words
from archive.machine.database import Row
from archive.model import Document, Finding, Reason, Verdict
from archive.record.edition import page_of
from archive.record.looks import is_candidate, seen_before, shown_of
from archive.text.links import link_key
from crawler.answer import header_map
from crawler.crawl import host_of
from crawler.download.asked import Asked, request_for
from crawler.download.errors import explain
from crawler.judge.markers import is_mojibake
from crawler.judge.successor import (
    Listed,
    Predecessor,
    Sign,
    by_text,
    by_title,
    date_in,
    default_listings,
    links_of,
    next_page,
)
from crawler.listed import Decided, Looked
from crawler.readings import read_one
from crawler.spiders.watching import ArchiveSpider

logger = logging.getLogger("guidelines")

REPEALS = 3
"""So many lists of repealed documents are read in one look at a list page."""
UNREACHABLE = Finding(Verdict.ERROR, "unreachable")
NO_ENTRIES = Finding(Verdict.SUSPECT, Reason.EMPTY)
OTHER_SITE = "列表链接到另一个网站，没有读取该页，请在浏览器中核对"
UNREAD = "网页未能读取，请在浏览器中核对"


@define
class _Look:
    """One look at a list page for the notices that it serves."""

    addresses: list[str]
    """Where the list may stand, tried in this order."""
    declared: bool
    watched: list[Predecessor] = Factory(list)
    url: str = ""
    entries: list[Listed] = Factory(list)
    first: int = 0
    """So many of them stood on the first page."""
    trouble: Finding | None = None
    """Of the first address that gave no list."""
    pager: bool = False


@frozen
class _Asker:
    """A notice that a listed page may replace, and what its title said."""

    notice: Predecessor
    signs: Sequence[Sign]
    """Empty: only the text can tell."""
    first_look: bool


@define
class _Find:
    """A listed page that may be a successor of some notices."""

    entry: Listed
    listing_url: str
    askers: list[_Asker] = Factory(list)


class ListingsSpider(ArchiveSpider):
    name = "listings"

    @property
    def hosts(self) -> frozenset[str]:
        """Those of all notices: a list may link to the site of another one."""
        return frozenset().union(*map(self.crawl.hosts, self.crawl.declared.sources.notices))

    # ------------------------------------------------------------ which lists

    async def start(self) -> AsyncIterator[Any]:
        for look in self._looks():
            if self._silent(look.addresses[0]):
                look.trouble = UNREACHABLE
                for looked in self._looked(look):
                    yield looked
            else:
                yield self._ask(look)

    def _looks(self) -> list[_Look]:
        """One look for each list page; notices of one site often share it."""
        looks: dict[tuple[str, ...], _Look] = {}
        areas = {area.name: area for area in self.crawl.declared.sources.areas}
        asked = [notice for notice in self.crawl.declared.sources.notices if notice.slug in self.crawl.slugs]
        for notice in asked:  # nobody lists laws and local catalogues for us
            row = self.crawl.store.row("SELECT * FROM notices WHERE slug = ?", [notice.slug])
            if row is not None:
                addresses = [notice.listing] if notice.listing else default_listings(notice.url)
                look = looks.setdefault((notice.listing, *addresses), _Look(addresses, bool(notice.listing)))
                own = tuple(areas[name] for name in notice.areas if name in areas)
                since = str(row["published_on"] or row["issued_on"] or date_in(notice.url))
                number = row["document_number"] or ""
                look.watched.append(Predecessor(row["id"], notice, own, since, number, self._text_in_force(row)))
        return list(looks.values())

    def _text_in_force(self, row: Row) -> str:
        page = page_of(self.crawl.store, row)
        version = self.crawl.store.current_version(page["id"]) if page else None
        return version["text"] if version else ""

    def _silent(self, url: str) -> bool:
        """Whether this crawl has already asked the host and got no answer at all."""
        rows = self.crawl.store.rows("SELECT url, http_status FROM captures WHERE crawl_id = ?", [self.crawl.id])
        answers = [row["http_status"] for row in rows if host_of(row["url"]) == host_of(url)]
        return bool(answers) and not any(answers)

    def _ask(self, look: _Look) -> Request:
        look.url = look.addresses.pop(0)
        return self._request(look.url, look.watched, self.parse_list, self.list_failed, look=look)

    def _request(
        self, url: str, watched: Sequence[Predecessor], callback: Callable[..., Any], errback: Any, **arguments: Any
    ) -> Request:
        hosts = frozenset({host_of(url)}).union(*(self.crawl.hosts(one.notice) for one in watched))
        return request_for(url, Asked(hosts), callback=callback, errback=errback, cb_kwargs=arguments)

    # ------------------------------------------------------------ the list

    def parse_list(self, response: Response, look: _Look) -> Iterator[Any]:
        headers = header_map(response)
        entries = links_of(response.body, headers, response.url) if response.status == 200 else []
        if not entries:
            refused = Finding(Verdict.ERROR, f"http-{response.status}")
            yield from self._no_list(look, NO_ENTRIES if response.status == 200 else refused)
            return
        look.entries += entries
        look.first = len(entries)
        second = next_page(response.body, headers, response.url)
        look.pager = bool(second)
        seen = [self._seen(one, look.url) for one in look.watched]
        all_new = not any(link_key(entry.url) in known for entry in entries for known in seen)
        if second and host_of(second) == host_of(response.url) and all_new:
            yield self._request(second, look.watched, self.parse_second, self.second_failed, look=look)
        else:
            yield from self._compare(look)

    def list_failed(self, failure: Any) -> Iterator[Any]:
        yield from self._no_list(failure.request.cb_kwargs["look"], explain(failure.value))

    def parse_second(self, response: Response, look: _Look) -> Iterator[Any]:
        """The one further page that is read when everything on the first is new."""
        if response.status == 200:
            known = {link_key(entry.url) for entry in look.entries}
            entries = links_of(response.body, header_map(response), response.url)
            look.entries += [entry for entry in entries if link_key(entry.url) not in known]
        yield from self._compare(look)

    def second_failed(self, failure: Any) -> Iterator[Any]:
        yield from self._compare(failure.request.cb_kwargs["look"])

    def _no_list(self, look: _Look, trouble: Finding) -> Iterator[Any]:
        look.trouble = look.trouble or trouble
        if look.addresses:
            yield from self._no_longer(look, trouble)
            yield self._ask(look)
        else:
            yield from self._looked(look)

    def _no_longer(self, look: _Look, trouble: Finding) -> Iterator[Looked]:
        """An address that is given up for the next one, if it has ever held a list."""
        for one in look.watched:
            if self._seen(one, look.url):
                yield Looked(one.notice_id, look.url, look.declared, str(trouble.verdict), str(trouble.reason))

    def _looked(self, look: _Look) -> Iterator[Looked]:
        """What became of a look that found no list."""
        found = look.trouble or NO_ENTRIES
        url = look.url or look.addresses[0]
        # a guessed list that is none is no news; one that the operator declared is
        say = logger.warning if look.declared else logger.debug
        say("列表页 %s 没有可用的列表：%s", url, words.verdict(str(found.verdict), str(found.reason)))
        self.count(f"listings/{found.verdict}")
        for one in look.watched:
            yield Looked(one.notice_id, url, look.declared, str(found.verdict), str(found.reason))

    # ------------------------------------------------------------ what is new in it

    def _seen(self, one: Predecessor, url: str) -> set[str]:
        return seen_before(self.crawl.store, one.notice_id, url)

    def _compare(self, look: _Look) -> Iterator[Any]:
        """Note what is listed now; ask for each new entry that may be a successor."""
        finds: dict[str, _Find] = {}
        unnamed: set[str] = set()
        first = [(link_key(entry.url), is_mojibake(entry.title), entry.date) for entry in look.entries[: look.first]]
        for one in look.watched:
            seen = self._seen(one, look.url)
            done = []
            for entry in look.entries:
                key = link_key(entry.url)
                if key in seen:
                    continue
                signs = None if self._is_known(one, entry.url) else by_title(one, entry, first=not seen)
                if signs is None or (not signs and key not in finds and len(unnamed) >= REPEALS):
                    done.append(entry)
                    continue
                if not signs and key not in finds:
                    unnamed.add(key)
                find = finds.setdefault(key, _Find(entry, look.url))
                find.askers.append(_Asker(one, signs, not seen))
            shown = shown_of(self.crawl.store, (one.notice_id, look.url), first, look.pager)
            yield Looked(one.notice_id, look.url, look.declared, str(Verdict.OK), "", tuple(done), shown)
        self.count("listings/ok")
        for find in finds.values():
            if host_of(find.entry.url) in self.hosts | {host_of(look.url)}:
                watched = [asker.notice for asker in find.askers]
                yield self._request(find.entry.url, watched, self.parse_page, self.page_failed, find=find)
            else:
                yield from self._unread(find, OTHER_SITE)

    def _is_known(self, one: Predecessor, url: str) -> bool:
        """Whether a page is a notice itself, or a candidate already."""
        return link_key(url) in self._pages or is_candidate(self.crawl.store, one.notice_id, url)

    @cached_property
    def _pages(self) -> set[str]:
        """Addresses of notices, so that one is never proposed as the successor of another."""
        urls = self.crawl.store.column(
            """SELECT url FROM documents WHERE kind = 'page' UNION SELECT location FROM documents WHERE kind = 'page'
               UNION SELECT url FROM notices UNION SELECT declared_url FROM notices"""
        )
        return set(map(link_key, filter(None, urls)))

    # ------------------------------------------------------------ the page

    async def parse_page(self, response: Response, find: _Find) -> AsyncIterator[Decided]:
        if response.status != 200:
            for decided in self._unread(find, f"网页返回 HTTP {response.status}，没有读取，请在浏览器中核对"):
                yield decided
            return
        rule = self.crawl.declared.rule_for(response.url)
        document = await asyncio.to_thread(read_one, response.body, header_map(response), response.url, rule)
        unread = document.problem or not document.text.strip()
        for decided in self._unread(find, UNREAD) if unread else self._decide(find, document):
            yield decided

    def page_failed(self, failure: Any) -> Iterator[Decided]:
        yield from self._unread(failure.request.cb_kwargs["find"], f"网页没有取得：{explain(failure.value).detail}")

    def _unread(self, find: _Find, trouble: str) -> Iterator[Decided]:
        """Without its text a page is proposed by its title alone, else the next look asks again."""
        for asker in find.askers:
            if asker.signs and (find.entry.date or not asker.first_look):
                yield self._decided(find, asker, Document(), [*asker.signs, trouble])

    def _decide(self, find: _Find, document: Document) -> Iterator[Decided]:
        for asker in find.askers:
            signs = by_text(asker.notice, find.entry, document, asker.signs, first=asker.first_look)
            if signs is None:
                self.count("listings/not-newer")
                yield Decided(asker.notice.notice_id, find.listing_url, find.entry)
            else:
                yield self._decided(find, asker, document, signs)

    def _decided(self, find: _Find, asker: _Asker, document: Document, evidence: Sequence[object]) -> Decided:
        dated = [f"列表日期 {find.entry.date}"] if find.entry.date else []
        sentences = tuple(map(str, [*evidence, *dated]))
        return Decided(asker.notice.notice_id, find.listing_url, find.entry, sentences, document)
