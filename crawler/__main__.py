"""The crawler as a process of its own: `python -m crawler COMMAND --data DIR`, started by `guidelines`.

Commands: crawl · reextract · recheck · decide · doctor. What a crawl found is in the database under its token; only
`recheck` and `doctor` print their result (JSON).
Exit codes: 0 done · 1 failed · 2 wrong settings or sources · 128 + n ended by signal n.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import click
from attrs import asdict, evolve

from archive import SOFTWARE
from archive.clock import now
from archive.machine import faults, lifeline
from archive.machine.faults import StoreError
from archive.machine.lock import LockHeld, crawl_lock
from archive.machine.toml import SettingsError
from archive.model import Notice
from archive.operate.health import forget_settled
from archive.record.decide import settle_reviews
from archive.record.declare import declare
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.record.visits import due, mark_gone, update_notices
from archive.settings import Settings, load_settings
from archive.warc.check import repair_tail
from archive.warc.read import WarcError

try:
    from crawler import decide as deciding
    from crawler import reread, run
    from crawler.frugal import spare_address_space
    from crawler.reading import reader_id
    from crawler.reading.fault import ReadingFault
    from crawler.reading.rule import Rule
    from crawler.sandbox.apart import check_machine
    from crawler.sources import Declared, load_sources
    from crawler.stopping import Stop
except Exception as error:  # whatever an import raises: a package is missing or broken that others can do without
    said = " ".join(f"{type(error).__name__}: {error}".split())
    sys.exit(f"程序没有装全，或软件包损坏（{said}），没有抓取。请运行 guidelines doctor 查看原因，重新安装后再抓取。")

logger = logging.getLogger("guidelines")

CHECKED = "reader_checked"
"""Key of archive_info: the reader that is known to work on this machine."""
REMEMBERED = "sources-used.toml"
STOP = Stop()
"""Of this process: one crawl each."""


class Refused(Exception):
    """The command does not fit this archive; the message says why, in Chinese."""


@click.group()
def main() -> None:
    """One process per crawl."""


def data_option(command: Callable[..., None]) -> Callable[..., None]:
    """Every command takes the data folder, and says in a sentence what the machine did to it."""
    option = click.option("--data", type=click.Path(path_type=Path, file_okay=False), required=True)
    return option(faults.told(command))


@main.command()
@data_option
@click.option("--token", required=True)
@click.option("--all", "everything", is_flag=True)
@click.option("--notice", "slugs", multiple=True)
@click.option("--sources", type=click.Path(path_type=Path))
@click.option("--replay", type=click.Path(path_type=Path), multiple=True)
@click.option("--delay", type=float)
@click.option("--timeout", type=float)
@click.option("--max-bytes", type=int)
@click.option("--confirm-after", type=float)
def crawl(
    data: Path,
    token: str,
    everything: bool,
    slugs: tuple[str, ...],
    sources: Path | None,
    replay: tuple[Path, ...],
    delay: float | None,
    timeout: float | None,
    max_bytes: int | None,
    confirm_after: float | None,
) -> None:
    """One crawl of what is due."""
    overrides = {"delay": delay, "timeout": timeout, "max_bytes": max_bytes, "confirm_after": confirm_after}
    settings = load_settings(data, **overrides)
    declared = load_sources(_sources_file(data, sources))
    _all_known(declared, slugs)
    with crawl_lock(data), _sound(data) as store:
        _one_kind_of_archive(store, replay)
        for torn in repair_tail(data):
            logger.warning("%s", torn)
        declare(store, declared.sources)
        _remember(data, sources)
        settle_all(store, None)  # what a killed crawl left
        declared = with_successors(store, declared)
        wanted = _wanted(store, declared, everything, slugs, replay)
        kind = "replay" if replay else "live"
        with _begun(store, token, kind, asdict(settings) | {"notices": wanted}) as (crawl_id, stats):
            if wanted:
                _check_reader(store)
                stats |= run.crawl(store, declared, settings, wanted, crawl_id, STOP, replay)
            finish(store, settings, crawl_id)


def _check_reader(store: Store) -> None:
    """Read the built-in samples before anything is asked for, when the reader is another than the last crawl's.

    Else the first reading does, so that a crawl that finds nothing new starts no reader. Raises ReadingFault.
    """
    try:
        reader = reader_id(Rule())
        if store.info(CHECKED) == reader:
            return
        check_machine()
    except ReadingFault:
        store.set_info(CHECKED, "")
        raise
    store.set_info(CHECKED, reader)


@contextmanager
def _sound(data: Path) -> Iterator[Store]:
    """The archive to write to, open for the block. Raises StoreError when its database is damaged."""
    faults.refuse_damaged(data)
    with closing(Store.open(data)) as store:
        yield store


@contextmanager
def _begun(store: Store, token: str, kind: str, settings: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """A crawl, by its number and with the counters to fill in. However the block ends, the crawl has an end."""
    crawl_id = store.begin_crawl(token, kind, SOFTWARE, settings)
    _log(crawl_id)
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
    settle_reviews(store)
    update_notices(store, settings, crawl_id)
    forget_settled(store)


@main.command()
@data_option
@click.option("--token", required=True)
def reextract(data: Path, token: str) -> None:
    """Read every kept document again with today's reader; differences are upgrades."""
    with crawl_lock(data, "重新读取"), _sound(data) as store:
        declared = _known_sources(store)
        settle_all(store, None)
        with _begun(store, token, "reextract", {}) as (crawl_id, stats):
            stats |= {"guidelines/upgrades": 0, "guidelines/damaged": 0}
            for row, rule in reread.rules_of(store, declared):
                try:
                    if reread.bring_up_to_date(store, row["id"], rule, crawl_id):
                        stats["guidelines/upgrades"] += 1
                        logger.info("已更新 %s", row["url"])
                except WarcError as error:
                    stats["guidelines/damaged"] += 1
                    reread.note_lost(store, row["id"])
                    logger.warning("%s：%s", row["url"], error)
            settle_all(store, crawl_id)
            settle_reviews(store)


@main.command()
@data_option
@click.option("--sample", type=int)
def recheck(data: Path, sample: int | None) -> None:
    """Print whether the kept bytes still give the kept text."""
    with closing(Store.open(data)) as store:
        click.echo(json.dumps(reread.recheck(store, _known_sources(store), sample), ensure_ascii=False))


@main.command()
@data_option
@click.option("--token", required=True)
@click.option("--accept", "word", flag_value="accept")
@click.option("--reject", "word", flag_value="reject")
@click.option("--undo", "word", flag_value="undo")
@click.option("--number", type=int, help="what waits, by its number")
@click.option("--capture", "capture_id", type=int, help="the same by the number of its capture")
def decide(data: Path, token: str, word: str, number: int | None, capture_id: int | None) -> None:
    """Carry out what a person says about one thing that waits, or take the last such word back."""
    settings = load_settings(data)
    with crawl_lock(data, "人工处理"), _sound(data) as store:
        declared = _known_sources(store)
        settle_all(store, None)  # what a killed crawl left is none of this decision's doing
        if capture_id is not None:
            number = deciding.review_of_capture(store, declared, capture_id)
        with _begun(store, token, word, {"review": number}) as (crawl_id, _):
            if word == "undo":
                deciding.undo(store, declared, crawl_id)
            elif number is not None:
                (deciding.accept if word == "accept" else deciding.reject)(store, declared, number)
            finish(store, settings, crawl_id)


@main.command()
@data_option
def doctor(data: Path) -> None:
    """Print what is found of parsers and network: {"checks": [...], "hosts": [...]}. Keeps nothing."""
    from crawler.doctor import network, parsers

    settings = load_settings(data)
    copy = data / REMEMBERED
    declared = load_sources(_sources_file(data, copy if copy.exists() else None))
    with ThreadPoolExecutor(1) as other:
        looking = other.submit(network.look_at_all, declared, settings)
        checks = list(parsers.checks())
        findings = looking.result()
    checks += network.checks(findings)
    found = {"checks": [asdict(check) for check in checks], "hosts": [asdict(finding) for finding in findings]}
    click.echo(json.dumps(found, ensure_ascii=False))


# ---------------------------------------------------------------- what to crawl


def _sources_file(data: Path, given: Path | None) -> Path | None:
    if given is not None:
        return given
    own = data / "sources.toml"
    return own if own.exists() else None


def _remember(data: Path, given: Path | None) -> None:
    """Keep a copy of a list given on the command line: reading again later needs its rules."""
    copy = data / REMEMBERED
    if given is None:
        copy.unlink(missing_ok=True)
    elif given.resolve() != copy.resolve():
        shutil.copyfile(given, copy)


def _known_sources(store: Store) -> Declared:
    """The declarations that the archive was last crawled by."""
    copy = store.data / REMEMBERED
    return with_successors(store, load_sources(_sources_file(store.data, copy if copy.exists() else None)))


def with_successors(store: Store, declared: Declared) -> Declared:
    """The declarations with the addresses and titles of accepted successors in place of the declared ones."""
    rows = {row["slug"]: row for row in store.rows("SELECT slug, url, edition_title FROM notices WHERE declared")}

    def present(notice: Notice) -> Notice:
        row = rows.get(notice.slug)
        if row is None or not row["edition_title"]:
            return notice
        return evolve(notice, url=row["url"], title=row["edition_title"], mirrors=())

    notices = tuple(present(notice) for notice in declared.sources.notices)
    return evolve(declared, sources=evolve(declared.sources, notices=notices))


def _all_known(declared: Declared, slugs: tuple[str, ...]) -> None:
    known = [notice.slug for notice in declared.sources.notices]
    for slug in slugs:
        if slug not in known:
            raise click.UsageError(f"没有 slug 为 {slug} 的通知；可用的有：{'、'.join(known)}")


def _wanted(
    store: Store, declared: Declared, everything: bool, slugs: tuple[str, ...], replay: tuple[Path, ...]
) -> list[str]:
    known = [notice.slug for notice in declared.sources.notices]
    if slugs:
        return [slug for slug in known if slug in slugs]
    if replay:
        held = run.in_warcs(declared, replay)
        if not held:
            raise Refused("给出的 WARC 文件里没有名单中任何一份通知的网页；请核对网址，或用 --sources 另给名单")
        return held
    return known if everything else due(store, now())


def _one_kind_of_archive(store: Store, replay: tuple[Path, ...]) -> None:
    """The demonstration's pages never enter a real archive, nor a ministry's page a demonstration."""
    demo = any(run.is_demo(path) for path in replay)
    used = store.row("SELECT 1 FROM crawls WHERE finished_at IS NOT NULL OR id IN (SELECT crawl_id FROM captures)")
    if demo and used and store.info("demo") != "1":
        raise Refused(
            "这是演示样本，不能放进已有真实内容的档案；请另选一个空目录：guidelines --data demo crawl --replay …"
        )
    if not demo and store.info("demo") == "1":
        raise Refused(f"{store.data} 是演示档案，不能放进真实内容；请用 --data 另选一个目录")
    if demo and not used:
        store.set_info("demo", "1")


def _log(crawl_id: int | None = None) -> None:
    """Plain lines with time and number of the crawl."""
    number = f"抓取 {crawl_id} " if crawl_id is not None else ""
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {number}%(message)s", stream=sys.stderr, force=True)
    logging.getLogger().handlers[0].addFilter(_ours_or_a_warning)


def _ours_or_a_warning(record: logging.LogRecord) -> bool:
    """Scrapy sets its loggers to DEBUG whenever a crawler starts, so what it says is weighed here.

    Its traceback of an error of the machine is left out: that error ends the crawl with a sentence.
    """
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and faults.of_the_machine(error):
        return False
    return record.name == logger.name or record.levelno >= logging.WARNING


def cli() -> int:
    spare_address_space()
    lifeline.hold()
    _log()
    try:
        with lifeline.handling(STOP.on_signal):
            main.main(standalone_mode=False)
    except (SettingsError, click.ClickException) as error:
        click.echo(str(error), err=True)
        return 2
    except (Refused, StoreError, LockHeld, WarcError) as error:
        click.echo(str(error), err=True)
        return 1
    except lifeline.Ended as ended:
        click.echo(f"收到 {ended}，提前结束；已取得的内容都保留了，再运行一次即可", err=True)
        return ended.code
    return 0


if __name__ == "__main__":
    sys.exit(cli())
