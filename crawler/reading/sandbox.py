"""Reading a file in a process of its own: whatever a file does to a parser, the crawl goes on.

The processes come from a fork server that has the parsers loaded, so one costs some 10 ms; each has limits on address
space and processor time and is killed with everything it started (LibreOffice too) when its time is up.
"""

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
from pathlib import Path
from typing import cast

from attrs import evolve

from archive.model import Document
from crawler.reading import read, reader_id
from crawler.reading.rule import Rule

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["crawler.reading", "crawler.reading.page", "crawler.reading.formats"])
_LIVING: set[int] = set()
_ENDING = threading.Event()
_STARTING = threading.Lock()  # Process.start() of multiprocessing is not made for several threads at once

SECONDS = 300.0
"""A .doc with 1,000 rows takes two minutes on two busy cores; what takes longer than this is broken."""
TIMEOUT = "timeout: 这个文件在限定的时间（{seconds} 秒）内没有读完，已停止。原件已保存；请下载后用办公软件打开核对。"
MEMORY = "memory: 读这个文件所需的内存超过了上限（{megabytes} MB），已停止。原件已保存；请下载后用办公软件打开核对。"
CRASHED = "crashed: 读取程序在处理这个文件时出错（{what}）。原件已保存；请下载核对，并把文件反馈给维护人员。"


def read_apart(
    payload: bytes, headers: Mapping[str, str], rule: Rule, *, seconds: float = SECONDS, memory: int = 2_000_000_000
) -> Document:
    """`crawler.reading.read` in a process of its own; safe to call from several threads.

    seconds: wall clock and processor time; memory: address space in bytes. A child that is late, too large or dead
    gives a Document with the problem `timeout`, `memory` or `crashed`.
    """
    late = threading.Event()
    # what a killed reader leaves behind goes with this folder
    with tempfile.TemporaryDirectory(prefix="guidelines-read-", ignore_cleanup_errors=True) as scratch:
        answer, code = _run((payload, dict(headers), rule, seconds, memory, scratch), seconds, late)
    if answer is not None:
        # named as this process names its reader: the fork server keeps the environment that it was started with
        return evolve(answer, reader=reader_id(rule))
    if late.is_set() or code == -signal.SIGXCPU:
        problem = TIMEOUT.format(seconds=round(seconds))
    elif code == -signal.SIGKILL:  # not by us, so by the kernel that ran out of memory
        problem = MEMORY.format(megabytes=memory // 1_000_000)
    else:
        problem = CRASHED.format(what=signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}")
    return Document(problem=problem, reader=reader_id(rule))


def end_all() -> None:
    """Kill every reader and start none any more: this process is about to end."""
    _ENDING.set()
    for child in tuple(_LIVING):
        _kill(child)


def _run(task: tuple[object, ...], seconds: float, late: threading.Event) -> tuple[Document | None, int | None]:
    """The child's answer, None without one, and its exit code; `late` is set when it was killed for its time."""
    if _ENDING.is_set():
        raise RuntimeError("this process is about to end")
    receiver, sender = _SERVER.Pipe(duplex=False)
    process = _SERVER.Process(target=_child, args=(sender, *task), name="guidelines-read")
    with receiver:
        with sender, _STARTING:
            process.start()
        child = cast(int, process.pid)
        _LIVING.add(child)

        def stop() -> None:
            late.set()
            _kill(child)

        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        answer: Document | None
        try:
            answer = pickle.loads(receiver.recv_bytes())  # noqa: S301 written by our own child
        except (EOFError, OSError):
            answer = None  # it died before it had one
        finally:
            clock.cancel()
            _kill(child)
            _LIVING.discard(child)
            process.join()
    code = process.exitcode
    process.close()
    return answer, code


def _child(
    sender: Connection,
    payload: bytes,
    headers: Mapping[str, str],
    rule: Rule,
    seconds: float,
    memory: int,
    scratch: str,
) -> None:
    os.setsid()  # first of all: what the parent kills is this session
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tempfile.tempdir = scratch
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        answer = pickle.dumps(read(payload, headers, rule))
    except MemoryError:
        problem = MEMORY.format(megabytes=memory // 1_000_000)
        answer = pickle.dumps(Document(problem=problem, reader=reader_id(rule)))
    except Exception as error:  # the last net: each reader catches what its library is known to raise
        answer = pickle.dumps(Document(problem=CRASHED.format(what=type(error).__name__), reader=reader_id(rule)))
    sender.send_bytes(answer)


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
