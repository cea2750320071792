"""The troubles that a person has said they know about (`guidelines acknowledge`)."""

from __future__ import annotations

import json

from archive.machine.faults import StoreError
from archive.operate.troubles.notices import notice_troubles
from archive.operate.troubles.trouble import Trouble
from archive.record import decide
from archive.record.store import Store


def acknowledge(store: Store, slug: str) -> list[Trouble]:
    """Note that a person knows of a notice's present troubles; returns them. Raises StoreError when there are none."""
    missing = f"没有 slug 为 {slug} 的通知；请用 guidelines status 查看"
    row = store.one("SELECT id FROM notices WHERE slug = ?", [slug], missing)
    known = [trouble for trouble in notice_troubles(store.db.conn) if trouble.notice == slug]
    if not known:
        raise StoreError(f"{slug} 目前没有问题，无需确认")
    decide.acknowledge(store, row["id"], [trouble.mark for trouble in known])
    return known


def forget_settled(store: Store) -> None:
    """After a crawl: a trouble that a person knows about and that is over is a new one when it comes back."""
    standing = {trouble.mark for trouble in notice_troubles(store.db.conn)}
    for notice in store.rows("SELECT id, acknowledged FROM notices WHERE acknowledged IS NOT NULL"):
        decide.acknowledge(store, notice["id"], [m for m in json.loads(notice["acknowledged"]) if m in standing])
