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
import resource
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

from attrs import evolve, frozen

from archive.model import Document, Problem
from crawler.reading import read, reader_id
from crawler.reading.fault import EXHAUSTED, ReadingFault, cause_of
from crawler.reading.formats.errors import KEPT
from crawler.reading.formats.ocr import engine
from crawler.reading.rule import Rule
from crawler.reading.sniff import sniff
from crawler.samples import BEFORE_A_CRAWL, FOLDER, SAMPLES, Sample
from crawler.sandbox import living
from crawler.sandbox.ready import load

SECONDS = 300.0
"""A .doc with 1,000 rows takes two minutes on two busy cores; what takes longer than this is broken."""
MEMORY_LIMIT = 2_000_000_000
"""Bytes of address space."""
PICTURED = ("pdf", "docx")
"""Kinds of files with pages that may have to be recognised."""
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
    document = _attempt(payload, headers, rule, Limits.here(seconds or _seconds_for(kind), memory))
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
        problem = _late(limits.seconds)
    elif code == -signal.SIGXCPU:
        problem = _late(limits.processor)
    elif code == -signal.SIGKILL:  # not by us, so by the kernel that ran out of memory
        problem = _too_big(limits)
    else:
        problem = _crashed(signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}")
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
    process = _SERVER.Process(target=_work, args=(sender, task), name="guidelines-read")
    try:
        with sender, _STARTING:
            process.start()
    except BaseException:
        receiver.close()
        raise
    return receiver, process


# ---------------------------------------------------------------- inside it


def _seconds_for(kind: str) -> float:
    """What a file of this kind may take: pages that are pictures take ten seconds each where they are recognised."""
    return engine.SECONDS if kind in PICTURED and engine.installed() else SECONDS


@frozen
class Limits:
    """What one reader may take: our own limits or, where they are smaller, those that this process has inherited."""

    seconds: float
    """Wall clock."""
    processor: int
    """Seconds of processor time."""
    memory: int
    """Bytes of address space."""

    @classmethod
    def here(cls, seconds: float, memory: int) -> Limits:
        processor = min((int(seconds) + 1, *_inherited(resource.RLIMIT_CPU)))
        return cls(seconds, processor, min((memory, *_inherited(resource.RLIMIT_AS))))

    @property
    def megabytes(self) -> int:
        return self.memory // 1_000_000

    @property
    def scarce(self) -> str:
        """Which of them somebody has set lower than is good, '' when none is."""
        if self.memory >= MEMORY_LIMIT and self.processor >= SECONDS:
            return ""
        return f"，本机给读取进程的上限是内存 {self.megabytes} MB、处理器 {self.processor} 秒"

    def apply(self) -> None:
        _lower(resource.RLIMIT_CORE, 0, 0)
        _lower(resource.RLIMIT_CPU, self.processor, self.processor + 1)
        _lower(resource.RLIMIT_AS, self.memory, self.memory)


def _inherited(kind: int) -> tuple[int, ...]:
    """The limits that are in force, soft and hard; none of them can be exceeded, and the hard one not be raised."""
    return tuple(limit for limit in resource.getrlimit(kind) if limit != resource.RLIM_INFINITY)


def _lower(kind: int, soft: int, hard: int) -> None:
    hard = min((hard, *_inherited(kind)))
    if kind == resource.RLIMIT_CPU:  # the kernel asks the hard limit first and kills without a word
        soft = min(soft, max(hard - 1, 1))
    resource.setrlimit(kind, (min(soft, hard), hard))


@frozen
class Answer:
    """What a reader sends back: the Document, or what the machine lacks."""

    document: Document | None = None
    fault: str = ""


@frozen
class Task:
    """What a reader is given. scratch: the folder for its temporary files."""

    payload: bytes
    headers: Mapping[str, str]
    rule: Rule
    limits: Limits
    scratch: str


def _late(seconds: float) -> Problem:
    return Problem(
        "timeout",
        f"这个文件在限定的时间（{round(seconds)} 秒）内没有读完，已停止。{KEPT}；请下载后用办公软件打开核对。",
    )


def _too_big(limits: Limits) -> Problem:
    return Problem(
        "memory",
        f"读这个文件所需的内存超过了上限（{limits.megabytes} MB），已停止。{KEPT}；请下载后用办公软件打开核对。",
    )


def _crashed(what: str) -> Problem:
    return Problem("crashed", f"读取程序在处理这个文件时出错（{what}）。{KEPT}；请下载核对，并把文件反馈给维护人员。")


def _work(sender: Connection, task: Task) -> None:
    """Read the task's file and send the Answer."""
    os.setsid()  # first of all: what the parent kills is this session
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tempfile.tempdir = task.scratch
    try:
        task.limits.apply()
        load()
    except Exception as error:  # whatever an import raises: no file has been looked at
        found = Answer(fault=cause_of(error, f"上限 {task.limits.megabytes} MB"))
    else:
        found = _read(task)
    sender.send_bytes(pickle.dumps(found))


def _read(task: Task) -> Answer:
    try:
        return Answer(read(task.payload, task.headers, task.rule))
    except MemoryError:
        problem = _too_big(task.limits)
    except ImportError as error:  # a library that loads its parts late
        return Answer(fault=cause_of(error))
    except Exception as error:  # the last net: each reader catches what its library is known to raise
        if isinstance(error, OSError) and error.errno in EXHAUSTED:
            return Answer(fault=cause_of(error))
        problem = _crashed(type(error).__name__)
    return Answer(Document(problem=problem))


def _end_with_parent() -> None:
    """Once the process that asked is dead, this session (LibreOffice too) has nobody to answer to."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        for pid in living.members(os.getpid()):
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
        os._exit(1)
