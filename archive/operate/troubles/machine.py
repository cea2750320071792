"""What is wrong with the machine's part of the work: disk, schedule, damage, backups, deliveries, the network."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import clock, words
from archive.machine import faults
from archive.machine.database import rows_of, value_of
from archive.machine.lock import holder
from archive.operate import damage
from archive.operate.troubles import network
from archive.operate.troubles.hosts import Answer, machine_clock
from archive.operate.troubles.remedies import of_the_machine
from archive.operate.troubles.trouble import Trouble, info
from archive.settings import load_settings

UNFINISHED_AFTER = timedelta(hours=8)
"""A crawl that still runs after this has been forgotten (the service's own limit is below it)."""
ENDED = {"interrupted": "被中止", "failed": "中途失败"}
DISK_FREE_MIN = 1 << 30
"""Bytes: below this a crawl with a few large attachments and its backup may no longer fit."""
OVERDUE_AFTER = timedelta(hours=48)
"""How late a due notice may be before the schedule itself is in doubt."""
BACKUP_STALE_AFTER = timedelta(days=14)


def machine_troubles(
    data: Path, connection: sqlite3.Connection, now: datetime, answers: Sequence[Answer]
) -> Iterator[Trouble]:
    """`answers`: the latest of every watched address, by which the clock is known."""
    free = shutil.disk_usage(data).free
    if free < DISK_FREE_MIN:
        what = f"数据目录所在磁盘只剩 {free / 2**20:.0f} MB，请清理或扩容"
        yield of_the_machine("disk", what, clock.iso(now), "guidelines status")
    late = _overdue(data, connection, now)
    if late:
        yield of_the_machine("overdue", "定时抓取已逾期，请检查定时任务", late, "guidelines schedule show")
    wrong = machine_clock(answers)
    if wrong:
        yield of_the_machine("clock", *wrong, "guidelines doctor")
    yield from _damage(data)
    yield from _deliveries(data / "notify.db")
    yield from _unfinished(data, connection, now)
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
    due = value_of(connection, "SELECT min(next_due) FROM notices WHERE declared = 1")
    if due and now - clock.parse(due) > OVERDUE_AFTER:
        return str(due)
    last = value_of(connection, "SELECT max(finished_at) FROM own_crawls WHERE outcome IS NULL OR outcome = 'done'")
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
            if value_of(connection, "SELECT 1 FROM sqlite_master WHERE name = 'deliveries'"):
                states = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())
                counts["pending"] = states.get("pending", 0) + states.get("sending", 0)
                counts["failed"] = states.get("dead", 0)
    except sqlite3.DatabaseError:  # damaged: `_deliveries` says so, and the rest of the status stands
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


# ---------------------------------------------------------------- damage, and a last crawl that did not get to its end


def _damage(data: Path) -> Iterator[Trouble]:
    found = damage.noted(data)
    if not found:
        return
    newest = found.get("verify") or next(iter(found.values()))
    backed = found.get("backup")
    copies = ""
    if backed:
        copies = f"；此后的备份都标为已损坏，完好的备份停在 {backed['good']}" if backed["good"] else "；没有完好的备份"
    more = f"（共 {newest['count']} 处）" if newest["count"] > 1 else ""
    since = min(entry["since"] for entry in found.values())
    yield of_the_machine("damage", f"数据目录有损坏：{newest['problems'][0]}{more}{copies}", since, "guidelines verify")


def _deliveries(path: Path) -> Iterator[Trouble]:
    """Told by the first page that cannot be read; a backup and `verify` look at all of them."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        since = clock.iso(datetime.fromtimestamp(path.stat().st_mtime, UTC))
        what = f"投递记录 notify.db 读不出来（{faults.brief(error)}），提醒发不出去"
        yield of_the_machine("deliveries-damaged", what, since, "guidelines notify")


def _unfinished(data: Path, connection: sqlite3.Connection, now: datetime) -> Iterator[Trouble]:
    """The last crawl was stopped or killed, and no other has run since."""
    last = "SELECT id, started_at, finished_at, outcome, fault FROM own_crawls ORDER BY id DESC LIMIT 1"
    crawl = next(iter(rows_of(connection, last)), None)
    if crawl is None or (crawl["finished_at"] and crawl["outcome"] not in ENDED):
        return
    if crawl["outcome"] in ENDED:
        how = ENDED[crawl["outcome"]] + (f"（{crawl['fault']}）" if crawl["fault"] else "")
    elif holder(data) is None:
        how = "被强行中止"
    elif now - clock.parse(crawl["started_at"]) > UNFINISHED_AFTER:
        how = "已超过 8 小时"
    else:
        return
    what = f"第 {crawl['id']} 次抓取{how}，没有完成；已取得的内容都保留了，再抓取一次即可"
    yield of_the_machine("interrupted", what, crawl["started_at"], "guidelines crawl")
