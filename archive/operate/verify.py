"""Whether the archive is what it says: database, WARC records, texts read again, index. Finds, never mends."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from attrs import Factory, define

from archive import clock
from archive.machine import child, soundness
from archive.machine.faults import StoreError
from archive.machine.lock import LockHeld, crawl_lock
from archive.operate import damage
from archive.record.look import read_only
from archive.record.store import Store
from archive.search import drift
from archive.warc.check import check_file
from archive.warc.read import FOLDER, WarcError, read_payload, read_record

Row = dict[str, Any]
SAMPLE = 50
"""Captures, and documents read again, of a quick look."""


@define
class Findings:
    checked: dict[str, int] = Factory(dict)
    problems: list[dict[str, str]] = Factory(list)

    def count(self, what: str, n: int = 1) -> None:
        self.checked[what] = self.checked.get(what, 0) + n

    def wrong(self, what: str, where: str) -> None:
        self.problems.append({"what": what, "where": where})

    def report(self) -> dict[str, Any]:
        return {"ok": not self.problems, "checked": self.checked, "problems": self.problems}


def verify(data: Path, *, sample: bool = False, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """{"ok", "checked": {what: n}, "problems": [{"what", "where"}]}; `sample`: the newest and some others.

    The result is noted for `status`. Raises StoreError when there is no archive.
    """
    found = Findings()
    say("核对数据库")
    sound = [_database(found, path) for path in (data / "archive.db", data / "notify.db") if path.exists()]
    if not (data / "archive.db").exists():
        read_only(data)  # says what to do
    if sound[0]:
        with closing(read_only(data)) as connection:
            say("核对抓取记录")
            _captures(found, data, connection, sample)
            say("核对 WARC 文件")
            _files(found, data, sample)
            say("核对检索索引")
            _index(found, data)
        say("重新读取原文并与存档文字比较")
        _texts(found, data, sample)
        _note(data, found, sample)
    # a damaged database cannot keep the note itself
    damage.note(data, "verify", [] if sound[0] else [f"{p['where']}：{p['what']}" for p in found.problems])
    return found.report()


# ---------------------------------------------------------------- the databases


def _database(found: Findings, path: Path) -> bool:
    """False when the file is so damaged that nothing else can be looked at."""
    damaged = soundness.pages(path)
    if damaged:
        found.wrong(f"数据库损坏：{damaged[0]}；请从备份恢复", path.name)
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as connection:
        for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            found.wrong(f"{table} 第 {rowid} 行指向不存在的 {parent}", path.name)
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
    found.count("tables", tables)
    return True


def _index(found: Findings, data: Path) -> None:
    with closing(sqlite3.connect(f"file:{data / 'archive.db'}?mode=ro", uri=True, timeout=60)) as connection:
        for problem in drift.check(connection):
            found.wrong(f"{problem}；请运行 guidelines repair", "检索索引")
        for table in ("notices_fts", "documents_fts", "items_fts"):
            found.count("index", connection.execute(f"SELECT count(*) FROM {table}_docsize").fetchone()[0])  # noqa: S608


# ---------------------------------------------------------------- captures and their records


def _captures(found: Findings, data: Path, connection: sqlite3.Connection, sample: bool) -> None:
    rows = [
        dict(row)
        for row in connection.execute(
            """SELECT c.*, d.kind FROM captures c JOIN documents d ON d.id = c.document_id
               WHERE c.warc_file IS NOT NULL OR c.refers_to IS NOT NULL
                  OR (c.http_status IS NOT NULL AND d.kind <> 'member')
               ORDER BY c.id"""
        )
    ]
    by_id = {row["id"]: row for row in rows}
    if sample and len(rows) > SAMPLE:
        newest, older = rows[-SAMPLE // 2 :], rows[: -SAMPLE // 2]
        rows = [*random.sample(older, min(len(older), SAMPLE - len(newest))), *newest]
    for row in rows:
        found.count("captures")
        for problem in _capture(data, row, by_id):
            found.wrong(problem, f"抓取 {row['id']}（{row['url']}）")


def _capture(data: Path, row: Row, by_id: dict[int, Row]) -> Iterator[str]:
    if row["warc_file"] is None:
        yield "没有 WARC 记录"
        return
    try:
        record = read_record(data, row["warc_file"], row["warc_offset"])
    except WarcError as error:
        yield str(error)
        return
    if row["refers_to"] is not None:
        original = by_id.get(row["refers_to"])
        if record.type != "revisit":
            yield f"应是 revisit 记录，实为 {record.type}"
        if original is None:
            yield f"所指的抓取 {row['refers_to']} 不存在"
        elif original["refers_to"] is not None:
            yield f"所指的抓取 {row['refers_to']} 自己也没有正文"
        elif original["sha256"] != row["sha256"]:
            yield f"与所指的抓取 {row['refers_to']} 的 SHA-256 不同"
        else:
            yield from _payload(data, original)
        return
    yield from _payload(data, row)


def _payload(data: Path, row: Row) -> Iterator[str]:
    """Whether the kept bytes are those that the capture says."""
    if not row["sha256"]:
        return
    try:
        payload = read_payload(data, row["warc_file"], row["warc_offset"])
    except WarcError as error:
        yield str(error)
        return
    digest = hashlib.sha256(payload.body).hexdigest()
    if digest != row["sha256"]:
        yield f"原文的 SHA-256 是 {digest}，与记录的 {row['sha256']} 不同"
    if row["bytes"] is not None and len(payload.body) != row["bytes"]:
        yield f"原文长 {len(payload.body)} 字节，记录的是 {row['bytes']} 字节"


def _files(found: Findings, data: Path, sample: bool) -> None:
    """Every record of every file, also those that no capture names; a crawl under way may be writing the newest."""
    files = sorted((data / FOLDER).glob("*.warc.gz"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    if files and crawling(data):
        files.pop()
    for path in files[-1:] if sample else files:
        found.count("warc_files")
        for problem in check_file(path):
            found.wrong(f"{problem}；尾部不完整可用 guidelines repair 处理，其他损坏请从备份恢复", path.name)


def crawling(data: Path) -> bool:
    """Whether another process is writing to the archive now."""
    try:
        with crawl_lock(data, "核对"):
            return False
    except LockHeld:
        return True


# ---------------------------------------------------------------- texts


def _texts(found: Findings, data: Path, sample: bool) -> None:
    """The reader lives in the other package, so it is a child process that reads again."""
    try:
        result = child.ask("recheck", data, *(["--sample", str(SAMPLE)] if sample else []))
    except child.ChildFailed as failed:
        found.wrong(f"没能重新读取原文：{failed}", "crawler recheck")
        return
    found.count("versions", result["checked"])
    found.count("outdated", result["outdated"])
    found.problems += result["problems"]


def _note(data: Path, found: Findings, sample: bool) -> None:
    """For `status`. A quick look that finds nothing does not unsay what a full one found."""
    with suppress(StoreError), closing(Store.open(data)) as store:  # a folder that cannot be written keeps no note
        before = json.loads(store.info("last_verify") or "{}")
        if sample and not found.problems and before.get("problems"):
            return
        store.set_info(
            "last_verify",
            json.dumps({"at": clock.iso(clock.now()), "problems": len(found.problems), "sample": sample}),
        )
