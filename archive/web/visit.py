"""One request for a page of ours: what it asks for, and the archive to answer it from."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, field, frozen

from archive.machine.database import Queries
from archive.record import in_force

MOST = 300
"""Things kept; visitors may ask for any number of different ones."""
Found = TypeVar("Found")
Row = dict[str, Any]
Context = dict[str, Any]
Parameters = Sequence[Any] | Mapping[str, Any]


class Missing(Exception):
    """404; the message says what there is none of."""


class BadParameter(Exception):
    """400; the message says which parameter and what it may be."""


@frozen
class Visit(Queries):
    """One request for a page of ours, in the thread that may query."""

    connection: sqlite3.Connection
    memo: Memo
    """For what takes long to count and stays the same between two crawls."""
    data: Path
    args: Any
    """The query string's parameters (datasette.utils.MultiParams)."""
    vars: Mapping[str, str]
    """The named parts of the path."""
    headers: Mapping[str, str]
    """Of the request, names in lower case."""
    path: str
    below: str = ""
    """Below which path of another site ours is shown; "" for the top."""

    # ------------------------------------------------------------ the archive

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        return [dict(row) for row in self.connection.execute(sql, parameters)]

    def one(self, sql: str, parameters: Parameters, missing: str) -> Row:
        """Raises Missing when there is no such row, with a sentence for people."""
        found = self.row(sql, parameters)
        if found is None:
            raise Missing(missing)
        return found

    def names(self, sql: str, parameters: Parameters = ()) -> dict[Any, Any]:
        """What a choice offers: the first column's values, each with its name in the second."""
        return dict(self.connection.execute(sql, parameters))

    def areas(self) -> dict[str, str]:
        """Names of the areas by slug, in their order."""
        return self.names("SELECT slug, name FROM areas ORDER BY position, id")

    def notices(self) -> dict[str, str]:
        """Titles of all that is watched by slug, in the order of the list."""
        return self.names("SELECT slug, title FROM notices ORDER BY number")

    def numbered(self, what: str, sql: str) -> Row:
        """The row that `sql` finds by the number in the path. Raises Missing."""
        id = self.id(what)
        return self.one(sql, [id], f"没有编号为 {id} 的{what}。")

    def called(self, none: str, sql: str) -> Row:
        """The row that `sql` finds by the name in the path. Raises Missing, which says `none`."""
        slug = self.vars["slug"]
        return self.one(sql, [slug], none.format(slug))

    def version(self, id: int | None) -> Row | None:
        sql = "SELECT *, capture_id IN (SELECT id FROM received_captures) AS received FROM versions WHERE id = ?"
        return self.row(sql, [id]) if id else None

    # ------------------------------------------------------------ what is asked for

    def id(self, what: str) -> int:
        """The number in the path. Raises Missing for one that no table can hold."""
        digits = self.vars["id"]
        if len(digits) > 18:
            raise Missing(f"没有编号为 {digits} 的{what}。")
        return int(digits)

    def text(self, name: str) -> str:
        return str(self.args.get(name) or "").strip()

    def choice(self, name: str, allowed: Iterable[str], what: str) -> str:
        """A parameter that is '' or one of the allowed values."""
        value = self.text(name)
        if value and value not in allowed:
            raise BadParameter(f"{what}不能是“{value}”。")
        return value

    def number(self, name: str, what: str, *, default: int = 1, most: int = 1_000_000) -> int:
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"[0-9]{1,7}", value) or not 1 <= int(value) <= most:
            raise BadParameter(f"{what}应为 1 到 {most} 之间的整数，不能是“{value}”。")
        return int(value)

    def page(self, pages: int) -> int:
        """Which of so many pages is asked for, counted from 1. Raises Missing beyond the last."""
        page = self.number("page", "页码")
        if page > pages:
            raise Missing(f"没有第 {page} 页，共 {pages} 页。")
        return page


# ---------------------------------------------------------------- what takes long to count


@define
class Kept:
    """What was found in one state of the archive; threads may share it."""

    _now: tuple[Hashable, dict[Hashable, Any]] = field(factory=lambda: (None, {}))
    """The state and what was found in it: together, for a thread may still be looking while another sees the next."""

    def of(self, state: Hashable, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make` finds; the same as last time in the same state. Ask for the state before you call this."""
        known, kept = self._now
        if state != known or len(kept) >= MOST:
            kept = {}
            self._now = state, kept
        if key not in kept:
            kept[key] = make()
        found: Found = kept[key]
        return found


@define
class Memo:
    """Of one connection: SQLite counts the commits of others for each connection by itself."""

    connection: sqlite3.Connection
    _of_rows: Kept = field(factory=Kept)
    """Of all connections of a site."""
    _of_all: Kept = field(factory=Kept)

    def of(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make` finds; the same as last time while the archive is as it was then."""
        return self._of_all.of(self.connection.execute("PRAGMA data_version").fetchone()[0], key, make)

    def of_rows(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """The same of what nothing but the rows in force and their bases decides: most commits touch neither."""
        return self._of_rows.of(in_force.mark(self.connection), key, make)
