"""One round of telling: what is new goes into the outbox, what is due goes out, each subscriber in its own thread."""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from attrs import Factory, define, evolve

from archive import clock
from archive.clock import iso, now
from archive.machine.faults import StoreError
from archive.model import Kind
from archive.record.about import site_name, site_name_under
from archive.record.look import read_only
from archive.record.story import stories
from archive.settings import Settings, load_settings
from archive.tell import plan
from archive.tell.messages import Entry, Message, compose, trial_message
from archive.tell.outbox import Outbox, Row
from archive.tell.plan import Around, Clock
from archive.tell.send import send
from archive.tell.send.errors import SendError
from archive.tell.subscriptions import NAME, Subscriber, Subscriptions, load

AT_ONCE = 20
"""Single alerts for one subscriber in one round; more become one message (a chat takes 20 a minute)."""

Send = Callable[[Subscriber, Message], None]


class NotifyLockHeld(StoreError):
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


@contextmanager
def notify_lock(data: Path) -> Iterator[None]:
    """One round at a time, or two would send the same message."""
    with open(data / "notify.lock", "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotifyLockHeld("另一个投递进程正在运行，本次不再投递") from error
        yield


def notify(data: Path, settings: Settings, *, now: Clock = clock.now, send: Send = send) -> Report:
    """Tell what there is to tell. Raises SettingsError, NotifyLockHeld, StoreError."""
    with closing(read_only(data)) as archive:
        subscriptions = load(data, archive)
        if not subscriptions.subscribers and not (data / "notify.db").exists():
            return Report()
        around = Around(data, settings, now)
        with notify_lock(data), closing(Outbox.open(data)) as outbox:
            report = Report(resent=outbox.recover())
            known = plan.plan(around, archive, outbox, subscriptions)
            _send_all(around, send, subscriptions, known, report)
            counts = outbox.counts()
            report.dead, report.pending = counts["dead"], counts["pending"]
    return report


def preview(data: Path, settings: Settings, *, now: Clock = clock.now) -> list[tuple[Subscriber, list[Message]]]:
    """The messages that a round would send now; nothing is sent or noted."""
    around = Around(data, settings, now)
    with closing(read_only(data)) as archive, closing(Outbox.copy(data)) as outbox:
        subscriptions = load(data, archive)
        outbox.recover()
        known = plan.plan(around, archive, outbox, subscriptions)
        return [
            (subscriber, [found for _, found in _messages(around, archive, outbox, subscriber, known[subscriber.name])])
            for subscriber in subscriptions.subscribers
            if not subscriber.paused
        ]


def meet(data: Path, settings: Settings, *, now: Clock = clock.now) -> None:
    """Note who is subscribed before a crawl, so that what this crawl finds is told to them."""
    if not (data / NAME).exists() or not (data / "archive.db").exists():
        return
    with closing(read_only(data)) as archive, closing(Outbox.open(data)) as outbox:
        plan.meet(Around(data, settings, now), outbox, load(data, archive))


def _send_all(around: Around, send: Send, subscriptions: Subscriptions, known: dict[str, Row], report: Report) -> None:
    """Each subscriber in a thread: a channel that hangs delays nobody else."""
    subscribers = [subscriber for subscriber in subscriptions.subscribers if not subscriber.paused]
    with ThreadPoolExecutor(max_workers=min(32, len(subscribers) or 1)) as pool:
        jobs = [pool.submit(_send_to, around, send, subscriber, known[subscriber.name]) for subscriber in subscribers]
        for job in jobs:
            for message, state, error in job.result():
                report.add(message, state, error)


def _send_to(around: Around, send: Send, subscriber: Subscriber, row: Row) -> list[tuple[Message, str, str]]:
    results: list[tuple[Message, str, str]] = []
    with closing(read_only(around.data)) as archive, closing(Outbox.open(around.data)) as outbox:
        for rows, message in _messages(around, archive, outbox, subscriber, row):
            outbox.begin(rows, message.key)
            try:
                send(subscriber, message)
            except SendError as error:
                dead = outbox.fail(rows, around.now(), str(error), error.wait)
                results.append((message, "dead" if dead else "pending", str(error)))
                if error.down:
                    break  # what is left stays due; the next round tries again
            else:
                outbox.acknowledge(rows, around.now())
                results.append((message, "sent", ""))
    return results


def _messages(
    around: Around, archive: sqlite3.Connection, outbox: Outbox, subscriber: Subscriber, row: Row
) -> Iterator[tuple[list[Row], Message]]:
    """What is due for a subscriber, put together into messages."""
    due = outbox.due(row, around.now())
    for waiting, again in _groups(due, subscriber, _found_together(archive, due)):
        entries = _entries(around, archive, outbox, waiting)
        while entries:
            message = compose(subscriber.channel, entries, around.settings.base_url, site_name(archive), whole=again)
            keys = {entry.key for entry in message.entries}
            yield [found for found in waiting if found["key"] in keys], evolve(message, at=around.now())
            entries = [entry for entry in entries if entry.key not in keys]


def _found_together(archive: sqlite3.Connection, rows: Sequence[Row]) -> dict[int, tuple[int, int]]:
    """The notice and the crawl of each change."""
    ids = json.dumps([row["change_id"] for row in rows if row["change_id"]])
    found = archive.execute(
        """SELECT id, coalesce(notice_id, 0), coalesce(crawl_id, -id) FROM changes
           WHERE id IN (SELECT value FROM json_each(?))""",
        [ids],
    )
    return {id: (notice, crawl) for id, notice, crawl in found}


def _groups(
    rows: Sequence[Row], subscriber: Subscriber, found: Mapping[int, tuple[int, int]]
) -> list[tuple[list[Row], bool]]:
    """(rows, sent before) for one message each: one a notice and crawl. What was sent together once is sent together
    again."""
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
    laws = [row for row in fresh if row["change_kind"] == Kind.BASIS_AMENDED]
    single = [row for row in fresh if row not in operation and row not in first and row not in laws]
    together: dict[tuple[object, ...], list[Row]] = {}
    for row in single:
        together.setdefault((row["kind"], *found.get(row["change_id"], (row["key"],))), []).append(row)
    if len(together) > AT_ONCE:
        groups.append((single, False))
    else:
        groups += [(group, False) for group in together.values()]
    return groups + [(group, False) for group in (first, laws, operation) if group]


def _entries(around: Around, archive: sqlite3.Connection, outbox: Outbox, rows: Sequence[Row]) -> list[Entry]:
    """What these rows tell. A change that the archive does not hold any more (it was restored) has nothing to tell."""
    ids = [row["change_id"] for row in rows if row["change_id"]]
    told = {story.id: story for story in stories(archive, ids, around.settings.base_url, around.settings.zone)}
    outbox.drop([row for row in rows if row["change_id"] and row["change_id"] not in told])
    return [
        Entry(row["key"], row["kind"], told.get(row["change_id"]), json.loads(row["payload"] or "{}"))
        for row in rows
        if not row["change_id"] or row["change_id"] in told
    ]


def send_trial(data: Path, subscriber: Subscriber) -> None:
    """Returns when the server has taken it. Raises SendError, its text masked."""
    message = trial_message(subscriber.channel, load_settings(data).base_url, site_name_under(data), iso(now()))
    send(subscriber, message)
