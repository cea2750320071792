"""What pages have worked out of the archive, kept as long as nobody writes to it.

Counts over 100,000 rows take longer than a page may; between two crawls they stay the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from attrs import define, field

MOST = 300
"""Things kept; visitors may ask for any number of different ones."""
Found = TypeVar("Found")


@define
class Memo:
    """Of one connection: SQLite counts the commits of others for each connection by itself."""

    connection: sqlite3.Connection
    _version: int = -1
    _kept: dict[Hashable, Any] = field(factory=dict)

    def of(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make` finds; the same as last time while the archive is as it was then."""
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version or len(self._kept) >= MOST:
            self._kept.clear()
            self._version = version
        if key not in self._kept:
            self._kept[key] = make()
        found: Found = self._kept[key]
        return found
