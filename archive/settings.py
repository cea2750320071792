"""What the operator may set: `settings.toml` in the data folder, every key optional."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import frozen

from archive.machine.toml import Must, TomlFile

ENVIRONMENT = "guidelines.env"
"""Secrets as KEY=VALUE lines, read by systemd (EnvironmentFile) and by us, so that cron has them."""
OF_THE_NETWORK = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "SSL_CERT_FILE", "PIP_INDEX_URL")
"""Variables of that file that every command takes over, so that a proxy need not be said anew in each terminal."""


PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]*[A-Za-z0-9_~-])+")
"""Of a sub-path: nothing that needs escaping in an address or in a page."""


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        return False


ABOVE_0 = Must("大于 0 的数", lambda number: number > 0)
UP_TO_1 = Must("0 与 1 之间的数", lambda number: number <= 1)
FROM_32 = Must("不小于 32 的数", lambda number: number >= 32)
SUB_PATH = Must("以 / 开头、不以 / 结尾的路径（如 /zwgk）", lambda path: not path or bool(PREFIX.fullmatch(path)))
ZONE = Must("时区名（如 Asia/Shanghai）", _is_zone)


@frozen
class Settings:
    contact: str = ""
    """E-mail or address in the agent string, so that a site's webmaster can reach the operator."""
    base_url: str = "http://127.0.0.1:8001"
    """Address of the site as subscribers reach it."""
    delay: float = 5.0
    """Seconds between two requests to one host."""
    timeout: Annotated[float, ABOVE_0] = 60.0
    """Seconds that one download may take."""
    max_bytes: Annotated[int, ABOVE_0] = 50_000_000
    """Largest body, after decompression."""
    confirm_after: float = 30.0
    """Seconds until a revision is fetched again."""
    gone_after: int = 3
    """Crawls in a row without the document before it counts as gone …"""
    gone_after_hours: float = 48.0
    """… and hours since the first of them."""
    shrunk_below: Annotated[float, UP_TO_1] = 0.5
    """Share of the last version's length under which a text is suspect."""
    interval_min: float = 12.0
    """Hours between two visits of a notice that has just changed."""
    interval_max: float = 168.0
    """Hours between two visits of a notice that never moves."""
    old_tls: tuple[str, ...] = ()
    """Hosts that only speak TLS 1.0 or weak ciphers."""
    timezone: Annotated[str, ZONE] = "Asia/Shanghai"
    memento: str = ""
    """Prefix of a web archive's addresses, e.g. https://web.archive.org/web/, asked for a notice that cannot be
    reached; '' asks none."""
    allow_sql: bool = False
    """Whether visitors of the site may ask in SQL."""
    ping: str = ""
    """Address that is called after each good `guidelines run`, so that a monitor elsewhere notices when none comes."""
    sql_memory_mb: Annotated[int, FROM_32] = 256
    """Memory that one visitor's question may take on Datasette's pages, on top of the program itself."""
    sub_path: Annotated[str, SUB_PATH] = ""
    """Below which path a proxy shows the site, e.g. /zwgk; '' is the top."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def environment_of(data: Path) -> dict[str, str]:
    """The variables of the environment file, as systemd reads them; none when there is no file."""
    path = data / ENVIRONMENT
    found: dict[str, str] = {}
    for line in path.read_text("utf-8-sig").splitlines() if path.is_file() else ():
        name, equals, value = line.strip().partition("=")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if equals and not name.startswith(("#", ";")):
            found[name.strip()] = value
    return found


def take_over(data: Path, environment: MutableMapping[str, str]) -> None:
    """What the environment file says of the network, where this process has not been told otherwise."""
    try:
        found = environment_of(data)
    except (OSError, UnicodeDecodeError):  # whoever needs a secret of it says so
        return
    for name in OF_THE_NETWORK:
        for spelled in (name, name.upper()):
            if spelled in found and not environment.get(name) and not environment.get(name.upper()):
                environment[spelled] = found[spelled]


def load_settings(data: Path, **overrides: Any) -> Settings:
    """Settings of the archive under `data`; an override that is not None (from the command line) wins.

    Raises SettingsError naming the file, and each mistake by its key and line.
    """
    file = TomlFile(data / "settings.toml")
    file.data |= {key: value for key, value in overrides.items() if value is not None}
    found = file.read(Settings)
    file.finish()
    return found
