"""What a person hands in with `guidelines receive`."""

from __future__ import annotations

import sqlite3

from archive.record.database import Row, rows_of


def waiting_files(connection: sqlite3.Connection, slug: str) -> list[Row]:
    """The attachments of a notice that nobody has had yet."""
    return rows_of(
        connection,
        """SELECT d.* FROM documents_in_force d JOIN notices n ON n.id = d.notice_id
           WHERE n.slug = ? AND d.kind = 'attachment' AND d.state = 'unread' ORDER BY d.id""",
        [slug],
    )
