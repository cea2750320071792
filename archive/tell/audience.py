"""How many subscribers a change would reach: for a person who is about to decide."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from archive.machine.toml import SettingsError
from archive.model import Change
from archive.tell.plan import is_wanted
from archive.tell.subscriptions import load


def audience(data: Path, connection: sqlite3.Connection, slug: str) -> Callable[[Change], int | None]:
    """Of one notice: change → number of messages; None when the subscriptions cannot be read."""
    try:
        subscribers = load(data, connection).subscribers
    except SettingsError:
        return lambda _: None
    areas = {
        row[0]
        for row in connection.execute(
            "SELECT a.slug FROM areas a JOIN notices n ON n.id = a.notice_id WHERE n.slug = ?", [slug]
        )
    }

    def count(change: Change) -> int:
        row = {"kind": str(change.kind), "quiet": change.quiet, "slug": slug, "areas": areas}
        return sum(is_wanted(subscriber, row) for subscriber in subscribers)

    return count
