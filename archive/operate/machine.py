"""What `doctor` asks of this machine itself: files, permissions, disk, SQLite. Nothing is changed."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from archive import SOFTWARE
from archive.machine.faults import StoreError, why
from archive.machine.lock import NAME as LOCK
from archive.machine.toml import SettingsError
from archive.operate.checks import Check, broken, ok, person
from archive.operate.troubles.machine import DISK_FREE_MIN
from archive.record.look import read_only
from archive.settings import load_settings

PRIVATE = ("notify.db", "guidelines.env")
"""Files of the data folder that hold addresses or secrets."""
NO_ROOM = 50 << 20
"""Bytes free below which not even one crawl can be kept."""


def checks(data: Path) -> Iterator[Check]:
    yield _versions()
    yield _settings(data)
    yield _folder(data)
    if data.is_dir():
        yield from _archive(data)
        yield from _lock(data)
        yield from _private_files(data)
    yield from _disk(data)
    yield _temporary()


def _versions() -> Check:
    what = f"{SOFTWARE}，Python {platform.python_version()}，SQLite {sqlite3.sqlite_version}"
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    except sqlite3.OperationalError as error:
        return broken(
            "versions", f"{what}：没有全文检索（{error}）", "请换用带 FTS5 的 SQLite（发行版自带的 Python 都有）"
        )
    return ok("versions", what)


def _settings(data: Path) -> Check:
    try:
        settings = load_settings(data)
    except SettingsError as error:
        return broken("settings", str(error), "请改正 settings.toml")
    except OSError as error:
        return broken("settings", f"{data / 'settings.toml'} 不能读取：{why(error)}", "请核对文件的权限")
    if not settings.contact:
        hint = '设置可以读取；建议在 settings.toml 写 contact = "邮箱"，让网站管理员找得到您'
        return ok("settings", hint)
    return ok("settings", "设置可以读取")


def _folder(data: Path) -> Check:
    """The folder, or where it would be made, takes a file."""
    place = data
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        remedy = "请核对路径、磁盘和权限（文件夹应属于运行本程序的账号）"
        return broken("folder", f"数据目录 {data.absolute()} 不能写入：{why(error)}", remedy)
    if place != data:
        return ok("folder", f"数据目录 {data.absolute()} 还没有，第一次抓取时建立")
    return ok("folder", f"数据目录 {data.absolute()} 可以写入")


def _archive(data: Path) -> Iterator[Check]:
    path = data / "archive.db"
    if not path.exists():
        yield ok("archive", "还没有档案库，第一次抓取时建立")
        return
    try:
        with closing(read_only(data)) as connection:
            crawls = connection.execute("SELECT count(*) FROM crawls").fetchone()[0]
        writable = os.access(path, os.W_OK) and all(os.access(p, os.W_OK) for p in data.glob("archive.db-*"))
    except (StoreError, sqlite3.DatabaseError) as error:
        yield broken("archive", f"档案库打不开：{error}", "请从备份恢复：guidelines restore 备份目录")
        return
    if not writable:
        yield broken("archive", f"{path} 不能写入", f"请把数据目录交给运行本程序的账号：chown -R 账号 {data}")
    else:
        yield ok("archive", f"档案库可以打开，已抓取 {crawls} 次")
    yield from _unwritable(data / "warc")


def _unwritable(folder: Path) -> Iterator[Check]:
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        yield broken("folder", f"{folder} 不能写入，取得的原文存不下", "请把数据目录交给运行本程序的账号")


def _lock(data: Path) -> Iterator[Check]:
    """Whether somebody is at work, and whether the lock could be taken at all."""
    path = data / LOCK
    if not path.exists():
        return
    try:
        with path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield ok("lock", "另一个进程正在写入档案（抓取或人工处理），属于正常")
    except OSError as error:
        yield broken("lock", f"{path} 不能锁定：{why(error)}", "请核对权限；数据目录不能放在不支持文件锁的网络磁盘上")
    else:
        yield ok("lock", "没有别的进程占用档案")


def _private_files(data: Path) -> Iterator[Check]:
    for name in PRIVATE:
        path = data / name
        if not path.exists():
            continue
        if not os.access(path, os.R_OK | os.W_OK):
            yield broken("private", f"{path} 不能读写，提醒发不出去", "请把它交给运行本程序的账号")
        elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield person("private", f"{path} 别的账号也能读，里面有地址或密钥", f"chmod 600 {path}")
        else:
            yield ok("private", f"{name} 只有本账号能读")


def _disk(data: Path) -> Iterator[Check]:
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    left = f"数据目录所在磁盘剩余 {free / 2**30:.1f} GB"
    if free < NO_ROOM:
        yield broken("disk", left, "请清理或扩容，否则抓取存不下")
    elif free < DISK_FREE_MIN:
        yield person("disk", left, "请尽快清理或扩容")
    else:
        yield ok("disk", left)
    inodes = os.statvfs(place)
    if inodes.f_files and not inodes.f_favail:
        yield broken("disk", "数据目录所在磁盘的文件数已到上限（inode 用尽）", "请清理小文件")


def _temporary() -> Check:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(1 << 20))
            file.flush()
    except OSError as error:
        return broken("temporary", f"临时目录不能写入：{why(error)}", "请清理 /tmp，或用环境变量 TMPDIR 另指一个")
    return ok("temporary", f"临时目录 {tempfile.gettempdir()} 可以写入")
