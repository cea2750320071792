"""The crawler as a child process: one process per crawl, the same one that the timer starts.

Its output goes to stderr as it comes; what it found is read from the database under the token.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from archive.store import read_only


def run_crawler(command: str, data: Path, arguments: Sequence[str] = ()) -> tuple[int, int | None]:
    """Run `python -m crawler COMMAND`. Returns its exit code and the number of its crawl (None if it began none)."""
    token = uuid4().hex
    line = [sys.executable, "-m", "crawler", command, "--data", str(data), "--token", token, *arguments]
    with subprocess.Popen(line, stdout=sys.__stderr__ and sys.__stderr__.fileno()) as child:
        try:
            code = child.wait()
        except KeyboardInterrupt:  # the terminal has told the child too: let it end in good order
            code = child.wait()
    if not (data / "archive.db").exists():
        return code, None
    connection = read_only(data)
    try:
        found = connection.execute("SELECT id FROM crawls WHERE token = ?", [token]).fetchone()
    finally:
        connection.close()
    return code, int(found["id"]) if found else None
