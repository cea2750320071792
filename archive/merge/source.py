"""The archive that is merged into this one: looked at as it stands, and worked with in a copy of this release."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from attrs import frozen

from archive.machine import lock, soundness
from archive.machine.faults import StoreError
from archive.operate import holdings
from archive.record import migrations
from archive.record.schema import is_empty, refuse_newer
from archive.record.store import Store
from archive.warc.check import check_file
from archive.warc.read import FOLDER

_APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"


class Refused(StoreError):
    """An archive cannot be merged; the message says which and why, in Chinese."""


@frozen
class Source:
    folder: Path
    store: Store
    """Of the copy."""
    token: str
    name: str

    def file_here(self, warc_file: str) -> str:
        """What one of its WARC files is called in this archive: two cities' files may have one name."""
        return f"from-{self.token[:12]}-{warc_file}"


@contextmanager
def opened(ours: Store, folder: Path, name: str) -> Iterator[Source]:
    """The archive under `folder`, in a copy of this release. Raises Refused; nothing is written to `folder`."""
    if folder.resolve() == ours.data.resolve():
        raise Refused(f"{folder} 就是本档案的数据目录，不能并入自己")
    path = folder / "archive.db"
    if is_empty(path):
        raise Refused(f"{folder} 中没有档案库（archive.db），或它是空的；没有并入任何内容")
    if lock.holder(folder) is not None:
        raise Refused(f"{folder} 正在被另一个进程使用（抓取或处理中）；请等它结束后再合并")
    _whole(folder, path)
    with tempfile.TemporaryDirectory(prefix="merge-", dir=ours.data) as room:
        _copied(path, Path(room) / path.name)
        with closing(Store.open(Path(room))) as store:
            yield Source(folder, store, _token(ours, store, folder), name or folder.resolve().name)


def _whole(folder: Path, path: Path) -> None:
    """Raises Refused for a database that is damaged, or newer, or names records that are not there."""
    damaged = soundness.database(path)
    if damaged:
        raise Refused(f"{path} 已损坏（{damaged[0]}）；请在那里从备份恢复后再合并。没有并入任何内容")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as connection:
        refuse_newer({name for (name,) in connection.execute(_APPLIED, [migrations.SET])}, migrations.NAMES, path)
    missing = holdings.missing(folder)
    if missing:
        raise Refused(f"{folder} 不完整：{missing[0]}；请拷贝完整的数据目录，或在那里从备份恢复。没有并入任何内容")


def _copied(path: Path, target: Path) -> None:
    """With what stands only in its write-ahead log."""
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as connection,
        closing(sqlite3.connect(target)) as copy,
    ):
        connection.backup(copy)


def _token(ours: Store, theirs: Store, folder: Path) -> str:
    """That of the source's first crawl. Raises Refused where it is no archive that could be merged."""
    first = "SELECT token FROM own_crawls ORDER BY id LIMIT 1"
    found, own = theirs.row(first), ours.row(first)
    if theirs.row("SELECT 1 FROM origins WHERE id > 0"):
        raise Refused(f"{folder} 里已并入了别的档案；请把各来源档案直接并入本档案，以免同一内容计两次")
    if found is None:
        raise Refused(f"{folder} 还没有抓取过，没有可以并入的内容")
    if own is not None and own["token"] == found["token"]:
        raise Refused(f"{folder} 是本档案的副本，不能并入")
    if (theirs.info("demo") == "1") != (ours.info("demo") == "1") and (own is not None or theirs.info("demo") == "1"):
        raise Refused(f"{folder} 与本档案一个是演示档案、一个是真实档案，不能合并")
    return str(found["token"])


# ---------------------------------------------------------------- the WARC files


def records_of(source: Source) -> list[Path]:
    return sorted((source.folder / FOLDER).glob("*.warc.gz"))


def take_records(ours: Store, source: Source) -> int:
    """Copy the WARC files that are not here yet, each whole and on the disk before the next; returns how many.

    Raises Refused before anything is copied when one is damaged.
    """
    new = [
        (path, target)
        for path in records_of(source)
        for target in [ours.data / FOLDER / source.file_here(path.name)]
        if not target.exists() or target.stat().st_size != path.stat().st_size
    ]
    for path, _ in new:
        wrong = check_file(path)
        if wrong:
            raise Refused(
                f"{source.folder} 的原文已损坏或不完整：{wrong[0]}；尾部不完整的请先在那里运行 guidelines repair，"
                "其他损坏请从备份恢复。没有并入任何内容"
            )
    for path, target in new:
        _take_whole(path, target)
    return len(new)


def _take_whole(path: Path, target: Path) -> None:
    """The file under its new name, or nothing; with the time that it has, by which `repair` knows this archive's
    newest one."""
    part = target.with_name(f"{target.name}.part")
    holdings.copy(path, part)
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    status = path.stat()
    os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))
    part.replace(target)
