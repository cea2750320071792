"""The machine cannot read: an error of the crawl, never a verdict on a page nor a state of a document."""

from __future__ import annotations

import errno

from archive.machine.faults import NO_THREAD, OF_THE_MACHINE, Fault, why

EXHAUSTED = frozenset(OF_THE_MACHINE - {errno.EACCES, errno.EPERM}) | {errno.EAGAIN, errno.ENOSYS}
"""What the system answers when it has no more to give, whichever file is read."""


class ReadingFault(Fault):
    """No file at all can be read here."""

    def __init__(self, cause: str) -> None:
        self.cause = " ".join(cause.split())
        super().__init__(
            f"本机现在读不了网页和文件（{self.cause}），抓取已停止，没有对它们下任何结论。"
            "请运行 guidelines doctor 查看原因，处理后重新抓取。"
        )


def cause_of(error: BaseException, limit: str = "") -> str:
    """What the machine lacks, in Chinese; `limit` says what memory a reader has."""
    if isinstance(error, ImportError):
        return f"程序没有装全，或软件包损坏：{error}；请重新安装"
    if isinstance(error, MemoryError):
        return f"内存不足{f'，{limit}' if limit else ''}"
    if isinstance(error, EOFError | ConnectionError):
        return "读取进程启动后立即退出，可能是内存或进程数的上限太小"
    if isinstance(error, OSError):
        return why(error) + (f"：{error.filename}" if error.filename else "")
    if str(error) == NO_THREAD:
        return "不能再启动线程，可能是内存或进程数的上限太小"
    return f"{type(error).__name__} {error}".strip()
