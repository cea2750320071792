"""A consistent copy of the data folder while it is in use, and the way back.

Each backup is a folder of its own under the target, named by its UTC time, complete in itself:

    backups/20261123T040506Z/archive.db notify.db warc/… *.toml guidelines.env manifest.json

It appears under its name only when it is whole. A WARC file that has not changed since the backup before is a hard link
to it (a copy where the file system has no links), so a backup costs what is new. Databases are copied by SQLite's own
backup, before the WARC files: every record that the copied database names is in the copied files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from archive import clock, warc
from archive.lock import crawl_lock
from archive.notify.subscriptions import ENVIRONMENT
from archive.store import Store, read_only
from archive.verify import crawling

MANIFEST = "manifest.json"
DATABASES = ("archive.db", "notify.db")
PARTIAL = ".partial"
RESTORING = ".restoring"
KEEP = 14
BLOCK = 1 << 20

Entry = dict[str, Any]


class BackupError(Exception):
    """The backup or the restore cannot be done; the message says why and what to do, in Chinese."""


def backup(data: Path, target: Path, *, keep: int = KEEP) -> Path:
    """Write one backup under `target`, drop all but the newest `keep`; returns its folder. Raises BackupError."""
    read_only(data).close()  # says what to do when there is no archive
    if target.resolve().is_relative_to(data.resolve()):
        raise BackupError(f"备份目录 {target} 在数据目录里面；请放到另一个目录，最好是另一块磁盘")
    try:
        target.mkdir(parents=True, exist_ok=True)
        last = _backups(target)[-1:]
        folder = target / clock.now().strftime("%Y%m%dT%H%M%SZ")
        if folder.exists():
            raise BackupError(f"{folder} 已存在；请一秒后再试")
        partial = target / PARTIAL
        shutil.rmtree(partial, ignore_errors=True)  # of a backup that was interrupted
        partial.mkdir(mode=0o700)
        _write(data, partial, _manifest(last[0]) if last else {}, last[0] if last else None)
        partial.rename(folder)
        for old in _backups(target)[:-keep]:
            shutil.rmtree(old)
    except OSError as error:
        raise BackupError(
            f"备份没有完成：{error.strerror or error}（{error.filename or target}）；此前的备份没有改动"
        ) from error
    with closing(Store.open(data)) as store:
        store.set_info("last_backup", json.dumps({"at": clock.iso(clock.now())}))
    return folder


def restore(data: Path, source: Path) -> Path:
    """Fill an empty data folder from a backup, or from the newest one under `source`; returns the backup used.

    Raises BackupError when the folder is not empty or a file is not what the manifest says, LockHeld.
    """
    folder = source if (source / MANIFEST).exists() else next(iter(_backups(source)[::-1]), None)
    if folder is None:
        raise BackupError(f"{source} 里没有备份（找不到 {MANIFEST}）")
    occupied = [path.name for path in data.iterdir() if not path.name.endswith(".lock")] if data.exists() else []
    if set(occupied) - {RESTORING}:
        raise BackupError(f"数据目录 {data} 不是空的（有 {sorted(occupied)[0]}）；请换一个空目录，或先把里面的文件移走")
    manifest = _manifest(folder)
    for name, entry in manifest.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry["bytes"] or _sha256(path) != entry["sha256"]:
            raise BackupError(f"备份 {folder} 里的 {name} 缺失或已损坏，没有恢复任何文件；请换用另一份备份")
    with crawl_lock(data, "恢复备份"):
        staging = data / RESTORING
        shutil.rmtree(staging, ignore_errors=True)
        for name, entry in manifest.items():
            copy = staging / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, copy)
            copy.chmod(entry["mode"])
        # the database last: without it the folder is no archive yet
        for path in sorted(staging.iterdir(), key=lambda path: path.name == "archive.db"):
            path.rename(data / path.name)
        staging.rmdir()
    return folder


def _backups(target: Path) -> list[Path]:
    """The whole backups under a folder, oldest first."""
    return sorted(path.parent for path in target.glob(f"*/{MANIFEST}") if path.parent.name != PARTIAL)


def _manifest(folder: Path) -> dict[str, Entry]:
    """{name: {"sha256", "bytes", "mode"}}; no name leads out of the folder."""
    try:
        found: dict[str, Entry] = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
    except (ValueError, KeyError) as error:
        raise BackupError(f"{folder / MANIFEST} 已损坏") from error
    for name in found:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupError(f"{folder / MANIFEST} 里的文件名 {name!r} 不可信")
    return found


def _write(data: Path, folder: Path, before: dict[str, Entry], last: Path | None) -> None:
    files: dict[str, Entry] = {}
    for name in DATABASES:
        if (data / name).exists():
            _copy_database(data / name, folder / name)
            files[name] = _entry(folder / name)
    for path in _plain_files(data):
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(stat.S_IMODE(path.stat().st_mode))
        files[path.name] = _entry(folder / path.name)
    records = sorted(path for path in (data / warc.FOLDER).rglob("*") if path.is_file())
    newest = max(records, key=lambda path: path.stat().st_mtime_ns, default=None) if crawling(data) else None
    for path in records:
        name = path.relative_to(data).as_posix()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        previous = last / name if last else None
        files[name] = _copy_warc(path, folder / name, before.get(name), previous, path == newest)
    manifest = {"made_at": clock.iso(clock.now()), "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    _sync(folder)


def _plain_files(data: Path) -> Iterator[Path]:
    """What the operator has written."""
    yield from sorted(data.glob("*.toml"))
    if (data / ENVIRONMENT).exists():
        yield data / ENVIRONMENT


def _copy_database(source: Path, copy: Path) -> None:
    copy.touch(mode=0o600 if source.name == "notify.db" else 0o644)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as original,
        closing(sqlite3.connect(copy)) as target,
    ):
        original.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm


def _copy_warc(path: Path, copy: Path, before: Entry | None, previous: Path | None, growing: bool) -> Entry:
    """The file up to its length now; of one that a crawl is writing (`growing`) only whole records."""
    length = path.stat().st_size
    if before and previous and before["bytes"] == length and before["sha256"] == _sha256(path, length):
        try:
            os.link(previous, copy)
        except OSError:  # a file system without links
            shutil.copyfile(previous, copy)
        return before
    with path.open("rb") as source, copy.open("wb") as target:
        _copy(source, target, length)
    if growing:
        os.truncate(copy, warc.sound_until(copy))
    return _entry(copy)


def _copy(source: Any, target: Any, length: int) -> None:
    while length > 0 and (block := source.read(min(BLOCK, length))):
        target.write(block)
        length -= len(block)


def _entry(path: Path) -> Entry:
    status = path.stat()
    return {"sha256": _sha256(path), "bytes": status.st_size, "mode": stat.S_IMODE(status.st_mode)}


def _sha256(path: Path, length: int | None = None) -> str:
    digest = hashlib.sha256()
    left = path.stat().st_size if length is None else length
    with path.open("rb") as stream:
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    """On the disk before it gets its name."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
