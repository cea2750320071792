"""The operator's files written by a program: settings.toml and the environment file; other lines and comments stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from archive.machine.toml import quoted
from archive.machine.written import replaced
from archive.operate.schedule import environment_file
from archive.settings import load_settings

NAME = "settings.toml"


class Unwritable(Exception):
    """A value that the file cannot hold; the message says why, in Chinese, without the value."""


def write_settings(data: Path, values: Mapping[str, str | int]) -> Path:
    """Put values into settings.toml, in place of those there; the file is replaced at once and only by a sound one.

    Raises SettingsError with the mistakes of the changed file; the old one is left as it was then.
    """
    path = data / NAME
    text = path.read_text("utf-8-sig") if path.exists() else ""
    for key, value in values.items():
        text = _with_line(text, key, f"{key} = {quoted(value)}")
    with replaced(path, text.encode()) as new:
        load_settings(new.parent)
    return path


def _with_line(text: str, key: str, line: str) -> str:
    lines = text.splitlines()
    there = [number for number, old in enumerate(lines) if re.match(rf"\s*{key}\s*=", old)]
    if there:
        lines[there[0]] = line
    else:
        lines.append(line)
    return "\n".join(lines) + "\n"


def write_secret(data: Path, name: str, value: str) -> Path:
    """Put NAME=value into the environment file, written so that systemd, sh and we read the same. Raises Unwritable."""
    if "\n" in value or ("'" in value and re.search(r"[\"\\\s$`#]", value)):
        raise Unwritable(f"{name} 中同时有单引号和空格、双引号、$ 之类的字符，请手工写入 {environment_file(data)}")
    path = environment_file(data)
    written = f'{name}="{value}"' if "'" in value else f"{name}='{value}'"
    lines = [line for line in path.read_text("utf-8-sig").splitlines() if not re.match(rf"\s*{name}\s*=", line)]
    with replaced(path, ("\n".join([*lines, written]) + "\n").encode(), 0o600):
        pass  # any text is an environment
    return path
