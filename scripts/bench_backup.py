"""Thirty nights of backups: what each adds on the disk, and what it costs, over an archive that is revised a little.

scripts/bench backup [--documents N] [--rows N] [--nights N] [--kept FOLDER] [--json FILE]

Each night all pages are found unchanged, and one file in a hundred is revised; every capture has its WARC record.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.model import Document
from archive.operate.backup import backup
from archive.record.keep import keep
from archive.record.store import Store
from scripts import archives
from scripts.measuring import keep_figures, options
from tests.web.records import record


def main(arguments: Sequence[str]) -> int:
    asked = options(__doc__, arguments, documents=1000, rows=3000, nights=30, kept="", json="")
    with archives.archive(asked.kept, asked.documents, asked.rows) as filled, TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(filled, data)
        nights = [_night(data, Path(folder) / "backups", night) for night in range(asked.nights)]
    keep_figures("backup", asked, figures=_told(nights))
    return 0


def _night(data: Path, target: Path, night: int) -> dict[str, float]:
    with closing(Store.open(data)) as store:
        files = store.rows("SELECT id, url FROM documents WHERE kind = 'attachment' ORDER BY id")
        for number, file in enumerate(files[night % 100 :: 100]):
            text = (
                f"第{night}夜修订的演示文件{number}\n" + "各单位应当按照标准目录公开有关信息，本条为演示样本。\n" * 20
            )
            capture = record(store, file["id"], file["url"], f"{night} {text}".encode(), "text/plain")
            keep(store, file["id"], capture, Document(text=text, title="演示文件", reader="test/1"))
    before = _used(target)
    began, spent = time.perf_counter(), time.process_time()
    backup(data, target, keep=night + 1)
    return {
        "seconds": time.perf_counter() - began,
        "processor seconds": time.process_time() - spent,
        "added": _used(target) - before,
        "archive.db": (data / "archive.db").stat().st_size,
        "data": _used(data),
    }


def _used(folder: Path) -> int:
    """Bytes on the disk; what is there under several names counts once."""
    found = {(one.stat().st_dev, one.stat().st_ino): one.stat().st_blocks * 512 for one in folder.rglob("*")}
    return sum(found.values())


def _told(nights: list[dict[str, float]]) -> dict[str, Any]:
    def of(name: str) -> dict[str, float]:
        values = [night[name] for night in nights]
        return {
            "first": round(values[0], 2),
            "median": round(statistics.median(values), 2),
            "last": round(values[-1], 2),
        }

    return {name: of(name) for name in nights[0]} | {"added in all": sum(night["added"] for night in nights)}
