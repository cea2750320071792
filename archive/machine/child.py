"""The crawler as a child process: the one way from `archive` to what only the crawler can do (reading, fetching).

`archive` never imports `crawler`. A command starts it as a process of its own, the same one that the timer starts, and
takes JSON back, or finds what a crawl did in the database. The child ends with this process, whatever ends that.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from archive.machine import lifeline

WRONG = 2
"""Exit code of the crawler where settings or sources are wrong."""


class ChildFailed(Exception):
    """The crawler did not end well; the message is the last line that it wrote, in Chinese; all of them where settings
    or sources are wrong (code 2)."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def run(command: str, data: Path, *arguments: str) -> int:
    """Run a command of the crawler to its end; all that it says goes to stderr as it comes. Returns its exit code.

    Raises lifeline.Ended.
    """
    return lifeline.run(_line(command, data, arguments), stdout=sys.__stderr__.fileno() if sys.__stderr__ else None)


def ask(command: str, data: Path, *arguments: str) -> Any:
    """The JSON that a command of the crawler prints. Raises ChildFailed."""
    pipe = subprocess.PIPE
    with lifeline.start(_line(command, data, arguments), stdout=pipe, stderr=pipe, text=True) as child:
        said, complaint = child.communicate()
    if child.returncode:
        said = complaint.strip() if child.returncode == WRONG else complaint.strip().rpartition("\n")[2]
        raise ChildFailed(said or f"退出码 {child.returncode}", child.returncode)
    return json.loads(said)


def _line(command: str, data: Path, arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "crawler", command, "--data", str(data), *arguments]
