"""On which line of a TOML file each value stands.

tomllib gives no lines, and tomlkit keeps none with its items (python-poetry/tomlkit#55). But each statement of a file
is a TOML file of its own, so a file that tomllib has accepted is read once more, statement by statement.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from attrs import define, field

ESCAPED = frozenset('"\\')
Place = tuple[str | int, ...]
"""Where a value stands: ("notice", 2, "mirrors", 0, "url") is the address of the first mirror of the third notice."""


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
