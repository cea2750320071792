"""A crawl from its lock to its end, for `guidelines crawl` as for `scrapy crawl notices`; and what Scrapy needs for the
latter: an extension that begins and ends the crawl, and an add-on that puts the operator's settings in force."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from signal import SIGINT
from typing import Any
from uuid import uuid4

import click
from attrs import asdict, evolve, field, frozen
from scrapy import signals
from scrapy.exceptions import NotConfigured

from archive import SOFTWARE
from archive.clock import now
from archive.laws import NAME as LAWS
from archive.machine import faults, lifeline
from archive.machine.faults import StoreError
from archive.machine.lock import crawl_lock
from archive.model import Notice
from archive.operate.known import forget_settled
from archive.record import reviews
from archive.record.declare import declare
from archive.record.laws import settle_laws
from archive.record.settle import settle_all
from archive.record.signs import keep_signs
from archive.record.store import Store
from archive.record.visits import due, mark_gone, update_notices
from archive.settings import Settings, load_settings
from archive.warc.check import repair_tail
from crawler.abreast import hold_locals
from crawler.crawl import SETTING, Crawl
from crawler.download.replay import is_demo, load_answers, recorded
from crawler.reading import reader_id
from crawler.reading.fault import ReadingFault
from crawler.reading.rule import Rule
from crawler.settings import of_operator
from crawler.sources import Declared, load_sources
from crawler.spiders.watching import EVERY, ArchiveSpider

logger = logging.getLogger("guidelines")

CHECKED = "reader_checked"
"""Key of archive_info: the reader that is known to work on this machine."""
REMEMBERED = "sources-used.toml"
DATA = "GUIDELINES_DATA"


class Refused(StoreError):
    """The command does not fit this archive; the message says why, in Chinese."""


@frozen
class Wanted:
    """What a person asked for."""

    everything: bool = False
    slugs: Sequence[str] = ()
    sources: Path | None = None
    """Another list of notices."""
    replay: Sequence[Path] = ()
    """WARC files that answer instead of the network."""
    settings: Mapping[str, Any] = field(factory=dict)
    """In place of those in settings.toml."""
    received: bool = False
    """A person hands in what a browser has saved; nobody is asked."""


@contextmanager
def under_way(data: Path, token: str, wanted: Wanted) -> Iterator[Crawl]:
    """One crawl: it is begun, and however the block ends, it has an end; after a good one all changes are settled.

    Raises SettingsError, StoreError, LockHeld or WarcError before anything is asked for.
    """
    settings = load_settings(data, **wanted.settings)
    declared = load_sources(_sources_file(data, wanted.sources))
    if (data / LAWS).exists():
        from archive.laws.register import load_register

        load_register(data)  # its mistakes are told before anything is asked for
    _all_known(declared, wanted.slugs)
    with crawl_lock(data), sound(data) as store:
        _one_kind_of_archive(store, wanted.replay)
        for torn in repair_tail(data):
            logger.warning("%s", torn)
        declare(store, declared.sources)
        _remember(data, wanted.sources)
        settle_all(store, None)  # what a killed crawl left
        declared = with_successors(store, declared)
        slugs = _slugs(store, declared, wanted)
        kind = "receive" if wanted.received else "replay" if wanted.replay else "live"
        with begun(store, token, kind, asdict(settings) | {"notices": slugs}) as (crawl_id, stats):
            if slugs:
                _check_reader(store)
            crawl = Crawl(store, declared, settings, crawl_id, slugs, stats)
            yield crawl
            keep_signs(store, crawl_id, crawl.signs)
            finish(store, settings, crawl_id)


@contextmanager
def sound(data: Path) -> Iterator[Store]:
    """The archive to write to, open for the block. Raises StoreError when its database is damaged."""
    faults.refuse_damaged(data)
    with closing(Store.open(data)) as store:
        yield store


@contextmanager
def begun(store: Store, token: str, kind: str, settings: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """A crawl, by its number and with the counters to fill in. However the block ends, the crawl has an end."""
    crawl_id = store.begin_crawl(token, kind, SOFTWARE, settings)
    stats: dict[str, Any] = {}
    try:
        yield crawl_id, stats
    except BaseException as error:
        outcome = "interrupted" if isinstance(error, lifeline.Ended) else "failed"
        said = f"收到 {error}" if isinstance(error, lifeline.Ended) else faults.brief(error)
        with suppress(sqlite3.Error):  # as on a full disk: then it has no end, and status says so
            store.end_crawl(crawl_id, stats, outcome, said)
        raise
    store.end_crawl(crawl_id, stats)


def finish(store: Store, settings: Settings, crawl_id: int) -> None:
    """After the last answer: what is gone, what has changed, when to look again."""
    mark_gone(store, settings)
    settle_all(store, crawl_id)
    settle_laws(store, crawl_id)
    reviews.sync(store)
    hold_locals(store, crawl_id)
    update_notices(store, settings, crawl_id)
    forget_settled(store)


def _check_reader(store: Store) -> None:
    """Read the built-in samples before anything is asked for, when the reader is another than the last crawl's.

    Else the first reading does, so that a crawl that finds nothing new starts no reader. Raises ReadingFault.
    """
    try:
        reader = reader_id(Rule())
        if store.info(CHECKED) == reader:
            return
        from crawler.sandbox.apart import check_machine

        check_machine()
    except ReadingFault:
        store.set_info(CHECKED, "")
        raise
    store.set_info(CHECKED, reader)


# ---------------------------------------------------------------- what to crawl


def _sources_file(data: Path, given: Path | None) -> Path | None:
    own = data / "sources.toml"
    return given or (own if own.exists() else None)


def _remember(data: Path, given: Path | None) -> None:
    """Keep a copy of a list given on the command line: reading again later needs its rules."""
    copy = data / REMEMBERED
    if given is None:
        copy.unlink(missing_ok=True)
    elif given.resolve() != copy.resolve():
        shutil.copyfile(given, copy)


def remembered(data: Path) -> Declared:
    """The declarations that the archive was last crawled by."""
    return load_sources(_sources_file(data, remembered_file(data)))


def remembered_file(data: Path) -> Path | None:
    """The list that was given on the command line of the last crawl."""
    copy = data / REMEMBERED
    return copy if copy.exists() else None


def with_successors(store: Store, declared: Declared) -> Declared:
    """The declarations with the addresses and titles of accepted successors in place of the declared ones."""
    rows = store.rows("SELECT slug, url, edition_title FROM notices WHERE declared AND edition_title != ''")
    present = {row["slug"]: {"url": row["url"], "title": row["edition_title"], "mirrors": ()} for row in rows}

    def in_force(notice: Notice) -> Notice:
        return evolve(notice, **present.get(notice.slug, {}))

    return evolve(declared, sources=evolve(declared.sources, notices=tuple(map(in_force, declared.sources.notices))))


def _all_known(declared: Declared, slugs: Sequence[str]) -> None:
    known = [notice.slug for _, notice in declared.sources.watched]
    for slug in slugs:
        if slug not in known:
            raise click.UsageError(f"没有 slug 为 {slug} 的通知；可用的有：{'、'.join(known)}")


def _slugs(store: Store, declared: Declared, wanted: Wanted) -> list[str]:
    known = [notice.slug for _, notice in declared.sources.watched]
    if wanted.slugs:
        return [slug for slug in known if slug in wanted.slugs]
    if wanted.replay:
        answers = load_answers(tuple(map(str, wanted.replay)))
        held = [notice.slug for _, notice in declared.sources.watched if recorded(answers, notice.url)]
        if not held:
            raise Refused("给出的 WARC 文件里没有名单中任何一份通知的网页；请核对网址，或用 --sources 另给名单")
        return held
    return known if wanted.everything else due(store, now())


def _one_kind_of_archive(store: Store, replay: Sequence[Path]) -> None:
    """The demonstration's pages never enter a real archive, nor a ministry's page a demonstration."""
    demo = any(is_demo(path) for path in replay)
    used = store.row("SELECT 1 FROM crawls WHERE finished_at IS NOT NULL OR id IN (SELECT crawl_id FROM captures)")
    if demo and used and store.info("demo") != "1":
        raise Refused(
            "这是演示样本，不能放进已有真实内容的档案；请另选一个空目录：guidelines --data demo crawl --replay …"
        )
    if not demo and store.info("demo") == "1":
        raise Refused(f"{store.data} 是演示档案，不能放进真实内容；请用 --data 另选一个目录")
    if demo and not used:
        store.set_info("demo", "1")


# ---------------------------------------------------------------- for Scrapy's own commands


class OperatorSettings:
    """Add-on: agent string, delay and limits as settings.toml has them. `-s NAME=VALUE` goes before them."""

    def update_settings(self, settings: Any) -> None:
        if settings.get(SETTING) is None and settings[DATA]:
            settings.setdict(of_operator(load_settings(Path(settings[DATA]))), priority="addon")


class ArchiveExtension:
    """Begins a crawl of the archive before the first request of a spider of ours, and ends it after the last answer.

    Nothing to do for `guidelines crawl`, which has begun one; nothing for `scrapy shell` and `scrapy fetch`.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.stack = ExitStack()
        self.fault: BaseException | None = None
        named = crawler.spider.named
        slugs = () if named == (EVERY,) else named
        wanted = Wanted(everything=named == (EVERY,), slugs=slugs)
        data = Path(crawler.settings[DATA])
        try:
            self.crawl = self.stack.enter_context(under_way(data, uuid4().hex, wanted))
        except Exception as error:
            faults.raise_told(error, data)
        crawler.settings.set(SETTING, self.crawl, priority="cmdline")

    @classmethod
    def from_crawler(cls, crawler: Any) -> ArchiveExtension:
        if not isinstance(crawler.spider, ArchiveSpider) or crawler.settings.get(SETTING) or not crawler.settings[DATA]:
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.ended, signals.spider_closed)
        for signal in (signals.spider_error, signals.item_error):
            crawler.signals.connect(extension.met, signal)
        return extension

    async def met(self, failure: Any) -> None:
        """An error somewhere in the crawl: one of the machine ends it."""
        if self.fault is None and faults.of_the_machine(failure.value):
            self.fault = failure.value
            await self.crawler.engine.close_spider_async(reason="failed")

    def ended(self, reason: str) -> None:
        self.crawl.stats |= counters(self.crawler)
        error = self.fault or (None if reason == "finished" else lifeline.Ended(SIGINT))
        self.stack.__exit__(type(error) if error else None, error, None)


def counters(crawler: Any) -> dict[str, int | float]:
    """What was counted for the archive in one spider's run."""
    stats = crawler.stats.get_stats()
    return {
        key: value for key, value in stats.items() if key.startswith("guidelines/") and isinstance(value, int | float)
    }
