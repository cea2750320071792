"""The site while a crawl writes: 20 clients with 5 s between their requests, at 100,000 rows.

scripts/bench web [--rows N] [--clients N] [--seconds N] [--json FILE]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scripts.bench_crawl import serve, sources
from scripts.bench_visitors import served
from scripts.measuring import TOP, keep_figures, options
from scripts.peers import PLAIN
from scripts.processes import family, proportional
from tests import corpus
from tests.sites.server import SiteServer

PAUSE = 5.0
"""Seconds between the requests of a client."""
PATHS = (
    "/", "/catalogue", "/catalogue?level=township", "/catalogue?page=40", "/changes", "/notices/n1", "/status", "/laws",
    f"/search?q={quote('社会救助')}", f"/search?q={quote('公示')}",
)  # fmt: skip


def ticks(pid: int) -> float:
    """Processor seconds of a process and all below it, so far."""
    found = 0.0
    for one in family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def client(base: str, number: int, until: float, times: dict[str, list[float]]) -> None:
    time.sleep(PAUSE * number / 20)
    turn = number
    while time.monotonic() < until:
        path = PATHS[turn % len(PATHS)]
        turn += 1
        began = time.monotonic()
        try:
            with urllib.request.urlopen(base + path, timeout=60) as answer:  # noqa: S310 - our own address
                answer.read()
            times[path].append(time.monotonic() - began)
        except OSError as error:
            times[f"{path} failed: {error}"].append(time.monotonic() - began)
        time.sleep(max(0.0, PAUSE - (time.monotonic() - began)))


def visited(base: str, clients: int, seconds: float) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(base, n, until, times)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def centiles(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else [times[0]] * 99
    return {"n": len(times), "p50 ms": round(1000 * cuts[49], 1), "p95 ms": round(1000 * cuts[94], 1)}


def measured(data: Path, clients: int, seconds: float) -> dict[str, Any]:
    with SiteServer() as site, served(TOP, data) as (base, pid):
        declared = sources(serve(site, 200), data.parent / "sources.toml")
        line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), "crawl", "--all"]
        visited(base, 1, 1)
        before = ticks(pid)
        with subprocess.Popen(
            [*line, "--delay", "0", "--confirm-after", "0", "--sources", str(declared)],
            env=PLAIN | {"PYTHONPATH": str(TOP)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as crawl:  # fmt: skip
            times = visited(base, clients, seconds)
            still = crawl.poll() is None
            crawl.wait()
        requests = sum(map(len, times.values()))
        return {
            "all": centiles([one for many in times.values() for one in many]),
            "processor ms a request": round(1000 * (ticks(pid) - before) / requests, 1),
            "memory of the site (MB)": round(sum(map(proportional, family(pid))) / 1e6),
            "the crawl went on to the end": still,
            **{path: centiles(times[path]) for path in sorted(times)},
        }


def main(arguments: Sequence[str]) -> int:
    asked = options(__doc__, arguments, rows=100_000, clients=20, seconds=60.0, json="docs/benchmarks/web.json")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        corpus.fill(data, corpus.texts(2000), items=asked.rows).close()
        found = measured(data, asked.clients, asked.seconds)
    keep_figures("web", asked, figures=found)
    return 0
