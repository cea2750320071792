"""Writing WARC/1.1: one gzip member a record, payload digests as SHA-1 in base32 (what warcio and others expect).

The bytes are written by ourselves because warcio percent-encodes header values that are not ASCII, and Chinese sites
send file names as raw bytes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
import uuid
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

ROTATE = 100_000_000
Headers = Sequence[tuple[str, str]]


def digest(payload: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()


def record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


class WarcFiles:
    """The WARC files of one crawl, `guidelines-<time>-<crawl>-<nnnn>.warc.gz`, each begun by a warcinfo record.

    Safe to call from several threads. What `append` returned is on the disk.
    """

    def __init__(self, folder: Path, crawl: int, info: Headers, rotate: int = ROTATE) -> None:
        self.folder = folder
        self.crawl = crawl
        self.info = info
        self.rotate = rotate
        self.begun = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        self._lock = threading.Lock()
        self._out: FileIO | None = None
        self._name = ""
        self._info_id = ""
        self._number = 0

    def append(self, *records: tuple[Headers, bytes]) -> tuple[str, list[int]]:
        """Write records (their WARC headers but for the common ones, and block) one after the other into one file.

        Returns the file's name and the records' offsets, after everything is flushed to the disk. Raises OSError when
        they cannot be written; then nothing of them stays in the file.
        """
        with self._lock:
            out = self._file()
            begin = out.tell()
            try:
                offsets = [
                    self._write(out, [*headers, ("WARC-Warcinfo-ID", self._info_id)], block)
                    for headers, block in records
                ]
                _to_disk(out)
            except OSError:  # a full disk: half a record must not stand before whole ones
                out.truncate(begin)
                out.seek(begin)
                raise
            return self._name, offsets

    def close(self) -> None:
        with self._lock:
            if self._out is not None:
                self._out.close()
                self._out = None

    def _file(self) -> FileIO:
        if self._out is not None and self._out.tell() >= self.rotate:
            self._out.close()
            self._out = None
        while self._out is None:
            self._number += 1
            self._name = f"guidelines-{self.begun}-{self.crawl}-{self._number:04}.warc.gz"
            try:
                self._out = (self.folder / self._name).open("xb", buffering=0)
            except FileExistsError:  # the other spider of this crawl, within the same second
                continue
            self._info_id = record_id()
            head = [
                ("WARC-Type", "warcinfo"),
                ("WARC-Record-ID", self._info_id),
                ("WARC-Date", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
                ("WARC-Filename", self._name),
                ("Content-Type", "application/warc-fields"),
            ]
            block = "".join(f"{name}: {value}\r\n" for name, value in self.info)
            self._write(self._out, head, block.encode())
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return self._out

    def _write(self, out: FileIO, headers: Headers, block: bytes) -> int:
        offset = out.tell()
        lines = [*headers, ("WARC-Block-Digest", digest(block)), ("Content-Length", str(len(block)))]
        head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        packed = packer.compress(head.encode()) + packer.compress(block) + packer.compress(b"\r\n\r\n") + packer.flush()
        left = memoryview(packed)
        while left:  # unbuffered: on a disk that fills up a write ends early, and the next one fails
            left = left[out.write(left) :]
        return offset


def _to_disk(out: FileIO) -> None:
    os.fsync(out.fileno())
