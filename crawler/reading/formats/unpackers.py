"""Programs that open what Python cannot (.rar, .7z), where one is installed: bsdtar (libarchive) or unar. Never a need.

Both write to a pipe, never to the disk, so that no name and no link in the archive leads anywhere; what comes through
is counted. bsdtar gives up at RAR 3 archives that are solid, unar does not, so unar goes first.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from attrs import define, frozen

from crawler.reading.formats.errors import DAMAGE

SECONDS = 60.0
"""For one archive; the sandbox around the reader ends what hangs without writing."""
ZIP_END = b"PK\x05\x06"
BEHIND = 66_000
"""Bytes at the end where bsdtar looks for the end of a zip file first; it takes an archive for one whose last file is a
.docx, not packed. Then so many zeros are put behind it."""
LISTING = 10_000_000
"""Bytes of unar's list of an archive."""


@frozen
class Packed:
    """One file of an archive. `content` is None where there is none to be had, then `why`: locked | link | damaged."""

    name: str
    content: bytes | None = None
    why: str = ""


def installed() -> str:
    """'unar', 'bsdtar', or '' where neither is here."""
    if shutil.which("unar") and shutil.which("lsar"):
        return "unar"
    return "bsdtar" if shutil.which("bsdtar") else ""


def files_in(payload: bytes, most: int) -> Iterator[Packed]:
    """The files of an archive in its order, each at most `most` + 1 bytes long.

    Where the archive ends before its end, the last one is nameless and damaged.
    """
    with tempfile.TemporaryDirectory(prefix="guidelines-unpack-") as folder:
        # a name of its own in a folder of its own: unar looks for further volumes beside the file
        path = Path(folder, "archive")
        path.write_bytes(payload + bytes(BEHIND if ZIP_END in payload[-BEHIND:] else 0))
        yield from (_by_unar if installed() == "unar" else _by_bsdtar)(path, most)


def _by_bsdtar(path: Path, most: int) -> Iterator[Packed]:
    """As a stream in tar's form, which Python reads as it comes."""
    with _running("bsdtar", "-c", "-f", "-", "--format=pax", f"@{path.name}", folder=path.parent) as program:
        whole = True
        try:
            with tarfile.open(fileobj=program.out, mode="r|") as stream:
                for entry in stream:
                    if entry.issym() or entry.islnk():
                        yield Packed(entry.name, why="link")
                    elif entry.isfile():
                        opened = stream.extractfile(entry)
                        yield Packed(entry.name, opened.read(most + 1) if opened else b"")
        except (tarfile.TarError, *DAMAGE):
            whole = False
        said, code = program.ended()
        if "ncrypt" in said or "assphrase" in said:
            yield Packed("", why="locked")
        elif code or not whole:
            yield Packed("", why="damaged")


def _by_unar(path: Path, most: int) -> Iterator[Packed]:
    with _running("lsar", "-j", path.name, folder=path.parent) as program:
        listing = program.out.read(LISTING)
        said, _ = program.ended()
    try:
        entries = json.loads(listing).get("lsarContents", [])
        failed = bool(json.loads(listing).get("lsarError"))
    except (ValueError, AttributeError):
        yield Packed("", why="locked" if "password" in said else "damaged")
        return
    for entry in entries:
        yield from _one_by_unar(path, entry, most)
    if failed:
        yield Packed("", why="damaged")


def _one_by_unar(path: Path, entry: dict[str, Any], most: int) -> Iterator[Packed]:
    name = str(entry.get("XADFileName", ""))
    if entry.get("XADIsDirectory"):
        return
    if entry.get("XADIsLink") or entry.get("XADIsEncrypted"):
        yield Packed(name, why="link" if entry.get("XADIsLink") else "locked")
        return
    index = str(int(entry.get("XADIndex", 0)))
    with _running("unar", "-q", "-i", "-o", "-", path.name, index, folder=path.parent) as program:
        content = program.out.read(most + 1)
        _, code = program.ended()
    whole = len(content) > most or (not code and len(content) == entry.get("XADFileSize", len(content)))
    yield Packed(name, content) if whole else Packed(name, why="damaged")


@define
class _Program:
    process: subprocess.Popen[bytes]
    out: IO[bytes]
    complaints: IO[bytes]

    def ended(self) -> tuple[str, int]:
        """What it complained of, and its exit code; -1 where it did not end by itself."""
        self.out.close()
        try:
            code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            code = -1
        self.complaints.seek(0)
        return self.complaints.read(4_000).decode("utf-8", "replace"), code


@contextlib.contextmanager
def _running(*command: str, folder: Path) -> Iterator[_Program]:
    """A program in a process group of its own, which ends with the block."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, process_group=0,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        try:
            yield _Program(process, cast(IO[bytes], process.stdout), complaints)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            cast(IO[bytes], process.stdout).close()
