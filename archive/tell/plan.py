"""One round of telling: what is new goes into the outbox, what is due goes out, each subscriber in its own thread."""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import Factory, define, frozen

from archive import clock
from archive.clock import local
from archive.machine.transaction import atomic
from archive.model import Kind
from archive.operate import health
from archive.record.store import read_only
from archive.record.story import rows_of, stories
from archive.settings import Settings
from archive.tell import senders
from archive.tell.messages import Entry, Message, compose
from archive.tell.outbox import Outbox, Row, slot_after
from archive.tell.subscriptions import NAME, Subscriber, Subscriptions, load

AT_ONCE = 20
"""Single alerts for one subscriber in one round; more become one message (a chat takes 20 a minute)."""
LOOK_BACK = timedelta(days=2)
"""How long before its first round a subscription may have begun: when its file was written, but not before this."""

Clock = Callable[[], datetime]


class NotifyLockHeld(Exception):
    """Another round is under way."""


@define
class Report:
    """What a round did, without a word about whom it told."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    pending: int = 0
    resent: int = 0
    messages: list[dict[str, Any]] = Factory(list)

    def add(self, message: Message, state: str, error: str = "") -> None:
        self.messages.append(
            {
                "key": message.key,
                "state": state,
                "deliveries": [entry.key for entry in message.entries],
                "changes": [entry.story.id for entry in message.entries if entry.story],
                "error": error,
            }
        )
        if state == "sent":
            self.sent += len(message.entries)
        else:
            self.failed += len(message.entries)


@frozen
class Round:
    """What the steps of one round share."""

    data: Path
    settings: Settings
    now: Clock
    send: Callable[[Subscriber, Message], None] = senders.send


@contextmanager
def notify_lock(data: Path) -> Iterator[None]:
    """One round at a time, or two would send the same message."""
    with open(data / "notify.lock", "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotifyLockHeld("另一个投递进程正在运行，本次不再投递") from error
        yield


def notify(data: Path, settings: Settings, *, now: Clock = clock.now, send: Any = senders.send) -> Report:
    """Tell what there is to tell. Raises SettingsError, NotifyLockHeld, StoreError."""
    with closing(read_only(data)) as archive:
        subscriptions = load(data, archive)
        if not subscriptions.subscribers and not (data / "notify.db").exists():
            return Report()
        around = Round(data, settings, now, send)
        with notify_lock(data), closing(Outbox.open(data)) as outbox:
            report = Report(resent=outbox.recover())
            known = plan(around, archive, outbox, subscriptions)
            _send_all(around, subscriptions, known, report)
            counts = outbox.counts()
            report.dead, report.pending = counts["dead"], counts["pending"]
    return report


def preview(data: Path, settings: Settings, *, now: Clock = clock.now) -> list[tuple[Subscriber, list[Message]]]:
    """The messages that a round would send now; nothing is sent or noted."""
    with closing(read_only(data)) as archive:
        subscriptions = load(data, archive)
        around = Round(data, settings, now)
        with closing(Outbox.copy(data)) as outbox:
            outbox.recover()
            known = plan(around, archive, outbox, subscriptions)
            return [
                (
                    subscriber,
                    [message for _, message in _messages(around, archive, outbox, subscriber, known[subscriber.name])],
                )
                for subscriber in subscriptions.subscribers
            ]


def meet(data: Path, settings: Settings, *, now: Clock = clock.now) -> None:
    """Note who is subscribed before a crawl, so that what this crawl finds is told to them."""
    if not (data / NAME).exists() or not (data / "archive.db").exists():
        return
    with closing(read_only(data)) as archive:
        subscriptions = load(data, archive)
    with closing(Outbox.open(data)) as outbox:
        _meet(Round(data, settings, now), outbox, subscriptions)


# ---------------------------------------------------------------- what has to be told


def plan(around: Round, archive: sqlite3.Connection, outbox: Outbox, subscriptions: Subscriptions) -> dict[str, Row]:
    """Fill the outbox; returns the subscribers by name."""
    first = not outbox.info("first_round")
    known = _meet(around, outbox, subscriptions)
    changes = _changes(archive)
    with atomic(outbox.db):
        for subscriber in subscriptions.subscribers:
            for change in changes:
                _plan_change(around, outbox, subscriber, known[subscriber.name], change, first)
        operators = [subscriber for subscriber in subscriptions.subscribers if subscriber.operator]
        if operators:
            told = _troubles(around, archive, outbox, subscriptions.operator_after)
            for subscriber in operators:
                for operation in told:
                    _plan_operation(around, outbox, subscriber, known[subscriber.name], operation)
        if subscriptions.subscribers:
            outbox.set_info("first_round", outbox.info("first_round") or clock.iso(around.now()))
    return known


def _meet(around: Round, outbox: Outbox, subscriptions: Subscriptions) -> dict[str, Row]:
    path = around.data / NAME
    since = around.now() - LOOK_BACK
    if path.exists():
        written = datetime.fromtimestamp(int(path.stat().st_mtime), tz=since.tzinfo)
        since = min(max(since, written), around.now())
    return outbox.meet([subscriber.name for subscriber in subscriptions.subscribers], since)


def _changes(archive: sqlite3.Connection) -> list[Row]:
    areas: dict[int, set[str]] = {}
    for row in rows_of(archive, "SELECT notice_id, slug FROM areas WHERE notice_id IS NOT NULL"):
        areas.setdefault(row["notice_id"], set()).add(row["slug"])
    return [
        row | {"areas": areas.get(row["notice_id"], set())}
        for row in rows_of(archive, "SELECT * FROM change_list ORDER BY id")
    ]


def _plan_change(around: Round, outbox: Outbox, subscriber: Subscriber, row: Row, change: Row, first: bool) -> None:
    """A change that happened after the subscription began; in the very first round also what the archive began with."""
    # who was told something wrong hears that it was, whatever else they want to hear
    if change["kind"] != Kind.CORRECTION and not is_wanted(subscriber, change):
        return
    if change["detected_at"] < row["since"] and not (first and change["kind"] == "new"):
        return
    if change["withdrawn_at"]:
        outbox.forget(row, change["id"])
        return
    if change["kind"] == Kind.CORRECTION and not outbox.was_told(row, json.loads(change["corrects"] or "[]")):
        return
    identity = f"{change['id']} {change['detected_at']}"
    when = _when(around, subscriber, change["detected_at"])
    outbox.add(row, "change", identity, around.now(), when, change=change)
    if change["restored_at"] and outbox.rows(
        """SELECT 1 FROM deliveries WHERE change_id = ? AND subscriber_id = ? AND kind = 'change'
             AND state = 'sent' AND sent_at < ?""",
        [change["id"], row["id"], change["restored_at"]],
    ):
        when = _when(around, subscriber, change["restored_at"])
        outbox.add(row, "restored", identity, around.now(), when, change=change)


def is_wanted(subscriber: Subscriber, change: Row) -> bool:
    if change["kind"] not in subscriber.kinds or (change["quiet"] and subscriber.at is None):
        return False
    everything = not subscriber.areas and not subscriber.notices
    return everything or change["slug"] in subscriber.notices or bool(change["areas"] & set(subscriber.areas))


def _when(around: Round, subscriber: Subscriber, moment: str) -> datetime:
    if subscriber.at is None:
        return clock.parse(moment)
    return slot_after(moment, subscriber.at, around.settings.zone)


# ---------------------------------------------------------------- what operators must hear


@frozen
class Operation:
    """A trouble that has lasted (alert), or one that is over (recovery)."""

    kind: str
    identity: str
    trouble_id: int
    payload: dict[str, str]


def _plan_operation(around: Round, outbox: Outbox, subscriber: Subscriber, row: Row, operation: Operation) -> None:
    """To every operator; that it is over only to those who were told that it began."""
    if operation.kind == "recovery" and not outbox.rows(
        "SELECT 1 FROM deliveries WHERE kind = 'alert' AND trouble_id = ? AND subscriber_id = ?",
        [operation.trouble_id, row["id"]],
    ):
        return
    now = around.now()
    outbox.add(
        row,
        operation.kind,
        operation.identity,
        now,
        _when(around, subscriber, clock.iso(now)),
        trouble_id=operation.trouble_id,
        payload=operation.payload,
    )


def _troubles(around: Round, archive: sqlite3.Connection, outbox: Outbox, after: int) -> list[Operation]:
    """Hold the troubles of now against those that are open. Call it in the transaction that tells them."""
    now = around.now()
    present = {t.subject: t for t in health.troubles(around.data, archive, now) if t.operator}
    told: list[Operation] = []
    for row in outbox.rows("SELECT * FROM troubles WHERE closed_at IS NULL"):
        if row["subject"] in present:
            continue
        outbox.update("troubles", row["id"], closed_at=clock.iso(now))
        since = local(row["opened_at"], around.settings.zone)
        payload = {"what": row["what"], "notice": row["notice"], "since": since, "command": ""}
        told.append(Operation("recovery", f"{row['id']} {row['opened_at']}", row["id"], payload))
    for trouble in present.values():
        row = _opened(outbox, trouble, now)
        if trouble.acknowledged or 0 < max(trouble.crawls, _crawls_since(archive, trouble)) < after:
            continue
        outbox.update("troubles", row["id"], what=trouble.what)
        since = local(trouble.since, around.settings.zone)
        payload = {"what": trouble.what, "notice": trouble.notice, "since": since, "command": trouble.command}
        # once for each thing that it becomes: blocked, then gone
        told.append(Operation("alert", f"{row['id']} {row['opened_at']} {trouble.code}", row["id"], payload))
    return told


def _opened(outbox: Outbox, trouble: health.Trouble, now: datetime) -> Row:
    """The open trouble with this subject, which is noted when it is new."""
    sql = "SELECT * FROM troubles WHERE subject = ? AND closed_at IS NULL"
    if not outbox.rows(sql, [trouble.subject]):
        outbox.insert(
            "troubles", subject=trouble.subject, what=trouble.what, notice=trouble.notice, opened_at=clock.iso(now)
        )
    return outbox.rows(sql, [trouble.subject])[0]


def _crawls_since(archive: sqlite3.Connection, trouble: health.Trouble) -> int:
    """Crawls that met a document's trouble; a file that is fetched well and cannot be read has no other count."""
    if trouble.document_id is None:
        return 0
    found = rows_of(
        archive,
        "SELECT count(DISTINCT crawl_id) AS n FROM captures WHERE document_id = ? AND fetched_at >= ?",
        [trouble.document_id, trouble.since],
    )
    return int(found[0]["n"])


# ---------------------------------------------------------------- sending


def _send_all(around: Round, subscriptions: Subscriptions, known: dict[str, Row], report: Report) -> None:
    """Each subscriber in a thread: a channel that hangs delays nobody else."""
    subscribers = subscriptions.subscribers
    if not subscribers:
        return
    with ThreadPoolExecutor(max_workers=min(32, len(subscribers))) as pool:
        jobs = [pool.submit(_send_to, around, subscriber, known[subscriber.name]) for subscriber in subscribers]
        for job in jobs:
            for message, state, error in job.result():
                report.add(message, state, error)


def _send_to(around: Round, subscriber: Subscriber, row: Row) -> list[tuple[Message, str, str]]:
    results: list[tuple[Message, str, str]] = []
    with closing(read_only(around.data)) as archive, closing(Outbox.open(around.data)) as outbox:
        for rows, message in _messages(around, archive, outbox, subscriber, row):
            outbox.begin(rows, message.key)
            try:
                around.send(subscriber, message)
            except senders.SendError as error:
                dead = outbox.fail(rows, around.now(), str(error), error.wait)
                results.append((message, "dead" if dead else "pending", str(error)))
                if error.down:
                    break  # what is left stays due; the next round tries again
            else:
                outbox.acknowledge(rows, around.now())
                results.append((message, "sent", ""))
    return results


def _messages(
    around: Round, archive: sqlite3.Connection, outbox: Outbox, subscriber: Subscriber, row: Row
) -> Iterator[tuple[list[Row], Message]]:
    """What is due for a subscriber, put together into messages."""
    for waiting, again in _groups(outbox.due(row, around.now()), subscriber):
        entries = _entries(around, archive, outbox, waiting)
        while entries:
            message = compose(subscriber.channel, entries, around.settings.base_url, whole=again)
            keys = {entry.key for entry in message.entries}
            yield [found for found in waiting if found["key"] in keys], message
            entries = [entry for entry in entries if entry.key not in keys]


def _groups(rows: Sequence[Row], subscriber: Subscriber) -> list[tuple[list[Row], bool]]:
    """(rows, sent before) for one message each. What was sent together once is sent together again."""
    again: dict[str, list[Row]] = {}
    for row in rows:
        if row["message"]:
            again.setdefault(row["message"], []).append(row)
    fresh = [row for row in rows if not row["message"]]
    groups = [(group, True) for group in again.values()]
    if subscriber.at is not None:
        return [*groups, (fresh, False)] if fresh else groups
    operation = [row for row in fresh if row["kind"] in ("alert", "recovery")]
    first = [row for row in fresh if row["change_kind"] == "new"]
    single = [row for row in fresh if row not in operation and row not in first]
    if len(single) > AT_ONCE:
        groups.append((single, False))
    else:
        groups += [([row], False) for row in single]
    return groups + [(group, False) for group in (first, operation) if group]


def _entries(around: Round, archive: sqlite3.Connection, outbox: Outbox, rows: Sequence[Row]) -> list[Entry]:
    told = {
        story.id: story
        for story in stories(
            archive,
            [row["change_id"] for row in rows if row["change_id"]],
            around.settings.base_url,
            around.settings.zone,
        )
    }
    lost = [row for row in rows if row["change_id"] and row["change_id"] not in told]
    if lost:
        outbox.drop(lost)
    return [
        Entry(
            row["key"],
            row["kind"],
            told.get(row["change_id"]),
            json.loads(row["payload"] or "{}"),
        )
        for row in rows
        if row not in lost
    ]
