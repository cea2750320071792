"""How well pages are read: the body against the page's own container, metadata against known values; then the pages of
government sites that no rule names, against what a person read on them (bench_portals.py).

    scripts/bench pages [FOLDER]

FOLDER holds saved pages and a manifest.jsonl (file, url, gold); by default ../shared/pages or $GUIDELINES_SHARED/pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from archive.model import Document
from crawler.reading import read
from crawler.reading.html.charset import decode
from crawler.reading.html.dom import parse, select, texts
from crawler.sources import load_sources
from scripts.bench_portals import GOLD as GOLD_OF_PORTALS
from scripts.bench_portals import portals, show
from scripts.measuring import SHARED, saved, timed

PAGES = SHARED / "pages"

# Where each saved page itself keeps its text, looked up by hand; the first that matches.
CONTAINERS = {
    "www.gov.cn": "#UCAP-CONTENT",
    "www.ndrc.gov.cn": ".TRS_Editor",
    "www.mee.gov.cn": ".neiright_JPZ_GK_CP",
    "fgw.sh.gov.cn": "#ivs_content",
    "fjb.nea.gov.cn": ".wrapper_detail_text",
    "fgw.zj.gov.cn": "#zoom",
    "www.cmse.gov.cn": ".TRS_Editor",
    "sxmu.edu.cn": "#vsb_content",
}
GOLD = {
    "title": "title", "document_number": "release_number", "index_number": "index_number", "issuer": "release_office",
}  # fmt: skip


@frozen
class Result:
    file: str
    confidence: str
    f1: float | None
    """By character against the page's own container, None where that is not known."""
    gold: dict[str, tuple[str, str]]
    """Field → (known, read)."""
    seconds: float
    document: Document


def results(folder: Path) -> Iterator[Result]:
    declared = load_sources(None)
    for entry, path in saved(folder):
        if not entry["file"].startswith("_"):
            yield measured(path, entry, declared)


def measured(path: Path, entry: dict[str, Any], declared: Any) -> Result:
    file: str = entry["file"]
    host = file.split("/")[0]
    url = re.match(r"https?://[^\s]+", entry["url"])
    address = url[0] if url else f"http://{host}/a/b/c.html"
    payload = path.read_bytes()
    headers = {"content-type": "text/html", "content-location": address}
    document, seconds = timed(read, payload, headers, declared.rule_for(address))
    read_as = {"title": document.title, **document.metadata}
    known = {name: (entry["gold"] or {}).get(key) for name, key in GOLD.items()}
    gold = {name: (value, read_as.get(name, "")) for name, value in known.items() if value}
    css = CONTAINERS.get(host)
    found = select(parse(decode(payload, headers)[0]), css) if css else []
    f1 = score("".join(texts(found[0])), document.text) if found else None
    return Result(file, document.confidence, f1, gold, seconds, document)


def score(own: str, ours: str) -> float:
    """F1 over characters as multisets; blanks and the marks of table cells do not count."""
    expected, got = (Counter(re.sub(r"[\s│┃\u200b-\u200f\ufeff]", "", text)) for text in (own, ours))
    common = sum((expected & got).values())
    return 2 * common / (sum(expected.values()) + sum(got.values()))


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0]) if arguments else PAGES
    if not any(saved(folder)):
        print(f"no saved pages in {folder}")
        return 1
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    scores: list[float] = []
    print(f"{'page':58} {'confidence':10} {'F1':>6} {'files':>5} {'ms':>6}  wrong")
    for result in results(folder):
        wrong = [name for name, (known, got) in result.gold.items() if known != got]
        total.update(list(result.gold))
        right.update(name for name in result.gold if name not in wrong)
        if result.f1 is not None:
            scores.append(result.f1)
        f1 = f"{result.f1:.4f}" if result.f1 is not None else "-"
        print(
            f"{result.file:58} {result.confidence:10} {f1:>6} {len(result.document.attachments):5} "
            f"{result.seconds * 1000:6.0f}  {' '.join(wrong)}"
        )
    for name, count in total.items():
        print(f"{name}: {right[name]} of {count} right")
    print(f"body F1: lowest {min(scores):.4f}, mean {sum(scores) / len(scores):.4f} of {len(scores)} pages")
    for gold in GOLD_OF_PORTALS if any(saved(folder / "portals")) else ():
        show(list(portals(gold, folder)), gold.stem)
    return 0
