"""One writer at a time: an advisory lock on a file of the data folder, released by the system when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.clock import iso, now
from archive.machine import faults
from archive.machine.faults import StoreError

NAME = "crawl.lock"


class LockHeld(StoreError):
    """Another process writes to this archive; the message names it, in Chinese."""


@contextmanager
def crawl_lock(data: Path, purpose: str = "抓取") -> Iterator[None]:
    """Hold the archive's lock for the block. Raises LockHeld naming process, purpose and start of the holder.

    StoreError when the folder cannot be made or written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        opened = open(data / NAME, "a+", encoding="utf-8")  # noqa: SIM115 - closed by the block below
    except OSError as error:
        raise StoreError(f"不能写入数据目录 {data}：{faults.why(error)}。请核对路径和目录的权限。") from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockHeld(_who(file.name, data)) from error
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "purpose": purpose, "since": iso(now())}, file, ensure_ascii=False)
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def holder(data: Path) -> int | None:
    """The process that holds the lock, as far as its file says; None when it is dead or there is none.

    Looks without taking the lock, which would turn away a crawl that starts at this moment.
    """
    try:
        pid = int(json.loads((data / NAME).read_text("utf-8"))["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if Path(f"/proc/{pid}").exists() else None


def _who(path: str, data: Path) -> str:
    try:
        holder = json.loads(Path(path).read_text("utf-8"))
        who = f"进程 {holder['pid']}（{holder['purpose']}，{holder['since']} 开始）"
    except (ValueError, KeyError):  # the holder is just writing its name
        who = "另一个进程"
    return f"{who}正在使用数据目录 {data}，请等它结束后再试。"
