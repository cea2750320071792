"""A database is brought up to this release, or refused when it is of a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Set
from pathlib import Path

from sqlite_utils import Database, Migrations

from archive.machine.faults import StoreError


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
