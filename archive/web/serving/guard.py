"""What a visitor's SQL may do on a connection of Datasette's, on the SQL page as behind filters and facets.

SQLite itself asks here before it prepares a statement (set_authorizer), and keeps every value and every program short
(setlimit). The connections of our own pages have neither: see `threads`.
"""

from __future__ import annotations

import sqlite3

LENGTH = 16_000_000
"""Bytes of the longest value: more than any text of the archive, little enough that a worker holds a handful."""
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LENGTH,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 50_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 50_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    # a pattern with many % takes time that grows with each of them, within one step that nothing interrupts
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 300,
    # Datasette asks for the labels of a whole page at once: one variable a row
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 4_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 5,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
PRAGMAS = {
    "schema_version", "data_version", "table_info", "table_xinfo", "table_list", "foreign_key_list",
    "index_list", "index_info", "index_xinfo",
}  # fmt: skip
"""What Datasette and the full-text index ask for themselves. Any other does nothing and gives no row: above all
`database_list`, which Datasette asks too and which names the file."""
FUNCTIONS = {
    "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "zipfile", "sqlite_log",
    "sqlite_compileoption_get", "sqlite_compileoption_used", "sqlite_source_id",
}  # fmt: skip
"""Refused: they reach out of the database, or tell about the machine."""
TABLES = {"dbstat", "sqlite_dbpage", "sqlite_stmt", "fts3tokenize"}
"""Virtual tables about the file and the connection; refused."""


def guard(connection: sqlite3.Connection) -> None:
    """Nothing but reading the archive from here on."""
    for limit, most in LIMITS.items():
        connection.setlimit(limit, most)
    connection.execute("PRAGMA query_only=ON")
    connection.set_authorizer(_allowed)


def _allowed(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
    """SQLite's question about one part of a statement: `first` and `second` depend on the action."""
    subject = (first or "").lower()
    match action:
        case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_RECURSIVE:
            allowed = True
        case sqlite3.SQLITE_READ:
            allowed = subject not in TABLES and (
                not subject.startswith("pragma_") or subject.removeprefix("pragma_") in PRAGMAS
            )
        case sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() not in FUNCTIONS
        case sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if subject in PRAGMAS else sqlite3.SQLITE_IGNORE
        case _:
            # a virtual table that tells its columns is seen as this; the connection cannot write all the same
            allowed = action == sqlite3.SQLITE_UPDATE and first == "sqlite_master"
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
