"""Reading a file in a process of its own: whatever a file does to a parser, the crawl goes on.

The processes come from a fork server that has the parsers loaded, so one costs some 10 ms; each has limits on address
space and processor time and is killed with everything it started (LibreOffice too) when its time is up.

What is no property of the bytes is a `ReadingFault`. A dead or puzzled reader may be either, so the built-in samples
are read before the first file, and the one of the same format again before a file is blamed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import cast

from attrs import evolve

from archive.model import Document
from crawler.reading import reader_id
from crawler.reading.fault import ReadingFault, cause_of
from crawler.reading.rule import Rule
from crawler.reading.sniff import sniff
from crawler.samples import BEFORE_A_CRAWL, FOLDER, SAMPLES, Sample
from crawler.sandbox import child, living
from crawler.sandbox.child import MEMORY_LIMIT, SECONDS, Answer, Limits, Task, seconds_for

DOUBTFUL = ("timeout", "memory", "crashed", "corrupt")
"""Problems that a machine in need gives to sound files, too."""
_CHECKING = threading.Lock()
_RULE = Rule(content=("#content",))
"""Of the samples."""
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["crawler.sandbox.preload"])
_STARTING = threading.Lock()  # Process.start() of multiprocessing is not made for several threads at once


def read_apart(
    payload: bytes, headers: Mapping[str, str], rule: Rule, *, seconds: float = 0, memory: int = MEMORY_LIMIT
) -> Document:
    """`crawler.reading.read` in a process of its own; safe to call from several threads.

    seconds: wall clock and processor time, 0 for what its kind may need; memory: address space in bytes. A child that
    is late, too large or dead gives a Document with the problem `timeout`, `memory` or `crashed`. Raises ReadingFault
    when the machine could not have read any file.
    """
    check_machine()
    kind = sniff(payload, headers)
    document = _attempt(payload, headers, rule, Limits.here(seconds or seconds_for(kind), memory))
    if document.problem.code in DOUBTFUL:
        check_samples([kind if kind in SAMPLES else "page"])
    # named as this process names its reader: the fork server keeps the environment that it was started with
    return evolve(document, reader=reader_id(rule))


def check_samples(kinds: Iterable[str] = BEFORE_A_CRAWL) -> None:
    """Read built-in samples as any file is read. Raises ReadingFault at the first that does not come out right."""
    for kind in kinds:
        read_sample(kind)


def read_sample(kind: str) -> Document:
    """The reading of a built-in sample, by its name in SAMPLES. Raises ReadingFault when it is not what it must be."""
    return proved(SAMPLES[kind])


def proved(sample: Sample) -> Document:
    """The reading of a sample. Raises ReadingFault when it is not what it must be."""
    limits = Limits.here(SECONDS, MEMORY_LIMIT)
    try:
        payload = (FOLDER / sample.file).read_bytes()
    except FileNotFoundError as error:
        raise ReadingFault(f"程序没有装全，缺少文件 {error.filename}；请重新安装") from error
    except OSError as error:
        raise ReadingFault(cause_of(error)) from error
    document = _attempt(payload, sample.headers, _RULE, limits)
    if document.problem or sample.word not in document.text:
        code = document.problem.code or "文字不全"
        raise ReadingFault(f"内置的{sample.name}样本没有读出：{code}{limits.scarce}")
    return document


def check_machine() -> None:
    """What the first `read_apart` of a process does by itself: the samples, once. Raises ReadingFault."""
    with _CHECKING:
        _machine_reads()


@cache
def _machine_reads() -> None:
    check_samples()


def _attempt(payload: bytes, headers: Mapping[str, str], rule: Rule, limits: Limits) -> Document:
    try:
        with _scratch() as scratch:
            answer, code, is_late = _run(Task(payload, dict(headers), rule, limits, scratch))
    except MemoryError as error:  # of this process
        raise ReadingFault(cause_of(error)) from error
    if answer is not None and answer.document is None:
        raise ReadingFault(answer.fault)
    if answer is not None and answer.document is not None:
        return answer.document
    if is_late:
        problem = child.late(limits.seconds)
    elif code == -signal.SIGXCPU:
        problem = child.late(limits.processor)
    elif code == -signal.SIGKILL:  # not by us, so by the kernel that ran out of memory
        problem = child.too_big(limits)
    else:
        problem = child.crashed(signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}")
    return Document(problem=problem)


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """What a killed reader leaves behind goes with this folder. Raises ReadingFault when there is no room for it."""
    try:
        return tempfile.TemporaryDirectory(prefix="guidelines-read-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ReadingFault(f"不能建立临时目录：{cause_of(error)}") from error


# ---------------------------------------------------------------- its process


def _run(task: Task) -> tuple[Answer | None, int | None, bool]:
    """The child's answer, None without one; its exit code; and whether it was killed for its time."""
    if living.ENDING.is_set():
        raise RuntimeError("this process is about to end")
    receiver, process = _start(task)
    is_late = False
    with receiver:
        leader = cast(int, process.pid)
        living.LEADERS.add(leader)
        answer: Answer | None = None
        try:
            is_late = not receiver.poll(task.limits.seconds)
            if not is_late:
                answer = pickle.loads(receiver.recv_bytes())  # noqa: S301 written by our own child
        except (EOFError, OSError):
            pass  # it died before it had one
        finally:
            living.kill(leader)
            living.LEADERS.discard(leader)
            process.join()
    code = process.exitcode
    process.close()
    return answer, code, is_late


def _start(task: Task) -> tuple[Connection, ForkServerProcess]:
    """A reader at work and the pipe it answers through. Raises ReadingFault when none can be started."""
    try:
        return _started(task)
    except (EOFError, ConnectionError):
        _await_end_of_server()  # killed, as the kernel does for want of memory: the next start brings another
    except (OSError, MemoryError) as error:
        raise ReadingFault(f"不能启动读取进程：{cause_of(error)}") from error
    try:
        return _started(task)
    except (OSError, EOFError, MemoryError) as error:
        raise ReadingFault(f"不能启动读取进程：{cause_of(error)}") from error


def _await_end_of_server() -> None:
    """Until the killed fork server is really dead, five seconds at most; before, multiprocessing takes it for alive."""
    server = getattr(forkserver, "_forkserver", None)
    pid = getattr(server, "_forkserver_pid", None)
    with contextlib.suppress(ChildProcessError):
        for _ in range(50):
            if pid is None or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None:
                return
            time.sleep(0.1)


def _started(task: Task) -> tuple[Connection, ForkServerProcess]:
    receiver, sender = _SERVER.Pipe(duplex=False)
    process = _SERVER.Process(target=child.answer, args=(sender, task), name="guidelines-read")
    try:
        with sender, _STARTING:
            process.start()
    except BaseException:
        receiver.close()
        raise
    return receiver, process
