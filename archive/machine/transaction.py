"""Transactions that wait for another writer instead of failing.

SQLite's plain BEGIN takes the write lock at the first write. If another process has written since the first read of the
transaction, that fails at once, whatever the timeout ("database is locked"): a backup noting itself during a crawl did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol


class Connected(Protocol):
    """A database of ours, or one of sqlite-utils."""

    @property
    def conn(self) -> Any: ...

    def atomic(self) -> AbstractContextManager[Any]: ...


@contextmanager
def atomic(db: Connected) -> Iterator[None]:
    """All of the block or nothing; inside another one, a part of it."""
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()
