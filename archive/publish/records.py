"""Single records as JSON for other programs: a notice, an area, a row; a change is in `report`.

`SHAPES` says what each field is. The page /api shows it, and a test holds the JSON to it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from archive import words
from archive.machine.database import Row, rows_of, value_of
from archive.publish.choice import OF_LEVEL
from archive.publish.difference import difference
from archive.record.readings import item_of
from archive.words import addresses
from archive.words.columns import CATALOGUE

Record = dict[str, Any]

_AREA = {
    "slug": "领域的代号，用在地址和筛选里",
    "name": "领域名称",
    "aliases": "别名，列表",
    "notice": "规定这个领域的通知的代号；没有时为 null",
    "rows": "现行公开事项条数",
    "county": "其中县级公开的（原表未分层级的也算）",
    "township": "其中乡级公开的（原表未分层级的也算）",
    "link": "本站网页",
}
_NOTICE = {
    "number": "在名单中的序号",
    "slug": "通知的代号",
    "title": "标题",
    "issuer": "发文机关",
    "url": "部委网站上的地址",
    "document_number": "发文字号",
    "issued_on": "成文日期",
    "published_on": "发布日期",
    "state": f"状态：{'、'.join(words.STATES)}",
    "repealed": "网页上说它已失效、废止的话；没有时为空",
    "checked_at": "最近核对的时间（UTC）",
    "changed_at": "最近变化的时间（UTC）",
    "areas": "所规定的领域的代号，列表",
    "link": "本站网页",
}
_NOTICE_ALONE = {
    "text": "现行网页的文字",
    "documents": "网页、附件和正文图片，列表：id、kind（page、attachment、member、picture）、name、url、media_type、"
    "state、mirror、in_force（现行）、file（原始字节）、versions（各版：number、captured_at、sha256、characters、link）",
}
_ROW = {
    "key": "永久编号，文件更换、事项改名后不变",
    "id": "这一版里的编号，文件更换后会变",
    "area": "领域的代号",
    "position": "在文件中的次序",
    **{column.field: column.label for column in CATALOGUE},
    "channels": "公开渠道和载体：选用的，列表",
    "review": "需要人工核对的原因；没有时为空",
    "more": "其他：时限的归类、三级事项、原表的标记等",
    "in_force": "是否现行",
    "notice": "通知的代号",
    "document": "文件的编号",
    "version": "文件的第几版",
    "captured_at": "抓取时间（UTC）",
    "history": "涉及这一条的修订，列表：id、kind、detected_at、summary，新的在前",
    "link": "本站网页",
}
_CHANGE = {
    "id": "编号",
    "kind": f"种类：{'、'.join(words.CHANGES)}",
    "notice": "通知的代号",
    "document": "文件的编号",
    "url": "文件在部委网站上的地址",
    "detected_at": "发现的时间（UTC）",
    "from_version": "旧版的编号；没有时为 null",
    "to_version": "新版的编号；没有时为 null",
    "summary": "一句话说明",
    "quiet": "不发提醒的变化",
    "withdrawn": "已撤销，此条有误",
}
_CHANGE_ALONE = {
    "text": "全文对照，列表，每项为 [op, 文字]；op：equal、insert、delete、moved",
    "rows": "目录行的变化，列表：kind、item_before、item_after、cells（column、before、after）",
    "link": "本站网页",
}
_CHANGE_LISTED = {"updated_at": "最近更新的时间", "restored_at": "恢复的时间", "link": "本站网页"}

_HISTORY = """SELECT DISTINCT c.id, c.kind, c.detected_at, c.summary
    FROM items i JOIN row_changes r ON i.id IN (r.item_before, r.item_after) JOIN changes c ON c.id = r.change_id
    WHERE i.key = ? ORDER BY c.id DESC LIMIT 100"""

SHAPES: Mapping[str, Mapping[str, str]] = {
    "areas": _AREA,
    "notices": _NOTICE,
    "notice": _NOTICE | _NOTICE_ALONE,
    "row": _ROW,
    "changes": _CHANGE | _CHANGE_LISTED,
    "change": _CHANGE | _CHANGE_ALONE,
}


def areas(connection: sqlite3.Connection, base: str) -> list[Record]:
    """All areas in their order."""
    levels = ", ".join(f"sum({sql}) AS {level}" for level, sql in OF_LEVEL.items())
    found = rows_of(
        connection,
        f"""SELECT a.slug, a.name, a.aliases, n.slug AS notice, coalesce(k.rows, 0) AS rows,
              coalesce(k.county, 0) AS county, coalesce(k.township, 0) AS township
            FROM areas a LEFT JOIN notices n ON n.id = a.notice_id LEFT JOIN (
              SELECT area_id, count(*) AS rows, {levels} FROM items_in_force i GROUP BY area_id) k ON k.area_id = a.id
            ORDER BY a.position, a.id""",  # noqa: S608 - constants
    )
    return [
        row | {"aliases": json.loads(row["aliases"] or "[]"), "link": f"{base}/areas/{row['slug']}"} for row in found
    ]


def notices(connection: sqlite3.Connection, base: str, slug: str = "") -> list[Record]:
    """All notices in the order of the list, or the one named."""
    columns = ", ".join(name for name in _NOTICE if name not in ("areas", "link"))
    found = rows_of(
        connection,
        f"SELECT id, {columns} FROM notices WHERE :slug = '' OR slug = :slug ORDER BY number",  # noqa: S608 - names
        {"slug": slug},
    )
    of: dict[int, list[str]] = {}
    for area in rows_of(connection, "SELECT notice_id, slug FROM areas ORDER BY position, id"):
        of.setdefault(area["notice_id"], []).append(area["slug"])
    return [
        {name: row[name] for name in _NOTICE if name in row}
        | {"repealed": row["repealed"] or "", "areas": of.get(row["id"], []), "link": f"{base}/notices/{row['slug']}"}
        for row in found
    ]


def notice(connection: sqlite3.Connection, base: str, slug: str) -> Record | None:
    found = notices(connection, base, slug)
    if not found:
        return None
    text = value_of(
        connection,
        """SELECT v.text FROM notice_pages d JOIN notices n ON n.id = d.notice_id
           JOIN current_versions v ON v.document_id = d.id WHERE n.slug = ?""",
        [slug],
    )
    return found[0] | {
        "text": text or "",
        "documents": [_document(connection, base, row) for row in _documents(connection, slug)],
    }


def _documents(connection: sqlite3.Connection, slug: str) -> list[Row]:
    return rows_of(
        connection,
        """SELECT d.id, d.kind, d.name, d.url, d.media_type, d.state, d.mirror, d.sha256 AS member_sha256,
             f.id IS NOT NULL OR p.id IS NOT NULL AS in_force
           FROM documents d JOIN notices n ON n.id = d.notice_id LEFT JOIN documents_in_force f ON f.id = d.id
             LEFT JOIN pictures_in_force p ON p.id = d.id
           WHERE n.slug = ? ORDER BY d.id""",
        [slug],
    )


def _document(connection: sqlite3.Connection, base: str, row: Row) -> Record:
    digest = row.pop("member_sha256")
    versions = rows_of(
        connection,
        """SELECT v.number, v.captured_at, c.sha256, length(v.text) AS characters
           FROM versions v LEFT JOIN captures c ON c.id = v.capture_id WHERE v.document_id = ? ORDER BY v.number""",
        [row["id"]],
    )
    page = f"{base}/documents/{row['id']}"
    return row | {
        "in_force": bool(row["in_force"]),
        "file": f"{page}/file",
        "versions": [
            version | {"sha256": digest or version["sha256"], "link": f"{page}?version={version['number']}"}
            for version in versions
        ],
    }


def row(connection: sqlite3.Connection, base: str, key: str) -> Record | None:
    """The row as it is in force, else as it was last."""
    found = rows_of(
        connection,
        """SELECT i.*, a.slug AS area, n.slug AS notice, v.number AS version, v.captured_at
           FROM items i JOIN versions v ON v.id = i.version_id JOIN documents d ON d.id = i.document_id
           JOIN notices n ON n.id = d.notice_id LEFT JOIN areas a ON a.id = i.area_id
           WHERE i.key = coalesce((SELECT now FROM row_aliases WHERE key = :key), :key)
           ORDER BY i.current DESC, v.state IN ('', 'accepted') DESC, v.captured_at DESC, v.id DESC LIMIT 1""",
        {"key": key},
    )
    if not found:
        return None
    item, record = item_of(found[0]), found[0]
    key = record["key"]
    return {
        "key": key,
        "id": item.id,
        "area": item.area,
        "position": item.position,
        **{column.field: getattr(item, column.field) for column in CATALOGUE},
        "review": item.review,
        "more": dict(item.more),
        "in_force": bool(record["current"]),
        "notice": record["notice"],
        "document": record["document_id"],
        "version": record["version"],
        "captured_at": record["captured_at"],
        "history": rows_of(connection, _HISTORY, [key]),
        "link": f"{base}{addresses.row(key)}",
    }


def change(connection: sqlite3.Connection, base: str, id: int) -> Record | None:
    found = difference(connection, id)
    return found[2] | {"link": f"{base}/changes/{id}"} if found else None
