"""Looking at `archive.db` without being able to write: for whatever only reads, the fast way in.

Loads no library but SQLite: `status` and `search` take less processor time than it takes to load sqlite-utils.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.machine import faults
from archive.machine.faults import StoreError
from archive.record import migrations
from archive.record.schema import APPLIED, LOST, holds_records, is_empty, refuse_newer


def read_only(data: Path) -> sqlite3.Connection:
    """A connection that cannot write, for everything that only looks.

    An archive of an earlier release is brought up to this one first. Raises StoreError when there is no archive, one of
    a newer release, or one that cannot be opened.
    """
    path = data / "archive.db"
    try:
        if is_empty(path):
            if holds_records(data):
                raise StoreError(LOST.format(path=path, data=data))
            raise StoreError(
                f"{data.absolute()} 中还没有档案库（archive.db）；请先运行 guidelines crawl，或用 --data 指出数据目录"
            )
        connection = look(path)
        if _is_outdated(connection, path):
            connection.close()
            _bring_up_to_date(data)
            connection = look(path)
    except (OSError, sqlite3.Error) as error:
        faults.raise_told(error, data)
        raise
    return connection


def _bring_up_to_date(data: Path) -> None:
    from archive.machine.lock import crawl_lock
    from archive.record.store import Store  # once an archive and release: not loaded by those who only look

    with crawl_lock(data, "升级档案库"):
        Store.open(data).close()


def look(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only=ON")
    return connection


def _is_outdated(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether migrations of this release are still to be made."""
    try:
        applied = {row["name"] for row in connection.execute(APPLIED, [migrations.SET])}
        refuse_newer(applied, migrations.NAMES, path)
    except BaseException:
        connection.close()
        raise
    return not applied >= migrations.NAMES


def crawl_under(data: Path, token: str) -> int | None:
    """The number of the crawl that was begun under this token; None when it began none."""
    if not (data / "archive.db").exists():
        return None
    with closing(read_only(data)) as connection:
        found = connection.execute("SELECT id FROM crawls WHERE token = ?", [token]).fetchone()
    return int(found["id"]) if found else None
