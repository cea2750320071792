"""An open SQLite database: rows read, put in, changed and taken out, and transactions that wait for another writer.

SQLite's plain BEGIN takes the write lock at the first write. If another process has written since the first read of the
transaction, that fails at once, whatever the timeout ("database is locked"): a backup noting itself during a crawl did.

What makes tables is sqlite-utils (tables.py), which is loaded where there are tables to make: it is a tenth of the
processor time of a crawl that finds nothing new.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from attrs import frozen

Row = dict[str, Any]


def rows_of(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
    """Rows as dictionaries, whatever the connection's row factory."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def value_of(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """The first value of the first row; None when there is none."""
    found = connection.execute(sql, parameters).fetchone()
    return found[0] if found else None


class Queries:
    """What is asked of an open database, by whoever has its `connection`."""

    connection: sqlite3.Connection

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        return rows_of(self.connection, sql, parameters)

    def row(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        return next(iter(self.rows(sql, parameters)), None)

    def value(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """The first value of the first row; None when there is none."""
        return value_of(self.connection, sql, parameters)

    def column(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self.connection.execute(sql, parameters)]


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


class Database:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.conn = connection

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """One statement; outside a transaction it is one."""
        if self.conn.in_transaction:
            return self.conn.execute(sql, parameters)
        with self.conn:
            return self.conn.execute(sql, parameters)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All of the block or nothing, inside a transaction; `atomic` begins one where there is none."""
        self.conn.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.conn.in_transaction:  # some errors (a full disk) have ended it already
                self.conn.execute("ROLLBACK TO part")
                self.conn.execute("RELEASE part")
            raise
        self.conn.execute("RELEASE part")

    def table(self, name: str) -> Table:
        return Table(self, name)


@frozen
class Table:
    """A table of ours, by its name; the names of its columns come from our code as well."""

    database: Database
    name: str

    def insert(self, values: Mapping[str, Any], *, otherwise: str = "ABORT") -> int:
        """Insert a row and return its rowid; `otherwise`: what SQLite does with a row whose key is taken."""
        with atomic(self.database):
            found = self.database.conn.execute(self._insert(values, otherwise), tuple(values.values())).lastrowid
        return found or 0

    def insert_all(self, rows: Iterable[Mapping[str, Any]], *, otherwise: str = "ABORT") -> None:
        """Insert rows that have the same columns."""
        rows = list(rows)
        if not rows:
            return
        columns = list(rows[0])
        if any(row.keys() != rows[0].keys() for row in rows):
            raise ValueError(f"rows of {self.name} differ in their columns")
        with atomic(self.database):
            values = ([row[column] for column in columns] for row in rows)
            self.database.conn.executemany(self._insert(rows[0], otherwise), values)

    def update(self, id: Any, values: Mapping[str, Any]) -> None:
        """Change a row. Raises LookupError when there is none of this id."""
        if not values:
            return
        names = ", ".join(f'"{name}" = ?' for name in values)
        with atomic(self.database):
            found = self.database.conn.execute(
                f"UPDATE {self.name} SET {names} WHERE id = ?",  # noqa: S608 - names of ours
                (*values.values(), id),
            )
            if not found.rowcount:
                raise LookupError(f"no row {id} in {self.name}")

    def delete(self, **values: Any) -> None:
        """Delete the rows with these values."""
        names = " AND ".join(f'"{name}" = ?' for name in values)
        with atomic(self.database):
            self.database.conn.execute(
                f"DELETE FROM {self.name} WHERE {names}",  # noqa: S608 - names of ours
                tuple(values.values()),
            )

    def _insert(self, values: Mapping[str, Any], otherwise: str) -> str:
        names = ", ".join(f'"{name}"' for name in values)
        return f"INSERT OR {otherwise} INTO {self.name} ({names}) VALUES ({', '.join('?' * len(values))})"  # noqa: S608
