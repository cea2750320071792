"""What the machine may do to any command, in one sentence: a damaged database, a full disk, a folder without rights.

The one place where errors of SQLite and of the system become words; used by `guidelines` and by the crawler's process.
Whatever is not known here is an error of the program and keeps its traceback.
"""

from __future__ import annotations

import errno
import functools
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.machine import soundness

DAMAGED = (
    "{path} 已损坏（{why}），不能再使用。请先用 guidelines verify 核对，把数据目录移到别处保存，"
    "再在空目录中恢复完好的备份：guidelines --data 空目录 restore 备份目录"
)
DAMAGED_DELIVERIES = (
    "投递记录 {path} 已损坏（{why}），档案本身不受影响。请从完好的备份里取出 notify.db 换上它，"
    "或把它移到别处（程序会新建一份，原来没送达的消息不再投递）"
)
WORDS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件大小达到了系统允许的上限",
    errno.EROFS: "所在的磁盘是只读的",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOENT: "文件不存在",
    errno.ENOTDIR: "上级路径不是目录",
    errno.EISDIR: "这是一个目录，不是文件",
    errno.EEXIST: "已经存在",
    errno.ELOOP: "符号链接成环",
    errno.EIO: "磁盘读写出错",
    errno.ENAMETOOLONG: "文件名太长",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "系统打开的文件太多",
    errno.ENOMEM: "内存不足",
}
NEXT = {
    errno.ENOSPC: "请腾出空间（查看：df -h）后重新运行",
    errno.EDQUOT: "请腾出空间或请管理员调大配额后重新运行",
    errno.EFBIG: "请调大限额（查看：ulimit -f）后重新运行",
    errno.EROFS: "请把磁盘重新挂载为可写，或用 --data 换一个目录",
    errno.EIO: "请检查磁盘（查看：dmesg），并从备份恢复",
    errno.EMFILE: "请调大限额（查看：ulimit -n）后重新运行",
    errno.ENFILE: "请关闭其他程序后重新运行",
    errno.ENOMEM: "请关闭其他程序或增加内存后重新运行",
}
KEPT = "；已经存入档案的内容没有丢失"
OF_THE_MACHINE = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
    errno.EMFILE, errno.ENFILE, errno.ENOMEM,
}  # fmt: skip
NO_THREAD = "can't start new thread"
"""Python's words, without a code, for what is a limit on memory or processes."""
PUZZLING = (ValueError, TypeError, LookupError, AttributeError)
"""What a program that meets impossible rows raises."""
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
SQLITE_TO_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
}


class StoreError(Exception):
    """The archive cannot be opened or written; the message says why and what to do, in Chinese."""


class Fault(Exception):
    """This machine cannot do the work; the message is a sentence in Chinese with the cause and the next step."""


def of_the_machine(error: BaseException) -> bool:
    """Whether an error says something about this machine and nothing about the page or file that was being worked on.

    Failures of the network are none of these, though some are OSErrors too.
    """
    import socket  # here: most commands ask nobody, and load no network
    import ssl

    if isinstance(error, ssl.SSLError | socket.gaierror):
        return False
    if isinstance(error, OSError):
        return error.errno in OF_THE_MACHINE
    if isinstance(error, Fault | ImportError) or str(error) == NO_THREAD:
        return True
    return isinstance(error, sqlite3.OperationalError | MemoryError) or (
        isinstance(error, sqlite3.DatabaseError) and _code(error) in DAMAGE
    )


def sentence(error: BaseException, data: Path) -> str | None:
    """What happened and what to do next, in Chinese; None for an error of the program.

    An error that explains nothing by itself (a text that cannot be parsed, a row that is not there) is put down to the
    database when that turns out to be damaged: only then it is looked at, which takes a second for 100 MB.
    """
    if isinstance(error, Fault):
        return str(error)
    if isinstance(error, ImportError):
        return f"程序没有装全，或软件包损坏（{' '.join(str(error).split())}），没有完成；请重新安装程序{KEPT}"
    if isinstance(error, MemoryError) or str(error) == NO_THREAD:
        return f"{WORDS[errno.ENOMEM]}，没有完成；{NEXT[errno.ENOMEM]}{KEPT}"
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, data)
    if isinstance(error, OSError) and error.errno in WORDS:
        return _of_system(error.errno, error.filename or data)
    return _damage(data) if isinstance(error, PUZZLING) else None


def refuse_damaged(data: Path) -> None:
    """Raises StoreError when the database is damaged: work on top of it makes it worse, and is lost with it."""
    path = data / "archive.db"
    problems = soundness.pages(path) if path.exists() and path.stat().st_size else []
    if problems:
        raise StoreError(DAMAGED.format(path=path, why=problems[0]))


def why(error: OSError) -> str:
    """An error of the system in a few words, to stand in a sentence of the caller's."""
    return WORDS.get(error.errno or 0, error.strerror or str(error))


def brief(error: BaseException) -> str:
    """An error in a few words that name no path of this machine: they may stand in the database, which is served."""
    if isinstance(error, OSError):
        return why(error)
    if isinstance(error, MemoryError):
        return WORDS[errno.ENOMEM]
    if isinstance(error, sqlite3.Error):
        code = _code(error)
        return soundness.WORDS.get(code) or WORDS.get(SQLITE_TO_ERRNO.get(code, 0)) or str(error)
    return f"程序出错 {type(error).__name__}"


def _of_sqlite(error: sqlite3.Error, data: Path) -> str | None:
    code = _code(error)
    if code in SQLITE_TO_ERRNO and not (code == sqlite3.SQLITE_CANTOPEN and (data / "archive.db").is_dir()):
        return _of_system(_cause(code, data), data / "archive.db")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{data} 中的数据库正被另一个程序占用，没有完成；请等它结束后再试{KEPT}"
    if code == sqlite3.SQLITE_IOERR and not _damage(data):
        return _of_system(errno.ENOSPC if _full(data) else errno.EIO, data / "archive.db")
    return _damage(data) or (DAMAGED.format(path=data / "archive.db", why=error) if code in DAMAGE else None)


def _of_system(number: int, path: Any) -> str:
    if number in (errno.EACCES, errno.EPERM):
        user = f"uid {os.getuid()}"
        return f"{path}：没有权限读写（本进程的用户是 {user}），没有完成；请核对目录和文件的属主与权限（ls -ld）{KEPT}"
    return f"{path}：{WORDS[number]}，没有完成；{NEXT.get(number, '请核对这个路径')}{KEPT}"


def _cause(code: int, data: Path) -> int:
    """SQLite says `readonly` and `cannot open` for several causes; the file system knows which one it is."""
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN) and data.exists():
        if os.statvfs(data).f_flag & os.ST_RDONLY:
            return errno.EROFS
        if _full(data):
            return errno.ENOSPC
    return SQLITE_TO_ERRNO[code]


def _full(data: Path) -> bool:
    return data.exists() and os.statvfs(data).f_bavail == 0


def _damage(data: Path) -> str | None:
    for path in (data / name for name in soundness.DATABASES):
        try:
            found = soundness.database(path) if path.exists() else []
        except (sqlite3.OperationalError, OSError):  # it cannot be looked at now, so nothing is known against it
            continue
        if found:
            return (DAMAGED if path.name == "archive.db" else DAMAGED_DELIVERIES).format(path=path, why=found[0])
    return None


def _code(error: sqlite3.Error) -> int:
    """The primary result code; 0 for errors that Python's module raises itself."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def told(command: Callable[..., Any]) -> Callable[..., Any]:
    """For commands that take the data folder as `data`: errors of the machine leave it as StoreError."""

    @functools.wraps(command)
    def wrapped(*args: Any, data: Path, **kwargs: Any) -> Any:
        try:
            return command(*args, data=data, **kwargs)
        except Exception as error:
            raise_told(error, data)

    return wrapped


def raise_told(error: Exception, data: Path) -> None:
    """Raise StoreError with the sentence in place of an error of the machine; any other error as it is."""
    said = None if isinstance(error, StoreError) else sentence(error, data)
    if said is None:
        raise error
    raise StoreError(said) from error
