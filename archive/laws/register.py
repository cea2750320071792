"""The register of laws: which texts there are of each, from when on, and in what state a law is on a day.

Built in: `register.jsonl` (made by scripts/make_laws.py from the headings of a public collection, LawRefBook/Laws,
April 2025) and `documents.toml` (rules and documents below). The operator's DATA/laws.toml adds and corrects.
A state is that of the newest text on the day. What the facts do not say is 未知, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path

from attrs import evolve, frozen

from archive.laws import HERE, NAME
from archive.laws.titles import folded
from archive.machine.toml import TomlFile

ENDS = "2025-04"
"""The month of the collection: later texts are known only by an operator's line or a watched source."""
SOURCE = "法律法规标题行（公开汇编 LawRefBook/Laws，2025 年 4 月）"
NAMES = {"law": "条法规"}


class State(StrEnum):
    """As 国家法律法规数据库 has them."""

    IN_FORCE = "in-force"
    NOT_YET = "not-yet"
    AMENDED = "amended"
    """Of an older text only: there is a newer one."""
    REPEALED = "repealed"
    UNKNOWN = "unknown"


@frozen
class Text:
    date: str
    """When it was passed (laws) or published (the rest), ISO 8601."""
    force: str = ""
    """From when on it is in force; '' where no fact says so."""
    number: str = ""


@frozen
class Entry:
    """All that is known of one title."""

    title: str
    category: str = ""
    texts: tuple[Text, ...] = ()
    """By date."""
    aliases: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    repealed: str = ""
    """From when on; ''."""

    @property
    def slug(self) -> str:
        return f"law-{sha256(self.title.encode()).hexdigest()[:8]}"

    def newest(self, day: str) -> Text | None:
        """The newest text on a day."""
        return next((text for text in reversed(self.texts) if text.date <= day), None)

    def in_force(self, day: str) -> Text | None:
        """The newest text that is known, or by its age taken, to be in force on a day."""
        return next((t for t in reversed(self.texts) if t.date <= day and _state(t, day) is State.IN_FORCE), None)

    def state(self, day: str) -> State | None:
        """Of the law on a day; None where it did not exist yet."""
        if self.repealed and self.repealed <= day:
            return State.REPEALED
        text = self.newest(day)
        if text is None:
            return None if self.texts else State.UNKNOWN
        return _state(text, day)

    def state_of(self, text: Text, day: str) -> State | None:
        """Of one of its texts on a day."""
        newest = self.newest(day)
        if newest is not None and text.date < newest.date:
            return State.REPEALED if self.repealed and self.repealed <= day else State.AMENDED
        return self.state(day)


def _state(text: Text, day: str) -> State:
    if text.force:
        return State.IN_FORCE if text.force <= day else State.NOT_YET
    return State.IN_FORCE if day >= _a_year_after(text.date) else State.UNKNOWN


def _a_year_after(day: str) -> str:
    return f"{int(day[:4]) + 1}{day[4:]}"


# ---------------------------------------------------------------- read


@frozen
class Line:
    """One [[law]] of laws.toml: a title with a text, another name, a repeal, or a correction."""

    title: str
    category: str = ""
    number: str = ""
    aliases: tuple[str, ...] = ()
    date: str = ""
    force: str = ""
    repealed: str = ""
    wrong: str = ""
    """A text that there never was, by its date."""


@frozen
class LawsFile:
    law: tuple[Line, ...] = ()


Register = Mapping[str, Entry]
"""Entries by title without 中华人民共和国."""


def load_register(data: Path | None = None) -> Register:
    """The built-in register with the operator's lines. Raises SettingsError with every mistake of theirs."""
    entries = dict(_built_in())
    return _with_lines(entries, data / NAME) if data is not None else entries


@cache
def _built_in() -> Register:
    entries = {}
    for line in (HERE / "register.jsonl").read_text("utf-8").splitlines():
        raw = json.loads(line)
        texts = tuple(Text(**text) for text in raw["texts"])
        numbers = tuple(text.number for text in texts if text.number)
        entries[raw["title"]] = Entry(raw["title"], raw["category"], texts, (), numbers)
    return _with_lines(entries, HERE / "documents.toml")


def _with_lines(entries: dict[str, Entry], path: Path) -> Register:
    file = TomlFile(path, names=NAMES)
    for number, line in enumerate(file.read(LawsFile).law):
        place = ("law", number)
        for key in ("date", "force", "repealed", "wrong"):
            if getattr(line, key) and not _is_day(getattr(line, key)):
                file.wrong((*place, key), f"{key} 应写成 2026-11-20 的样子，现为 {getattr(line, key)!r}")
        title = folded(line.title)
        if line.force and not line.date:
            file.wrong((*place, "force"), "force 是一个文本的施行日期，要和这个文本的 date 一起写")
        if line.force and line.date and line.force < line.date:
            file.wrong((*place, "force"), f"施行日期 {line.force} 早于文本日期 {line.date}")
        known = entries.get(title, Entry(title))
        if line.wrong and line.wrong not in {text.date for text in known.texts}:
            file.wrong((*place, "wrong"), f"《{title}》没有日期为 {line.wrong} 的文本")
        if not (line.date or line.repealed or line.wrong or line.number or line.aliases):
            file.wrong(place, "除 title 外，应至少写 date、number、aliases、repealed、wrong 中的一项")
        entries[title] = _with_line(known, line)
    file.finish()
    return entries


def _with_line(entry: Entry, line: Line) -> Entry:
    texts = {text.date: text for text in entry.texts if text.date != line.wrong}
    if line.date:
        before = texts.get(line.date, Text(line.date))
        texts[line.date] = evolve(before, force=line.force or before.force, number=line.number or before.number)
    return evolve(
        entry,
        category=line.category or entry.category or "规范性文件",
        texts=tuple(texts[day] for day in sorted(texts)),
        aliases=(*entry.aliases, *map(folded, line.aliases)),
        numbers=(*entry.numbers, *([line.number] if line.number else [])),
        repealed=line.repealed or entry.repealed,
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
