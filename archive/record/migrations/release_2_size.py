"""Release 2: what is seldom looked at takes little room."""

from __future__ import annotations

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_2
from archive.record.packed import COLUMNS, press

migrations = release_2.migrations


@migrations()
def m160_raw_tables_are_packed(db: Database) -> None:
    """Cells and spans of tables repeat the text; rows by area are found by the longer of two indexes."""
    db.register_function(press, name="press", deterministic=True)
    for column in COLUMNS:
        db.execute(f"UPDATE grids SET {column} = press({column}) WHERE typeof({column}) = 'text'")  # noqa: S608 - of ours
    db.execute("DROP INDEX IF EXISTS idx_items_area_id_current")
    # few documents are parts of an archive file, few changes are about a law
    db.execute("CREATE INDEX idx_documents_parent_id ON documents (parent_id) WHERE parent_id IS NOT NULL")
    db.execute("CREATE INDEX idx_changes_law_id ON changes (law_id) WHERE law_id IS NOT NULL")
    views.renew(db)
