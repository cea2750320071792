"""A database is brought up to this release, or refused when it is of a newer one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from archive.machine.tables import Database, Migrations
from archive.record.database import refuse_newer


def migrate(db: Database, steps: Migrations, path: Path) -> None:
    """Bring a database up to this release, after a copy of it; one of a newer release is refused, untouched."""
    applied = {step.name for step in steps.applied(db)}
    pending = steps.pending(db)
    refuse_newer(applied, {step.name for step in steps.pending(Database(memory=True))}, path)
    if not pending:
        return
    if applied:
        copy = path.with_name(f"{path.stem}-before-{pending[0].name}{path.suffix}")
        with sqlite3.connect(copy) as target:
            db.conn.backup(target)
        target.close()
    steps.apply(db)
