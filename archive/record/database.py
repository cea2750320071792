"""The file `archive.db`: is it there, and of which release? Loads no library but SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Set
from pathlib import Path

from archive.machine.faults import StoreError

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
