"""The declarations: which notices are watched (`sources.toml`) and where their sites keep things (`sites.toml`).

An operator's file replaces the built-in list; it may bring rules for hosts of its own. Every mistake is found here,
before any request, and said in one sentence that names the file and the entry.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from attrs import asdict, evolve, field, frozen
from lxml.cssselect import CSSSelector, SelectorError

from archive.machine.toml import Mistake, Must, Place, SettingsError, TomlFile, near
from archive.model import Area, Notice, Task
from archive.watched import Law, Local, Sources
from crawler.reading.rule import Rule

BUILT_IN = Path(__file__).with_name("sources.toml")
SITES = Path(__file__).with_name("sites.toml")

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAMES = {"notice": "条通知", "area": "条领域", "task": "条任务", "site": "条网站规则", "mirrors": "个镜像"}
NAMES |= {"law": "条法规", "local": "条地方目录"}

Selectors = Annotated[
    tuple[str, ...], Must("CSS 选择器", take=lambda value: [value] if isinstance(value, str) else value)
]
"""In CSS, tried in this order; one alone may be written without the list."""


@frozen
class Site:
    """One [[site]]: where the pages of a host keep things (crawler/reading/rule.py)."""

    host: str
    content: Selectors = ()
    title: Selectors = ()
    drop: Selectors = ()
    attachments: Selectors = ()
    metadata: dict[str, Selectors] = field(factory=dict)


@frozen
class LocalEntry(Local):
    """One [[local]] as it is written: one area may stand without the list."""

    area: Annotated[
        tuple[str, ...], Must("领域名称", take=lambda value: [value] if isinstance(value, str) else value)
    ] = ()


@frozen
class SourcesFile:
    """What sources.toml may hold."""

    name: str = ""
    notice: tuple[Notice, ...] = ()
    law: tuple[Law, ...] = ()
    local: tuple[LocalEntry, ...] = ()
    area: tuple[Area, ...] = ()
    task: tuple[Task, ...] = ()
    site: tuple[Site, ...] = ()


@frozen
class SitesFile:
    """What sites.toml holds."""

    generic: Site
    site: tuple[Site, ...]


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
            content = notice.content
            rule = evolve(rule, content=(content, *rule.content), declared=(content, *rule.declared))
        if notice is not None and notice.areas:
            rule = evolve(rule, areas=tuple(area for area in rule.areas if area.name in notice.areas))
        return rule


def load_sources(path: Path | None) -> Declared:
    """Read a sources file, or the built-in list when `path` is None. Raises SettingsError with every mistake."""
    built_in = _built_in()
    given = built_in if path is None else _read(path)
    areas = given.area or built_in.area
    generic, built_in_rules = _built_in_rules()
    generic = evolve(generic, areas=areas)
    own = [
        rule if path is None else evolve(rule, declared=rule.content, declared_drop=rule.drop)
        for rule in map(_rule, given.site)
    ]
    rules = {rule.host: rule for rule in (*built_in_rules, *own)}
    notices, tasks = given.notice or built_in.notice, given.task or built_in.task
    name = given.name if given.notice else built_in.name
    sources = Sources(notices, areas, tasks, given.law, given.local, name)
    return Declared(sources, {host: _completed(rule, generic) for host, rule in rules.items()}, generic)


@cache
def _built_in() -> SourcesFile:
    return _read(BUILT_IN)


def _read(path: Path) -> SourcesFile:
    if not path.is_file():
        raise SettingsError(path, [Mistake(0, "无法读取，没有这个文件")])
    file = TomlFile(path, names=NAMES, optional=("issuer", "unit", "due"))
    given = file.read(SourcesFile)
    areas = given.area if given.area or path == BUILT_IN else _built_in().area
    known = {name: area.name for area in areas for name in (*area.aliases, area.slug, area.name)}
    if not (given.notice or given.law or given.local):
        file.wrong(("notice",), "没有任何 [[notice]] 条目")
    for number, notice in enumerate(given.notice):
        _check_notice(file, ("notice", number), notice)
        _check_names(file, ("notice", number, "areas"), notice.areas, known)
    file.distinct((("notice", n, "number"), notice.number) for n, notice in enumerate(given.notice))
    for number, law in enumerate(given.law):
        _check_entry(file, ("law", number), law)
    for number, local in enumerate(given.local):
        _check_entry(file, ("local", number), local)
        _check_names(file, ("local", number, "area"), local.area, known)
    given = evolve(given, local=tuple(_with_slug(local, known) for local in given.local))
    watched = [
        ((kind, number), entry)
        for kind in ("notice", "law", "local")
        for number, entry in enumerate(getattr(given, kind))
    ]
    for key in ("slug", "url"):
        file.distinct(((*place, key), getattr(entry, key)) for place, entry in watched)
    _check_areas(file, given.area)
    file.distinct((("task", n, "number"), task.number) for n, task in enumerate(given.task))
    _check_sites(file, given.site)
    file.finish()
    named = (evolve(notice, areas=tuple(known[name] for name in notice.areas)) for notice in given.notice)
    places = (evolve(local, area=tuple(known[name] for name in local.area)) for local in given.local)
    return evolve(given, notice=tuple(named), local=tuple(places))


def _with_slug(local: LocalEntry, known: Mapping[str, str]) -> LocalEntry:
    if local.slug:
        return local
    digest = hashlib.sha256("\x1f".join((local.name, *(known.get(a, a) for a in local.area))).encode()).hexdigest()[:8]
    return evolve(local, slug=f"local-{digest}")


@cache
def _built_in_rules() -> tuple[Rule, list[Rule]]:
    file = TomlFile(SITES, names=NAMES, optional=("host",))
    given = file.read(SitesFile)
    _check_site(file, ("generic",), given.generic)
    _check_sites(file, given.site)
    file.finish()
    return _rule(given.generic), [_rule(site) for site in given.site]


def _rule(site: Site) -> Rule:
    return Rule(**asdict(site) | {"host": site.host.lower()})


def _completed(rule: Rule, generic: Rule) -> Rule:
    """The site's own places first, then the generic ones: a redesign should not leave a page unread."""

    def joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*one, *other)))

    return Rule(
        host=rule.host,
        content=joined(rule.content, generic.content),
        declared=rule.declared,
        declared_drop=rule.declared_drop,
        title=joined(rule.title, generic.title),
        drop=joined(rule.drop, generic.drop),
        attachments=joined(rule.attachments, generic.attachments),
        metadata={**generic.metadata, **rule.metadata},
        areas=generic.areas,
    )


# ---------------------------------------------------------------- checks


def _check_notice(file: TomlFile, place: Place, notice: Notice) -> None:
    if notice.number < 1:
        file.wrong((*place, "number"), f"number 应为正整数，现为 {notice.number}")
    _check_entry(file, place, notice)
    if notice.listing:
        _check_url(file, (*place, "listing"), notice.listing)
    mirrors = [((*place, "mirrors", n, "url"), mirror.url) for n, mirror in enumerate(notice.mirrors)]
    for at, url in mirrors:
        _check_url(file, at, url)
    file.distinct([((*place, "url"), notice.url), *mirrors])


def _check_entry(file: TomlFile, place: Place, entry: Notice | Law | Local) -> None:
    """What is the same for all that is watched."""
    if entry.slug or not isinstance(entry, Local):
        _check_slug(file, place, entry.slug)
    _check_url(file, (*place, "url"), entry.url)
    if entry.content:
        _check_css(file, (*place, "content"), "content", entry.content)


def _check_names(file: TomlFile, place: Place, names: Sequence[str], known: Mapping[str, str]) -> None:
    """That areas are called as they are known."""
    for position, name in enumerate(names):
        if name not in known:
            what = f"没有名为“{name}”的领域{near(name, known, dict.fromkeys(known.values()))}"
            file.wrong((*place, position), what)


def _check_areas(file: TomlFile, areas: Sequence[Area]) -> None:
    named: list[tuple[Place, str]] = []
    for number, area in enumerate(areas):
        place = ("area", number)
        _check_slug(file, place, area.slug)
        named += [((*place, "slug"), area.slug), ((*place, "name"), area.name)]
        named += [((*place, "aliases", n), alias) for n, alias in enumerate(area.aliases)]
    file.distinct(named)


def _check_sites(file: TomlFile, sites: Sequence[Site]) -> None:
    for number, site in enumerate(sites):
        if "/" in site.host:
            what = f"host 只写主机名（可带端口），不写网址，现为 {site.host!r}"
            file.wrong(("site", number, "host"), what)
        _check_site(file, ("site", number), site)
    file.distinct((("site", number, "host"), site.host.lower()) for number, site in enumerate(sites))


def _check_site(file: TomlFile, place: Place, site: Site) -> None:
    for key in ("content", "title", "drop", "attachments"):
        for selector in getattr(site, key):
            _check_css(file, (*place, key), key, selector)
    for key, selectors in site.metadata.items():
        for selector in selectors:
            _check_css(file, (*place, "metadata", key), f"metadata.{key}", selector)
    if len(site.metadata.get("labels", ())) != len(site.metadata.get("values", ())):
        file.wrong((*place, "metadata"), "metadata 的 labels 与 values 应一一对应")


def _check_slug(file: TomlFile, place: Place, slug: str) -> None:
    if not SLUG.fullmatch(slug):
        file.wrong((*place, "slug"), f"slug 只能用小写字母、数字和连字符，现为 {slug!r}")


def _check_url(file: TomlFile, place: Place, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        if parts.username or parts.password:
            file.wrong(place, f"{place[-1]} 里不能写用户名和密码，这些网址是公开显示的")
    except ValueError:
        good = False
    if not good or re.search(r"\s", url):
        file.wrong(place, f"{place[-1]} 应为 http 或 https 网址，现为 {url!r}")


def _check_css(file: TomlFile, place: Place, key: str, selector: str) -> None:
    try:
        CSSSelector(selector)
    except SelectorError as error:
        file.wrong(place, f"{key} 的 CSS 选择器 {selector!r} 有误：{error}")
