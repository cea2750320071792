"""Threads and connections of our own pages: nothing that a visitor asks of Datasette stands before them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from archive.record.look import read_only
from archive.web.visit import Kept, Memo

Result = TypeVar("Result")

COUNT = 6
SAME = 2
"""Threads that one kind of page may hold at once, so that a slow one leaves some to the others."""


class Threads:
    """A few threads with a read-only connection each."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._executor = ThreadPoolExecutor(COUNT, thread_name_prefix="pages")
        self._local = threading.local()
        self._of_rows = Kept()
        self._turns: dict[object, asyncio.Semaphore] = {}

    async def run(self, kind: object, function: Callable[[sqlite3.Connection, Memo], Result]) -> Result:
        async with self._turns.setdefault(kind, asyncio.Semaphore(SAME)):
            return await asyncio.get_running_loop().run_in_executor(self._executor, self._with_connection, function)

    def _with_connection(self, function: Callable[[sqlite3.Connection, Memo], Result]) -> Result:
        memo = getattr(self._local, "memo", None)
        if memo is None:
            memo = self._local.memo = Memo(read_only(self.data), self._of_rows)
        return function(memo.connection, memo)


_of: WeakKeyDictionary[Any, Threads] = WeakKeyDictionary()


def threads_of(datasette: Any, data: Path) -> Threads:
    """Those of this site; they end with it."""
    found = _of.get(datasette)
    if found is None:
        found = _of[datasette] = Threads(data)
    return found
