"""A crawl beside bare Scrapy, Scrapy with trafilatura and urlwatch: processor time and memory, new and unchanged pages.

scripts/bench crawl [--pages N,N] [--folder DIR] [--json FILE]

Pages of some 8 kB on one host of loopback, with an ETag; each program asks for the same addresses, one at a time.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.measuring import TOP, keep_figures, options
from scripts.peers import PLAIN, environment, urlwatch, version_in
from scripts.processes import Cost, run
from tests import corpus
from tests.crawl.harness import page, title_of
from tests.sites.server import SiteServer

BYTES = 7500
"""Of a page's body, at least; with its frame some 8 kB."""
TIMES = 9
"""Unchanged cycles of a small site, the programs in turn, of which the median counts: the machine's speed wanders."""


def serve(site: SiteServer, count: int) -> list[str]:
    lines = "\n".join(corpus.texts(200, sentences=60)).splitlines()
    urls = []
    for number in range(count):
        body = f"<p>演示样本第{number}号。</p>"
        for turn in range(len(lines)):
            if len(body.encode()) > BYTES:
                break
            body += f"<p>{lines[(number * 7 + turn) % len(lines)]}</p>"
        urls.append(site.put("bench.example", f"/{count}/{number}.html", page(f"p{number}", body=body)))
    return urls


def sources(urls: Sequence[str], path: Path) -> Path:
    entries = (
        f'[[notice]]\nnumber = {n + 1}\nslug = "p{n}"\ntitle = "{title_of(f"p{n}")}"\nurl = "{url}"\n'
        for n, url in enumerate(urls)
    )
    path.write_text("\n".join(entries), "utf-8")
    return path


def programs(urls: Sequence[str], folder: Path) -> dict[str, list[str]]:
    """The command of each program, which is run for every cycle."""
    listed = folder / "urls.txt"
    listed.write_text("\n".join(urls))
    declared = sources(urls, folder / "sources.toml")
    spider = [sys.executable, "-m", "scripts.bare_spider", str(listed)]
    jobs = [{"url": url, "filter": [{"css": "#content"}, {"html2text": {"method": "re"}}]} for url in urls]
    (folder / "urls.yaml").write_text("\n---\n".join(map(json.dumps, jobs)))
    (folder / "urlwatch.yaml").write_text(json.dumps({"report": {"stdout": {"enabled": True, "color": False}}}))
    (folder / "hooks.py").write_text("")
    ours = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(folder / "data"), "crawl"]
    return {
        "bare Scrapy": [*spider, str(folder / "bare.json")],
        "Scrapy + trafilatura": [*spider, str(folder / "trafilatura.json"), "trafilatura"],
        "urlwatch": urlwatch(environment(folder.parent, "urlwatch"), folder),
        "guidelines": [*ours, "--all", "--delay", "0", "--confirm-after", "0", "--sources", str(declared)],
    }


def figures(cost: Cost) -> dict[str, Any]:
    return {"processor": round(cost.processor, 2), "wall": round(cost.wall, 1), "memory": cost.memory}


def _median(cycles: Sequence[Cost]) -> Cost:
    """By processor time."""
    return sorted(cycles, key=lambda cost: cost.processor)[len(cycles) // 2]


def measured(count: int, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    costs: dict[str, list[Cost]] = {}
    with SiteServer() as site:
        lines = programs(serve(site, count), folder)
        for _ in range(1 + (TIMES if count < 100 else 1)):
            for name, line in lines.items():
                env = PLAIN | {"PYTHONPATH": "" if name == "urlwatch" else str(TOP), "GUIDELINES_SOFFICE": "off"}
                costs.setdefault(name, []).append(cost := run(line, env, TOP))
                print(f"{count:6} pages {name:22} {json.dumps(figures(cost))}", file=sys.stderr)
                if cost.code not in (0, 3):
                    print(cost.output[-2000:], file=sys.stderr)
    return {name: {"new": figures(new), "unchanged": figures(_median(again))} for name, (new, *again) in costs.items()}


def per_page(sizes: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Milliseconds of processor time of one more page, between the smallest and the largest size."""
    few, many = min(sizes), max(sizes)
    if few == many:
        return {}

    def more(name: str, cycle: str) -> float:
        seconds = sizes[many][name][cycle]["processor"] - sizes[few][name][cycle]["processor"]
        return float(round(1000 * seconds / (many - few), 1))

    return {name: {cycle: more(name, cycle) for cycle in ("new", "unchanged")} for name in sizes[few]}


def main(arguments: Sequence[str]) -> int:
    asked = options(__doc__, arguments, pages="19,500,1000", folder="", json="docs/benchmarks/crawl.json")
    folder = Path(asked.folder or tempfile.mkdtemp(prefix="crawl-"))
    sizes = {int(count): measured(int(count), folder / count) for count in asked.pages.split(",")}
    keep_figures(
        "crawl",
        asked,
        urlwatch=version_in(environment(folder, "urlwatch"), "urlwatch"),
        pages={str(count): found for count, found in sizes.items()},
        **{"milliseconds a page": per_page(sizes)},
    )
    return 0
