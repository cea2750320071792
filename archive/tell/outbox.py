"""`notify.db`: what has to be told to whom, and how far that has come. Never served, never in a log.

A delivery is one thing told to one subscriber: pending → sending → sent, or pending again after a failure, dead after
the last try. It is marked `sending` before the first byte leaves and `sent` only after the receiver has acknowledged,
so a crash between the two sends exactly that message again, under the same number.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import frozen

from archive.clock import iso
from archive.machine.database import Queries, atomic
from archive.machine.tables import Database, Migrations, Table
from archive.record.schema import migrate

Row = dict[str, Any]

migrations = Migrations("notify")

BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720, 720))
"""Pauses between the tries: over two days and a half, so that a weekend without the mail server loses nothing."""
TRIES = len(BACK_OFF) + 1


@migrations()
def m001_outbox(db: Database) -> None:
    db.table("subscribers").create(
        {"id": int, "name": str, "since": str},  # what was detected before `since` is not told
        pk="id",
    )
    db.table("subscribers").create_index(["name"], unique=True)
    db.table("troubles").create(
        {
            "id": int,
            "subject": str,  # stays the same while the trouble lasts
            "what": str,
            "notice": str,
            "opened_at": str,
            "closed_at": str,
        },
        pk="id",
    )
    db.table("deliveries").create(
        {
            "id": int,
            "key": str,  # the idempotency key, shown in the message as 投递编号
            "subscriber_id": int,
            "kind": str,  # change | restored | alert | recovery
            "change_id": int,
            "change_kind": str,
            "trouble_id": int,
            "payload": str,  # JSON of an alert or recovery
            "created_at": str,
            "next_at": str,
            "state": str,  # pending | sending | sent | dead | dropped
            "attempts": int,
            "resent": int,  # how often a crash may have sent it twice
            "message": str,  # key of the message that carries it: its own, or that of a digest
            "sent_at": str,
            "error": str,  # masked
        },
        pk="id",
        foreign_keys=[("subscriber_id", "subscribers", "id")],
        defaults={"attempts": 0, "resent": 0},
    )
    db.table("deliveries").create_index(["key"], unique=True)
    db.table("deliveries").create_index(["subscriber_id", "state", "next_at"])
    db.table("deliveries").create_index(["change_id"])
    db.table("info").create({"key": str, "value": str}, pk="key")


@frozen
class Telling:
    """One thing to be told to a subscriber: a change or that it was undone, a trouble (alert) or its end (recovery)."""

    kind: str
    """change | restored | alert | recovery"""
    identity: str
    """What is told: the same identity is never told twice."""
    change_id: int | None = None
    change_kind: str = ""
    trouble_id: int | None = None
    payload: Mapping[str, str] | None = None
    subject: str = ""
    """Of the trouble."""


class Outbox(Queries):
    """An open `notify.db`. Each thread opens its own."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.connection = db.conn

    @classmethod
    def open(cls, data: Path) -> Outbox:
        path = data / "notify.db"
        path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=60)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        db = Database(connection)
        migrate(db, migrations, path)
        return cls(db)

    @classmethod
    def copy(cls, data: Path) -> Outbox:
        """The outbox as it is now, in memory: for looking at what would happen."""
        db = Database(memory=True)
        path = data / "notify.db"
        if path.exists():
            source = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
            source.backup(db.conn)
            source.close()
        migrations.apply(db)
        return cls(db)

    def close(self) -> None:
        self.db.conn.close()

    @property
    def _deliveries(self) -> Table:
        return self.db.table("deliveries")

    def info(self, key: str) -> str:
        return str(self.value("SELECT value FROM info WHERE key = ?", [key]) or "")

    def set_info(self, key: str, value: str) -> None:
        """Call it in a transaction."""
        self.db.table("info").insert({"key": key, "value": value}, replace=True)

    # ------------------------------------------------------------ subscribers

    def meet(self, names: Iterable[str], since: datetime) -> dict[str, Row]:
        """The subscribers by name; one that is new is told what is detected from `since` on.

        What waits for somebody who is no longer subscribed is dropped.
        """
        names = list(names)
        with atomic(self.db):
            self.db.table("subscribers").insert_all(({"name": n, "since": iso(since)} for n in names), ignore=True)
            self.db.execute(
                """UPDATE deliveries SET state = 'dropped' WHERE state IN ('pending', 'dead') AND subscriber_id IN
                     (SELECT id FROM subscribers WHERE name NOT IN (SELECT value FROM json_each(?)))""",
                [json.dumps(names)],
            )
            known = {row["name"]: row for row in self.rows("SELECT * FROM subscribers")}
        return {name: known[name] for name in names}

    # ------------------------------------------------------------ what has to be told

    def add(self, subscriber: Row, told: Telling, now: datetime, next_at: datetime) -> bool:
        """Put a delivery into the outbox unless it is there. Call it in a transaction."""
        before = self.db.conn.total_changes
        self._deliveries.insert(
            {
                "key": key_of(told.kind, told.identity, subscriber["name"]),
                "subscriber_id": subscriber["id"],
                "kind": told.kind,
                "change_id": told.change_id,
                "change_kind": told.change_kind,
                "trouble_id": told.trouble_id,
                "payload": json.dumps(told.payload, ensure_ascii=False) if told.payload else "",
                "created_at": iso(now),
                "next_at": iso(next_at),
                "state": "pending",
                "message": "",
            },
            ignore=True,
        )
        return self.db.conn.total_changes > before

    def was_told(self, subscriber: Row, changes: Sequence[int], before: str = "9") -> bool:
        """Whether one of these changes has reached the subscriber, or may have, before a moment (ISO 8601 UTC)."""
        where = """subscriber_id = ? AND kind = 'change' AND change_id IN (SELECT value FROM json_each(?))
                   AND (state = 'sending' OR (state = 'sent' AND sent_at < ?))"""
        return self._deliveries.count_where(where, [subscriber["id"], json.dumps(changes), before]) > 0

    def was_alerted(self, subscriber: Row, told: Telling) -> bool:
        """Whether the subscriber was to hear that a trouble began."""
        where = "subscriber_id = ? AND kind = 'alert' AND trouble_id = ?"
        return self._deliveries.count_where(where, [subscriber["id"], told.trouble_id]) > 0

    def given_up(self, subscriber: Row) -> bool:
        """Whether something for the subscriber is dead: what carried it carries nothing."""
        return self._deliveries.count_where("subscriber_id = ? AND state = 'dead'", [subscriber["id"]]) > 0

    def forget(self, subscriber: Row, change: int) -> None:
        """What was not sent yet of a change that a person has taken back is never sent."""
        self.db.execute(
            "UPDATE deliveries SET state = 'dropped' WHERE subscriber_id = ? AND change_id = ? AND state = 'pending'",
            [subscriber["id"], change],
        )

    # ------------------------------------------------------------ troubles

    def open_troubles(self) -> list[Row]:
        return self.rows("SELECT * FROM troubles WHERE closed_at IS NULL")

    def open_trouble(self, subject: str, what: str, notice: str, now: datetime) -> Row:
        """The open trouble with this subject, which is noted when it is new."""
        found = [row for row in self.open_troubles() if row["subject"] == subject]
        if found:
            return found[0]
        row = {"subject": subject, "what": what, "notice": notice, "opened_at": iso(now)}
        return row | {"id": self.db.table("troubles").insert(row).last_pk}

    def renamed(self, trouble: Row, what: str) -> Row:
        """The trouble as it is told now."""
        self.db.table("troubles").update(trouble["id"], {"what": what})
        return trouble | {"what": what}

    def close_trouble(self, trouble: Row, now: datetime) -> None:
        self.db.table("troubles").update(trouble["id"], {"closed_at": iso(now)})

    # ------------------------------------------------------------ sending

    def recover(self) -> int:
        """What a dead process was just sending waits again; returns how many deliveries may arrive twice."""
        with atomic(self.db):
            found = self.db.execute(
                "UPDATE deliveries SET state = 'pending', resent = resent + 1 WHERE state = 'sending'"
            )
        return int(found.rowcount)

    def due(self, subscriber: Row, now: datetime) -> list[Row]:
        """What this subscriber is to be told now, oldest first."""
        return self.rows(
            "SELECT * FROM deliveries WHERE subscriber_id = ? AND state = 'pending' AND next_at <= ? ORDER BY id",
            [subscriber["id"], iso(now)],
        )

    def begin(self, rows: Sequence[Row], message: str) -> None:
        """About to send these rows in one message."""
        self._set(rows, "state = 'sending', attempts = attempts + 1, message = ?", [message])

    def acknowledge(self, rows: Sequence[Row], now: datetime) -> None:
        self._set(rows, "state = 'sent', sent_at = ?, error = ''", [iso(now)])

    def fail(self, rows: Sequence[Row], now: datetime, error: str, wait: timedelta = timedelta()) -> bool:
        """The message was not accepted; tried again after a pause (at least `wait`). True when it was the last try."""
        tries = max(row["attempts"] for row in rows) + 1
        if tries >= TRIES:
            self._set(rows, "state = 'dead', error = ?", [error])
            return True
        self._set(rows, "state = 'pending', error = ?, next_at = ?", [error, iso(now + max(BACK_OFF[tries - 1], wait))])
        return False

    def drop(self, rows: Sequence[Row]) -> None:
        """There is nothing to tell any more (the change is not in the archive that was restored)."""
        self._set(rows, "state = 'dropped'", [])

    def _set(self, rows: Sequence[Row], assignments: str, values: Sequence[Any]) -> None:
        with atomic(self.db):
            self.db.execute(
                f"UPDATE deliveries SET {assignments} WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608 - ours
                [*values, json.dumps([row["id"] for row in rows])],
            )

    # ------------------------------------------------------------ looking and settling

    def counts(self) -> dict[str, int]:
        found = {
            row["state"]: row["n"] for row in self.rows("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
        }
        return {state: found.get(state, 0) for state in ("pending", "sending", "sent", "dead", "dropped")}

    def waiting(self) -> list[Row]:
        """Deliveries that are not settled: dead ones first, then those that have failed, then those that wait."""
        return self.rows(
            """SELECT d.*, s.name FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id
               WHERE d.state IN ('dead', 'pending', 'sending') ORDER BY d.state <> 'dead', d.attempts = 0, d.id"""
        )

    def revive(self, ids: Sequence[int] | None, now: datetime, state: str = "pending") -> int:
        """A person has put the channel right: dead deliveries (all, when ids is None) are tried again, or dropped."""
        with atomic(self.db):
            found = self.db.execute(
                """UPDATE deliveries SET state = ?, attempts = 0, next_at = ?
                   WHERE state = 'dead' AND (? OR id IN (SELECT value FROM json_each(?)))""",
                [state, iso(now), ids is None, json.dumps(ids or [])],
            )
        return int(found.rowcount)


def key_of(*parts: str) -> str:
    """A short number for people to quote: 'A3F2-90BC-71'."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10].upper()
    return f"{digest[:4]}-{digest[4:8]}-{digest[8:]}"
