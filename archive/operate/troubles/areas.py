"""Areas that had rows of a standard catalogue and have none now: whoever compiles from them would find nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from attrs import frozen


@frozen
class Emptied:
    """An area of a declared notice without a row in force, though it had some."""

    slug: str
    name: str
    notice: str
    """Slug of the area's notice."""
    rows: int
    """How many it had last."""
    since: str
    """ISO 8601 UTC."""
    change: int | None
    """The change that took them away; None when there is none (a file that can no longer be read)."""

    @property
    def what(self) -> str:
        return f"领域“{self.name}”现在没有一条现行的公开事项（此前 {self.rows} 条）"

    @property
    def why(self) -> str:
        if self.change is None:
            return "列有这些事项的文件读不出事项，或不再属于现行通知"
        return f"列有这些事项的文件已撤下或不再列出它们，见 guidelines diff {self.change}"

    @property
    def stake(self) -> str:
        return f"检索、目录和导出中都没有这个领域的事项；{self.rows} 条是否仍应公开，须向部委核实"


def emptied(connection: sqlite3.Connection, notice_id: int | None = None) -> Sequence[Emptied]:
    """All such areas, or those of one notice, in the order of the areas."""
    found = connection.execute(
        """SELECT a.id, a.slug, a.name, n.slug AS notice, n.changed_at, n.checked_at,
                  (SELECT max(i.version_id) FROM national_items i WHERE i.area_id = a.id) AS last
           FROM areas a JOIN notices n ON n.id = a.notice_id
           WHERE n.declared = 1 AND (:notice IS NULL OR n.id = :notice)
             AND NOT EXISTS (SELECT 1 FROM items_in_force i WHERE i.area_id = a.id)
             AND EXISTS (SELECT 1 FROM national_items i WHERE i.area_id = a.id)
           ORDER BY a.position, a.id""",
        {"notice": notice_id},
    ).fetchall()
    return [_emptied(connection, row) for row in found]


def _emptied(connection: sqlite3.Connection, row: Any) -> Emptied:
    id, slug, name, notice, changed_at, checked_at, last = row
    (rows,) = connection.execute(
        "SELECT count(*) FROM national_items WHERE area_id = ? AND version_id = ?", [id, last]
    ).fetchone()
    gone = connection.execute(
        """SELECT c.id, c.detected_at FROM row_changes r JOIN items i ON i.id = r.item_before
           JOIN changes c ON c.id = r.change_id WHERE i.area_id = ? AND r.kind = 'removed'
           ORDER BY c.id DESC LIMIT 1""",
        [id],
    ).fetchone()
    change, since = gone or (None, changed_at or checked_at or "")
    return Emptied(slug, name, notice, rows, since, change)
