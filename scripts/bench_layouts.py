"""Rows of tables as they are really laid out and printed: cells right, wrong and flagged, file by file.

    scripts/bench layouts                 the shared layouts, layouts of our own, every way of printing
    scripts/bench layouts shared|own|press|print [WORD]    only these; WORD: only files whose name has it

A cell is flagged when its row says in `review` that it is not sure; else it is right or wrong. A row that is missing is
wrong in every cell. Aim: no cell wrong, at most 5 % flagged, in each file. Exit code 1 when a cell is wrong.
"""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from attrs import frozen

from archive.model import Document, Item
from crawler.reading import read
from crawler.reading.rule import Rule
from crawler.sources import load_sources
from scripts.measuring import SHARED, bare
from tests.catalogue import layouts, press, printed
from tests.catalogue.generator import Layout, Row
from tests.catalogue.long_rows import long_rows

KEPT = Path(tempfile.gettempdir(), "guidelines-printed")
"""Printing takes seconds a file; the same table in the same look is printed once."""
AREAS = tuple(load_sources(None).sources.areas)
FIGURES = (("rows", 6), ("read", 6), ("cells", 7), ("right", 7), ("wrong", 7))
MERGES: Sequence[tuple[str, ...]] = ((), ("level1",), ("level1", "subject", "basis"))


@frozen
class File:
    name: str
    payload: bytes
    rows: Sequence[Row]
    content_type: str = "application/octet-stream"


def main(arguments: Sequence[str]) -> int:
    what = arguments[0] if arguments else ""
    word = arguments[1] if len(arguments) > 1 else ""
    totals: Counter[str] = Counter()
    print(f"{'file':<64}{'rows':>6}{'read':>6}{'cells':>7}{'right':>7}{'wrong':>7}{'flagged':>9}")
    for file in files(what):
        if word not in file.name:
            continue
        counts, notes = judged(_read(file), file.rows)
        good = counts["wrong"] == 0 and counts["flagged"] * 20 <= counts["cells"]
        totals.update({"files": 1, "good": good}, **counts)
        figures = "".join(f"{counts[name]:>{width}}" for name, width in FIGURES)
        print(f"{file.name:<64}{figures}{counts['flagged'] / max(1, counts['cells']):>8.1%}{'' if good else '  <'}")
        for note in notes[: 12 if word else 0]:
            print("   ", note)
    print(f"\n{totals['good']} of {totals['files']} files good; cells {totals['cells']}", end="")
    print(f", wrong {totals['wrong']}, flagged {totals['flagged']}")
    return 1 if totals["wrong"] else 0


def files(what: str = "") -> Iterator[File]:
    if what in ("", "shared"):
        yield from _shared()
    if what in ("", "own"):
        yield from (File(name, payload, rows, kind) for name, payload, rows, kind in layouts.files())
    if what in ("", "press"):
        yield from pressed(MERGES)
    if what in ("", "print"):
        yield from _printed()


def _shared() -> Iterator[File]:
    known = SHARED / "layouts" / "known.json"
    entries = json.loads(known.read_text("utf-8")) if known.exists() else {}
    for name, entry in entries.items():
        yield File(f"shared {name}", (known.parent / f"{name}.html").read_bytes(), entry["rows"], "text/html")


def pressed(merges: Sequence[tuple[str, ...]], seed: int = 1, only: Collection[str] = ()) -> Iterator[File]:
    for name, look in press.looks().items():
        for merged in merges:
            if only and f"press {name}{_merged(merged)}" not in only:
                continue
            table, rows = _table(f"{seed}:{name}:{merged}", merged)
            yield File(f"press {name}{_merged(merged)}", press.print_table(table, 2, look), rows)


def _printed() -> Iterator[File]:
    KEPT.mkdir(exist_ok=True)
    for name, write in printed.writers():
        for merged in MERGES[:2]:
            table, rows = _table(f"{name}:{merged}", merged)
            key = hashlib.sha256(repr((name, table)).encode()).hexdigest()[:16]
            kept = KEPT / f"{key}.pdf"
            if not kept.exists():
                kept.write_bytes(write(table, 2))
            yield File(f"{name}{_merged(merged)}", kept.read_bytes(), rows)


def _merged(merged: Sequence[str]) -> str:
    return f" ({len(merged)} merged)" if merged else ""


def _table(seed: str, merged: tuple[str, ...]) -> tuple[Any, list[Row]]:
    rng = random.Random(seed)
    rows = long_rows(rng, 24, clauses=rng.choice((2, 4, 7)))
    return Layout(merged=merged).table(rows, "演示领域基层政务公开标准目录"), rows


def _read(file: File) -> Document:
    return read(file.payload, {"content-type": file.content_type}, Rule(content=("body",), areas=AREAS))


def judged(document: Document, rows: Sequence[Row]) -> tuple[Counter[str], list[str]]:
    """Counts of rows, read, cells, right, wrong, flagged; and what is wrong or flagged."""
    counts: Counter[str] = Counter(rows=len(rows), read=len(document.items))
    notes = [f"{len(document.items)} rows for {len(rows)}"] if len(document.items) != len(rows) else []
    for row, item in zip(rows, _aligned(document.items, rows), strict=True):
        flagged = item is not None and bool(item.review)
        if item is not None and flagged:
            notes.append(f"row {item.serial} {item.level2[:10]}: {item.review}")
        for key, wanted in row.items():
            found = None if item is None else value(item, key)
            right = item is not None and same(found, wanted)
            counts.update({"cells": 1, "flagged" if flagged else "right" if right else "wrong": 1})
            if not right:
                notes.append(f"row {row.get('serial')} {row.get('level2')} {key}: {found!r} for {wanted!r}")
    extra = max(0, len(document.items) - len(rows))
    counts["wrong"] += extra  # a row too many is as wrong as a cell
    return counts, notes


def _aligned(items: Sequence[Item], rows: Sequence[Row]) -> list[Item | None]:
    if len(items) == len(rows):
        return list(items)
    one = [f"{bare(str(row.get('level2') or row.get('level1') or ''))}" for row in rows]
    other = [f"{bare(item.level2 or item.level1)}" for item in items]
    found: list[Item | None] = [None] * len(rows)
    for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            found[block.a + step] = items[block.b + step]
    return found


def value(item: Item, key: str) -> Any:
    if key == "area":
        return item.area
    if key == "level3":
        return item.more.get("level3", "")
    if key.startswith("extra "):
        return item.more.get("extra", {}).get(key.removeprefix("extra "), "")
    return getattr(item, key)


def same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, list | tuple):
        return sorted(found) == sorted(wanted)
    if wanted is None or isinstance(wanted, bool | int):
        return (None if found is None else bool(found)) is (None if wanted is None else bool(wanted))
    names = {area.name: area.slug for area in AREAS}
    return bare(str(found)) in (bare(wanted), names.get(wanted, bare(wanted)))
