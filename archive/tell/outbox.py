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

from sqlite_utils import Database, Migrations

from archive.clock import iso, parse
from archive.machine.transaction import atomic
from archive.record.schema import migrate

Row = dict[str, Any]

migrations = Migrations("notify")

BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720, 720))
"""Pauses between the tries: over two days and a half, so that a weekend without the mail server loses nothing."""
TRIES = len(BACK_OFF) + 1


@migrations()
def m001_outbox(db: Database) -> None:
    _table(db, "subscribers").create(
        {"id": int, "name": str, "since": str},  # what was detected before `since` is not told
        pk="id",
    )
    _table(db, "subscribers").create_index(["name"], unique=True)
    _table(db, "troubles").create(
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
    _table(db, "deliveries").create(
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
    _table(db, "deliveries").create_index(["key"], unique=True)
    _table(db, "deliveries").create_index(["subscriber_id", "state", "next_at"])
    _table(db, "deliveries").create_index(["change_id"])
    _table(db, "info").create({"key": str, "value": str}, pk="key")


class Outbox:
    """An open `notify.db`. Each thread opens its own."""

    def __init__(self, db: Database) -> None:
        self.db = db

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

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        cursor = self.db.conn.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def info(self, key: str) -> str:
        found = self.rows("SELECT value FROM info WHERE key = ?", [key])
        return str(found[0]["value"]) if found else ""

    def set_info(self, key: str, value: str) -> None:
        """Call it in a transaction."""
        _table(self.db, "info").insert({"key": key, "value": value}, replace=True)

    def insert(self, table: str, **values: Any) -> None:
        _table(self.db, table).insert(values)

    def update(self, table: str, id: int, **values: Any) -> None:
        _table(self.db, table).update(id, values)

    # ------------------------------------------------------------ subscribers

    def meet(self, names: Iterable[str], since: datetime) -> dict[str, Row]:
        """The subscribers by name; one that is new is told what is detected from `since` on.

        What waits for somebody who is no longer subscribed is dropped.
        """
        names = list(names)
        with atomic(self.db):
            _table(self.db, "subscribers").insert_all(({"name": n, "since": iso(since)} for n in names), ignore=True)
            known = {row["name"]: row for row in self.rows("SELECT * FROM subscribers")}
            for row in known.values():
                if row["name"] not in names:
                    self.db.execute(
                        """UPDATE deliveries SET state = 'dropped'
                           WHERE subscriber_id = ? AND state IN ('pending', 'dead')""",
                        [row["id"]],
                    )
        return {name: known[name] for name in names}

    # ------------------------------------------------------------ what has to be told

    def add(
        self,
        subscriber: Row,
        kind: str,
        identity: str,
        now: datetime,
        next_at: datetime,
        *,
        change: Row | None = None,
        trouble_id: int | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> bool:
        """Put a delivery into the outbox unless it is there; `identity` says what is told. Call it in a transaction."""
        key = key_of(kind, identity, subscriber["name"])
        if self.rows("SELECT 1 FROM deliveries WHERE key = ?", [key]):
            return False
        _table(self.db, "deliveries").insert(
            {
                "key": key,
                "subscriber_id": subscriber["id"],
                "kind": kind,
                "change_id": change["id"] if change else None,
                "change_kind": change["kind"] if change else "",
                "trouble_id": trouble_id,
                "payload": json.dumps(payload, ensure_ascii=False) if payload else "",
                "created_at": iso(now),
                "next_at": iso(next_at),
                "state": "pending",
                "message": "",
            }
        )
        return True

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

    def was_told(self, subscriber: Row, changes: Sequence[int]) -> bool:
        """Whether one of these changes has reached the subscriber, or may have."""
        return any(
            self.rows(
                """SELECT 1 FROM deliveries WHERE subscriber_id = ? AND change_id = ? AND kind = 'change'
                     AND state IN ('sent', 'sending')""",
                [subscriber["id"], change],
            )
            for change in changes
        )

    def forget(self, subscriber: Row, change: int) -> None:
        """What was not sent yet of a change that a person has taken back is never sent."""
        self.drop(
            self.rows(
                "SELECT * FROM deliveries WHERE subscriber_id = ? AND change_id = ? AND state = 'pending'",
                [subscriber["id"], change],
            )
        )

    def drop(self, rows: Sequence[Row]) -> None:
        """There is nothing to tell any more (the change is not in the archive that was restored)."""
        self._set(rows, "state = 'dropped'", [])

    def _set(self, rows: Sequence[Row], assignments: str, values: Sequence[Any]) -> None:
        marks = ", ".join("?" * len(rows))
        with atomic(self.db):
            self.db.execute(
                f"UPDATE deliveries SET {assignments} WHERE id IN ({marks})",  # noqa: S608 - both parts are ours
                [*values, *(row["id"] for row in rows)],
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
        chosen = "" if ids is None else f"AND id IN ({', '.join('?' * len(ids))})"
        with atomic(self.db):
            found = self.db.execute(
                f"UPDATE deliveries SET state = ?, attempts = 0, next_at = ? WHERE state = 'dead' {chosen}",  # noqa: S608
                [state, iso(now), *(ids or [])],
            )
        return int(found.rowcount)


def key_of(*parts: str) -> str:
    """A short number for people to quote: 'A3F2-90BC-71'."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10].upper()
    return f"{digest[:4]}-{digest[4:8]}-{digest[8:]}"


def slot_after(moment: str, hour: Any, zone: Any) -> datetime:
    """The first daily digest (local `hour` in `zone`) that comes after a moment (ISO 8601)."""
    at = parse(moment).astimezone(zone)
    slot = datetime.combine(at.date(), hour, zone)
    return slot if slot > at else datetime.combine(at.date() + timedelta(days=1), hour, zone)


def _table(db: Database, name: str) -> Any:
    return db[name]
