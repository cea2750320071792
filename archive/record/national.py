"""The national catalogue as rows to compare with."""

from __future__ import annotations

import sqlite3

from archive.model import Item
from archive.record.database import rows_of
from archive.record.readings import item_of

_ROWS = """
    SELECT i.*, a.slug AS area FROM items_in_force i JOIN areas a ON a.id = i.area_id
    ORDER BY a.position, i.document_id, i.position
"""


def national_items(connection: sqlite3.Connection) -> list[Item]:
    """The rows in force, by area, each with its id."""
    return [item_of(row) for row in rows_of(connection, _ROWS, {})]
