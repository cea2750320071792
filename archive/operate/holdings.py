"""The WARC files of an archive as a backup takes them: what is new is copied and checked, the rest is linked.

WARC files only grow. So a file that has the size and time that it had at the last good backup is that file; one that
has grown must begin with the bytes of then; everything else is damage, and is said.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.machine import faults
from archive.warc import check
from archive.warc.read import FOLDER, GZIP

BLOCK = 1 << 20
Entry = dict[str, Any]
"""Of a manifest: sha256, bytes, mode; of a WARC file also `time`, its st_mtime_ns in the data folder."""


class Unreadable(Exception):
    """A file of the data folder cannot be read; the message names it, in Chinese."""


def copy_records(
    data: Path, folder: Path, last: Path | None, before: Mapping[str, Entry], files: dict[str, Entry]
) -> list[str]:
    """Copy or link every WARC file into `folder`, fill in `files`; returns what is wrong with them.

    `last`, `before`: the last good backup and its manifest.
    """
    paths = {path.relative_to(data).as_posix(): path for path in _records(data)}
    newest = max(paths.values(), key=_changed, default=None)
    problems: list[str] = []
    for name, path in paths.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        known = before.get(name)
        try:
            if last and known and _as_before(path, known):
                files[name] = _linked(last / name, folder / name, known) | {"time": _changed(path)}
                continue
            _taken(path, folder / name, cut=path == newest)
        except Unreadable as error:
            problems.append(str(error))
            continue
        if not (folder / name).stat().st_size:  # nothing whole in it yet
            (folder / name).unlink()
            continue
        files[name] = entry_of(folder / name) | {"time": _changed(path)}
        problems += _wrong(folder / name, name, known)
    lost = [name for name in before if name.startswith(f"{FOLDER}/") and name not in paths]
    return problems + [f"WARC 文件 {name} 不见了（上一份完好的备份里有）" for name in lost]


def missing(folder: Path) -> list[str]:
    """Captures of the copied database whose record is not in the copied files, a sentence for each file."""
    return [
        f"WARC 文件 {name} {what}，其中有 {count} 次抓取的原文"
        for name, offsets in _named(folder / "archive.db").items()
        for what, count in [_lacking(folder / FOLDER / name, offsets)]
        if count
    ]


def _named(path: Path) -> dict[str, list[int]]:
    """{WARC file: offsets of the records that captures name}."""
    found: dict[str, list[int]] = {}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        for name, offset in connection.execute(
            "SELECT warc_file, warc_offset FROM captures WHERE warc_file IS NOT NULL ORDER BY warc_file, warc_offset"
        ):
            found.setdefault(name, []).append(offset)
    return found


def _lacking(path: Path, offsets: list[int]) -> tuple[str, int]:
    """How a file falls short of the records at these offsets, and of how many."""
    if not path.is_file():
        return "缺失", len(offsets)
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        beyond = sum(offset >= size for offset in offsets)
        if beyond:
            return "不完整", beyond
        return "的内容不对", sum(not _begins(stream, offset) for offset in offsets)


def _begins(stream: Any, offset: int) -> bool:
    stream.seek(offset)
    return bool(stream.read(3) == GZIP)


def _records(data: Path) -> list[Path]:
    """Every file there; a symbolic link that leads nowhere counts: it stands for one that is missing."""
    return [path for path in sorted((data / FOLDER).rglob("*")) if not path.is_dir()]


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _as_before(path: Path, known: Entry) -> bool:
    """Whether it is the file of the last good backup. Only one that was touched since is read."""
    try:
        status = path.stat()
        if status.st_size != known["bytes"]:
            return False
        return status.st_mtime_ns == known.get("time") or sha256(path) == known["sha256"]
    except OSError as error:
        raise Unreadable(f"{path} 无法读取：{faults.why(error)}") from error


def _linked(previous: Path, copy: Path, known: Entry) -> Entry:
    try:
        os.link(previous, copy)
    except OSError:  # a file system without links
        shutil.copyfile(previous, copy)
    return known


def _taken(path: Path, target: Path, *, cut: bool) -> None:
    """The file up to its length now; of the newest (`cut`), which a crawl may be writing, only whole records."""
    copy(path, target)
    if cut and target.name.endswith(".warc.gz") and not check.continues(target, end := check.sound_until(target)):
        os.truncate(target, end)


def _wrong(path: Path, name: str, known: Entry | None) -> Iterator[str]:
    """What is wrong with a file that is new, or other than it was at the last good backup."""
    if check.TORN in Path(name).parts or not name.endswith(".warc.gz"):
        return
    if known and (path.stat().st_size < known["bytes"] or sha256(path, known["bytes"]) != known["sha256"]):
        yield f"WARC 文件 {path.name} 与上一份完好备份里的不同（原文只会增加，不应改变）"
        return
    found = check.check_file(path)
    if found:
        yield f"WARC 文件 {found[0]}"


def copy(source: Path, target: Path) -> None:
    """Copy a file as it stands now. Raises Unreadable for the source, OSError for the target."""
    if source.exists() and not source.is_file():  # a pipe would wait for ever
        raise Unreadable(f"{source} 不是普通文件")
    try:
        stream = source.open("rb")
    except OSError as error:
        raise Unreadable(f"{source} 无法读取：{faults.why(error)}") from error
    with stream, target.open("wb") as out:
        left = os.fstat(stream.fileno()).st_size
        while left > 0 and (block := _read(stream, min(BLOCK, left), source)):
            out.write(block)
            left -= len(block)


def _read(stream: Any, size: int, source: Path) -> bytes:
    try:
        return bytes(stream.read(size))
    except OSError as error:
        raise Unreadable(f"{source} 无法读取：{faults.why(error)}") from error


def entry_of(path: Path) -> Entry:
    status = path.stat()
    return {"sha256": sha256(path), "bytes": status.st_size, "mode": stat.S_IMODE(status.st_mode)}


def sha256(path: Path, length: int | None = None) -> str:
    """Of the whole file, or of its first `length` bytes."""
    digest = hashlib.sha256()
    left = path.stat().st_size if length is None else length
    with path.open("rb") as stream:
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()
