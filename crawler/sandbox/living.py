"""The readers that this process has started, and their end. Loads no reader: most crawls start none."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

LEADERS: set[int] = set()
"""The readers at work, each the leader of a session of its own."""
ENDING = threading.Event()
"""No reader is started any more."""


def end_all() -> None:
    """Kill every reader and start none any more: this process is about to end."""
    ENDING.set()
    for leader in tuple(LEADERS):
        kill(leader)


def kill(leader: int) -> None:
    """Kill every process of the session that `leader` leads, in whatever process group it put itself."""
    while found := members(leader):
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def members(leader: int) -> list[int]:
    """The living processes of a session. The leader counts as one until it has called setsid."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()  # the name before it may hold blanks and brackets
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(stat.parent.name)
        if fields[0] not in "ZX" and (int(fields[3]) == leader or pid == leader):
            found.append(pid)
    return found
