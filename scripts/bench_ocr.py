"""What is recognised of scans (the extra `ocr`): Chinese characters, ticks, cells, seconds and memory a page.

    scripts/bench ocr [WORD]      only files whose name has the word

Scans of our own, with noise and askew, and the shared ones. Aim: Chinese characters 98 %, ticks 95 %; else exit code 1.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import pypdfium2 as pdfium
from attrs import field, frozen

from archive.model import Document, Item
from crawler.reading import read
from crawler.reading.formats.ocr import engine
from crawler.reading.rule import Rule
from scripts.measuring import SHARED, bare
from tests.catalogue import press, printed
from tests.catalogue.generator import FLAGS, Layout, Row
from tests.catalogue.long_rows import long_rows
from tests.formats.scans import Scanner, scan

PROSE = {"shared: scan.pdf": (778, "abeeb71b833830bec98df304117ddda23c7766a4b0741897ebcdc7d80f0f6a91")}
"""Of files whose pages were read by eye: how many Chinese characters they have, and their SHA-256 in order."""
TEXTS = ("level1", "level2", "content", "basis", "time_limit", "subject")


@frozen
class Score:
    han: int = 0
    han_right: int = 0
    ticks: int = 0
    ticks_right: int = 0
    cells: int = 0
    cells_right: int = 0
    rows: int = 0
    wrong: list[str] = field(factory=list)


def main(arguments: Sequence[str]) -> int:
    if not engine.installed():
        print("nothing is recognised here: the extra `ocr` is not installed")
        return 2
    good = True
    print(f"{'file':<34}{'pages':>6}{'rows':>6}{'Chinese':>9}{'ticks':>8}{'cells':>8}{'s/page':>8}{'MB':>6}")
    for name, payload, rows in files():
        if arguments and arguments[0] not in name:
            continue
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            document, seconds, memory = pool.apply(measured, (payload,))
        score = scored(document.items, rows) if rows else prose(document.text, name)
        pages = len(pdfium.PdfDocument(payload))
        shares = [(score.han_right, score.han), (score.ticks_right, score.ticks), (score.cells_right, score.cells)]
        good = good and (not score.han or (shares[0][0] >= 0.98 * score.han and shares[1][0] >= 0.95 * score.ticks))
        figures = "".join(f"{right / all_ if all_ else 1:>9.2%}" for right, all_ in shares)
        print(f"{name:<34}{pages:>5}{score.rows:>4}/{len(rows):<3}{figures}{seconds / pages:>8.1f}{memory:>6}")
        for note in score.wrong if arguments else ():
            print("   ", note)
    return 0 if good else 1


def files() -> Iterator[tuple[str, bytes, Sequence[Row]]]:
    rows = long_rows(random.Random(7), 14, clauses=3)
    table, head = Layout(merged=("level1",)).table(rows, "演示领域基层政务公开标准目录"), 2
    look = press.Look(page="A3 landscape", size=9)
    yield (
        "own: Songti, 1.3 degrees, noise",
        scan(press.print_table(table, head, look), Scanner(angle=1.3, noise=14)),
        rows,
    )
    sans = printed.chromium("ruled")(table, head)
    yield "own: sans, -0.8 degrees, dirt", scan(sans, Scanner(angle=-0.8, noise=8, dirt=0.001)), rows
    for quarters, name in ((1, "on its left side"), (2, "upside down")):
        yield f"own: {name}", scan(press.print_table(table, head, look), Scanner(angle=0.7, quarters=quarters)), rows
    shared = SHARED / "attachments"
    if shared.exists():
        known = [_row(row) for row in json.loads((shared / "known_rows.json").read_text("utf-8"))[:4]]
        yield "shared: mulu_scan2.pdf", (shared / "mulu_scan2.pdf").read_bytes(), known
        for name in ("scan", "gazette_no_unicode"):
            yield f"shared: {name}.pdf", (shared / "real" / f"{name}.pdf").read_bytes(), []


def measured(payload: bytes) -> tuple[Document, float, int]:
    """The reading, seconds of processor time, MB of memory at the most."""
    began = time.process_time()
    document = read(payload, {"content-type": "application/pdf"}, Rule())
    return document, time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def prose(text: str, name: str) -> Score:
    """Whether a text is what was read by eye: all of its characters are right, or it is told that they are not."""
    if name not in PROSE:
        return Score()
    (count, digest), found = PROSE[name], _han(text)
    right = hashlib.sha256(found.encode()).hexdigest() == digest
    return Score(
        count, count if right else 0, wrong=[] if right else [f"{len(found)} characters, not the {count} known"]
    )


def scored(items: Sequence[Item], rows: Sequence[Row]) -> Score:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    by_serial = {item.serial: item for item in items}
    for number, row in enumerate(rows):
        item = by_serial.get(str(row["serial"]), Item(0))
        for key in (*TEXTS, *FLAGS, "channels"):
            wanted, found = row[key], getattr(item, key)
            same = _folded(found) == _folded(wanted)
            counts.update(cells=1, cells_right=same)
            if not same:
                wrong.append(f"row {number + 1} {key}: {found!r} for {wanted!r}")
            if key in FLAGS:
                counts.update(ticks=1, ticks_right=found == wanted)
            elif key in TEXTS:
                want, have = _han(str(wanted)), _han(str(found))
                matches = SequenceMatcher(None, want, have, autojunk=False).get_matching_blocks()
                counts.update(han=len(want), han_right=sum(block.size for block in matches))
    return Score(**counts, rows=len(items), wrong=wrong)


def _folded(value: object) -> object:
    wide = str.maketrans("（）；：，", "();:,")
    return bare(value.translate(wide)) if isinstance(value, str) else value


def _han(text: str) -> str:
    return "".join(char for char in text if "\u3400" <= char <= "\u9fff")


def _row(known: dict[str, str]) -> Row:
    labels = {
        "level1": "一级事项", "level2": "二级事项", "content": "公开内容", "basis": "公开依据",
        "time_limit": "公开时限", "subject": "公开主体",
    }  # fmt: skip
    flags = ("全社会", "特定群体", "主动", "依申请", "县级", "乡级")
    row: Row = {"serial": known["序号"]} | {key: known[label] for key, label in labels.items()}
    row |= {key: known[label] == "√" for key, label in zip(FLAGS, flags, strict=True)}
    ticked = [part[1:].rstrip() for part in known["公开渠道和载体"].split() if part.startswith("■")]
    return row | {"channels": tuple(ticked)}
