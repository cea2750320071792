"""Transactions that wait for another writer instead of failing.

SQLite's plain BEGIN takes the write lock at the first write. If another process has written since the first read of the
transaction, that fails at once, whatever the timeout ("database is locked"): a backup noting itself during a crawl did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.machine.tables import Database


@contextmanager
def atomic(db: Database) -> Iterator[None]:
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
