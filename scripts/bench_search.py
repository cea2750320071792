"""Search: recall and precision against a substring scan, and how long queries take, on generated documents.

scripts/bench search [--documents N]
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from archive.search import index
from archive.search.query import search
from archive.text.fold import search_fold
from scripts.measuring import options, timed
from tests import corpus

LENGTHS = (1, 2, 3, 4, 6, 10)


def main(arguments: Sequence[str]) -> int:
    bodies = corpus.texts(options(__doc__, arguments, documents=400).documents)
    with tempfile.TemporaryDirectory() as folder:
        store, seconds = timed(partial(corpus.fill, items=3 * len(bodies)), Path(folder) / "data", bodies)
        print(f"{len(bodies)} documents, {sum(map(len, bodies)):,} characters, {3 * len(bodies)} rows,"
              f" archived and indexed in {seconds:.1f} s")  # fmt: skip
        folded = {
            row["id"]: (search_fold(index.document_title(row["name"], row["title"])), search_fold(row["text"]))
            for row in store.rows(
                "SELECT d.id, d.name, v.title, v.text FROM documents d JOIN versions v ON v.document_id = d.id"
            )
        }
        print("characters  queries   recall  precision  p50 ms  p95 ms")
        worst = 1.0
        for length in LENGTHS:
            recall, precision, times = _measure(store, folded, corpus.queries(bodies, (length,), each=60))
            worst = min(worst, recall)
            centiles = statistics.quantiles(times, n=100)
            speed = f"{centiles[49]:>6.1f}  {centiles[94]:>6.1f}"
            print(f"{length:>10}  {len(times):>7}   {recall:.3f}      {precision:.3f}  {speed}")
        store.close()
    return 0 if worst == 1.0 else 1


def _measure(store: object, folded: dict[int, tuple[str, str]], queries: list[str]) -> tuple[float, float, list[float]]:
    """(recall, precision) over the documents, and milliseconds of each query over all kinds, snippets included."""
    connection = store.db.conn  # type: ignore[attr-defined]
    expected = found = right = 0
    times = []
    for query in queries:
        times.append(1000 * timed(search, connection, query)[1])
        hits = {hit.id for hit in search(connection, query, kind="document", limit=len(folded))}
        truth = {id for id, texts in folded.items() if any(search_fold(query) in text for text in texts)}
        expected, found, right = expected + len(truth), found + len(hits), right + len(hits & truth)
    return right / expected, right / found, times
