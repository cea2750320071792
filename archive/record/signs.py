"""What servers say of themselves with each answer: their time, what a cache adds, how they take a condition."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from attrs import asdict, frozen

from archive.clock import iso, now
from archive.machine.database import atomic

if TYPE_CHECKING:
    from archive.record.store import Store

KEPT = timedelta(days=100)
WHOLE, CONDITION, PROBE = "whole", "condition", "probe"


@frozen
class Sign:
    document_id: int | None
    url: str
    host: str
    at: str
    status: int
    served: str
    """Its Date; '' without one."""
    age: int
    """Seconds, 0 without the header."""
    digest: str
    """Of the body, '' without one."""
    asked: str
    """How it was asked: whole, with a condition, or with one that no honest server can know (probe)."""


def date_of(header: str) -> str:
    """A Date header as our times; '' when it is none."""
    from email.utils import parsedate_to_datetime  # where answers are taken in it is loaded anyway

    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return ""
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def seconds_of(header: str) -> int:
    """An Age header; 0 when it is none."""
    return int(header) if header.isascii() and header.isdigit() and len(header) < 12 else 0


def keep_signs(store: Store, crawl_id: int, signs: Iterable[Sign]) -> None:
    """Those of one crawl; what is older than KEPT is forgotten."""
    with atomic(store.db):
        store.db.table("signs").insert_all(asdict(sign) | {"crawl_id": crawl_id} for sign in signs)
        store.db.execute("DELETE FROM signs WHERE at < ?", [iso(now() - KEPT)])


def lied_to_probe(store: Store, document_id: int) -> bool:
    """Whether the document's server, when last probed, called unchanged what it cannot have seen."""
    last = store.value(
        "SELECT status FROM signs WHERE document_id = ? AND asked = ? ORDER BY id DESC LIMIT 1", [document_id, PROBE]
    )
    return bool(last == 304)
