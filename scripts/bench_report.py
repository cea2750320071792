"""docs/benchmarks.md from the JSON files in docs/benchmarks: every figure that was measured, unfavourable ones too.

scripts/bench report
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scripts.measuring import TOP

FOLDER = TOP / "docs" / "benchmarks"
PAGE = TOP / "docs" / "benchmarks.md"
Figures = Mapping[str, Any]
HEAD = """# Benchmarks

Written by `scripts/bench report` from the JSON files in [benchmarks/](benchmarks/), which the measurements write; do
not edit. Processor time is that of all processes of a program, in seconds; memory the highest sum of their proportional
set sizes that was seen. The machine was shared with other work: wall times say little, and processor times are higher
than on an idle one; compare within one table.
"""
SUMS = {
    "true": ("true alarms", str), "missed": ("missed", str), "false": ("false alarms", str),
    "processor of an unchanged cycle": ("processor, unchanged cycle (s)", str),
    "processor of all": ("processor, all cycles (s)", str),
    "memory": ("memory (MB)", lambda n: f"{n / 1e6:.0f}"),
    "bytes of an unchanged cycle": ("bytes, unchanged cycle, same addresses (kB)", lambda n: f"{n / 1e3:.1f}"),
    "bytes, same addresses": ("bytes, all cycles, same addresses (kB)", lambda n: f"{n / 1e3:.0f}"),
    "bytes, robots, lists and confirmations": ("robots, lists, confirmations apart (kB)", lambda n: f"{n / 1e3:.0f}"),
    "disk": ("disk at the end (MB)", lambda n: f"{n / 1e6:.1f}"),
}  # fmt: skip

LOOP = "seconds of a loop"
"""Of a machine: the processors of one name differ by a factor of four, so figures of two machines compare by this."""


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def peers(figures: Figures) -> Iterator[str]:
    programs = figures["programs"]
    yield from ("## Beside changedetection.io and urlwatch", "")
    yield "19 pages with their attachments, each program on a copy of the site, through the same steps."
    yield ""
    names = [f"{name} {found['version']}" for name, found in programs.items()]
    yield from table(("", *names), [(said, *(form(found["sums"][key]) for found in programs.values()))
                                    for key, (said, form) in SUMS.items()])  # fmt: skip
    yield from ("", "Alarms step by step (true / missed / false; steps in which nobody erred are left out):", "")
    rows = []
    for steps in zip(*(found["steps"] for found in programs.values()), strict=True):
        if any(step["missed"] or step["false"] for step in steps):
            cells = (f"{len(s['true'])} / {len(s['missed'])} / {len(s['false'])}" for s in steps)
            rows.append((steps[0]["step"], *cells))
    yield from table(("step", *names), rows)
    yield ""
    for name, found in programs.items():
        yield f"- {name}: `{json.dumps(found['settings'], ensure_ascii=False)}`"


def crawl(figures: Figures) -> Iterator[str]:
    yield from ("## A crawl beside bare Scrapy", "")
    yield f"Pages of 8 kB on one host, with ETags; urlwatch {figures['urlwatch']}."
    yield "Processor seconds / memory in MB of a cycle."
    yield ""
    rows = [
        (f"{count} pages, {cycle}", *(_cost(one[cycle]) for one in found.values()))
        for count, found in figures["pages"].items()
        for cycle in ("new", "unchanged")
    ]  # fmt: skip
    names = list(next(iter(figures["pages"].values())))
    rows += [
        (f"one more page, {cycle} (ms)", *(found[cycle] for found in figures["milliseconds a page"].values()))
        for cycle in ("new", "unchanged")
        if figures["milliseconds a page"]
    ]  # fmt: skip
    yield from table(("", *names), rows)


def _cost(cycle: Figures) -> str:
    return f"{cycle['processor']} / {cycle['memory'] / 1e6:.0f}"


def search(figures: Figures) -> Iterator[str]:
    found, asked = figures["figures"], figures["command"].split()
    documents, rows = (int(asked[asked.index(name) + 1]) for name in ("--documents", "--rows"))
    of_laws = "--words laws" in figures["command"]
    made = ", made of names of laws" if of_laws else ""
    yield from (f"## Search, {documents:,} documents and {rows:,} catalogue rows{made}", "")
    if of_laws:
        yield f"Documents of {found['characters a document']} characters, whose words are the names of 1,000 laws and"
        yield "some forty words of catalogues: characters are as frequent as in such texts."
    else:
        yield f"Documents of {found['characters a document']} characters, made of some forty words: nearly every"
        yield "character stands in nearly every document, so that a phrase is as hard to find as it can be."
    yield "Milliseconds of a query, with 20 hits shown, of each query the best of a few runs. Recall and precision are"
    yield "those of exact hits against a substring scan "
    yield f"({found['queries held against a substring scan']} queries)."
    yield ""
    speed = found["milliseconds a query, with 20 hits shown"]
    centiles = [(kind, name) for kind in ("processor", "wall") for name in ("p50", "p95")]
    times = [(name, *(of[kind][one] for kind, one in centiles)) for name, of in speed.items()]
    yield from table(("", *(" ".join(one) for one in centiles)), times)
    yield ""
    indexing, size = found["indexing"], found["bytes after VACUUM"]
    one = indexing["processor ms of one more document"]
    rows_of = [("recall / precision", f"{found['recall']:.3f} / {found['precision']:.3f}"),
               ("one more document to index, p50 / p95 (processor ms)", f"{one['p50']} / {one['p95']}"),
               ("filled through the store (processor s)", found["filled through the store"]["processor seconds"]),
               ("archive.db (MB)", f"{size['whole'] / 1e6:.0f}"),
               ("index (MB)", f"{sum(n for name, n in size['tables'].items() if '_fts' in name) / 1e6:.0f}"),
               ("text of versions (MB)", f"{size['text of versions'] / 1e6:.0f}")]  # fmt: skip
    if "rebuilding" in indexing:
        rows_of.append(("the whole index made anew (processor s)", indexing["rebuilding"]["processor seconds"]))
    yield from table(("", ""), rows_of)


def size(figures: Figures) -> Iterator[str]:
    yield from ("## Bytes of archive.db, after VACUUM", "")
    yield from table(("", "bytes a row, or times the text"), [
        (name, found.get("bytes a row", found.get("times the text"))) for name, found in figures["figures"].items()
    ])  # fmt: skip


def plain(figures: Figures) -> Iterator[str]:
    """Any other measurement: its figures, one a line."""
    yield from (f"## {figures['measurement']}", "")
    yield from table(("figure", "value"), list(_leaves(figures.get("figures", {}))))


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, f"{name}, {key}" if name else str(key))
    else:
        yield name, value


WRITERS: Mapping[str, Callable[[Figures], Iterator[str]]] = {
    "peers": peers,
    "crawl": crawl,
    "search": search,
    "size": size,
}


def page() -> str:
    parts = [HEAD]
    for path in sorted(FOLDER.glob("*.json")):
        figures = json.loads(path.read_text("utf-8"))
        lines = WRITERS.get(figures["measurement"], plain)(figures)
        lines = [*lines, *(("", figures["note"]) if "note" in figures else ())]
        machine = figures["machine"]
        versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
        speed = f" (ten million numbers added in {machine[LOOP]} s)" if LOOP in machine else ""
        place = f"{machine['processor']}{speed}, load {machine['load']} at the end"
        parts += [*lines, "", f"`{figures['command']}` on {place}; "
                  f"Python {machine['python']}, SQLite {machine['sqlite']}, {versions}.", ""]  # fmt: skip
    return "\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(TOP)} from {len(list(FOLDER.glob('*.json')))} measurements")
    return 0
