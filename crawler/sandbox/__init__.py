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
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import cast

from attrs import evolve, frozen

from archive.model import Document
from crawler.reading import read, reader_id
from crawler.reading.fault import EXHAUSTED, ReadingFault, cause_of
from crawler.reading.rule import Rule
from crawler.reading.sniff import sniff
from crawler.samples import BEFORE_A_CRAWL, SAMPLES, SampleMissing
from crawler.sandbox.ready import load

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["crawler.sandbox.preload"])
_LIVING: set[int] = set()
_ENDING = threading.Event()
_STARTING = threading.Lock()  # Process.start() of multiprocessing is not made for several threads at once

SECONDS = 300.0
"""A .doc with 1,000 rows takes two minutes on two busy cores; what takes longer than this is broken."""
MEMORY_LIMIT = 2_000_000_000
"""Bytes of address space."""
TIMEOUT = "timeout: 这个文件在限定的时间（{seconds} 秒）内没有读完，已停止。原件已保存；请下载后用办公软件打开核对。"
MEMORY = "memory: 读这个文件所需的内存超过了上限（{megabytes} MB），已停止。原件已保存；请下载后用办公软件打开核对。"
CRASHED = "crashed: 读取程序在处理这个文件时出错（{what}）。原件已保存；请下载核对，并把文件反馈给维护人员。"
DOUBTFUL = ("timeout", "memory", "crashed", "corrupt")
"""Problems that a machine in need gives to sound files, too."""


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
class _Answer:
    """What a reader sends back: the Document, or what the machine lacks."""

    document: Document | None = None
    fault: str = ""


def read_apart(
    payload: bytes, headers: Mapping[str, str], rule: Rule, *, seconds: float = SECONDS, memory: int = MEMORY_LIMIT
) -> Document:
    """`crawler.reading.read` in a process of its own; safe to call from several threads.

    seconds: wall clock and processor time; memory: address space in bytes. A child that is late, too large or dead
    gives a Document with the problem `timeout`, `memory` or `crashed`. Raises ReadingFault when the machine could not
    have read any file.
    """
    _machine.ready()
    document = _attempt(payload, headers, rule, Limits.here(seconds, memory))
    if document.problem.code in DOUBTFUL:
        kind = sniff(payload, headers)
        check_samples([kind if kind in SAMPLES else "page"])
    return document


def check_samples(kinds: Iterable[str] = BEFORE_A_CRAWL) -> None:
    """Read built-in samples as any file is read. Raises ReadingFault at the first that does not come out right."""
    for kind in kinds:
        read_sample(kind)


def read_sample(kind: str) -> Document:
    """The reading of a built-in sample, by its name in SAMPLES. Raises ReadingFault when it is not what it must be."""
    limits = Limits.here(SECONDS, MEMORY_LIMIT)
    sample = SAMPLES[kind]
    try:
        payload = sample.make()
    except SampleMissing as error:
        raise ReadingFault(f"程序没有装全，缺少文件 {error}；请重新安装") from error
    document = _attempt(payload, sample.headers, Rule(content=("#content",)), limits)
    if document.problem or sample.word not in document.text:
        code = document.problem.code or "文字不全"
        raise ReadingFault(f"内置的{sample.name}样本没有读出：{code}{limits.scarce}")
    return document


class _Machine:
    """Whether this process has seen that files can be read here."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.checked = False

    def ready(self) -> None:
        """Read the samples unless that was done already. Raises ReadingFault."""
        with self.lock:
            if not self.checked:
                check_samples()
                self.checked = True


_machine = _Machine()


def check_machine() -> None:
    """What the first `read_apart` of a process does by itself: the samples, once. Raises ReadingFault."""
    _machine.ready()


def end_all() -> None:
    """Kill every reader and start none any more: this process is about to end."""
    _ENDING.set()
    for child in tuple(_LIVING):
        _kill(child)


def _attempt(payload: bytes, headers: Mapping[str, str], rule: Rule, limits: Limits) -> Document:
    try:
        with _scratch() as scratch:
            answer, code, late = _run((payload, dict(headers), rule, limits, scratch), limits.seconds)
    except MemoryError as error:  # of this process
        raise ReadingFault(cause_of(error)) from error
    if answer is not None and answer.document is None:
        raise ReadingFault(answer.fault)
    if answer is not None and answer.document is not None:
        # named as this process names its reader: the fork server keeps the environment that it was started with
        return evolve(answer.document, reader=reader_id(rule))
    if late:
        problem = TIMEOUT.format(seconds=round(limits.seconds))
    elif code == -signal.SIGXCPU:
        problem = TIMEOUT.format(seconds=limits.processor)
    elif code == -signal.SIGKILL:  # not by us, so by the kernel that ran out of memory
        problem = MEMORY.format(megabytes=limits.megabytes)
    else:
        problem = CRASHED.format(what=signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}")
    return Document(problem=problem, reader=reader_id(rule))


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """What a killed reader leaves behind goes with this folder. Raises ReadingFault when there is no room for it."""
    try:
        return tempfile.TemporaryDirectory(prefix="guidelines-read-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ReadingFault(f"不能建立临时目录：{cause_of(error)}") from error


def _run(task: tuple[object, ...], seconds: float) -> tuple[_Answer | None, int | None, bool]:
    """The child's answer, None without one; its exit code; and whether it was killed for its time."""
    if _ENDING.is_set():
        raise RuntimeError("this process is about to end")
    receiver, process = _start(task)
    late = False
    with receiver:
        child = cast(int, process.pid)
        _LIVING.add(child)
        answer: _Answer | None = None
        try:
            late = not receiver.poll(seconds)
            if not late:
                answer = pickle.loads(receiver.recv_bytes())  # noqa: S301 written by our own child
        except (EOFError, OSError):
            pass  # it died before it had one
        finally:
            _kill(child)
            _LIVING.discard(child)
            process.join()
    code = process.exitcode
    process.close()
    return answer, code, late


def _start(task: tuple[object, ...]) -> tuple[Connection, ForkServerProcess]:
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


def _started(task: tuple[object, ...]) -> tuple[Connection, ForkServerProcess]:
    receiver, sender = _SERVER.Pipe(duplex=False)
    process = _SERVER.Process(target=_child, args=(sender, *task), name="guidelines-read")
    try:
        with sender, _STARTING:
            process.start()
    except BaseException:
        receiver.close()
        raise
    return receiver, process


def _child(
    sender: Connection, payload: bytes, headers: Mapping[str, str], rule: Rule, limits: Limits, scratch: str
) -> None:
    os.setsid()  # first of all: what the parent kills is this session
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tempfile.tempdir = scratch
    try:
        limits.apply()
        load()
    except Exception as error:  # whatever an import raises: no file has been looked at
        answer = _Answer(fault=cause_of(error, f"上限 {limits.megabytes} MB"))
    else:
        answer = _read(payload, headers, rule, limits)
    sender.send_bytes(pickle.dumps(answer))


def _read(payload: bytes, headers: Mapping[str, str], rule: Rule, limits: Limits) -> _Answer:
    try:
        return _Answer(read(payload, headers, rule))
    except MemoryError:
        problem = MEMORY.format(megabytes=limits.megabytes)
    except ImportError as error:  # a library that loads its parts late
        return _Answer(fault=cause_of(error))
    except Exception as error:  # the last net: each reader catches what its library is known to raise
        if isinstance(error, OSError) and error.errno in EXHAUSTED:
            return _Answer(fault=cause_of(error))
        problem = CRASHED.format(what=type(error).__name__)
    return _Answer(Document(problem=problem, reader=reader_id(rule)))


def _end_with_parent() -> None:
    """In the child: once the process that asked is dead, its session (LibreOffice too) has nobody to answer to."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        for pid in _session(os.getpid()):
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
        os._exit(1)


def _kill(leader: int) -> None:
    """Kill every process of the session that `leader` leads, in whatever process group it put itself."""
    while members := _session(leader):
        for pid in members:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def _session(leader: int) -> list[int]:
    """Its living members. The leader counts as one until it has called setsid."""
    members: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()  # the name before it may hold blanks and brackets
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(stat.parent.name)
        if fields[0] not in "ZX" and (int(fields[3]) == leader or pid == leader):
            members.append(pid)
    return members
