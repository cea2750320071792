"""The commands of the crawler: `python -m crawler COMMAND --data DIR`, started by `guidelines`.

Commands: crawl · receive · reextract · recheck · decide · doctor · try · add · sources · local. What a crawl found is
in the database under its token; `recheck`, `doctor` and the last four print their result (JSON).
Exit codes: 0 done · 1 failed · 2 wrong settings or sources · 128 + n ended by signal n.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from archive.machine import faults, lifeline
from archive.machine.faults import StoreError
from archive.machine.lock import LockHeld, crawl_lock
from archive.machine.toml import SettingsError
from archive.record import reviews
from archive.record.laws import settle_laws
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.settings import load_settings
from archive.warc.read import WarcError
from crawler import reread, run
from crawler.abreast import hold_locals
from crawler.archive import Wanted, begun, finish, remembered, remembered_file, sound, under_way, with_successors
from crawler.frugal import spare_address_space
from crawler.stopping import Stop

logger = logging.getLogger("guidelines")

STOP = Stop()
"""Of this process: one crawl each."""


class Commands(click.Group):
    """Those that read in this very process are loaded when they are asked for: a crawl starts without any parser."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ("try", "add", "sources"):
            return super().get_command(ctx, cmd_name)
        from crawler.advise import commands as advice

        return next(command for command in advice.COMMANDS if command.name == cmd_name)


@click.group(cls=Commands)
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
def crawl(data: Path, token: str, **given: Any) -> None:
    """One crawl of what is due."""
    overrides = {name: given.pop(name) for name in ("delay", "timeout", "max_bytes", "confirm_after")}
    wanted = Wanted(**given, settings=overrides)
    with under_way(data, token, wanted) as crawl:
        _log(crawl.id)
        if crawl.slugs:
            run.crawl(crawl, STOP, wanted.replay)


@main.command()
@data_option
@click.option("--token", required=True)
@click.option("--notice", required=True)
@click.option("--url", default="")
@click.argument("file", type=click.Path(path_type=Path))
def receive(data: Path, token: str, notice: str, url: str, file: Path) -> None:
    """Keep a page or file that a person has saved, as an answer of the notice's site."""
    from crawler import receive as receiving

    saved = receiving.look_at(file, load_settings(data).max_bytes)
    wanted = Wanted(slugs=[notice], sources=remembered_file(data), received=True)
    with under_way(data, token, wanted) as crawl:
        _log(crawl.id)
        receiving.receive(crawl, saved, url)


@main.command()
@data_option
@click.option("--token", required=True)
def reextract(data: Path, token: str) -> None:
    """Read every kept document again with today's reader; differences are upgrades."""
    with crawl_lock(data, "重新读取"), sound(data) as store:
        declared = with_successors(store, remembered(data))
        settle_all(store, None)
        with begun(store, token, "reextract", {}) as (crawl_id, stats):
            _log(crawl_id)
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
            settle_laws(store, crawl_id)
            reviews.sync(store)
            hold_locals(store, crawl_id)


@main.command()
@data_option
@click.option("--sample", type=int)
def recheck(data: Path, sample: int | None) -> None:
    """Print whether the kept bytes still give the kept text."""
    with closing(Store.open(data)) as store:
        declared = with_successors(store, remembered(data))
        click.echo(json.dumps(reread.recheck(store, declared, sample), ensure_ascii=False))


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
    from crawler import decide as deciding

    settings = load_settings(data)
    with crawl_lock(data, "人工处理"), sound(data) as store:
        declared = with_successors(store, remembered(data))
        settle_all(store, None)  # what a killed crawl left is none of this decision's doing
        if capture_id is not None:
            number = deciding.review_of_capture(store, capture_id)
        with begun(store, token, word, {"review": number}) as (crawl_id, _):
            _log(crawl_id)
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
    declared = remembered(data)
    with ThreadPoolExecutor(1) as other:
        looking = other.submit(network.look_at_all, declared, settings)
        checks = list(parsers.checks())
        findings = looking.result()
    checks += network.checks(findings)
    found = {"checks": [asdict(check) for check in checks], "hosts": [asdict(finding) for finding in findings]}
    click.echo(json.dumps(found, ensure_ascii=False))


@main.command()
@data_option
@click.argument("target")
def local(data: Path, target: str) -> None:
    """Print the tables of a local catalogue (a file or an address), as crawler/local.py has them. Keeps nothing."""
    from crawler.local import look

    click.echo(json.dumps(look(target, remembered(data), load_settings(data)), ensure_ascii=False))


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
    except (StoreError, LockHeld, WarcError) as error:
        click.echo(str(error), err=True)
        return 1
    except lifeline.Ended as ended:
        click.echo(f"收到 {ended}，提前结束；已取得的内容都保留了，再运行一次即可", err=True)
        return ended.code
    return 0
