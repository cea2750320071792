"""The troubles that a person has said they know about (`guidelines acknowledge`)."""

from __future__ import annotations

import json
from collections.abc import Collection

from archive.machine.faults import StoreError
from archive.operate.troubles.trouble import Trouble
from archive.record.store import Store


def acknowledge(store: Store, slug: str) -> list[Trouble]:
    """Note that a person knows of a notice's present troubles; returns them. Raises StoreError when there are none."""
    missing = f"没有 slug 为 {slug} 的通知；请用 guidelines status 查看"
    row = store.one("SELECT id FROM notices WHERE slug = ?", [slug], missing)
    known = [trouble for trouble in _troubles(store) if trouble.notice == slug]
    if not known:
        raise StoreError(f"{slug} 目前没有问题，无需确认")
    _note(store, row["id"], [trouble.mark for trouble in known])
    return known


def forget_settled(store: Store) -> None:
    """After a crawl: a trouble that a person knows about and that is over is a new one when it comes back."""
    known = store.rows("SELECT id, acknowledged FROM notices WHERE acknowledged IS NOT NULL")
    standing = {trouble.mark for trouble in _troubles(store)} if known else set()
    for notice in known:
        _note(store, notice["id"], [mark for mark in json.loads(notice["acknowledged"]) if mark in standing])


def _troubles(store: Store) -> list[Trouble]:
    from archive.operate.troubles.notices import notice_troubles  # a crawl of an archive without any needs none

    return notice_troubles(store.db.conn)


def _note(store: Store, notice_id: int, marks: Collection[str]) -> None:
    """In place of the marks noted before."""
    store.update("notices", notice_id, acknowledged=json.dumps(list(marks)) if marks else None)
