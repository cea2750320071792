"""The file `archive.db`: is it there, of which release; brought up to this one, or refused where a newer one made it.

Loads no library but SQLite where there is nothing to bring up to date.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING

from archive.machine.faults import StoreError
from archive.record.migrations import NAMES, SET

if TYPE_CHECKING:
    from archive.machine.tables import Database, Migrations


LOST = (
    "{data} 中有原文（warc），但档案库 {path} 不见了或是空的。请不要在这个目录里重新抓取；把它移到别处保存，"
    "再在空目录中恢复备份：guidelines --data 空目录 restore 备份目录"
)


def refuse_newer(applied: Set[str], known: Set[str], path: Path) -> None:
    """Raises StoreError when a database has had a migration that this release does not know."""
    unknown = applied - known
    if unknown:
        raise StoreError(
            f"{path} 由更新版本的程序写成（{'、'.join(sorted(unknown))}），本版本不能打开；请升级程序后再试"
        )


APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"


def applied(connection: sqlite3.Connection, of: str) -> frozenset[str]:
    """The names of the migrations that a database has had, of one set."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
        return frozenset()
    return frozenset(name for (name,) in connection.execute(APPLIED, [of]))


def is_empty(path: Path) -> bool:
    """Whether there is no database file, or one of no bytes: what a crawl leaves that is killed as it begins."""
    return not path.exists() or (
        path.is_file() and path.stat().st_size == 0 and not path.with_name(f"{path.name}-wal").exists()
    )


def holds_records(data: Path) -> bool:
    return next((data / "warc").glob("*.warc.gz"), None) is not None


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
