"""`try`, `add` and `sources` of the crawler's process: their result is JSON on stdout."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from attrs import asdict, evolve

from archive import words
from archive.machine import faults
from archive.machine.faults import StoreError
from archive.machine.toml import SettingsError, lines_of
from archive.machine.written import replaced
from archive.model import Document, Finding, Notice, Verdict
from archive.settings import load_settings
from archive.text.links import link_key
from crawler.advise.fetch import Fetched
from crawler.advise.look import Seen, had, is_address, is_notice, seen, told
from crawler.archive import remembered
from crawler.reading.rule import Rule
from crawler.sources import BUILT_IN, Declared, load_sources

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
    path = data / FILE
    declared = load_sources(path if path.exists() else None)
    text = text_of(data)
    refuse_known(declared, url)
    one = _unseen(url) if unseen else seen(had(url, "", load_settings(data)), declared)
    if not is_notice(one):
        raise StoreError(_refusal(one))
    refuse_known(declared, one.fetched.url)
    notice = proposed(one, url, declared, Notice(url=url, **given))
    toml = as_toml(notice)
    written = append(data, text, entries(text, notice, declared))
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
    own = data / FILE
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


# ---------------------------------------------------------------- an entry of the list

# `guidelines add`: one more [[notice]] at the end of the operator's sources.toml, checked before anything is written.
# The file is text that a person has written: what stands in it stays as it is, comments and order too.
_SECOND_LEVEL = ("gov", "com", "org", "net", "edu", "ac")
FILE = "sources.toml"


def text_of(data: Path) -> str:
    """The list as it is written: the operator's, else the built-in one to start from. Raises StoreError."""
    path = data / FILE
    try:
        return (path if path.exists() else BUILT_IN).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = faults.why(error) if isinstance(error, OSError) else "不是 UTF-8 编码的文本"
        raise StoreError(f"不能读取 {path}：{why}") from error


def refuse_known(declared: Declared, *urls: str) -> None:
    """Raises StoreError when one of these addresses is watched already."""
    keys = {link_key(url): url for url in urls if url}
    for notice in declared.sources.notices:
        for url in (notice.url, *(mirror.url for mirror in notice.mirrors)):
            if link_key(url) in keys:
                raise StoreError(f"名单里已经有这个网址：{notice.slug}（{notice.title}）{url}")


def proposed(seen: Seen, url: str, declared: Declared, given: Notice) -> Notice:
    """The entry: what the person has given, else what the page says. Raises StoreError without a title."""
    document = seen.document
    title = given.title or document.title
    if not title:
        raise StoreError("网页上没有找到标题；请用 --title 写明")
    areas = given.areas or _areas(title, declared)
    notices = declared.sources.notices
    return evolve(
        given,
        number=given.number or max((notice.number for notice in notices), default=0) + 1,
        slug=given.slug or _slug(url, areas, declared),
        title=title,
        issuer=given.issuer or document.metadata.get("issuer", ""),
        areas=areas,
        url=url,
    )


def _areas(title: str, declared: Declared) -> tuple[str, ...]:
    """The areas that a standard's title names; any other document may speak of them without setting their standard."""
    if "基层政务公开标准" not in title:
        return ()
    taken = {name for notice in declared.sources.notices for name in notice.areas}
    return tuple(
        a.name
        for a in declared.sources.areas
        if a.name not in taken and any(name in title for name in (a.name, *a.aliases))
    )


def _slug(url: str, areas: tuple[str, ...], declared: Declared) -> str:
    """The area's, else the site's name and the page's: gi-mnr-t20190621-2441525. Never one that is there already."""
    slugs = {area.name: area.slug for area in declared.sources.areas}
    parts = urlsplit(url)
    labels = [label for label in (parts.hostname or "").split(".") if label != "www"]
    while len(labels) > 1 and (len(labels[-1]) == 2 or labels[-1] in _SECOND_LEVEL):
        labels.pop()
    last = re.sub(r"\.\w+$", "", parts.path.rstrip("/").rpartition("/")[2]) or parts.query
    name = slugs[areas[0]] if len(areas) == 1 else "-".join([*labels, last])
    name = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[-60:].strip("-") or "notice"
    taken = {notice.slug for notice in declared.sources.notices}
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def as_toml(notice: Notice) -> str:
    """The entry as TOML."""
    names = ("number", "slug", "title", "issuer", "areas", "url", "content", "listing")
    lines = ["[[notice]]", *lines_of({name: getattr(notice, name) for name in names})]
    for mirror in notice.mirrors:
        lines += ["[[notice.mirrors]]", *lines_of({"url": mirror.url, "label": mirror.label})]
    return "\n".join(lines) + "\n"


def entries(text: str, notice: Notice, declared: Declared) -> str:
    """What is to be written: the new entry; where the operator's list has none (it may hold laws alone), after those
    of the built-in list, which it would replace."""
    first = () if "notice" in tomllib.loads(text) else declared.sources.notices
    return "\n".join(map(as_toml, (*first, notice)))


def append(data: Path, text: str, entry: str) -> Path:
    """Put the entry behind the list that `text` was, in one step: whoever reads the file finds the old list or the new.

    Raises SettingsError when the new list is not right, StoreError when it cannot be written or was changed meanwhile.
    """
    path = data / FILE
    target = path.resolve()  # a link stays one
    ending = "\r\n" if "\r\n" in text else "\n"
    new = text.rstrip() + "\n\n" + entry
    new = new.replace("\r\n", "\n").replace("\n", ending)
    try:
        data.mkdir(parents=True, exist_ok=True)
        with replaced(target, new.encode(), 0o600) as temporary:
            _check(temporary, path)
            temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
            if text_of(data) != text:
                raise StoreError(f"{path} 刚被别的程序改过，没有写入；请再运行一次")
    except OSError as error:
        raise StoreError(f"不能写入 {path}：{faults.why(error)}") from error
    return path


def _check(temporary: Path, path: Path) -> None:
    try:
        load_sources(temporary)
    except SettingsError as error:
        raise SettingsError(path, error.mistakes) from error
