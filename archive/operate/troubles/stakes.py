"""What rests on a text that is not sure: counted once a notice, however many of its files are in trouble."""

from __future__ import annotations

import sqlite3

from attrs import define, field

Rested = tuple[int, int]
"""How many rows in force, and of how many areas."""


@define
class Stakes:
    connection: sqlite3.Connection
    _of_notices: dict[int, Rested] = field(factory=dict)
    _of_files: dict[int, dict[int, Rested]] = field(factory=dict)

    def of_notice(self, notice_id: int) -> str:
        if notice_id not in self._of_notices:
            sql = "SELECT count(*), count(DISTINCT area_id) FROM items_in_force WHERE notice_id = ?"
            items, areas = self.connection.execute(sql, [notice_id]).fetchone()
            self._of_notices[notice_id] = items, areas
        return _said(*self._of_notices[notice_id])

    def of_file(self, notice_id: int, document_id: int) -> str:
        """`document_id`: the file, or the archive file that it is in."""
        if notice_id not in self._of_files:
            self._of_files[notice_id] = self._files(notice_id)
        return _said(*self._of_files[notice_id].get(document_id, (0, 0)))

    def _files(self, notice_id: int) -> dict[int, Rested]:
        sql = """SELECT file_id, count(*), count(DISTINCT area_id) FROM items_in_force WHERE notice_id = ?
                 GROUP BY file_id"""
        return {file: (items, areas) for file, items, areas in self.connection.execute(sql, [notice_id])}


def _said(items: int, areas: int) -> str:
    if not items:
        return "其间原文如有修订，不会收到提醒"
    return f"{areas} 个领域的 {items} 条现行事项以旧文为准，其间如有修订，不会收到提醒"
