"""`subscriptions.toml`: who wants to know what, where and when. Every mistake is named with its line.

operator_after = 3                    # crawls in a row before operators hear of a trouble
mail = "mailtos://user:${SMTP_PASSWORD}@smtp.example.gov.cn:587?from=archive@example.gov.cn"

[[subscriber]]
name = "社会救助科"
address = "mailto:jiuzhu@example.gov.cn"
areas = ["社会救助"]                   # or notices = ["…"]; neither: everything
when = "daily"                        # or "weekly" with on = "周一"; without it, at once
at = "08:30"
levels = ["县级"]                      # only rows of this level; neither: every level
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

from attrs import field, frozen

from archive import words
from archive.machine.database import rows_of
from archive.machine.toml import Mistake, Must, Place, SettingsError, TomlFile, near
from archive.model import Kind
from archive.settings import ENVIRONMENT, environment_of
from archive.words.columns import LEVELS

NAME = "subscriptions.toml"

CHATS = {
    "wecom": "https://qyapi.weixin.qq.com",
    "dingtalk": "https://oapi.dingtalk.com",
    "feishu": "https://open.feishu.cn",
}
DEFAULT_KINDS = frozenset(str(kind) for kind in Kind if kind is not Kind.UPGRADE)
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


WHEN = Must("immediate（立即）、daily（每日汇总）或 weekly（每周汇总）", ("immediate", "daily", "weekly").__contains__)
DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ROLE = Must("reader（读者）或 operator（运行维护人员）", ("reader", "operator").__contains__)
FROM_1 = Must("不小于 1 的整数", lambda number: number >= 1)


@frozen
class Entry:
    """One [[subscriber]] as it is written."""

    name: str
    address: str
    areas: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = tuple(sorted(DEFAULT_KINDS))
    when: Annotated[str, WHEN] = "immediate"
    at: str = ""
    on: str = ""
    levels: tuple[str, ...] = ()
    role: Annotated[str, ROLE] = "reader"
    secret: str = ""
    base: str = ""
    paused: bool = False


@frozen
class SubscriptionsFile:
    mail: str = ""
    """The server that sends, for the addresses written as mailto:…"""
    operator_after: Annotated[int, FROM_1] = 3
    subscriber: tuple[Entry, ...] = ()


@frozen
class Subscriber:
    name: str
    channel: str
    """mail | wecom | dingtalk | feishu | apprise"""
    address: str = field(repr=False)
    """For mail and apprise an apprise URL, for a chat the key of the robot."""
    secret: str = field(default="", repr=False)
    base: str = field(default="", repr=False)
    areas: tuple[str, ...] = ()
    """Slugs; with `notices`, what it wants to know about; both empty: everything."""
    notices: tuple[str, ...] = ()
    kinds: frozenset[str] = DEFAULT_KINDS
    at: time | None = None
    """Hour of the digest, None for at once."""
    weekday: int | None = None
    """Of the weekly digest, Monday is 0; None for a daily one."""
    levels: frozenset[str] = frozenset()
    """Columns of the levels whose rows it wants to know about; empty: all."""
    operator: bool = False
    paused: bool = False
    """What there is to tell is kept, and sent when this ends."""
    line: int = 0

    def secrets(self) -> tuple[str, ...]:
        """Everything that no log, page or error text may show, longest first."""
        whole = {part for part in (self.name, self.address, self.secret, self.base) if len(part) > 1}
        plain = {"http", "https", "mailto", "mailtos", "json", "jsons", "from", "smtp", "mode", "starttls"}
        parts = {
            part for part in re.split(r"[/:@?&=#<>]+", unquote(self.address)) if len(part) > 3 and part not in plain
        }
        return tuple(sorted(whole | parts, key=len, reverse=True))

    def mask(self, text: str) -> str:
        for secret in self.secrets():
            text = text.replace(secret, "****").replace(quote(secret, safe=""), "****")
        return text


@frozen
class Subscriptions:
    subscribers: tuple[Subscriber, ...] = ()
    operator_after: int = 3


def load(data: Path, connection: sqlite3.Connection | None, file: Path | None = None) -> Subscriptions:
    """The subscriptions of the archive under `data`; none when there is no file.

    `connection` is the archive that areas and notices are looked up in; None before the first crawl, when their names
    cannot be checked yet. `file`: another one in its place, before it is put there. Raises SettingsError, which never
    quotes a secret.
    """
    path = file or data / NAME
    if not path.exists():
        return Subscriptions()
    reader = _Reader(TomlFile(path, quoting=False), data, connection)
    found = reader.read()
    reader.file.finish()
    return found


def environment(data: Path) -> Mapping[str, str]:
    """The variables that `${NAME}` may name: those of the process, else those of the environment file."""
    path = data / ENVIRONMENT
    if not path.exists():
        return os.environ
    if _readable_by_others(path):
        raise SettingsError(path, [Mistake(0, f"存有密钥，其他用户却可以读取；请执行 chmod 600 {path}")])
    return environment_of(data) | os.environ


def _readable_by_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


class _Reader:
    def __init__(self, file: TomlFile, data: Path, connection: sqlite3.Connection | None) -> None:
        self.file = file
        self.variables = environment(data)
        self.environment = data / ENVIRONMENT
        self.connection = connection
        self.mail = ""
        self.literal: Place | None = None
        """The first secret that stands in the file itself."""

    def read(self) -> Subscriptions:
        given = self.file.read(SubscriptionsFile)
        if given.mail:
            self.mail = self.expand(("mail",), given.mail)
            if not self.mail.startswith(("mailto://", "mailtos://")):
                self.file.wrong(("mail",), "mail 应以 mailto:// 或 mailtos:// 开头")
        subscribers = [self.subscriber(("subscriber", n), entry) for n, entry in enumerate(given.subscriber)]
        names: set[str] = set()
        for n, subscriber in enumerate(subscribers):
            if subscriber.name in names:
                what = "这个 name 与前面的订阅人重复；名称用来记住已经告知过什么，不能相同"
                self.file.wrong(("subscriber", n, "name"), what)
            names.add(subscriber.name)
        path = self.file.path
        if self.literal is not None and _readable_by_others(path):
            self.file.wrong(
                self.literal,
                f"文件里直接写了密钥，而其他用户可以读取（权限 {stat.S_IMODE(path.stat().st_mode):o}）；"
                f"请执行 chmod 600 {path}，或把密钥改为 ${{环境变量}}",
            )
        return Subscriptions(tuple(subscribers), given.operator_after)

    def subscriber(self, place: Place, entry: Entry) -> Subscriber:
        channel, address = self.address((*place, "address"), entry.address)
        return Subscriber(
            name=entry.name.strip(),
            channel=channel,
            address=address,
            secret=self.secret((*place, "secret"), entry.secret, channel),
            base=self.base((*place, "base"), entry.base, channel),
            areas=self.known((*place, "areas"), entry.areas, self.table("areas", "slug", "name"), "领域"),
            notices=self.known((*place, "notices"), entry.notices, self.table("notices", "slug"), "通知"),
            kinds=self.kinds((*place, "kinds"), entry),
            at=self.at((*place, "at"), entry),
            weekday=self.weekday((*place, "on"), entry),
            levels=frozenset(self.known((*place, "levels"), entry.levels, {w: c for c, w in LEVELS.items()}, "层级")),
            operator=entry.role == "operator",
            paused=entry.paused,
            line=self.file.line(place),
        )

    # ------------------------------------------------------------ where it goes

    def address(self, place: Place, given: str) -> tuple[str, str]:
        """The channel, and what its sender needs to know."""
        scheme, colon, rest = given.partition(":")
        if scheme == "mailto" and not rest.startswith("//"):
            recipient = self.expand(place, rest)
            if not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", recipient):
                self.file.wrong(place, "mailto: 后面应是一个邮箱地址；多人请各写一个 [[subscriber]]")
            if not self.mail:
                self.file.wrong(place, '用 mailto:邮箱 时，文件开头须有 mail = "mailtos://…"（发信服务器）')
            return "mail", f"{self.mail}{'&' if '?' in self.mail else '?'}to={quote(recipient)}"
        if scheme in CHATS and colon:
            key = rest.strip("/")
            if not key:
                self.file.wrong(place, f"{scheme}: 后面应是群机器人地址中的密钥")
            if re.search(r"[/?=]", _VARIABLE.sub("", key)):
                self.file.wrong(place, f"{scheme}: 后面只写密钥本身，不写整个网址")
            return scheme, self.expand(place, key, secret=True)
        if "://" not in given and not _VARIABLE.match(given):
            self.file.wrong(place, "地址应以 mailto: wecom: dingtalk: feishu: 开头，或是 apprise 的网址")
            return "", ""
        expanded = self.expand(place, given)
        return ("mail" if expanded.startswith(("mailto://", "mailtos://")) else "apprise"), expanded

    def secret(self, place: Place, given: str, channel: str) -> str:
        if given and channel not in ("dingtalk", "feishu"):
            self.file.wrong(place, "secret（加签密钥）只用于 dingtalk 和 feishu")
        return self.expand(place, given, secret=True)

    def base(self, place: Place, given: str, channel: str) -> str:
        if not given:
            return CHATS.get(channel, "")
        if channel not in CHATS:
            self.file.wrong(place, "base 只用于 wecom、dingtalk 和 feishu")
        expanded = self.expand(place, given)
        if urlsplit(expanded).scheme not in ("http", "https") or not urlsplit(expanded).hostname:
            self.file.wrong(place, "base 应是 http:// 或 https:// 开头的网址")
        return expanded.rstrip("/")

    def expand(self, place: Place, given: str, *, secret: bool = False) -> str:
        """`given` with its ${VARIABLES} filled in; notes when what is left holds a secret."""
        for name in _VARIABLE.findall(given):
            if not self.variables.get(name):
                why = "是空的" if name in self.variables else "没有设置"
                self.file.wrong(place, f"环境变量 {name} {why}（可写入 {self.environment}）")
        rest = _VARIABLE.sub("", given)
        if (secret and rest) or _has_secret(rest, bool(_VARIABLE.search(given))):
            self.literal = self.literal or place
        return _VARIABLE.sub(lambda found: self.variables.get(found[1], ""), given)

    # ------------------------------------------------------------ what and when

    def kinds(self, place: Place, entry: Entry) -> frozenset[str]:
        if not entry.kinds and entry.role != "operator":
            self.file.wrong(place, "kinds 是空的：这个订阅人什么也收不到")
        known = {str(kind): str(kind) for kind in Kind} | {name: kind for kind, name in words.CHANGES.items()}
        return frozenset(self.known(place, entry.kinds, known, "变化类型"))

    def table(self, name: str, *columns: str) -> dict[str, str] | None:
        """What a row may be called → its slug; None before the first crawl."""
        if self.connection is None:
            return None
        found = rows_of(self.connection, f"SELECT {', '.join(columns)} FROM {name}")  # noqa: S608 - names of ours
        return {row[column]: row["slug"] for row in found for column in columns}

    def known(self, place: Place, given: Sequence[str], known: Mapping[str, str] | None, what: str) -> tuple[str, ...]:
        if known is None:
            return tuple(given)
        for number, value in enumerate(given):
            if value not in known:
                self.file.wrong((*place, number), f"没有名为“{value}”的{what}{near(value, known)}")
        return tuple(known[value] for value in given if value in known)

    def at(self, place: Place, entry: Entry) -> time | None:
        if entry.when == "immediate":
            if entry.at:
                self.file.wrong(place, 'at 只用于 when = "daily" 或 "weekly"')
            return None
        at = entry.at or "08:30"
        if not _TIME.fullmatch(at):
            self.file.wrong(place, 'at 应写成 "08:30" 这样的时刻')
            return None
        return time.fromisoformat(at)

    def weekday(self, place: Place, entry: Entry) -> int | None:
        if entry.when != "weekly":
            if entry.on:
                self.file.wrong(place, 'on 只用于 when = "weekly"')
            return None
        if entry.on and entry.on not in DAYS:
            self.file.wrong(place, f"on 应是 {'、'.join(DAYS)} 之一")
            return None
        return DAYS.index(entry.on or DAYS[0])


def _has_secret(address: str, filled: bool) -> bool:
    """Whether an address, its variables taken out, still holds a secret: a password, or any part of a webhook."""
    if "://" not in address:
        return False
    if address.startswith(("mailto://", "mailtos://")):
        return bool(urlsplit(address).password) or "pass=" in address
    return not filled
