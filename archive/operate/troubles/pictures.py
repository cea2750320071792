"""Pictures in the body of a notice that could not be had: one point a notice, not one a picture."""

from __future__ import annotations

import sqlite3
from itertools import groupby

from archive import words
from archive.machine.database import Row, rows_of
from archive.operate.troubles.remedies import remedy
from archive.operate.troubles.trouble import Trouble

NAMES = 3
"""Pictures that the point names."""
STAKE = "这些图片如有更换，不会收到提醒；此前保存的图片仍在"


def picture_troubles(connection: sqlite3.Connection) -> list[Trouble]:
    rows = rows_of(
        connection,
        """SELECT p.*, n.slug, n.title, d.reason LIKE 'too-many:%' AS unasked, c.reason AS last_reason, c.fetched_at
           FROM pictures_in_force p JOIN documents d ON d.id = p.id JOIN notices n ON n.id = p.notice_id
           LEFT JOIN latest_captures c ON c.document_id = p.id
           WHERE n.declared = 1 AND (p.state = 'gone' OR p.trouble_count > 0 OR unasked)
             -- one that was never there is broken for every visitor: nothing of it can be missed
             AND (coalesce(c.verdict, '') <> 'gone'
                  OR EXISTS (SELECT 1 FROM current_versions v WHERE v.document_id = p.id))
           ORDER BY n.number, p.position""",
    )
    return [_trouble(list(group)) for _, group in groupby(rows, key=lambda row: row["slug"])]


def _trouble(rows: list[Row]) -> Trouble:
    first = rows[0]
    names = "".join(f"“{row['name']}”" for row in rows[:NAMES]) + ("等" if len(rows) > NAMES else "")
    reason = "too-many" if first["unasked"] else first["last_reason"] or ""
    state = "gone" if first["state"] == "gone" else "unread"
    return Trouble(
        subject=f"pictures:{first['slug']}",
        code="pictures",
        what=f"《{first['title']}》的正文图片有 {len(rows)} 张没有取得：{names}，{words.reason(reason)}",
        notice=first["slug"],
        since=min((row["trouble_since"] or row["fetched_at"] or "" for row in rows), default=""),
        command=f"guidelines acknowledge {first['slug']}",
        crawls=max(1, *(row["trouble_count"] or 0 for row in rows)),
        document_id=first["id"],
        reason=f"{reason} {len(rows)}",
        why=WHY.get(reason) or remedy(state, reason).why,
        stake=STAKE,
    )


WHY = {
    "elsewhere": "图片的地址上现在是别的内容；请用浏览器打开通知网页核对图片",
    "soft-404": "网站答复正常，图片的地址上却说内容不存在；请用浏览器打开通知网页核对图片",
    "empty": "图片的地址上没有内容，多为网站一时出错；请用浏览器打开通知网页核对图片",
    "too-many": "一次抓取对一份通知最多取这么多图片，其余只记下名称",
}
"""What is said of a picture otherwise than of a page."""
