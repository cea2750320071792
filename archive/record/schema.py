"""A database is brought up to this release, or refused when it is of a newer one."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from archive.record.database import applied, refuse_newer
from archive.record.migrations import NAMES, SET

if TYPE_CHECKING:
    from archive.machine.tables import Database, Migrations

log = logging.getLogger(__name__)
PAGE = 8192
"""Bytes of a page of archive.db: texts of some two thousand bytes leave a third of a smaller one empty."""


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """The tables of archive.db as this release has them. Raises StoreError when a newer one made them."""
    done = applied(connection, SET)
    refuse_newer(done, NAMES, path)
    if done >= NAMES:
        return
    from archive.machine.tables import Database  # once an archive and release
    from archive.record.migrations.every import migrations

    if migrate(Database(connection), migrations, path):
        compact(connection)


def migrate(db: Database, steps: Migrations, path: Path) -> bool:
    """Bring a database up to this release, after a copy of it; one of a newer release is refused, untouched.

    Returns whether it was one of an earlier release.
    """
    from archive.machine.tables import Database

    had = {step.name for step in steps.applied(db)}
    pending = steps.pending(db)
    refuse_newer(had, {step.name for step in steps.pending(Database(memory=True))}, path)
    if not pending:
        return False
    if had:
        copy = path.with_name(f"{path.stem}-before-{pending[0].name}{path.suffix}")
        with sqlite3.connect(copy) as target:
            db.conn.backup(target)
        target.close()
    steps.apply(db)
    return bool(had)


def compact(connection: sqlite3.Connection) -> None:
    """Give back the room that a migration has set free. Pages get their size where nobody else has the file open: with
    its log in use, SQLite leaves them as they are."""
    waiting = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout=0")
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        log.info("另有程序正在读档案库，数据库的页面大小没有改动")
    connection.execute(f"PRAGMA busy_timeout={waiting}")
    connection.execute(f"PRAGMA page_size={PAGE}")
    connection.execute("VACUUM")
    connection.execute("PRAGMA journal_mode=WAL")
