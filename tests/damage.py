"""Ways in which a data folder goes bad, each as a function of the folder. The same bytes at every run."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

PAGE = 4096


def random_pages(path: Path, first: int = 3, count: int = 40, seed: int = 1) -> None:
    """Pages overwritten with random bytes, as far as the file goes."""
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    end = min(len(data), (first + count) * PAGE)
    data[first * PAGE : end] = chance.randbytes(max(0, end - first * PAGE))
    path.write_bytes(data)


def settle(data: Path) -> None:
    """The log goes into the database, so that the damage is not covered by it."""
    for name in ("archive.db", "notify.db"):
        if (data / name).exists():
            connection = sqlite3.connect(data / name)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()


def index_differs(path: Path) -> None:
    """An index that lacks rows of its table: the index is told to be another one's pages."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA writable_schema=ON")
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'idx_notices_slug'").fetchone()[0]
    connection.execute("CREATE INDEX one ON captures(url) WHERE id < 0")
    other = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'one'").fetchone()[0]
    connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'idx_notices_slug'", [other])
    connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'one'", [root])
    connection.commit()
    connection.close()


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_to_nowhere(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}.away"))
    path.with_name(f"{path.name}.away").unlink()
    path.symlink_to("nowhere")


def newest_record_file(data: Path) -> Path:
    """The largest WARC file: it holds payloads."""
    return max((data / "warc").glob("*.warc.gz"), key=lambda path: path.stat().st_size)


DATABASE: dict[str, Callable[[Path], None]] = {
    "pages overwritten": random_pages,
    "all pages but the first overwritten": lambda path: random_pages(path, 1, 100_000),
    "header zeroed": lambda path: path.write_bytes(bytes(100) + path.read_bytes()[100:]),
    "everything zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut within a page": lambda path: os.truncate(path, PAGE * 5 + 77),
    "cut to nothing": lambda path: path.write_bytes(b""),
    "another file under its name": lambda path: path.write_bytes(b"no database at all" * 500),
    "a directory": a_directory,
    "a link to nowhere": a_link_to_nowhere,
    "deleted": lambda path: path.unlink(),
    "an index that differs from its table": index_differs,
}
RECORDS: dict[str, Callable[[Path], None]] = {
    "deleted": lambda path: path.unlink(),
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "its last byte cut": lambda path: os.truncate(path, path.stat().st_size - 1),
    "cut to nothing": lambda path: path.write_bytes(b""),
    "garbage of the same length": lambda path: path.write_bytes(random.Random(2).randbytes(path.stat().st_size)),
    "one byte changed": lambda path: path.write_bytes(_flipped(path.read_bytes())),
    "a link to nowhere": a_link_to_nowhere,
    "a directory": a_directory,
}


def _flipped(data: bytes) -> bytes:
    """One byte in the middle of the last third is another one: of what is kept, not of the head of a gzip member, whose
    time and system no checksum covers and nobody reads."""
    at = len(data) * 5 // 6
    member = data.rfind(b"\x1f\x8b\x08", 0, at + 3)
    if member >= 0 and at < member + 10:
        at = member + 10
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
