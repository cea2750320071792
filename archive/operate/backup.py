"""A consistent copy of the data folder while it is in use, and the way back.

Each backup is a folder of its own under the target, named by its UTC time, complete in itself:

    backups/20261123T040506Z/archive.db notify.db warc/… *.toml guidelines.env manifest.json

It appears under its name only when it is whole. A WARC file that has not changed since the last good backup is a hard
link to it (a copy where the file system has no links) and is not read, so a backup costs what is new. Databases are
copied by SQLite's own backup, before the WARC files: every record that the copied database names is in the copies. A
large archive.db is then kept as what differs from that of an earlier night (`archive/operate/blocks.py`).

What was copied is looked at (`archive/operate/holdings.py`). A copy of a damaged data folder is kept too, but as what
it is: `…Z-damaged`, with its problems in the manifest; it counts for nothing and pushes no good one out.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive import clock
from archive.machine import faults, soundness
from archive.machine.lock import crawl_lock
from archive.operate import blocks, damage, holdings
from archive.operate.holdings import Entry, Unreadable, entry_of, sha256
from archive.record.look import read_only
from archive.record.store import Store
from archive.settings import ENVIRONMENT
from archive.warc.read import FOLDER

MANIFEST = "manifest.json"
PARTIAL = ".partial"
RESTORING = ".restoring"
DAMAGED = "-damaged"
KEEP = 14
NAMED = "%Y%m%dT%H%M%SZ"


class BackupError(Exception):
    """The backup or the restore cannot be done; the message says why and what to do, in Chinese."""


class DataDamaged(BackupError):
    """A copy was made, but of a damaged data folder; `folder` is where it is."""

    def __init__(self, folder: Path, problems: list[str], good: Path | None) -> None:
        self.folder = folder
        self.problems = problems
        shown = "；".join(problems[:3]) + (f"……（共 {len(problems)} 处）" if len(problems) > 3 else "")
        last = f"最近一份完好的备份是 {good}，没有改动" if good else "目前没有完好的备份"
        super().__init__(
            f"数据目录已有损坏：{shown}。这一份另存为 {folder}，不算完好的备份，也不挤掉别的备份；{last}。"
            "请运行 guidelines verify 核对，再恢复损坏的部分（见运行手册第 6 节）"
        )


def backup(data: Path, target: Path, *, keep: int = KEEP, whole: bool = False) -> Path:
    """Write one backup under `target`, drop all but the newest `keep` good ones; returns its folder.

    `whole`: with archive.db as it is, for a release that knows nothing of blocks.

    Raises BackupError; DataDamaged when there is a copy that is not good.
    """
    if not (data / "archive.db").exists() and not (data / FOLDER).exists():
        read_only(data)  # says what to do when there is no archive
    if target.resolve().is_relative_to(data.resolve()):
        raise BackupError(f"备份目录 {target} 在数据目录里面；请放到另一个目录，最好是另一块磁盘")
    partial = target / PARTIAL
    try:
        target.mkdir(parents=True, exist_ok=True)
        good = _good(target)
        folder, problems = _make(data, target, partial, good[-1] if good else None, whole)
        _rotate(target, keep)
    except (OSError, sqlite3.Error) as error:
        said = faults.sentence(error, target) or str(error)
        raise BackupError(f"备份没有完成：{said}；此前的备份没有改动") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # nothing when all went well; else a full disk needs its room
    last = str(_manifest(good[-1]).get("made_at", "")) if good else ""
    damage.note(data, "backup", problems, last)
    if problems:
        raise DataDamaged(folder, problems, good[-1] if good else None)
    with closing(Store.open(data)) as store:
        store.set_info("last_backup", json.dumps({"at": clock.iso(clock.now())}))
    return folder


def restore(data: Path, source: Path, *, damaged: bool = False) -> Path:
    """Fill an empty data folder from a backup, or from the newest good one under `source`; returns the backup used.

    `damaged`: take a bad one too. Raises BackupError when the folder is not empty or a file is not what the manifest
    says, LockHeld.
    """
    folder = _chosen(source, damaged)
    files = _files(folder)
    _ready(data)
    for name, entry in files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry["bytes"] or sha256(path) != entry["sha256"]:
            raise BackupError(f"备份 {folder} 里的 {name} 缺失或已损坏，没有恢复任何文件；请换用另一份备份")
    try:
        with crawl_lock(data, "恢复备份"):
            _fill(data, folder, files)
    except OSError as error:
        shutil.rmtree(data / RESTORING, ignore_errors=True)
        said = faults.sentence(error, data) or str(error)
        raise BackupError(f"恢复没有完成：{said}；备份 {folder} 没有改动") from error
    return folder


def problems_of(folder: Path) -> list[str]:
    """Why a backup is not a good one; [] when it is. Files are looked for, not read (restoring reads them)."""
    try:
        files, manifest = _files(folder), _manifest(folder)
    except BackupError as error:
        return [str(error)]
    lost = [name for name, entry in files.items() if not _there(folder / name, entry)]
    if lost:
        return [f"备份里的 {lost[0]} 缺失或大小不对（共 {len(lost)} 个文件）"]
    if "sound" in manifest:
        return list(manifest["problems"])
    if "archive.db" not in files:
        return ["备份里没有 archive.db"]
    return _looked_at(folder)  # of release 1.0.0, which noted nothing


def _looked_at(folder: Path) -> list[str]:
    wrong = [f"archive.db：{problem}" for problem in soundness.database(folder / "archive.db")]
    return wrong or holdings.missing(folder)


# ---------------------------------------------------------------- the backups of a folder


def _backups(target: Path) -> list[Path]:
    """The whole backups under a folder, good and bad, oldest first."""
    return sorted(path.parent for path in target.glob(f"*/{MANIFEST}") if path.parent.name != PARTIAL)


def _good(target: Path) -> list[Path]:
    return [folder for folder in _backups(target) if not problems_of(folder)]


def _rotate(target: Path, keep: int) -> None:
    """Keep the newest `keep` good ones. Of the bad ones the newest stays until so many good ones came after it."""
    good, marked = _good(target), []
    for folder in _backups(target):
        if folder in good:
            continue
        if len([later for later in good if later.name > folder.name]) >= keep:
            shutil.rmtree(folder)
        elif folder.name.endswith(DAMAGED):
            marked.append(folder)
    for old in [*good[:-keep], *marked[:-1]]:
        shutil.rmtree(old)


def _manifest(folder: Path) -> dict[str, Any]:
    """{"made_at", "sound", "problems", "files"}; release 1.0.0 wrote neither `sound` nor `problems`."""
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
        found["files"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{folder / MANIFEST} 已损坏") from error
    return dict(found)


def _files(folder: Path) -> dict[str, Entry]:
    """{name: {"sha256", "bytes", "mode"}}; no name leads out of the folder."""
    files: dict[str, Entry] = _manifest(folder)["files"]
    for name in files:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupError(f"{folder / MANIFEST} 里的文件名 {name!r} 不可信")
    return files


def _there(path: Path, entry: Entry) -> bool:
    return path.is_file() and path.stat().st_size == entry["bytes"]


# ---------------------------------------------------------------- making one


def _free_name(target: Path) -> str:
    """The time now; of two backups within a second the later one is named after the next."""
    moment = clock.now()
    while any((target / f"{moment:{NAMED}}{end}").exists() for end in ("", DAMAGED)):
        moment += timedelta(seconds=1)
    return f"{moment:{NAMED}}"


def _make(data: Path, target: Path, partial: Path, last: Path | None, whole: bool) -> tuple[Path, list[str]]:
    """Write the copy, give it the name that it deserves; returns its folder and what is wrong with it."""
    name = _free_name(target)
    shutil.rmtree(partial, ignore_errors=True)  # of a backup that was interrupted
    partial.mkdir(mode=0o700)
    files, problems = _write(data, partial, last)
    manifest = {"made_at": clock.iso(clock.now()), "sound": not problems, "problems": problems, "files": files}
    if last and not problems and not whole:
        manifest |= blocks.shrink(partial, files, last, _manifest(last))
    (partial / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    _sync(partial)
    folder = target / (f"{name}{DAMAGED}" if problems else name)
    partial.rename(folder)
    return folder, problems


def _write(data: Path, folder: Path, last: Path | None) -> tuple[dict[str, Entry], list[str]]:
    """Everything of the data folder into `folder`: the files, and what is wrong with them."""
    files: dict[str, Entry] = {}
    wrong = {name: _copy_database(data, folder, name, files) for name in _databases(data)}
    problems = [f"{name}：{problem}" for name, found in wrong.items() for problem in found]
    for path in _plain_files(data):
        try:
            holdings.copy(path, folder / path.name)
        except Unreadable as error:
            problems.append(str(error))
            continue
        (folder / path.name).chmod(stat.S_IMODE(path.stat().st_mode))
        files[path.name] = entry_of(folder / path.name)
    before = _files(last) if last else {}
    problems += holdings.copy_records(data, folder, last, before, files)
    if not wrong["archive.db"]:
        problems += holdings.missing(folder)
    return files, problems


def _databases(data: Path) -> list[str]:
    """An archive has its database; one that is not there is missing. Deliveries there may be none."""
    return [name for name in soundness.DATABASES if name == "archive.db" or (data / name).exists()]


def _plain_files(data: Path) -> Iterator[Path]:
    """What the operator has written."""
    yield from sorted(data.glob("*.toml"))
    if (data / ENVIRONMENT).exists():
        yield data / ENVIRONMENT


def _copy_database(data: Path, folder: Path, name: str, files: dict[str, Entry]) -> list[str]:
    """SQLite's own copy, which is consistent; of a damaged one the bytes as they are. Returns what is wrong with it."""
    source, copy = data / name, folder / name
    if not source.is_file():
        return ["应是文件，却是一个目录" if source.is_dir() else "文件不见了"]
    copy.touch(mode=0o600 if name == "notify.db" else 0o644)
    try:
        if source.stat().st_size:
            _by_sqlite(source, copy)
        problems = soundness.database(copy)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and os.access(source, os.R_OK):
            raise  # a full disk, another process: nothing is known against the file
        try:
            problems = [faults.brief(error), *_as_it_is(source, copy, files)]
        except Unreadable as unreadable:
            copy.unlink()
            return [str(unreadable)]
    files[name] = entry_of(copy)
    return problems


def _by_sqlite(source: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as original,
        closing(sqlite3.connect(copy)) as target,
    ):
        try:
            original.execute("SELECT 1 FROM sqlite_master").fetchall()
        except sqlite3.OperationalError as error:
            if not os.access(source, os.R_OK):
                raise
            raise BackupError(f"备份没有完成：{faults.sentence(error, source.parent) or error}") from error
        original.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm


def _as_it_is(source: Path, copy: Path, files: dict[str, Entry]) -> list[str]:
    """The bytes of a database that SQLite does not read, with its log."""
    holdings.copy(source, copy)
    log = source.with_name(f"{source.name}-wal")
    if log.exists():
        holdings.copy(log, copy.with_name(log.name))
        files[log.name] = entry_of(copy.with_name(log.name))
    return []


def _sync(folder: Path) -> None:
    """On the disk before it gets its name."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# ---------------------------------------------------------------- the way back


def _chosen(source: Path, damaged: bool) -> Path:
    """The backup to restore. Raises BackupError when there is none that may be taken."""
    if (source / MANIFEST).exists():
        problems = problems_of(source)
        if problems and not damaged:
            good = _good(source.parent)
            other = f"完好的备份最近一份是 {good[-1]}" if good else "旁边也没有完好的备份"
            raise BackupError(
                f"{source} 是一份有损坏的备份：{problems[0]}。没有恢复任何文件；{other}。"
                "仍要用这一份，请加 --damaged，恢复后运行 guidelines verify 看缺了什么"
            )
        return source
    found = _backups(source)
    if not found:
        raise BackupError(f"{source} 里没有备份（找不到 {MANIFEST}）")
    good = _good(source)
    if good:
        return good[-1]
    if damaged:
        return found[-1]
    raise BackupError(
        f"{source} 里的 {len(found)} 份备份都有损坏（最近一份：{problems_of(found[-1])[0]}），没有恢复任何文件。"
        "仍要用最近一份，请加 --damaged，恢复后运行 guidelines verify 看缺了什么"
    )


def _ready(data: Path) -> None:
    """The folder holds nothing, or what a restore has left that was cut short. Raises BackupError."""
    try:
        present = {path.name for path in data.iterdir() if not path.name.endswith(".lock")} if data.exists() else set()
    except OSError as error:
        raise BackupError(faults.sentence(error, data) or str(error)) from error
    if present - {RESTORING} and (RESTORING not in present or "archive.db" in present):
        raise BackupError(
            f"数据目录 {data} 不是空的（有 {min(present - {RESTORING})}）；请换一个空目录，或先把里面的文件移走"
        )


def _fill(data: Path, folder: Path, files: dict[str, Entry]) -> None:
    staging = data / RESTORING
    staging.mkdir(exist_ok=True)
    for path in data.iterdir():  # of a restore that was cut short
        if path != staging and not path.name.endswith(".lock"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(staging)
    staging.mkdir()
    for name, entry in files.items():
        if name not in blocks.PARTS:
            copy = staging / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, copy)
            copy.chmod(entry["mode"])
    if not blocks.put_together(folder, staging, _manifest(folder)):
        shutil.rmtree(staging)
        raise BackupError(f"备份 {folder} 里的 archive.db 拼不回原样，没有恢复任何文件；请换用另一份备份")
    # the database last: without it the folder is no archive yet
    for path in sorted(staging.iterdir(), key=lambda path: path.name == "archive.db"):
        path.rename(data / path.name)
    staging.rmdir()
