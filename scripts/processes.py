"""What a command costs: processor time of it and its children, proportional memory of all of them, bytes on disk."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from scripts.measuring import timed

BEAT = 0.1
"""Seconds between two looks at the memory."""


@frozen
class Cost:
    code: int
    output: str
    wall: float
    processor: float
    """Seconds of the command and of all children that it waited for."""
    memory: int
    """Highest sum of proportional set sizes that was seen, in bytes; a look each BEAT."""


def run(line: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> Cost:
    """Run a command to its end."""
    with subprocess.Popen(
        list(line), env=dict(env), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        most: list[int] = [0]
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, most, over))
        watcher.start()
        (output, usage, status), wall = timed(lambda: (process.stdout.read(), *_waited(process.pid)))
        over.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(process.returncode, output, wall, usage.ru_utime + usage.ru_stime, most[0])


def _waited(pid: int) -> tuple[Any, int]:
    _, status, usage = os.wait4(pid, 0)
    return usage, status


def _watch(pid: int, most: list[int], over: threading.Event) -> None:
    while not over.wait(BEAT):
        most[0] = max(most[0], sum(map(proportional, family(pid))))


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def proportional(pid: int) -> int:
    """Proportional set size in bytes; 0 of a process that has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
