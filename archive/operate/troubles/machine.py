"""What is wrong with the machine's part of the work: disk, schedule, damage, backups, deliveries, the network."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from archive import clock, words
from archive.operate.troubles import network
from archive.operate.troubles.hosts import machine_clock
from archive.operate.troubles.remedies import of_the_machine
from archive.operate.troubles.standing import standing
from archive.operate.troubles.trouble import Trouble, info, value
from archive.settings import load_settings

DISK_FREE_MIN = 1 << 30
"""Bytes: below this a crawl with a few large attachments and its backup may no longer fit."""
OVERDUE_AFTER = timedelta(hours=48)
"""How late a due notice may be before the schedule itself is in doubt."""
BACKUP_STALE_AFTER = timedelta(days=14)


def machine_troubles(data: Path, connection: sqlite3.Connection, now: datetime) -> Iterator[Trouble]:
    free = shutil.disk_usage(data).free
    if free < DISK_FREE_MIN:
        what = f"数据目录所在磁盘只剩 {free / 2**20:.0f} MB，请清理或扩容"
        yield of_the_machine("disk", what, clock.iso(now), "guidelines status")
    late = _overdue(data, connection, now)
    if late:
        yield of_the_machine("overdue", "定时抓取已逾期，请检查定时任务", late, "guidelines schedule show")
    wrong = machine_clock(connection)
    if wrong:
        yield of_the_machine("clock", *wrong, "guidelines doctor")
    yield from standing(data, connection, now)
    verified = info(connection, "last_verify")
    if verified and verified["problems"]:
        what = f"上次核对发现 {verified['problems']} 处问题"
        yield of_the_machine("verify", what, verified["at"], "guidelines verify")
    backup = info(connection, "last_backup")
    if backup and now - clock.parse(backup["at"]) > BACKUP_STALE_AFTER:
        yield of_the_machine("backup", "备份已超过 14 天没有更新", backup["at"], "guidelines backup 备份目录")
    failed = deliveries(data)["failed"]
    if failed:
        what = f"有 {failed} 条提醒多次投递失败，已停止重试"
        yield of_the_machine("deliveries", what, "", "guidelines deliveries")


def _overdue(data: Path, connection: sqlite3.Connection, now: datetime) -> str:
    """Since when a crawl is overdue, '' when it is not. An archive that was never crawled is not overdue."""
    due = value(connection, "SELECT min(next_due) FROM notices WHERE declared = 1")
    if due and now - clock.parse(due) > OVERDUE_AFTER:
        return str(due)
    last = value(connection, "SELECT max(finished_at) FROM own_crawls WHERE outcome IS NULL OR outcome = 'done'")
    longest = timedelta(hours=load_settings(data).interval_max) + OVERDUE_AFTER
    return str(last) if last and now - clock.parse(last) > longest else ""


def deliveries(data: Path) -> dict[str, int]:
    """How many deliveries wait and how many were given up; nothing about whom they are for."""
    counts = {"pending": 0, "failed": 0}
    path = data / "notify.db"
    if not path.exists():
        return counts
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            if value(connection, "SELECT 1 FROM sqlite_master WHERE name = 'deliveries'"):
                states = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())
                counts["pending"] = states.get("pending", 0) + states.get("sending", 0)
                counts["failed"] = states.get("dead", 0)
    except sqlite3.DatabaseError:  # damaged: standing.py says so, and the rest of the status stands
        pass
    return counts


def gathered(connection: sqlite3.Connection, found: Sequence[Trouble]) -> list[Trouble]:
    """Without a network every notice is in trouble, for one reason that a person can settle: it is said once."""
    lost = network.offline(connection)
    explained = [t for t in found if not t.acknowledged and network.explains(t.reason)] if lost else []
    if lost is None or not explained:
        return list(found)
    what = (
        f"本机像是没有联网：连续 {lost.crawls} 次抓取、{lost.hosts} 个网站都没有连上（{words.reason(lost.reason)}）。"
        "请先接通网络，再运行 guidelines crawl --all"
    )
    point = of_the_machine("network", what, lost.since, "guidelines doctor", crawls=lost.crawls)
    return [point, *(t for t in found if t not in explained)]
