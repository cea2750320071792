"""Pages where ministries list their documents: what was listed, and the candidates found there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from archive.clock import iso, now
from archive.model import Change, Kind
from archive.record.changes import record_change
from archive.record.store import Store
from archive.text.links import link_key


def listing_of(store: Store, notice_id: int, url: str) -> int:
    """The id of a list page of a notice, which is created when it is looked at for the first time."""
    known = store.row("SELECT id FROM listings WHERE notice_id = ? AND url = ?", [notice_id, url])
    return int(known["id"]) if known else store.insert("listings", {"notice_id": notice_id, "url": url})


def note_look(store: Store, listing_id: int, *, verified: bool, verdict: str, reason: str) -> None:
    """What a look at a list page came to; `verified`: the operator declared it."""
    values = {"verified": int(verified), "verdict": verdict, "reason": reason, "checked_at": iso(now())}
    store.update("listings", listing_id, **values)


def note_listed(store: Store, listing_id: int, entries: Iterable[tuple[str, str, str]]) -> None:
    """The entries of a list, as (url, title, day); those that are known stay as they are."""
    seen = {"listing_id": listing_id, "first_seen": iso(now())}
    rows = [seen | {"url": url, "title": title, "date": day} for url, title, day in entries]
    store.db.table("listed").insert_all(rows, otherwise="IGNORE")


def is_candidate(store: Store, notice_id: int, url: str) -> bool:
    rows = store.rows("SELECT url FROM candidates WHERE notice_id = ?", [notice_id])
    return link_key(url) in {link_key(row["url"]) for row in rows}


def propose(store: Store, crawl_id: int, notice_id: int, values: dict[str, str], evidence: Sequence[str]) -> None:
    """A candidate, and the change that tells of it. `values`: url, title, document_number, published_on and listing;
    `evidence`: sentences in Chinese."""
    told = json.dumps(evidence, ensure_ascii=False)
    row = values | {"notice_id": notice_id, "evidence": told, "found_at": iso(now()), "state": "new"}
    candidate = store.insert("candidates", row)
    change = Change(Kind.SUCCESSOR, f"可能的新版，请核对：《{values['title']}》")
    record_change(store, notice_id, crawl_id, change, candidate=candidate)
