"""The JSON forms of the contract: a change, a candidate, and the report of a crawl (read by its number)."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from typing import Any

from archive.machine.database import rows_of
from archive.operate.troubles.notices import notice_troubles

_WHICH: Mapping[str, str] = {
    "change": "id = :change",
    "crawl": "crawl_id = :crawl",
    "since": "detected_at >= :since",
    "kind": "kind = :kind",
    "notice": "slug = :notice",
}


def changes(connection: sqlite3.Connection, **which: Any) -> list[dict[str, Any]]:
    """Changes in the contract's form, newest first; all, or those of a `change`, `crawl`, `kind` or `notice` (slug), or
    detected `since` then (ISO 8601 UTC). None stands for any."""
    chosen = [_WHICH[name] for name, value in which.items() if value is not None]
    where = " AND ".join(["1", *chosen])
    sql = f"SELECT * FROM change_list WHERE {where} ORDER BY detected_at DESC, id DESC"  # noqa: S608 - parts of _WHICH
    return [form(row) for row in rows_of(connection, sql, which)]


def form(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `change_list` in the contract's form (`quiet`: it alerts nobody, `withdrawn`: a person took it back)."""
    return {
        "id": row["id"],
        "kind": row["kind"],
        "notice": row["slug"],
        **({"law": row["law"]} if row["law"] else {}),
        "document": row["document_id"],
        "url": row["url"],
        "detected_at": row["detected_at"],
        "from_version": row["from_version"],
        "to_version": row["to_version"],
        "summary": row["summary"],
        "quiet": bool(row["quiet"]),
        "withdrawn": bool(row["withdrawn"]),
    }


def notices(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Number, title and role of all that is watched, by slug."""
    return {
        row["slug"]: row for row in rows_of(connection, "SELECT slug, number, title, role FROM notices ORDER BY number")
    }


def visits(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """How the last visit of each declared notice went, and when the next is due; the first one first."""
    return rows_of(connection, "SELECT state, reason, next_due FROM notices WHERE declared = 1 ORDER BY next_due")


def candidates(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Newly listed documents that nobody has decided on."""
    found = rows_of(
        connection,
        """SELECT c.id, n.slug AS notice, c.url, c.title, c.document_number, c.published_on, c.found_at, c.state,
                  c.evidence
           FROM candidates c JOIN notices n ON n.id = c.notice_id WHERE c.state = 'new' ORDER BY c.id""",
    )
    return [row | {"evidence": json.loads(row["evidence"] or "[]")} for row in found]


def crawl_report(connection: sqlite3.Connection, crawl_id: int) -> dict[str, Any]:
    """{"crawl", "notices": {slug: {"verdict", "reason", "attachments": {verdict: n}}}, "verdicts", "changes"}."""
    found: dict[str, Any] = {}
    for row in _latest_captures(connection, crawl_id):
        entry = found.setdefault(row["slug"], {"verdict": "", "reason": "", "attachments": {}})
        if row["kind"] == "page" and not row["mirror"]:
            entry |= {"verdict": row["verdict"], "reason": row["reason"], "detail": row["detail"]}
        elif row["kind"] == "attachment":
            entry["attachments"][row["verdict"]] = entry["attachments"].get(row["verdict"], 0) + 1
    pages = [entry["verdict"] for entry in found.values() if entry["verdict"]]
    return {
        "crawl": crawl_id,
        "notices": found,
        "verdicts": dict(sorted(Counter(pages).items())),
        "changes": changes(connection, crawl=crawl_id),
    }


def _latest_captures(connection: sqlite3.Connection, crawl_id: int) -> list[dict[str, Any]]:
    return rows_of(
        connection,
        """SELECT n.slug, d.kind, d.mirror, c.verdict, c.reason, c.detail FROM captures c
           JOIN documents d ON d.id = c.document_id JOIN notices n ON n.id = d.notice_id
           WHERE c.id IN (SELECT max(id) FROM captures WHERE crawl_id = ? GROUP BY document_id)
           ORDER BY n.number, c.id""",
        [crawl_id],
    )


def needs_person(connection: sqlite3.Connection, crawl_id: int) -> bool:
    """Whether a notice of this crawl asks for a person: something of it waits for a decision, or its page or a file is
    not there as it should be or could not be read and nobody has said that they know. A crawl that had nothing to ask
    for speaks of all of them."""
    asked = {row["slug"] for row in _latest_captures(connection, crawl_id)}
    if asked & {row["slug"] for row in rows_of(connection, "SELECT slug FROM waiting")}:
        return True
    return any(
        (t.notice in asked or not asked) and not t.acknowledged and t.code not in ("rule", "listing")
        for t in notice_troubles(connection)
    )
