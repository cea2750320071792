"""`subscriptions.toml`: who wants to know what, where and when. Every mistake is named with its line.

operator_after = 3                    # crawls in a row before operators hear of a trouble
mail = "mailtos://user:${SMTP_PASSWORD}@smtp.example.gov.cn:587?from=archive@example.gov.cn"

[[subscriber]]
name = "社会救助科"
address = "mailto:jiuzhu@example.gov.cn"
areas = ["社会救助"]                   # or notices = ["…"]; neither: everything
when = "daily"
at = "08:30"
"""

from __future__ import annotations

import difflib
import os
import re
import sqlite3
import stat
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from attrs import field, frozen

from archive import words
from archive.model import Kind
from archive.tell.story import rows_of

NAME = "subscriptions.toml"
ENVIRONMENT = "guidelines.env"
"""Secrets as KEY=VALUE lines, read by systemd (EnvironmentFile) and by us, so that cron has them too."""

CHATS = {
    "wecom": "https://qyapi.weixin.qq.com",
    "dingtalk": "https://oapi.dingtalk.com",
    "feishu": "https://open.feishu.cn",
}
DEFAULT_KINDS = frozenset(str(kind) for kind in Kind if kind is not Kind.UPGRADE)
KEYS = ("name", "address", "areas", "notices", "kinds", "when", "at", "role", "secret", "base")
GLOBAL_KEYS = ("subscriber", "mail", "operator_after")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@frozen
class Mistake:
    line: int
    text: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.text}" if self.line else self.text


class SubscriptionsError(Exception):
    """The file cannot be used; `mistakes` names each by its line, and never quotes a secret."""

    def __init__(self, path: Path, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(f"{path} 有 {len(mistakes)} 处问题：\n" + "\n".join(f"  {mistake}" for mistake in mistakes))


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
    """Hour of the daily digest, None for at once."""
    operator: bool = False
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


def load(data: Path, connection: sqlite3.Connection | None) -> Subscriptions:
    """The subscriptions of the archive under `data`; none when there is no file.

    `connection` is the archive that areas and notices are looked up in; None before the first crawl, when their names
    cannot be checked yet. Raises SubscriptionsError.
    """
    path = data / NAME
    if not path.exists():
        return Subscriptions()
    try:
        text = path.read_text("utf-8-sig")  # Windows editors put a byte order mark in front
        given = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise SubscriptionsError(path, [Mistake(0, "不是 UTF-8 编码的文本，请用 UTF-8 重新保存")]) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        last = text.count("\n") + 1
        raise SubscriptionsError(path, [Mistake(int(line[1]) if line else last, "不是有效的 TOML 写法")]) from error
    reader = _Reader(path, text, environment(data), connection)
    found = reader.read(given)
    if reader.mistakes:
        raise SubscriptionsError(path, sorted(reader.mistakes, key=lambda mistake: mistake.line))
    return found


def environment(data: Path) -> Mapping[str, str]:
    """The variables that `${NAME}` may name: those of the process, else those of the environment file."""
    path = data / ENVIRONMENT
    if not path.exists():
        return os.environ
    if _readable_by_others(path):
        raise SubscriptionsError(path, [Mistake(0, f"存有密钥，其他用户却可以读取；请执行 chmod 600 {path}")])
    found: dict[str, str] = {}
    for line in path.read_text("utf-8-sig").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith(("#", ";")):
            found[name.strip()] = value.strip().strip("\"'")
    return found | os.environ


def _readable_by_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


class _Reader:
    def __init__(
        self, path: Path, text: str, variables: Mapping[str, str], connection: sqlite3.Connection | None
    ) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.variables = variables
        self.connection = connection
        self.mistakes: list[Mistake] = []
        self.mail = ""
        self.literal: int | None = None
        """Line of the first secret that stands in the file itself."""
        self.starts = [n for n, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*[\"']?subscriber", line)]

    def read(self, given: Mapping[str, Any]) -> Subscriptions:
        for key in given:
            if key not in GLOBAL_KEYS:
                self.wrong(None, key, f"不认识的设置项 {key}{_like(key, GLOBAL_KEYS)}")
        self.mail = self.text(None, given, "mail")
        if self.mail:
            self.mail = self.expand(None, "mail", self.mail)
            if not self.mail.startswith(("mailto://", "mailtos://")):
                self.wrong(None, "mail", "mail 应以 mailto:// 或 mailtos:// 开头")
        after = given.get("operator_after", 3)
        if not isinstance(after, int) or isinstance(after, bool) or after < 1:
            self.wrong(None, "operator_after", "operator_after 应为不小于 1 的整数")
            after = 3
        tables = given.get("subscriber", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.wrong(None, "subscriber", "订阅人应写成 [[subscriber]]（两层方括号）")
            tables = []
        subscribers = [self.subscriber(index, table) for index, table in enumerate(tables)]
        names: set[str] = set()
        for index, subscriber in enumerate(subscribers):
            if subscriber.name and subscriber.name in names:
                self.wrong(index, "name", "这个 name 与前面的订阅人重复；名称用来记住已经告知过什么，不能相同")
            names.add(subscriber.name)
        if self.literal is not None and _readable_by_others(self.path):
            mode = stat.S_IMODE(self.path.stat().st_mode)
            self.mistakes.append(
                Mistake(
                    self.literal,
                    f"文件里直接写了密钥，而其他用户可以读取（权限 {mode:o}）；"
                    f"请执行 chmod 600 {self.path}，或把密钥改为 ${{环境变量}}",
                )
            )
        return Subscriptions(tuple(subscribers), after)

    def subscriber(self, index: int, table: Mapping[str, Any]) -> Subscriber:
        for key in table:
            if key not in KEYS:
                self.wrong(index, key, f"不认识的设置项 {key}{_like(key, KEYS)}")
        name = self.text(index, table, "name").strip()
        if not name and isinstance(table.get("name", ""), str):
            self.wrong(index, "name", "缺少 name（订阅人的名称）")
        channel, address = self.address(index, table)
        role = self.text(index, table, "role") or "reader"
        if role not in ("reader", "operator"):
            self.wrong(index, "role", "role 应为 reader（读者）或 operator（运行维护人员）")
        return Subscriber(
            name=name,
            channel=channel,
            address=address,
            secret=self.secret(index, table, channel),
            base=self.base(index, table, channel),
            areas=self.areas(index, table),
            notices=self.notices(index, table),
            kinds=self.kinds(index, table, role == "operator"),
            at=self.at(index, table),
            operator=role == "operator",
            line=self.starts[index] + 1 if index < len(self.starts) else 0,
        )

    # ------------------------------------------------------------ where it goes

    def address(self, index: int, table: Mapping[str, Any]) -> tuple[str, str]:
        given = self.text(index, table, "address")
        if not given:
            if "address" not in table:
                self.wrong(index, "address", "缺少 address（投递地址）")
            return "", ""
        scheme, colon, rest = given.partition(":")
        if scheme == "mailto" and not rest.startswith("//"):
            recipient = self.expand(index, "address", rest)
            if not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", recipient):
                self.wrong(index, "address", "mailto: 后面应是一个邮箱地址；多人请各写一个 [[subscriber]]")
            if not self.mail:
                self.wrong(index, "address", '用 mailto:邮箱 时，文件开头须有 mail = "mailtos://…"（发信服务器）')
            return "mail", f"{self.mail}{'&' if '?' in self.mail else '?'}to={quote(recipient)}"
        if scheme in CHATS and colon:
            key = rest.strip("/")
            if not key:
                self.wrong(index, "address", f"{scheme}: 后面应是群机器人地址中的密钥")
            if re.search(r"[/?=]", _VARIABLE.sub("", key)):
                self.wrong(index, "address", f"{scheme}: 后面只写密钥本身，不写整个网址")
            return scheme, self.expand(index, "address", key, secret=True)
        if "://" not in given and not _VARIABLE.match(given):
            self.wrong(index, "address", "地址应以 mailto: wecom: dingtalk: feishu: 开头，或是 apprise 的网址")
            return "", ""
        expanded = self.expand(index, "address", given)
        return ("mail" if expanded.startswith(("mailto://", "mailtos://")) else "apprise"), expanded

    def secret(self, index: int, table: Mapping[str, Any], channel: str) -> str:
        given = self.text(index, table, "secret")
        if given and channel not in ("dingtalk", "feishu"):
            self.wrong(index, "secret", "secret（加签密钥）只用于 dingtalk 和 feishu")
        return self.expand(index, "secret", given, secret=True) if given else ""

    def base(self, index: int, table: Mapping[str, Any], channel: str) -> str:
        given = self.text(index, table, "base")
        if given and channel not in CHATS:
            self.wrong(index, "base", "base 只用于 wecom、dingtalk 和 feishu")
        expanded = self.expand(index, "base", given) if given else CHATS.get(channel, "")
        if given and (urlsplit(expanded).scheme not in ("http", "https") or not urlsplit(expanded).hostname):
            self.wrong(index, "base", "base 应是 http:// 或 https:// 开头的网址")
        return expanded.rstrip("/")

    def expand(self, index: int | None, key: str, given: str, *, secret: bool = False) -> str:
        """`given` with its ${VARIABLES} filled in; notes when what is left holds a secret."""
        for name in _VARIABLE.findall(given):
            if not self.variables.get(name):
                why = "是空的" if name in self.variables else "没有设置"
                self.wrong(index, key, f"环境变量 {name} {why}（可写入 {self.path.with_name(ENVIRONMENT)}）")
        rest = _VARIABLE.sub("", given)
        if (secret and rest) or _has_secret(rest, bool(_VARIABLE.search(given))):
            self.literal = self.literal or self.line(index, key)
        return _VARIABLE.sub(lambda found: self.variables.get(found[1], ""), given)

    # ------------------------------------------------------------ what and when

    def areas(self, index: int, table: Mapping[str, Any]) -> tuple[str, ...]:
        given = self.texts(index, table, "areas")
        if self.connection is None:
            return given
        known: dict[str, str] = {}
        for row in rows_of(self.connection, "SELECT slug, name FROM areas"):
            known |= {row["slug"]: row["slug"], row["name"]: row["slug"]}
        return self.known(index, "areas", given, known, "领域")

    def notices(self, index: int, table: Mapping[str, Any]) -> tuple[str, ...]:
        given = self.texts(index, table, "notices")
        if self.connection is None:
            return given
        known = {row["slug"]: row["slug"] for row in rows_of(self.connection, "SELECT slug FROM notices")}
        return self.known(index, "notices", given, known, "通知")

    def kinds(self, index: int, table: Mapping[str, Any], operator: bool) -> frozenset[str]:
        if "kinds" not in table:
            return DEFAULT_KINDS
        known = {str(kind): str(kind) for kind in Kind} | {name: kind for kind, name in words.CHANGES.items()}
        given = self.texts(index, table, "kinds")
        if not given and not operator:
            self.wrong(index, "kinds", "kinds 是空的：这个订阅人什么也收不到")
        return frozenset(self.known(index, "kinds", given, known, "变化类型"))

    def known(self, index: int, key: str, given: Sequence[str], known: Mapping[str, str], what: str) -> tuple[str, ...]:
        for value in given:
            if value not in known:
                self.wrong(index, key, f"没有名为“{value}”的{what}{_like(value, known)}", value)
        return tuple(known[value] for value in given if value in known)

    def at(self, index: int, table: Mapping[str, Any]) -> time | None:
        when = self.text(index, table, "when") or "immediate"
        if when not in ("immediate", "daily"):
            self.wrong(index, "when", "when 应为 immediate（立即）或 daily（每日汇总）")
        if when != "daily":
            if "at" in table and when == "immediate":
                self.wrong(index, "at", 'at 只用于 when = "daily"')
            return None
        at = self.text(index, table, "at") or "08:30"
        if not _TIME.fullmatch(at):
            self.wrong(index, "at", 'at 应写成 "08:30" 这样的时刻')
            return None
        return time.fromisoformat(at)

    # ------------------------------------------------------------ values and lines

    def text(self, index: int | None, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if isinstance(value, str):
            return value
        self.wrong(index, key, f"{key} 应为文字（加引号）")
        return ""

    def texts(self, index: int, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return tuple(value)
        self.wrong(index, key, f'{key} 应为列表，如 {key} = ["…"]')
        return ()

    def wrong(self, index: int | None, key: str, text: str, value: str = "") -> None:
        self.mistakes.append(Mistake(self.line(index, key, value), text))

    def line(self, index: int | None, key: str, value: str = "") -> int:
        """Line (from 1) of `key` in the n-th [[subscriber]] or before the first; of `value` when it is further down."""
        first = 0 if index is None or index >= len(self.starts) else self.starts[index]
        ends = [n for n in self.starts if n > first] or [len(self.lines)]
        block = range(first, ends[0])
        pattern = re.compile(rf"\s*(\[\[?\s*)?[\"']?{re.escape(key)}[\"']?\s*[\]=.]")
        found = next((n for n in block if pattern.match(self.lines[n])), first)
        if value:
            found = next((n for n in range(found, ends[0]) if value in self.lines[n]), found)
        return found + 1


def _has_secret(address: str, filled: bool) -> bool:
    """Whether an address, its variables taken out, still holds a secret: a password, or any part of a webhook."""
    if "://" not in address:
        return False
    if address.startswith(("mailto://", "mailtos://")):
        return bool(urlsplit(address).password) or "pass=" in address
    return not filled


def _like(value: str, known: Mapping[str, str] | Sequence[str]) -> str:
    close = difflib.get_close_matches(value, list(known), n=1, cutoff=0.5)
    return f"；是不是 {close[0]}？" if close else ""
