"""What the operator may set: `settings.toml` in the data folder, every key optional."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import asdict, fields_dict, frozen


class SettingsError(Exception):
    """A mistake in a file of the operator's; the message names file and key, in Chinese."""


@frozen
class Settings:
    contact: str = ""
    """E-mail or address in the agent string, so that a site's webmaster can reach the operator."""
    base_url: str = "http://127.0.0.1:8001"
    """Address of the site as subscribers reach it."""
    delay: float = 5.0
    """Seconds between two requests to one host."""
    timeout: float = 60.0
    """Seconds that one download may take."""
    max_bytes: int = 50_000_000
    """Largest body, after decompression."""
    confirm_after: float = 30.0
    """Seconds until a revision is fetched again."""
    gone_after: int = 3
    """Crawls in a row without the document before it counts as gone …"""
    gone_after_hours: float = 48.0
    """… and hours since the first of them."""
    shrunk_below: float = 0.5
    """Share of the last version's length under which a text is suspect."""
    interval_min: float = 12.0
    """Hours between two visits of a notice that has just changed."""
    interval_max: float = 168.0
    """Hours between two visits of a notice that never moves."""
    old_tls: tuple[str, ...] = ()
    """Hosts that only speak TLS 1.0 or weak ciphers."""
    timezone: str = "Asia/Shanghai"
    memento: str = ""
    """Prefix of a web archive's addresses, e.g. https://web.archive.org/web/, asked for a notice that cannot be
    reached; '' asks none."""
    allow_sql: bool = False
    """Whether visitors of the site may ask in SQL."""
    sql_memory_mb: int = 256
    """Memory that one visitor's question may take on Datasette's pages, on top of the program itself."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def load_settings(data: Path, **overrides: Any) -> Settings:
    """Settings of the archive under `data`; an override that is not None (from the command line) wins.

    Raises SettingsError naming the file and the key.
    """
    path = data / "settings.toml"
    given: dict[str, Any] = {}
    if path.exists():
        try:
            given = tomllib.loads(path.read_text("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}：不是有效的 TOML 文件：{error}") from error
    given |= {key: value for key, value in overrides.items() if value is not None}
    known = fields_dict(Settings)
    for key, value in given.items():
        if key not in known:
            raise SettingsError(f"{path}：不认识的设置项 {key!r}；可用的有：{'、'.join(known)}")
        given[key] = _checked(path, key, value, known[key].default)
    return Settings(**given)


def _checked(path: Path, key: str, value: Any, default: Any) -> Any:
    def fail(expected: str) -> SettingsError:
        return SettingsError(f"{path}：{key} 应为{expected}，现为 {value!r}")

    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise fail("主机名列表")
        return tuple(value)
    if isinstance(default, str):
        if not isinstance(value, str):
            raise fail("文字")
        if key == "timezone":
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise fail("时区名（如 Asia/Shanghai）") from error
        return value
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise fail(" true 或 false")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise fail("不小于 0 的数")
    if key == "shrunk_below" and value > 1:
        raise fail("0 与 1 之间的数")
    number = type(default)(value)
    if key in ("timeout", "max_bytes") and not number:
        raise fail("大于 0 的数")
    if key == "sql_memory_mb" and number < 32:
        raise fail("不小于 32 的数")
    return number


def as_dict(settings: Settings) -> dict[str, Any]:
    return asdict(settings)
