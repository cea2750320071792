"""What a person has handed in (`guidelines receive`): captures whose crawl is of that kind."""

from __future__ import annotations

import sqlite3

from archive.record.store import Row, rows_of

KIND = "receive"
"""crawls.kind"""


def received(capture: str) -> str:
    """SQL that says 1 when the capture of this id (a column) was handed in by a person."""
    return (
        f"EXISTS (SELECT 1 FROM captures rc JOIN crawls rk ON rk.id = rc.crawl_id"
        f" WHERE rc.id = {capture} AND rk.kind = '{KIND}')"
    )


def waiting_files(connection: sqlite3.Connection, slug: str) -> list[Row]:
    """The attachments of a notice that nobody has had yet."""
    return rows_of(
        connection,
        """SELECT d.* FROM documents_in_force d JOIN notices n ON n.id = d.notice_id
           WHERE n.slug = ? AND d.kind = 'attachment' AND d.state = 'unread' ORDER BY d.id""",
        [slug],
    )
