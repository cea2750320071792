"""Whether this machine seems to have no network: then one thing is wrong, not one with each notice."""

from __future__ import annotations

import json
import sqlite3
from urllib.parse import urlsplit

from attrs import frozen

UNREACHED = frozenset({"dns", "refused", "timeout", "reset"})
"""Reasons of a capture for which nothing at all came from the site (see crawler/download/errors.py)."""
_ANSWERED = """SELECT 1 FROM captures WHERE crawl_id = ? AND (verdict IS NOT 'error' OR coalesce(http_status, 0) <> 0
    OR coalesce(reason, '') NOT IN (SELECT value FROM json_each(?))) LIMIT 1"""
HOSTS = 2
"""One silent site may be down; two, and no other that answers, is the machine's own network."""


@frozen
class Offline:
    since: str
    """ISO 8601: the first request without an answer."""
    crawls: int
    """In a row."""
    hosts: int
    reason: str
    """The most frequent one."""


def offline(connection: sqlite3.Connection) -> Offline | None:
    """The latest crawls in a row in which no site gave any answer, if they asked at least HOSTS of them."""
    silent: list[tuple[str, str, str]] = []
    crawls = 0
    for (crawl_id,) in connection.execute("SELECT id FROM own_crawls WHERE kind = 'live' ORDER BY id DESC").fetchall():
        if connection.execute(_ANSWERED, [crawl_id, json.dumps(sorted(UNREACHED))]).fetchone():
            break
        rows = connection.execute(
            "SELECT url, fetched_at, reason FROM captures WHERE crawl_id = ? ORDER BY id", [crawl_id]
        ).fetchall()
        silent += [(urlsplit(url).hostname or "", at, reason) for url, at, reason in rows]
        crawls += bool(rows)
    hosts = {host for host, _, _ in silent}
    if len(hosts) < HOSTS:
        return None
    reasons = [reason for _, _, reason in silent]
    return Offline(min(at for _, at, _ in silent), crawls, len(hosts), max(sorted(set(reasons)), key=reasons.count))


def explains(reason: str) -> bool:
    """Whether a trouble with this reason (its last word is the capture's) goes away with the network."""
    return reason.rpartition(" ")[2] in UNREACHED
