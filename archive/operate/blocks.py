"""archive.db as a backup keeps it where little of it has changed: the whole one of an earlier night, and what differs.

    archive.db.base     the whole file of a night before, a hard link like an unchanged WARC file
    archive.db.changed  gzip of: the length of the file in 8 bytes, then number (8 bytes) and block of each that differs
    manifest.json       "made": {"archive.db": what the two must give, "nights": how many have this base}

So each folder is complete in itself, and none needs another one. A base serves a few nights only: were it damaged on
the disk, they would all be.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archive.operate.holdings import Entry, entry_of, sha256

WHOLE, BASE, CHANGED = "archive.db", "archive.db.base", "archive.db.changed"
PARTS = (BASE, CHANGED)
BLOCK = 4096
SMALL = 4 << 20
"""Bytes below which archive.db is always kept whole."""
MOST = 0.25
"""Of the whole file, that what differs may take."""
NIGHTS = 7
"""That have one base, at most."""


def shrink(folder: Path, files: dict[str, Entry], last: Path, before: Mapping[str, Any]) -> dict[str, Any]:
    """Keep archive.db of a new backup as what differs from the base of the last good one (`before`: its manifest), or
    from its archive.db. Changes `files`; returns what the manifest says more, nothing where the file stays whole."""
    name = BASE if "made" in before else WHOLE
    nights = before.get("made", {}).get("nights", 1) + 1
    base, known, whole = last / name, before["files"].get(name), files[WHOLE]
    if known is None or whole["bytes"] < SMALL or nights > NIGHTS:
        return {}
    if not (_differ(base, known, folder) and _linked(base, folder) and _gives(folder, whole)):
        for part in PARTS:
            (folder / part).unlink(missing_ok=True)
        return {}
    (folder / WHOLE).unlink()
    del files[WHOLE]
    files |= {BASE: known, CHANGED: entry_of(folder / CHANGED)}
    return {"made": {WHOLE: whole, "nights": nights}}


def put_together(folder: Path, target: Path, manifest: Mapping[str, Any]) -> bool:
    """Make archive.db in `target` of the parts that a backup has; false when it is not what the manifest says."""
    if "made" not in manifest:
        return True
    whole = manifest["made"][WHOLE]
    with (target / WHOLE).open("wb") as out:
        out.writelines(_blocks(folder))
    (target / WHOLE).chmod(whole["mode"])
    return bool(sha256(target / WHOLE) == whole["sha256"])


def _differ(base: Path, known: Entry, folder: Path) -> bool:
    """Write the blocks that differ; false when that is too much, or the base is not what it was."""
    copy, digest = folder / WHOLE, hashlib.sha256()
    size = copy.stat().st_size
    with base.open("rb") as old, copy.open("rb") as new, gzip.open(folder / CHANGED, "wb", 6) as out:
        out.write(size.to_bytes(8, "big"))
        number = 0
        while (one := old.read(BLOCK), other := new.read(BLOCK)) != (b"", b""):
            digest.update(one)
            if one != other and other:
                out.write(number.to_bytes(8, "big") + other)
            number += 1
    as_it_was = bool(digest.hexdigest() == known["sha256"])
    return as_it_was and (folder / CHANGED).stat().st_size <= MOST * size


def _linked(base: Path, folder: Path) -> bool:
    try:
        os.link(base, folder / BASE)
    except OSError:  # a file system without links: a copy of the base would take the room of the whole file
        return False
    return True


def _gives(folder: Path, whole: Entry) -> bool:
    """Whether the parts give the file again."""
    digest = hashlib.sha256()
    for block in _blocks(folder):
        digest.update(block)
    return bool(digest.hexdigest() == whole["sha256"])


def _blocks(folder: Path) -> Iterator[bytes]:
    """Of the whole file."""
    with (folder / BASE).open("rb") as base, gzip.open(folder / CHANGED) as changed:
        left, number = int.from_bytes(changed.read(8), "big"), 0
        following = changed.read(8)
        while left > 0:
            block = base.read(BLOCK)
            if following and int.from_bytes(following, "big") == number:
                block = changed.read(BLOCK)
                following = changed.read(8)
            if not block:
                return
            yield block[:left]
            left, number = left - len(block), number + 1
