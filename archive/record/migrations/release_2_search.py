"""Release 2: the index of the search holds no text of its own."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record.migrations import release_2

migrations = release_2.migrations

FTS = "CREATE VIRTUAL TABLE {name} USING fts5(text, content='', tokenize=\"unicode61 separators '\x1f'\")"
"""One column: each place in another one would cost two more bytes. Titles stand in it, too, their tokens marked."""


@migrations()
def m150_an_index_without_texts(db: Database) -> None:
    """What the index was told, as far as it cannot be had from rows that never change: an entry is taken out by the
    very words that were put in. The entries themselves are made when the archive is opened (archive/search/index.py).
    """
    for kind in ("notice", "document", "item"):
        db.execute(f"DROP TABLE IF EXISTS {kind}s_fts")
        db.execute(FTS.format(name=f"{kind}s_fts"))
    db.execute(
        """CREATE TABLE search_entries (
             kind TEXT NOT NULL, -- notice | document (in force) | former (a version that was) | area (its name)
             id INTEGER NOT NULL, -- of the notice, document, version, area
             version_id INTEGER, -- of a document: whose text
             title TEXT NOT NULL,
             text TEXT, -- of a notice
             PRIMARY KEY (kind, id)) WITHOUT ROWID"""
    )
    db.execute("DELETE FROM archive_info WHERE key = 'index'")
