"""The one reader of the files that an operator writes: settings.toml, sources.toml (sites.toml), subscriptions.toml;
and how a program writes a value into one.

What a file may hold is declared once, as an attrs class: a field is a key, its type what the value must be, a field
without a default must be there, `tuple[Other, ...]` are tables. A file is read to its end: every mistake is kept with
its line, and all of them are raised as one SettingsError. Checks of the caller's own add theirs with `wrong`.
"""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from attrs import NOTHING, AttrsInstance, define, field, fields_dict, frozen, has

ESCAPED = frozenset('"\\')
Place = tuple[str | int, ...]
"""Where a value stands: ("notice", 2, "mirrors", 0, "url") is the address of the first mirror of the third notice."""
T = TypeVar("T", bound=AttrsInstance)


@frozen
class Mistake:
    line: int
    """From 1; 0: of the whole file."""
    text: str


class SettingsError(Exception):
    """A file of the operator's cannot be used. The message has a line for each mistake, in Chinese, with file and line
    number; `mistakes` are the same as values."""

    def __init__(self, path: Path, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        super().__init__("\n".join(f"{path}{f' 第 {m.line} 行' if m.line else ''}：{m.text}" for m in self.mistakes))


@frozen
class Must:
    """What a value must be besides its type, in Annotated: the words that follow 应为, and a test of the value."""

    words: str
    holds: Callable[[Any], bool] = lambda _: True
    take: Callable[[Any], Any] = lambda value: value
    """For a value that may be written in a second way: gives the usual one."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


TYPES = {
    str: Must("文字（加引号）", lambda value: isinstance(value, str)),
    bool: Must(" true 或 false", lambda value: isinstance(value, bool)),
    int: Must("不小于 0 的整数", lambda value: _is_number(value) and value == int(value)),
    float: Must("不小于 0 的数", _is_number),
}
BROKEN = {
    "Cannot overwrite a value": "这个键写了两次",
    "Cannot declare": "这个表写了两次",
    "Expected '=' after a key": "键的后面应是等号",
    "Invalid value": "等号后面的值不对（文字要加引号）",
    "Invalid statement": "这一行既不是“键 = 值”，也不是 [[表]]",
    "Illegal character": "引号没有成对，或有不能用的字符",
    "Unterminated string": "引号没有成对",
    "Unclosed": "括号没有成对",
    "Expected ']'": "方括号没有成对",
    "Expected newline": "值的后面多出了内容（一行只写一个键）",
}
"""What tomllib's message begins with → the same in Chinese."""


@define
class TomlFile:
    """One file: its values, and the mistakes found in it so far. A file that is not there says nothing.

    Raises SettingsError for what is no TOML, OSError.
    """

    path: Path
    names: Mapping[str, str] = {}
    """{"notice": "条通知"} lets a mistake be told as of 第2条通知（slug …）."""
    optional: Collection[str] = ()
    """Fields that a file may leave out though their class has no default for them."""
    quoting: bool = True
    """Whether a message may repeat a value; it may be a secret."""
    mistakes: dict[Place, str] = field(init=False, factory=dict)
    text: str = field(init=False)
    data: dict[str, Any] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.text, self.data = _parsed(self.path)

    def read(self, declared: type[T]) -> T:
        """The file as an instance of the class that declares it. Where a value is wrong or missing it has the default,
        or nothing ('' or 0), so that the caller's checks can go on to find the rest."""
        return self._table((), declared, self.data)

    def wrong(self, place: Place, text: str) -> None:
        """Note a mistake. What is already known to be wrong is not told again in other words."""
        self.mistakes.setdefault(place, text)

    def distinct(self, values: Iterable[tuple[Place, object]]) -> None:
        """No two of these values, each with its place, may be the same."""
        seen: dict[object, Place] = {}
        for place, value in values:
            if value in seen:
                key = next(part for part in reversed(place) if isinstance(part, str))
                self.wrong(place, f"{key} {value!r} 与{self.called(seen[value])}重复")
            seen.setdefault(value, place)

    def finish(self) -> None:
        """Raises SettingsError if anything was wrong."""
        if self.mistakes:
            raise SettingsError(self.path, [self._mistake(place, text) for place, text in self.mistakes.items()])

    def _mistake(self, place: Place, text: str) -> Mistake:
        called = self.called(place)
        return Mistake(self.line(place), f"{called}：{text}" if called else text)

    def line(self, place: Place) -> int:
        """Of the key or value at that place, or of the nearest table around it that is there; 0 for the whole file."""
        known = (self._lines.get(place[:end]) for end in range(len(place), 0, -1))
        return next((line for line in known if line), 0)

    @cached_property
    def _lines(self) -> dict[Place, int]:
        return locate(self.text)

    def called(self, place: Place) -> str:
        """What people call the entry around a place: 第2条通知（slug two）; '' outside of entries with a name."""
        words = ""
        around: Any = self.data
        for key, index in pairwise(place):
            around = around[key]
            if isinstance(around, list) and isinstance(key, str) and key in self.names and isinstance(index, int):
                entry = around[index]
                if not isinstance(entry, dict):  # a text of a list that is called as a table is
                    break
                own = (f"（{name} {entry[name]}）" for name in ("slug", "host", "number") if entry.get(name))
                words += f"第{index + 1}{self.names[key]}{next(own, '')}"
        return words

    # ------------------------------------------------------------ by the declaration

    def _table(self, place: Place, declared: type[T], given: Mapping[str, Any]) -> T:
        hints = get_type_hints(declared, include_extras=True)
        for key in given:
            if key not in hints:
                self.wrong((*place, key), f"不认识的设置项 {key}{near(key, hints, hints)}")
        found = {}
        for key, attribute in fields_dict(declared).items():
            value = given.get(key, NOTHING)
            missing = value is NOTHING or (isinstance(value, str) and not value.strip())
            if missing and attribute.default is NOTHING and key not in self.optional:
                self.wrong((*place, key), f"缺少 {key}")
            elif value is not NOTHING:
                value = self._value((*place, key), hints[key], value)
            if value is not NOTHING or attribute.default is NOTHING:
                found[key] = _empty(hints[key]) if value is NOTHING else value
        return declared(**found)

    def _value(self, place: Place, hint: Any, value: Any) -> Any:
        """The value as the declaration wants it; NOTHING when it is wrong."""
        kind, inner = get_origin(hint) or hint, get_args(hint)
        if kind is Annotated:
            must = inner[1]
            found = self._value(place, inner[0], must.take(value))
            return found if found is NOTHING or must.holds(found) else self._is_not(place, must, value)
        if kind is tuple:
            return self._list(place, inner[0], value)
        if has(kind) or kind is dict:
            if not isinstance(value, dict):
                return self._is_not(place, Must("表"), value)
            if has(kind):
                return self._table(place, kind, value)
            read = {key: self._value((*place, key), inner[1], one) for key, one in value.items()}
            return {key: one for key, one in read.items() if one is not NOTHING}
        return kind(value) if TYPES[kind].holds(value) else self._is_not(place, TYPES[kind], value)

    def _list(self, place: Place, kind: Any, value: Any) -> Any:
        """Of texts, or of tables."""
        right = isinstance(value, list) and all(
            isinstance(one, dict) if has(kind) else isinstance(one, str) and one.strip() for one in value
        )
        if right:
            return tuple(self._value((*place, number), kind, one) for number, one in enumerate(value))
        table = ".".join(key for key in place if isinstance(key, str))
        how = f"应写成 [[{table}]]（两层方括号）" if has(kind) else f'应为列表，如 {place[-1]} = ["…"]'
        self.wrong(place, f"{place[-1]} {how}")
        return NOTHING

    def _is_not(self, place: Place, must: Must, value: Any) -> Any:
        self.wrong(place, f"{place[-1]} 应为{must.words}" + (f"，现为 {value!r}" if self.quoting else ""))
        return NOTHING


def near(value: str, known: Iterable[str], listed: Iterable[str] = ()) -> str:
    """What may have been meant by a name that is not known: the nearest one; else what there is, of `listed`."""
    close = difflib.get_close_matches(value, list(known), n=1, cutoff=0.5)
    return f"；是不是 {close[0]}？" if close else f"；可用的有：{'、'.join(listed)}" if listed else ""


def _empty(hint: Any) -> Any:
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return (get_origin(kind) or kind)()


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    raw = path.read_bytes() if path.exists() else b""
    try:
        text = raw.decode("utf-8-sig")  # Windows editors put a byte order mark in front
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        mistake = Mistake(raw.count(b"\n", 0, error.start) + 1, "不是 UTF-8 编码的文本，请用 UTF-8 重新保存")
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        at = re.search(r"line (\d+)", said)
        why = next((words for start, words in BROKEN.items() if said.startswith(start)), said.partition(" (at")[0])
        mistake = Mistake(int(at[1]) if at else text.count("\n") + 1, f"不是有效的 TOML 写法：{why}")
    raise SettingsError(path, [mistake])


# ---------------------------------------------------------------- the lines


def entries(value: Any) -> Iterable[tuple[str | int, Any]]:
    """What a table or a list holds, with its key or number; of anything else nothing."""
    return value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()


def locate(text: str) -> dict[Place, int]:
    """Place of each table, key and list entry → its line, from 1. `text` is valid TOML.

    Inside a value of several lines an entry is looked for by its words, and has the line of its key when it is written
    in another way there (with escapes).
    """
    found = _Lines()
    table: Place = ()
    statement, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += f"{line}\n"
        try:
            read = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:  # in the middle of a value of several lines
            continue
        if statement.lstrip().startswith("["):
            table = found.header(read, first)
        else:
            found.inside(table, read, statement, 0, first)
        statement, first = "", number + 1
    return found.lines


@define
class _Lines:
    lines: dict[Place, int] = field(factory=dict)
    latest: dict[Place, int] = field(factory=dict)
    """Array of tables → the number of its latest table."""

    def header(self, read: Any, line: int) -> Place:
        """Note [table] or [[table]]; returns its place. A name on the way that is an array means its latest table."""
        place: Place = ()
        while read:
            ((key, read),) = read.items()
            place = (*place, key)
            self.lines.setdefault(place, line)
            if read == [{}]:
                self.latest[place] = self.latest.get(place, -1) + 1
                read = {}
            if place in self.latest:
                place = (*place, self.latest[place])
                self.lines.setdefault(place, line)
        return place

    def inside(self, place: Place, value: Any, statement: str, at: int, first: int) -> int:
        """Note what a value holds; `at`: where it begins in its statement. Returns where it ends, as far as known."""
        if isinstance(value, str):
            return _span(value, statement, at)[1]
        for key, inner in entries(value):
            start, end = _span(key if isinstance(key, str) else inner, statement, at)
            self.lines.setdefault((*place, key), first + statement.count("\n", 0, start))
            at = self.inside((*place, key), inner, statement, end if isinstance(key, str) else start, first)
        return at


def _span(words: Any, statement: str, at: int) -> tuple[int, int]:
    """Where words stand from `at` on; (at, at) for what is no text or is written with escapes, as \" and \\ must be."""
    start = statement.find(words, at) if isinstance(words, str) and not ESCAPED.intersection(words) else -1
    return (start, start + len(words)) if start >= 0 else (at, at)


# ---------------------------------------------------------------- written


def quoted(value: object) -> str:
    """A text, a number or a list of texts as TOML; JSON's escapes are TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def lines_of(values: Mapping[str, object]) -> list[str]:
    """`key = value` of all that is neither empty nor None."""
    return [f"{key} = {quoted(value)}" for key, value in values.items() if value]
