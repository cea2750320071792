"""The report of a crawl, read from the database by its number; the JSON forms of the contract."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

from archive.operate.health import notice_troubles


def crawl_report(connection: sqlite3.Connection, crawl_id: int) -> dict[str, Any]:
    """{"crawl", "notices": {slug: {"verdict", "reason", "attachments": {verdict: n}}}, "verdicts", "changes"}."""
    notices: dict[str, Any] = {}
    for row in _latest_captures(connection, crawl_id):
        entry = notices.setdefault(row["slug"], {"verdict": "", "reason": "", "attachments": {}})
        if row["kind"] == "page" and not row["mirror"]:
            entry |= {"verdict": row["verdict"], "reason": row["reason"], "detail": row["detail"]}
        elif row["kind"] == "attachment":
            entry["attachments"][row["verdict"]] = entry["attachments"].get(row["verdict"], 0) + 1
    pages = [entry["verdict"] for entry in notices.values() if entry["verdict"]]
    return {
        "crawl": crawl_id,
        "notices": notices,
        "verdicts": dict(sorted(Counter(pages).items())),
        "changes": changes(connection, "WHERE crawl_id = ?", (crawl_id,)),
    }


def _latest_captures(connection: sqlite3.Connection, crawl_id: int) -> list[sqlite3.Row]:
    return connection.execute(
        """SELECT n.slug, d.kind, d.mirror, c.verdict, c.reason, c.detail FROM captures c
           JOIN documents d ON d.id = c.document_id JOIN notices n ON n.id = d.notice_id
           WHERE c.id IN (SELECT max(id) FROM captures WHERE crawl_id = ? GROUP BY document_id)
           ORDER BY n.number, c.id""",
        [crawl_id],
    ).fetchall()


def changes(connection: sqlite3.Connection, where: str = "", parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    """Changes in the contract's form, newest first (`withdrawn`: a person took it back).

    `where` is SQL over the view change_list.
    """
    return [
        dict(row) | {"quiet": bool(row["quiet"]), "withdrawn": bool(row["withdrawn"])}
        for row in connection.execute(
            f"""SELECT id, kind, slug AS notice, document_id AS document, url, detected_at, from_version, to_version,
                       summary, quiet, withdrawn
                FROM change_list {where} ORDER BY id DESC""",  # noqa: S608 - `where` is written in this package, values are bound
            parameters,
        )
    ]


def needs_person(connection: sqlite3.Connection, crawl_id: int) -> bool:
    """Whether a notice of this crawl asks for a person: something of it waits for a decision, or its page or a file is
    not there as it should be or could not be read and nobody has said that they know. A crawl that had nothing to ask
    for speaks of all of them."""
    asked = {row["slug"] for row in _latest_captures(connection, crawl_id)}
    if asked & {row["slug"] for row in connection.execute("SELECT slug FROM waiting")}:
        return True
    return any(
        (t.notice in asked or not asked) and not t.acknowledged and t.code not in ("rule", "listing")
        for t in notice_troubles(connection)
    )
