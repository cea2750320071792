"""The declarations: which notices are watched (`sources.toml`) and where their sites keep things (`sites.toml`).

An operator's file replaces the built-in list; it may bring rules for hosts of its own. Every mistake is found here,
before any request, and said in one sentence that names the file and the entry.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, frozen
from lxml.cssselect import CSSSelector, SelectorError

from archive.model import Area, Mirror, Notice, Sources, Task
from archive.settings import SettingsError
from crawler.reading.rule import Rule

BUILT_IN = Path(__file__).with_name("sources.toml")
SITES = Path(__file__).with_name("sites.toml")

SELECTORS = ("content", "title", "drop", "attachments")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ENTRIES = {"notice": "通知", "area": "领域", "task": "任务", "site": "网站规则"}
KEYS: dict[str, dict[str, type]] = {
    "notice": {
        "number": int, "slug": str, "title": str, "issuer": str, "url": str,
        "areas": list, "mirrors": list, "content": str, "listing": str,
    },
    "area": {"slug": str, "name": str, "aliases": list},
    "task": {"number": int, "task": str, "unit": str, "due": str},
    "site": {"host": str, "metadata": dict} | dict.fromkeys(SELECTORS, object),
    "mirror": {"url": str, "label": str},
}  # fmt: skip
REQUIRED = {
    "notice": ("number", "slug", "title", "url"),
    "area": ("slug", "name"),
    "task": ("number", "task"),
    "site": ("host",),
    "mirror": ("url", "label"),
}
TYPES = {int: "整数", str: "文字", list: "列表", dict: "表"}


class SourcesError(SettingsError):
    """A mistake in a sources file; the message names the file, the entry and what is wrong, in Chinese."""


@frozen
class Declared:
    """What the crawl goes by: the notices and areas, and the rules of reading their sites."""

    sources: Sources
    rules: Mapping[str, Rule]
    """Host (or host:port) → rule, completed with the generic one."""
    generic: Rule
    """For any other host."""

    def rule_for(self, url: str, notice: Notice | None = None) -> Rule:
        """The rule for a page or file at `url`: the notice's own `content` goes before the site's.

        Its tables can only be about its own areas.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        names = (parts.netloc.rpartition("@")[2].lower(), host, f"www.{host}")
        rule = next((self.rules[name] for name in names if name in self.rules), evolve(self.generic, host=host))
        if notice is not None and notice.content:
            rule = evolve(rule, content=(notice.content, *rule.content))
        if notice is not None and notice.areas:
            rule = evolve(rule, areas=tuple(area for area in rule.areas if area.name in notice.areas))
        return rule


def load_sources(path: Path | None) -> Declared:
    """Read a sources file, or the built-in list when `path` is None. Raises SourcesError."""
    built_in = _toml(BUILT_IN)
    given = built_in if path is None else _toml(path)
    where = path or BUILT_IN
    _only(where, given, ENTRIES, "文件")
    areas = _areas(where, given) or _areas(BUILT_IN, built_in)
    sources = Sources(
        notices=_notices(where, given, areas),
        areas=areas,
        tasks=_tasks(where, given) or _tasks(BUILT_IN, built_in),
    )
    generic, rules = _built_in_rules()
    generic = evolve(generic, areas=areas)
    rules = rules | {rule.host: rule for rule in _sites(where, given)}
    return Declared(sources, {host: _completed(rule, generic) for host, rule in rules.items()}, generic)


# ---------------------------------------------------------------- entries


def _notices(path: Path, given: Mapping[str, Any], areas: Sequence[Area]) -> tuple[Notice, ...]:
    known = {name: area.name for area in areas for name in (*area.aliases, area.slug, area.name)}
    notices: list[Notice] = []
    seen: dict[tuple[str, object], str] = {}
    for where, entry in _entries(path, given, "notice"):
        if not SLUG.fullmatch(entry["slug"]):
            raise SourcesError(f"{where}：slug 只能用小写字母、数字和连字符，现为 {entry['slug']!r}")
        if entry["number"] < 1:
            raise SourcesError(f"{where}：number 应为正整数，现为 {entry['number']}")
        _check_url(where, "url", entry["url"])
        if entry.get("listing"):
            _check_url(where, "listing", entry["listing"])
        if entry.get("content"):
            _check_css(where, "content", entry["content"])
        for key in ("number", "slug", "url"):
            if (key, entry[key]) in seen:
                raise SourcesError(f"{where}：{key} {entry[key]!r} 与{seen[key, entry[key]]}重复")
            seen[key, entry[key]] = where.rpartition("：")[2]
        names = _texts(where, "areas", entry.get("areas", []))
        for name in names:
            if name not in known:
                raise SourcesError(f"{where}：没有名为“{name}”的领域；可用的有：{'、'.join(a.name for a in areas)}")
        entry |= {"areas": tuple(known[name] for name in names), "mirrors": _mirrors(where, entry)}
        notices.append(Notice(**{"issuer": "", **entry}))
    if not notices:
        raise SourcesError(f"{path}：没有任何 [[notice]] 条目")
    return tuple(notices)


def _mirrors(where: str, entry: Mapping[str, Any]) -> tuple[Mirror, ...]:
    mirrors = []
    urls = {entry["url"]}
    for position, given in enumerate(entry.get("mirrors", []), 1):
        place = f"{where}：第{position}个镜像"
        _check_entry(place, given, "mirror")
        _check_url(place, "url", given["url"])
        if given["url"] in urls:
            raise SourcesError(f"{place}：网址 {given['url']} 重复")
        urls.add(given["url"])
        mirrors.append(Mirror(**given))
    return tuple(mirrors)


def _areas(path: Path, given: Mapping[str, Any]) -> tuple[Area, ...]:
    areas: list[Area] = []
    seen: dict[str, str] = {}
    for where, entry in _entries(path, given, "area"):
        if not SLUG.fullmatch(entry["slug"]):
            raise SourcesError(f"{where}：slug 只能用小写字母、数字和连字符，现为 {entry['slug']!r}")
        aliases = _texts(where, "aliases", entry.get("aliases", []))
        for name in (entry["slug"], entry["name"], *aliases):
            if name in seen:
                raise SourcesError(f"{where}：“{name}”与{seen[name]}重复")
            seen[name] = where.rpartition("：")[2]
        areas.append(Area(entry["slug"], entry["name"], aliases))
    return tuple(areas)


def _tasks(path: Path, given: Mapping[str, Any]) -> tuple[Task, ...]:
    tasks: dict[int, Task] = {}
    for where, entry in _entries(path, given, "task"):
        if entry["number"] in tasks:
            raise SourcesError(f"{where}：number {entry['number']} 重复")
        tasks[entry["number"]] = Task(**{"unit": "", "due": "", **entry})
    return tuple(tasks.values())


def _sites(path: Path, given: Mapping[str, Any]) -> list[Rule]:
    rules: dict[str, Rule] = {}
    for where, entry in _entries(path, given, "site"):
        host = entry["host"].lower()
        if "/" in host:
            raise SourcesError(f"{where}：host 只写主机名（可带端口），不写网址，现为 {host!r}")
        if host in rules:
            raise SourcesError(f"{where}：主机 {host} 的规则重复")
        rules[host] = _rule(where, entry | {"host": host})
    return list(rules.values())


# ---------------------------------------------------------------- rules


@cache
def _built_in_rules() -> tuple[Rule, dict[str, Rule]]:
    given = _toml(SITES)
    generic = _rule(f"{SITES}：[generic]", given["generic"])
    return generic, {rule.host: rule for rule in _sites(SITES, given)}


def _rule(where: str, entry: Mapping[str, Any]) -> Rule:
    selectors = {key: _selectors(where, key, entry[key]) for key in SELECTORS if key in entry}
    metadata = {key: _selectors(where, f"metadata.{key}", value) for key, value in entry.get("metadata", {}).items()}
    if len(metadata.get("labels", ())) != len(metadata.get("values", ())):
        raise SourcesError(f"{where}：metadata 的 labels 与 values 应一一对应")
    return Rule(
        host=entry.get("host", ""),
        content=selectors.get("content", ()),
        title=selectors.get("title", ()),
        drop=selectors.get("drop", ()),
        attachments=selectors.get("attachments", ()),
        metadata=metadata,
    )


def _completed(rule: Rule, generic: Rule) -> Rule:
    """The site's own places first, then the generic ones: a redesign should not leave a page unread."""

    def joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*one, *other)))

    return Rule(
        host=rule.host,
        content=joined(rule.content, generic.content),
        title=joined(rule.title, generic.title),
        drop=joined(rule.drop, generic.drop),
        attachments=joined(rule.attachments, generic.attachments),
        metadata={**generic.metadata, **rule.metadata},
        areas=generic.areas,
    )


def _selectors(where: str, key: str, value: object) -> tuple[str, ...]:
    selectors = (value,) if isinstance(value, str) else tuple(_texts(where, key, value))
    for selector in selectors:
        _check_css(where, key, selector)
    return selectors


# ---------------------------------------------------------------- checks


def _toml(path: Path) -> dict[str, Any]:
    try:
        # Windows editors put a byte order mark in front
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise SourcesError(f"{path}：无法读取：{error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path}：不是有效的 TOML 文件：{error}") from error


def _entries(path: Path, given: Mapping[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Each entry of a kind with its place for messages: '清单.toml：第3条通知（slug x）'."""
    entries = given.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SourcesError(f"{path}：{kind} 应写成 [[{kind}]]")
    placed = []
    for position, entry in enumerate(entries, 1):
        name = next((f"（{key} {entry[key]}）" for key in ("slug", "host", "number") if entry.get(key)), "")
        where = f"{path}：第{position}条{ENTRIES[kind]}{name}"
        _check_entry(where, entry, kind)
        placed.append((where, dict(entry)))
    return placed


def _check_entry(where: str, entry: object, kind: str) -> None:
    if not isinstance(entry, dict):
        raise SourcesError(f"{where}：应为一个表，含 {'、'.join(KEYS[kind])}")
    _only(where, entry, KEYS[kind], "条目")
    for key in REQUIRED[kind]:
        if key not in entry or (isinstance(entry[key], str) and not entry[key].strip()):
            raise SourcesError(f"{where}：缺少 {key}")
    for key, value in entry.items():
        expected = KEYS[kind][key]
        if isinstance(value, bool) or not isinstance(value, expected):
            raise SourcesError(f"{where}：{key} 应为{TYPES.get(expected, '文字')}，现为 {value!r}")


def _only(where: object, given: Mapping[str, Any], known: Mapping[str, Any], what: str) -> None:
    for key in given:
        if key not in known:
            raise SourcesError(f"{where}：不认识的键 {key!r}；{what}可用的有：{'、'.join(known)}")


def _texts(where: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise SourcesError(f"{where}：{key} 应为文字列表，现为 {value!r}")
    return tuple(value)


def _check_url(where: str, key: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        if parts.username or parts.password:
            raise SourcesError(f"{where}：{key} 里不能写用户名和密码，这些网址是公开显示的")
    except ValueError:
        good = False
    if not good or re.search(r"\s", url):
        raise SourcesError(f"{where}：{key} 应为 http 或 https 网址，现为 {url!r}")


def _check_css(where: str, key: str, selector: str) -> None:
    try:
        CSSSelector(selector)
    except SelectorError as error:
        raise SourcesError(f"{where}：{key} 的 CSS 选择器 {selector!r} 有误：{error}") from error
