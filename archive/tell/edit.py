"""subscriptions.toml changed as a person would change it: other lines, comments and order stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from archive.machine.toml import lines_of, quoted
from archive.machine.written import replaced
from archive.tell.subscriptions import NAME, load

_TABLE = re.compile(r"^\s*\[")
_SUBSCRIBER = re.compile(r"^\s*\[\[\s*subscriber\s*\]\]")
_PAUSED = re.compile(r"^\s*paused\s*=")


class Unknown(Exception):
    """No subscriber, or already one, of this name."""


def rewrite(data: Path, change: Callable[[str], str]) -> None:
    """Put the changed text in place of the file, at once and readable by its owner only, if it is a sound file.

    Raises Unknown, or SettingsError with the mistakes of the changed file; the old one is left as it was then.
    """
    path = data / NAME
    text = path.read_text("utf-8") if path.exists() else ""
    with replaced(path, change(text).encode(), 0o600) as new:
        load(data, None, new)


def added(text: str, name: str, address: str, server: str | None, given: Mapping[str, Any]) -> str:
    """With one more subscriber at the end. given, each if wished: areas, notices, levels, daily (HH:MM), weekly (周一),
    operator."""
    if name in _names(text):
        raise Unknown(f"已有名为“{name}”的订阅人")
    daily, weekly = given.get("daily"), given.get("weekly")
    values = {
        "name": name,
        "address": address,
        **{key: given.get(key) for key in ("areas", "notices", "levels")},
        "when": "weekly" if weekly else daily and "daily",
        "on": weekly,
        "at": daily,
        "role": given.get("operator") and "operator",
    }
    entry = "\n".join(["[[subscriber]]", *lines_of(values)])
    head = f"mail = {quoted(server)}\n" if server else ""
    return head + text.rstrip("\n") + ("\n\n" if text.strip() else "") + entry + "\n"


def paused(text: str, name: str, pause: bool) -> str:
    lines = text.splitlines(keepends=True)
    first, end = _block(lines, text, name)
    kept = [line for line in lines[first:end] if not _PAUSED.match(line)]
    return "".join([*lines[:first], kept[0], *(["paused = true\n"] if pause else []), *kept[1:], *lines[end:]])


def removed(text: str, name: str) -> str:
    lines = text.splitlines(keepends=True)
    first, end = _block(lines, text, name)
    return "".join([*lines[:first], *lines[end:]])


def _names(text: str) -> list[str]:
    """Raises TOMLDecodeError for a text that is none; `load` says where."""
    return [str(entry.get("name", "")).strip() for entry in tomllib.loads(text).get("subscriber", [])]


def _block(lines: Sequence[str], text: str, name: str) -> tuple[int, int]:
    """The lines of a subscriber: from its heading to the next one, without the comments above that."""
    names = _names(text)
    if name not in names:
        raise Unknown(f"没有名为“{name}”的订阅人；有：{'、'.join(names) or '无'}")
    heads = [n for n, line in enumerate(lines) if _SUBSCRIBER.match(line)]
    first = heads[names.index(name)]
    end = next((n for n in range(first + 1, len(lines)) if _TABLE.match(lines[n])), len(lines))
    while end < len(lines) and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return first, end
