"""Starting a reader from the fork server, waiting for its answer, ending it with everything it started."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import time
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import cast

from crawler.reading.fault import ReadingFault, cause_of
from crawler.sandbox import child
from crawler.sandbox.child import Answer, Task

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["crawler.sandbox.preload"])
_LIVING: set[int] = set()
_ENDING = threading.Event()
_STARTING = threading.Lock()  # Process.start() of multiprocessing is not made for several threads at once


def run(task: Task) -> tuple[Answer | None, int | None, bool]:
    """The child's answer, None without one; its exit code; and whether it was killed for its time."""
    if _ENDING.is_set():
        raise RuntimeError("this process is about to end")
    receiver, process = _start(task)
    late = False
    with receiver:
        leader = cast(int, process.pid)
        _LIVING.add(leader)
        answer: Answer | None = None
        try:
            late = not receiver.poll(task.limits.seconds)
            if not late:
                answer = pickle.loads(receiver.recv_bytes())  # noqa: S301 written by our own child
        except (EOFError, OSError):
            pass  # it died before it had one
        finally:
            _kill(leader)
            _LIVING.discard(leader)
            process.join()
    code = process.exitcode
    process.close()
    return answer, code, late


def end_all() -> None:
    """Kill every reader and start none any more: this process is about to end."""
    _ENDING.set()
    for leader in tuple(_LIVING):
        _kill(leader)


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


def _kill(leader: int) -> None:
    """Kill every process of the session that `leader` leads, in whatever process group it put itself."""
    while found := child.members(leader):
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
