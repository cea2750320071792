"""Whether a database file is sound: one look at its pages, cheap enough for each backup and each start of a crawl."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

DATABASES = ("archive.db", "notify.db")
WORDS = {sqlite3.SQLITE_NOTADB: "不是数据库文件", sqlite3.SQLITE_CORRUPT: "内容已损坏"}
"""By SQLite's primary result code: what a file is that it does not read."""
TABLES = {
    "archive.db": frozenset({"archive_info", "notices", "documents", "captures", "versions", "changes", "items"}),
    "notify.db": frozenset({"subscribers", "deliveries"}),
}
"""Without these it is a database, but not ours any more (cut to nothing, or another file under its name)."""


def database(path: Path) -> list[str]:
    """What is wrong with a database that is there, in Chinese, at most three things; [] when it is sound.

    Raises sqlite3.OperationalError when the file cannot be looked at (rights, a full disk): that says nothing about it.
    """
    return pages(path) or _looked_at(path, _contents)


def pages(path: Path) -> list[str]:
    """What is wrong with the file itself, whatever release wrote it. Raises as `database`."""
    if path.is_dir():
        return ["应是文件，却是一个目录"]
    if path.exists() and path.stat().st_size == 0 and not path.with_name(f"{path.name}-wal").exists():
        return ["文件是空的"]
    return _looked_at(path, _integrity)


def _looked_at(path: Path, look: Callable[[sqlite3.Connection, str], list[str]]) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as connection:
            return look(connection, path.name)
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return [WORDS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error))]


def _integrity(connection: sqlite3.Connection, _: str) -> list[str]:
    lines = [line for (line,) in connection.execute("PRAGMA integrity_check(3)")]
    return [] if lines == ["ok"] else [f"数据页有误：{' '.join(str(line).split())}" for line in lines]


def _contents(connection: sqlite3.Connection, name: str) -> list[str]:
    tables = {table for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = TABLES[name] - tables
    if missing:
        return [f"缺少数据表 {'、'.join(sorted(missing))}"]
    return [
        f"{table} 第 {rowid} 行指向不存在的 {parent}"
        for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    ]
