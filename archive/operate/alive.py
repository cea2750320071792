"""Is the archive alive? What a monitor asks: a fresh crawl, a readable archive, deliveries that move."""

from __future__ import annotations

import http.client
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from attrs import frozen

from archive import clock
from archive.machine import faults
from archive.machine.database import value_of
from archive.operate.troubles.hosts import answers_of
from archive.operate.troubles.machine import machine_troubles

TIMEOUT = 15.0
"""Seconds."""
STUCK_AFTER = timedelta(hours=24)
"""A message that is due for so long does not move, though it has not been given up yet."""
OF_CRAWL = ("overdue", "interrupted")
OF_ARCHIVE = ("damage", "disk")
OF_DELIVERIES = ("deliveries", "deliveries-damaged")


@frozen
class Sign:
    what: str
    """crawl | archive | deliveries"""
    ok: bool
    says: str = ""
    """What is wrong, a sentence in Chinese."""


def signs(data: Path, connection: sqlite3.Connection, now: datetime) -> list[Sign]:
    """The three signs of life. A database that cannot be read is one of them, never an error."""
    try:
        found = {
            trouble.code: trouble.what for trouble in machine_troubles(data, connection, now, answers_of(connection))
        }
        crawled = value_of(connection, "SELECT 1 FROM own_crawls WHERE finished_at IS NOT NULL LIMIT 1")
        value_of(connection, "SELECT count(*) FROM documents")
    except sqlite3.DatabaseError:
        lost = "档案库 archive.db 读不出来"
        return [Sign("crawl", False, lost), Sign("archive", False, lost), *_deliveries(data, {}, now)]
    crawl = next((found[code] for code in OF_CRAWL if code in found), "" if crawled else "还没有完成过一次抓取")
    archive = next((found[code] for code in OF_ARCHIVE if code in found), "")
    return [Sign("crawl", not crawl, crawl), Sign("archive", not archive, archive), *_deliveries(data, found, now)]


def _deliveries(data: Path, troubles: dict[str, str], now: datetime) -> Iterator[Sign]:
    says = next((troubles[code] for code in OF_DELIVERIES if code in troubles), "")
    oldest = "" if says else oldest_due(data / "notify.db")
    if oldest and now - clock.parse(oldest) > STUCK_AFTER:
        says = f"有提醒从 {oldest} 起一直没有送达"
    yield Sign("deliveries", not says, says)


def oldest_due(outbox: Path) -> str:
    """Since when the oldest message that is due waits, '' when none does; says nothing about whom it is for."""
    if not outbox.exists():
        return ""
    sql = "SELECT min(created_at) FROM deliveries WHERE state IN ('pending', 'sending') AND attempts > 0"
    try:
        with closing(sqlite3.connect(f"{outbox.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            if not value_of(connection, "SELECT 1 FROM sqlite_master WHERE name = 'deliveries'"):
                return ""
            return str(value_of(connection, sql) or "")
    except sqlite3.DatabaseError:
        return ""  # damaged: troubles/machine.py says so


# ---------------------------------------------------------------- the dead man's switch


def ping(address: str) -> str:
    """Call the address of a monitor that would miss the call; returns what came of it in a sentence that names the host
    only, since the rest may be a secret.

    A call that fails never fails the run: the monitor notices that it did not come.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "settings.toml 中的 ping 不是 http 或 https 网址，没有通知监控"
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "guidelines-archive"})  # noqa: S310 checked above
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(1024)
    except urllib.error.HTTPError as error:
        return f"通知监控 {parts.hostname} 没有成功：答复 {error.code}"
    except (OSError, http.client.HTTPException) as error:
        return f"通知监控 {parts.hostname} 没有成功：{faults.brief(error)}"
    return f"已通知监控 {parts.hostname}"
