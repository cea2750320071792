"""`try`, `add` and `sources` of the crawler's process: their result is JSON on stdout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from archive import words
from archive.machine import faults
from archive.machine.faults import StoreError
from archive.machine.toml import SettingsError
from archive.model import Document, Finding, Notice, Verdict
from archive.settings import load_settings
from crawler.advise import entry
from crawler.advise.fetch import Fetched
from crawler.advise.look import Seen, had, is_address, is_notice, seen, told
from crawler.archive import remembered
from crawler.reading.rule import Rule
from crawler.sources import BUILT_IN, load_sources

data_option = click.option("--data", type=click.Path(path_type=Path, file_okay=False), required=True)


@click.command("try")
@faults.told
@data_option
@click.option("--url", default="")
@click.argument("target")
def try_(data: Path, url: str, target: str) -> None:
    """What is read of an address or a file, and by which rule."""
    declared = remembered(data)
    _print(told(seen(had(target, url, load_settings(data)), declared), declared))


@click.command()
@faults.told
@data_option
@click.option("--number", type=int, default=0)
@click.option("--slug", default="")
@click.option("--title", default="")
@click.option("--issuer", default="")
@click.option("--area", "areas", multiple=True)
@click.option("--content", default="")
@click.option("--listing", default="")
@click.option("--unseen", is_flag=True)
@click.argument("url")
def add(data: Path, url: str, unseen: bool, **given: Any) -> None:
    """One more notice in the operator's list: {"notice": {...}, "toml", "file", "seen": the `try` document or null}."""
    if not is_address(url):
        raise StoreError(f"{url} 不是 http 或 https 网址")
    path = data / entry.FILE
    declared = load_sources(path if path.exists() else None)
    text = entry.text_of(data)
    entry.refuse_known(declared, url)
    one = _unseen(url) if unseen else seen(had(url, "", load_settings(data)), declared)
    if not is_notice(one):
        raise StoreError(_refusal(one))
    entry.refuse_known(declared, one.fetched.url)
    wanted = Notice(url=url, **given)
    notice = entry.proposed(one, url, declared, wanted)
    toml = entry.written(notice)
    written = entry.append(data, text, entry.entries(text, notice, declared))
    shown = None if unseen else told(one, declared)
    _print({"notice": asdict(notice), "toml": toml, "file": str(written), "seen": shown})


def _unseen(url: str) -> Seen:
    """Where a site refuses the program, a person says what it is."""
    return Seen(Fetched(url), Rule(), Document(), Finding(Verdict.OK))


def _refusal(one: Seen) -> str:
    why = one.finding.detail or one.document.problem.text or words.verdict(one.finding.verdict, one.finding.reason)
    return (
        f"没有加入名单：{why}　若网站拦截程序而您已在浏览器中核对，请加 --unseen --title 标题，"
        "之后用 guidelines receive 补采网页"
    )


@click.command()
@data_option
@click.argument("file", type=click.Path(path_type=Path), required=False)
def sources(data: Path, file: Path | None) -> None:
    """Whether the list can be used: {"ok", "file", "notices", "areas", "sites", "mistakes": [{"line", "text"}]}."""
    own = data / entry.FILE
    path = file or (own if own.exists() else BUILT_IN)
    found: dict[str, Any] = {"ok": True, "file": str(path), "built_in": path == BUILT_IN, "mistakes": []}
    try:
        declared = load_sources(None if path == BUILT_IN else path)
    except SettingsError as error:
        found |= {"ok": False, "mistakes": [{"line": m.line, "text": m.text} for m in error.mistakes]}
    except OSError as error:
        found |= {"ok": False, "mistakes": [{"line": 0, "text": f"不能读取：{faults.why(error)}"}]}
    else:
        found |= {
            "name": declared.sources.name,
            "notices": [{"number": n.number, "slug": n.slug, "title": n.title} for n in declared.sources.notices],
            "areas": len(declared.sources.areas),
            "sites": len(declared.rules),
        }
    _print(found)


def _print(found: dict[str, Any]) -> None:
    click.echo(json.dumps(found, ensure_ascii=False))


COMMANDS = (try_, add, sources)
