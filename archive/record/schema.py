"""A database is brought up to this release, or refused when it is of a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Set
from pathlib import Path

from sqlite_utils import Database, Migrations

from archive.machine.faults import StoreError
from archive.record.migrations.release_2_search import migrations

_APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
LOST = (
    "{data} 中有原文（warc），但档案库 {path} 不见了或是空的。请不要在这个目录里重新抓取；把它移到别处保存，"
    "再在空目录中恢复备份：guidelines --data 空目录 restore 备份目录"
)


def migrate(db: Database, steps: Migrations, path: Path) -> None:
    """Bring a database up to this release, after a copy of it; one of a newer release is refused, untouched."""
    refuse_newer({step.name for step in steps.applied(db)}, steps, path)
    if not steps.pending(db):
        return
    if steps.applied(db):
        copy = path.with_name(f"{path.stem}-before-{steps.pending(db)[0].name}{path.suffix}")
        with sqlite3.connect(copy) as target:
            db.conn.backup(target)
        target.close()
    steps.apply(db)


def refuse_newer(applied: Set[str], steps: Migrations, path: Path) -> None:
    """Raises StoreError when a database has had a migration that this release does not know."""
    unknown = applied - set(_names(steps))
    if unknown:
        raise StoreError(
            f"{path} 由更新版本的程序写成（{'、'.join(sorted(unknown))}），本版本不能打开；请升级程序后再试"
        )


def pending(applied: Set[str], steps: Migrations) -> bool:
    """Whether a database that has had these migrations lacks some of this release."""
    return not set(_names(steps)) <= applied


def _names(steps: Migrations) -> list[str]:
    return [step.name for step in steps.pending(Database(memory=True))]


# ---------------------------------------------------------------- archive.db


def look(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only=ON")
    return connection


def is_outdated(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether migrations of this release are still to be made."""
    try:
        applied = {row["name"] for row in connection.execute(_APPLIED, [migrations.name])}
        refuse_newer(applied, migrations, path)
    except BaseException:
        connection.close()
        raise
    return pending(applied, migrations)


def is_empty(path: Path) -> bool:
    """Whether there is no database file, or one of no bytes: what a crawl leaves that is killed as it begins."""
    return not path.exists() or (
        path.is_file() and path.stat().st_size == 0 and not path.with_name(f"{path.name}-wal").exists()
    )


def holds_records(data: Path) -> bool:
    return next((data / "warc").glob("*.warc.gz"), None) is not None
