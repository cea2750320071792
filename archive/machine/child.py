"""The crawler as a child process: one process per crawl, the same one that the timer starts.

Its output goes to stderr as it comes; what it found is read from the database under the token. It ends with this one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from archive.machine import lifeline
from archive.record.store import read_only


def run_crawler(command: str, data: Path, arguments: Sequence[str] = ()) -> tuple[int, int | None]:
    """Run `python -m crawler COMMAND`. Returns its exit code and the number of its crawl.

    The number is None if it began none, or did not end well: then there is nothing to report. Raises lifeline.Ended.
    """
    token = uuid4().hex
    line = [sys.executable, "-m", "crawler", command, "--data", str(data), "--token", token, *arguments]
    code = lifeline.run(line, stdout=sys.__stderr__.fileno() if sys.__stderr__ else None)
    if code or not (data / "archive.db").exists():
        return code, None
    connection = read_only(data)
    try:
        found = connection.execute("SELECT id FROM crawls WHERE token = ?", [token]).fetchone()
    finally:
        connection.close()
    return code, int(found["id"]) if found else None
