"""How the archive fares: one look at the tables and the disk, for `status`, `/status` and operator alerts.

The rule that nothing is silent: after every crawl, for every declared notice and file, either the archive is sure of
the present text, or `status` names what is unsure, why, since when, what is at stake, and the one next step.

A trouble is something that a person may have to settle. It names the command that settles it, and is left out of
`attention` once a person has said that they know of it (`guidelines acknowledge`), until it becomes another trouble.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import clock
from archive.machine.database import Row, rows_of, value_of
from archive.operate.troubles.hosts import answers_of
from archive.operate.troubles.machine import deliveries, gathered, machine_troubles
from archive.operate.troubles.notices import notice_troubles as notice_troubles
from archive.operate.troubles.notices import waiting
from archive.operate.troubles.trouble import Trouble as Trouble
from archive.operate.troubles.trouble import info


def status(data: Path, connection: sqlite3.Connection, now: datetime | None = None) -> dict[str, Any]:
    """The `status` document: what is archived, what needs a person, and the figures of the last crawl."""
    now = now or clock.now()
    found = troubles(data, connection, now)
    attention = [
        {"what": t.what, "notice": t.notice, "since": t.since, "command": t.command, "why": t.why, "stake": t.stake}
        for t in found
        if not t.acknowledged
    ]
    crawl = _last_crawl(connection)
    return {
        "ok": not attention,
        "notices": rows_of(
            connection,
            # received: when a person handed in what was last had of the page; NULL where the site gave it
            """SELECT slug, title, state, verdict, reason, last_success, next_due, changed_at,
                  (SELECT g.fetched_at FROM notice_pages p JOIN last_good_captures g ON g.document_id = p.id
                   WHERE p.notice_id = n.id AND g.id IN (SELECT id FROM received_captures)) AS received
                FROM national_notices n WHERE declared = 1 ORDER BY number""",
        ),
        "attention": attention,
        "review": value_of(connection, "SELECT count(*) FROM waiting"),
        "doubtful": doubtful_count(connection),
        "candidates": value_of(connection, "SELECT count(*) FROM candidates WHERE state = 'new'"),
        "deliveries": deliveries(data),
        "crawl": crawl,
        "verify": info(connection, "last_verify"),
        "backup": info(connection, "last_backup"),
        "disk": {"free": shutil.disk_usage(data).free, "warc": warc_size(data)},
        "checked_at": clock.iso(now),
    }


def troubles(data: Path, connection: sqlite3.Connection, now: datetime) -> list[Trouble]:
    """Everything that is wrong now, acknowledged or not, the notices first in the order of the list."""
    answers = answers_of(connection)
    return [
        *gathered(connection, notice_troubles(connection, answers)),
        *waiting(connection),
        *machine_troubles(data, connection, now, answers),
    ]


def doubtful_count(connection: sqlite3.Connection) -> int:
    """Rows and texts that a person should look at: doubtful rows, doubtful readings, texts found by guessing."""
    sql = """SELECT (SELECT count(*) FROM items_in_force WHERE coalesce(review, '') <> '')
           + (SELECT count(*) FROM current_versions v JOIN documents d ON d.id = v.document_id
              JOIN national_notices n ON n.id = d.notice_id
              WHERE d.superseded_by IS NULL AND (coalesce(v.review, '[]') <> '[]' OR v.confidence = 'low'))"""
    return int(value_of(connection, sql))


def warc_size(data: Path) -> int:
    return sum(path.stat().st_size for path in (data / "warc").glob("*") if path.is_file())


def _last_crawl(connection: sqlite3.Connection) -> Row | None:
    sql = "SELECT id, kind, started_at, finished_at, outcome, stats FROM own_crawls ORDER BY id DESC LIMIT 1"
    return next((row | {"stats": json.loads(row["stats"] or "{}")} for row in rows_of(connection, sql)), None)
