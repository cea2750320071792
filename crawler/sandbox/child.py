"""Inside the process that reads one file: what it may take of the machine, the reading, the answer through the pipe."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import resource
import signal
import tempfile
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection

from attrs import frozen

from archive.model import Document, Problem
from crawler.reading import read
from crawler.reading.fault import EXHAUSTED, cause_of
from crawler.reading.formats.errors import KEPT
from crawler.reading.formats.ocr import engine
from crawler.reading.rule import Rule
from crawler.sandbox.living import members
from crawler.sandbox.ready import load

SECONDS = 300.0
"""A .doc with 1,000 rows takes two minutes on two busy cores; what takes longer than this is broken."""
MEMORY_LIMIT = 2_000_000_000
"""Bytes of address space."""
PICTURED = ("pdf", "docx")
"""Kinds of files with pages that may have to be recognised."""


def seconds_for(kind: str) -> float:
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


def late(seconds: float) -> Problem:
    return Problem(
        "timeout",
        f"这个文件在限定的时间（{round(seconds)} 秒）内没有读完，已停止。{KEPT}；请下载后用办公软件打开核对。",
    )


def too_big(limits: Limits) -> Problem:
    return Problem(
        "memory",
        f"读这个文件所需的内存超过了上限（{limits.megabytes} MB），已停止。{KEPT}；请下载后用办公软件打开核对。",
    )


def crashed(what: str) -> Problem:
    return Problem("crashed", f"读取程序在处理这个文件时出错（{what}）。{KEPT}；请下载核对，并把文件反馈给维护人员。")


def answer(sender: Connection, task: Task) -> None:
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
        problem = too_big(task.limits)
    except ImportError as error:  # a library that loads its parts late
        return Answer(fault=cause_of(error))
    except Exception as error:  # the last net: each reader catches what its library is known to raise
        if isinstance(error, OSError) and error.errno in EXHAUSTED:
            return Answer(fault=cause_of(error))
        problem = crashed(type(error).__name__)
    return Answer(Document(problem=problem))


def _end_with_parent() -> None:
    """Once the process that asked is dead, this session (LibreOffice too) has nobody to answer to."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        for pid in members(os.getpid()):
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
        os._exit(1)
