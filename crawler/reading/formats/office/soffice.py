"""LibreOffice as a second reader of .doc, where it is installed. Never a requirement.

It takes seconds for each file; GUIDELINES_SOFFICE=off in the environment switches it off (in that of the program
from its start: the fork server of the sandbox keeps the environment it was started with).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

SECONDS = 45
"""The largest real file took 3; with the other reader this stays below the sandbox's limit."""
SWITCH = "GUIDELINES_SOFFICE"


def installed() -> str | None:
    return None if os.environ.get(SWITCH) == "off" else shutil.which("soffice")


def to_docx(payload: bytes, program: str) -> bytes | None:
    """The file as .docx; None where LibreOffice gave none or was not done in time.

    It runs with a profile of its own (two runs with one profile wait for each other) and in a process group of its
    own, which is killed as a whole: `soffice` is a script that starts others.
    """
    with tempfile.TemporaryDirectory(prefix="guidelines-soffice-") as folder:
        source = Path(folder, "file.doc")
        source.write_bytes(payload)
        output = Path(folder, "out")
        process = subprocess.Popen(
            [
                program, f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless", "--norestore",
                "--nologo", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(output), str(source),
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
            env={**os.environ, "HOME": folder},
        )  # fmt: skip
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError):  # when all of them are done
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        result = output / "file.docx"
        return result.read_bytes() if result.exists() else None
