"""What grows: an archive after many crawls, and with many documents: settling, index, commands, pages, bytes.

scripts/bench growth [--crawls N] [--documents N,N] [--json FILE]

Crawls that find nothing new are written through the store, 19 documents each; documents are filled through it, too.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.clock import iso, now
from archive.model import Capture, Verdict
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.search import index
from scripts.bench_search import spent
from scripts.bench_visitors import served
from scripts.bench_web import centiles, ticks, visited
from scripts.measuring import TOP, keep_figures, options
from scripts.peers import PLAIN
from scripts.processes import run, size
from tests import corpus


def crawl_on(store: Store, documents: Sequence[Any]) -> float:
    """One crawl that finds every document as it was; processor seconds of what the store does."""

    def crawl() -> None:
        number = store.begin_crawl(iso(now()), "live", "bench", {})
        for row in documents:
            unchanged = Capture(row["id"], row["url"], iso(now()), Verdict.UNCHANGED, http_status=304,
                                refers_to=row["capture"], sha256=row["sha256"])  # fmt: skip
            store.add_capture(number, unchanged)
        settle_all(store, number)
        store.end_crawl(number, {})

    return float(spent(crawl)[1])


def after_crawls(data: Path, count: int) -> dict[str, Any]:
    with closing(corpus.fill(data, [], items=0)) as store:
        documents = store.rows(
            "SELECT d.id, d.url, c.id AS capture, c.sha256 FROM documents d JOIN captures c ON c.document_id = d.id"
        )
        settle_all(store, 1)
        before = settled_size(store)
        times = [crawl_on(store, documents) for _ in range(count)]
        after = settled_size(store)
    tenth = max(1, count // 10)
    return {
        "first crawls, processor ms each": round(1000 * sum(times[:tenth]) / tenth, 1),
        "last crawls, processor ms each": round(1000 * sum(times[-tenth:]) / tenth, 1),
        "bytes a crawl": (after - before) // count,
        **asked(data),
    }


def settled_size(store: Store) -> int:
    """Bytes on disk once the write-ahead log has gone into the database."""
    store.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return size(store.data)


def with_documents(data: Path, count: int) -> dict[str, Any]:
    bodies = corpus.texts(count, sentences=18)
    store, filling = spent(lambda: corpus.fill(data, bodies, items=3 * count))
    with closing(store):
        settling = spent(settle_all, store, 1)[1]
        again = spent(settle_all, store, 1)[1]
        rebuilding = spent(index.rebuild, store.db)[1]
    return {
        "filling, processor ms a document": round(1000 * filling / count, 2),
        "first settling, processor s": round(settling, 2),
        "settling again, processor s": round(again, 2),
        "index made anew, processor ms a document": round(1000 * rebuilding / count, 2),
        "bytes a document with 3 rows": size(data) // count,
        **asked(data),
    }


def asked(data: Path) -> dict[str, Any]:
    """What commands and pages cost."""
    found: dict[str, Any] = {}
    start = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data)]
    for words in (("status", "--json"), ("search", "社会救助", "--json"), ("changes", "--json")):
        cost = run([*start, *words], PLAIN | {"PYTHONPATH": str(TOP)})
        found[f"{words[0]}, processor s"] = round(cost.processor, 2)
        found[f"{words[0]}, memory MB"] = round(cost.memory / 1e6)
    with served(TOP, data) as (base, pid):
        visited(base, 1, 1)
        before = ticks(pid)
        times = [one for many in visited(base, 20, 12).values() for one in many]
        found["a page, processor ms"] = round(1000 * (ticks(pid) - before) / len(times), 1)
        found["pages"] = centiles(times)
    return found


def main(arguments: Sequence[str]) -> int:
    given = options(
        __doc__, arguments, crawls=1000, documents="19,1000,20000,100000", json="docs/benchmarks/growth.json"
    )
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        found[f"{given.crawls} crawls of 19 documents"] = after_crawls(Path(folder) / "crawls", given.crawls)
        print(json.dumps(found, ensure_ascii=False), file=sys.stderr)
        for count in map(int, given.documents.split(",")):
            found[f"{count} documents"] = with_documents(Path(folder) / str(count), count)
            print(json.dumps(found[f"{count} documents"], ensure_ascii=False), file=sys.stderr)
    keep_figures("growth", given, figures=found)
    return 0
