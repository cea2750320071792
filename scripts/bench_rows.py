"""Cell accuracy of catalogue rows: every variation of the generator, written in each format and read again.

    scripts/bench rows [FORMAT …]      grid html docx xlsx ods pdf (doc and xls need LibreOffice: name them)

Exit code 1 when a cell is wrong. A cell counts as right when its text is the same but for white space, and flags,
channels and area are exactly the same. Structure is everything but the four free texts (content, basis, time limit,
subject). "no font": the PDF cannot be made, its font has no such mark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archive.model import Item
from crawler.reading import read
from crawler.reading.catalogue.tables import read_tables
from crawler.reading.rule import Rule
from scripts.measuring import bare
from tests.catalogue.generator import Case, Row
from tests.catalogue.variations import cases
from tests.formats import writers

DEFAULT = ("grid", "html", "docx", "xlsx", "ods", "pdf")
FREE_TEXT = {"content", "basis", "time_limit", "subject"}
# the font that writes the PDF has no such characters: the file cannot be made
NOT_IN_FONT = {"pdf": set("☑☐✓✔£\uf0fc\uf052")}
TYPES = {"html": "text/html; charset=utf-8"}


def main(arguments: Sequence[str]) -> int:
    formats = arguments or DEFAULT
    print(f"{'variation':<28}" + "".join(f"{name:>9}" for name in formats))
    totals: dict[str, Counter[str]] = {name: Counter() for name in formats}
    wrong: list[str] = []
    for case in cases():
        line = f"{case.name:<28}"
        for name in formats:
            if NOT_IN_FONT.get(name, set()) & set(case.text):
                line += f"{'no font':>9}"
                continue
            counts, notes = compare(read_case(case, name), case.rows)
            totals[name] += counts
            wrong += [f"{case.name} · {name} · {note}" for note in notes]
            line += f"{counts['right'] / max(1, counts['cells']):9.3f}"
        print(line)
    for what in ("structure", "text"):
        shares = [totals[name][f"{what} right"] / totals[name][what] for name in formats]
        print(f"{what:<28}" + "".join(f"{share:9.3f}" for share in shares))
    print(f"{'cells':<28}" + "".join(f"{totals[name]['cells']:9d}" for name in formats))
    print(f"\nnot right: {len(wrong)}", *wrong[:60], sep="\n  ")
    return 1 if wrong else 0


def read_case(case: Case, name: str) -> tuple[Item, ...]:
    if name == "grid":
        return read_tables(case.grids, case.areas)[1]
    payload: bytes = getattr(writers, f"write_{name}")(case.grids)
    headers = {
        "content-type": TYPES.get(name, "application/octet-stream"),
        "content-location": f"http://a.example/f.{name}",
    }
    return read(payload, headers, Rule(host="a.example", content=("body",), areas=case.areas)).items


def compare(items: Sequence[Item], rows: Sequence[Row]) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    notes = [] if len(items) == len(rows) else [f"{len(items)} items for {len(rows)} rows"]
    for number, row in enumerate(rows):
        item = items[number] if number < len(items) else None
        for key, wanted in row.items():
            found = None if item is None else (item.more.get(key, "") if key == "level3" else getattr(item, key))
            right = item is not None and bare(found) == bare(wanted)
            kind = "text" if key in FREE_TEXT else "structure"
            counts.update({"cells": 1, kind: 1, "right": right, f"{kind} right": right})
            if not right and item is not None:
                notes.append(f"row {number + 1} {key}: {found!r} for {wanted!r}")
    return counts, notes
