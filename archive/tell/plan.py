"""What has to be told to whom: changes to those who want them, lasting troubles and their end to the operators."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from attrs import frozen

from archive import clock
from archive.machine.database import atomic, rows_of, value_of
from archive.machine.toml import SettingsError
from archive.model import Change, Kind
from archive.operate import health
from archive.settings import Settings
from archive.tell.outbox import Outbox, Row, Telling
from archive.tell.subscriptions import NAME, Subscriber, Subscriptions, load
from archive.words.columns import LEVELS

LOOK_BACK = timedelta(days=2)
"""How long before its first round a subscription may have begun: when its file was written, but not before this."""

DELIVERIES = "deliveries"
"""Subject of the trouble that deliveries are dead."""

Clock = Callable[[], datetime]


@frozen
class Around:
    """What the steps of one round share."""

    data: Path
    settings: Settings
    now: Clock

    def when(self, subscriber: Subscriber, moment: str) -> datetime:
        """When a subscriber hears of what happened at a moment (ISO 8601): at once, or in the next digest."""
        at = clock.parse(moment)
        if subscriber.at is None:
            return at
        slot = datetime.combine(at.astimezone(self.settings.zone), subscriber.at, self.settings.zone)
        if subscriber.weekday is not None:
            slot += timedelta(days=(subscriber.weekday - slot.weekday()) % 7)
        return slot if slot > at else slot + timedelta(days=1 if subscriber.weekday is None else 7)


def plan(around: Around, archive: sqlite3.Connection, outbox: Outbox, subscriptions: Subscriptions) -> dict[str, Row]:
    """Fill the outbox; returns the subscribers by name."""
    first = not outbox.info("first_round")
    known = meet(around, outbox, subscriptions)
    changes = _changes(archive)
    now = around.now()
    with atomic(outbox.db):
        operators = any(subscriber.operator for subscriber in subscriptions.subscribers)
        operation = list(_operation(around, archive, outbox, subscriptions.operator_after)) if operators else []
        for subscriber in subscriptions.subscribers:
            row = known[subscriber.name]
            told = [t for change in changes for t in _of_change(outbox, subscriber, row, change, first)]
            if subscriber.operator:
                told += [(t, clock.iso(now)) for t in operation if _concerns(outbox, row, t)]
            for telling, moment in told:
                outbox.add(row, telling, now, around.when(subscriber, moment))
        if subscriptions.subscribers and first:
            outbox.set_info("first_round", clock.iso(now))
    return known


def meet(around: Around, outbox: Outbox, subscriptions: Subscriptions) -> dict[str, Row]:
    """Note who is subscribed, from now on or from when their file was written; returns them by name."""
    path = around.data / NAME
    now = around.now()
    since = now - LOOK_BACK
    if path.exists():
        written = datetime.fromtimestamp(int(path.stat().st_mtime), tz=since.tzinfo)
        since = min(max(since, written), now)
    return outbox.meet([subscriber.name for subscriber in subscriptions.subscribers], since)


# ---------------------------------------------------------------- changes


def _changes(archive: sqlite3.Connection) -> list[Row]:
    areas: dict[int, set[str]] = {}
    for row in rows_of(archive, "SELECT c.change_id, a.slug FROM change_areas c JOIN areas a ON a.id = c.area_id"):
        areas.setdefault(row["change_id"], set()).add(row["slug"])
    # what a watched law's own page says differently is told as basis-amended, with the rows that rest on it
    changes = rows_of(
        archive,
        """SELECT * FROM change_list c WHERE NOT (role = 'law' AND (kind IN ('revised', 'repealed')
             OR (kind = 'metadata' AND EXISTS (SELECT 1 FROM changes r WHERE r.notice_id = c.notice_id
                 AND r.crawl_id = c.crawl_id AND r.kind IN ('revised', 'repealed'))))) ORDER BY id""",
    )
    levels = _levels(archive)
    return [row | {"areas": areas.get(row["id"], set()), "levels": levels.get(row["id"])} for row in changes]


def _levels(archive: sqlite3.Connection) -> dict[int, set[str]]:
    """The levels that publish the rows of each change, of those that have rows."""
    found: dict[int, set[str]] = {}
    for row in rows_of(
        archive,
        """SELECT r.change_id, i.county, i.township FROM row_changes r
           JOIN items i ON i.id = r.item_after OR i.id = r.item_before""",
    ):
        found.setdefault(row["change_id"], set()).update(level for level in LEVELS if row[level])
    return found


def _of_change(
    outbox: Outbox, subscriber: Subscriber, row: Row, change: Row, first: bool
) -> Iterator[tuple[Telling, str]]:
    """What a subscriber has to hear of a change, and since when: of one that happened after the subscription began; in
    the very first round also of what the archive began with."""
    # who was told something wrong hears that it was, whatever else they want to hear
    if change["kind"] != Kind.CORRECTION and not is_wanted(subscriber, change):
        return
    if change["detected_at"] < row["since"] and not (first and change["kind"] == Kind.NEW):
        return
    if change["withdrawn_at"]:
        outbox.forget(row, change["id"])
        return
    if change["kind"] == Kind.CORRECTION and not outbox.was_told(row, json.loads(change["corrects"] or "[]")):
        return
    identity = f"{change['id']} {change['entered_at'] or change['detected_at']}"
    yield Telling("change", identity, change["id"], change["kind"]), change["detected_at"]
    if change["restored_at"] and outbox.was_told(row, [change["id"]], before=change["restored_at"]):
        yield Telling("restored", identity, change["id"], change["kind"]), change["restored_at"]


def is_wanted(subscriber: Subscriber, change: Row) -> bool:
    if change["kind"] not in subscriber.kinds or (change["quiet"] and subscriber.at is None):
        return False
    levels = change.get("levels")  # of its rows; a change of a page or a whole file concerns every level
    if subscriber.levels and levels and not levels & subscriber.levels:
        return False
    everything = not subscriber.areas and not subscriber.notices
    return everything or change["slug"] in subscriber.notices or bool(change["areas"] & set(subscriber.areas))


def audience(data: Path, connection: sqlite3.Connection, slug: str) -> Callable[[Change], int | None]:
    """How many messages a change of this notice would send, for a person who is about to decide; None when the
    subscriptions cannot be read."""
    try:
        subscribers = load(data, connection).subscribers
    except SettingsError:
        return lambda _: None
    own = "SELECT a.slug FROM areas a JOIN notices n ON n.id = a.notice_id WHERE n.slug = ?"
    areas = {row["slug"] for row in rows_of(connection, own, [slug])}

    def count(change: Change) -> int:
        row = {"kind": str(change.kind), "quiet": change.quiet, "slug": slug, "areas": areas}
        return sum(is_wanted(subscriber, row) for subscriber in subscribers)

    return count


# ---------------------------------------------------------------- what operators must hear


def _concerns(outbox: Outbox, operator: Row, told: Telling) -> bool:
    """Whether an operator hears of it. That deliveries are dead goes to those whose own channel still carries."""
    if told.kind == "recovery":
        return outbox.was_alerted(operator, told)
    return told.subject != DELIVERIES or not outbox.given_up(operator)


def _operation(around: Around, archive: sqlite3.Connection, outbox: Outbox, after: int) -> Iterator[Telling]:
    """Hold the troubles of now against those that are open: one that has lasted is an alert, one that is over a
    recovery. Call it in the transaction that tells them."""
    now = around.now()
    present = {t.subject: t for t in health.troubles(around.data, archive, now) if t.operator}
    for row in outbox.open_troubles():
        if row["subject"] not in present:
            outbox.close_trouble(row, now)
            yield _telling(around, "recovery", row, "", since=row["opened_at"])
    for trouble in present.values():
        row = outbox.open_trouble(trouble.subject, trouble.what, trouble.notice, now)
        if trouble.acknowledged or 0 < max(trouble.crawls, _crawls_since(archive, trouble)) < after:
            continue
        row = outbox.renamed(row, trouble.what)
        # once for each thing that it becomes: blocked, then gone
        yield _telling(around, "alert", row, f" {trouble.code}", since=trouble.since, command=trouble.command)


def _telling(around: Around, kind: str, trouble: Row, becomes: str, *, since: str | None, command: str = "") -> Telling:
    payload = {
        "what": trouble["what"],
        "notice": trouble["notice"],
        "since": clock.local(since, around.settings.zone),
        "command": command,
    }
    identity = f"{trouble['id']} {trouble['opened_at']}{becomes}"
    return Telling(kind, identity, trouble_id=trouble["id"], payload=payload, subject=trouble["subject"])


def _crawls_since(archive: sqlite3.Connection, trouble: health.Trouble) -> int:
    """Crawls that met a document's trouble; a file that is fetched well and cannot be read has no other count."""
    if trouble.document_id is None:
        return 0
    crawls = value_of(
        archive,
        "SELECT count(DISTINCT crawl_id) FROM captures WHERE document_id = ? AND fetched_at >= ?",
        [trouble.document_id, trouble.since],
    )
    return int(crawls)
