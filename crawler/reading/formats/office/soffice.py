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


WRITER = "libswlo.so"
"""The part of LibreOffice that reads .doc; Calc, Impress and the core do without it (packages of their own)."""


def installed() -> str | None:
    """The program, where it can read a .doc."""
    program = _program()
    return program if program and not _lacks_writer(program) else None


def without_writer() -> bool:
    """Whether LibreOffice is here, but not the part that reads .doc."""
    program = _program()
    return program is not None and _lacks_writer(program)


def _program() -> str | None:
    return None if os.environ.get(SWITCH) == "off" else shutil.which("soffice")


def _lacks_writer(program: str) -> bool:
    """Only where the program lies among its parts: a wrapper (snap, flatpak) says nothing of what is behind it."""
    folder = Path(program).resolve().parent
    return (folder / "soffice.bin").exists() and not (folder / WRITER).exists()


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
