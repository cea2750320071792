"""What stands wrong with the machine's part of the work: known damage, and a last crawl that did not get to its end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import clock
from archive.machine import faults
from archive.machine.lock import holder
from archive.operate import damage
from archive.operate.troubles.remedies import of_the_machine
from archive.operate.troubles.trouble import Trouble
from archive.record.database import rows_of

UNFINISHED_AFTER = timedelta(hours=8)
"""A crawl that still runs after this has been forgotten (the service's own limit is below it)."""
ENDED = {"interrupted": "被中止", "failed": "中途失败"}


def standing(data: Path, connection: sqlite3.Connection, now: datetime) -> Iterator[Trouble]:
    yield from _damage(data)
    yield from _deliveries(data / "notify.db")
    yield from _unfinished(data, connection, now)


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
