"""Search at size: recall and precision against a substring scan, time of a query, of indexing, bytes kept.

scripts/bench search [--documents N] [--rows N] [--words laws] [--kept FOLDER] [--queries N] [--runs N]
                     [--rebuild 1] [--json FILE]

The archive is filled through the store with documents of some 640 characters, and kept in FOLDER for the next time.
Times are milliseconds of the wall clock and of the processor, from the words to the first page of hits; of each query
the best of so many runs, for the machine has other work, too. The documents are made of some forty words, so that
nearly every character stands in nearly every document: a phrase is as hard to find as it can be. With `--words laws`
they are made of the names of laws (scripts/archives.py), whose characters are as frequent as in such texts.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.machine.database import atomic, rows_of
from archive.record.look import read_only
from archive.record.store import Store
from archive.search import index, texts
from archive.search.query import find, hits
from archive.search.texts import document_title
from archive.text.fold import search_fold
from scripts import archives
from scripts.measuring import keep_figures, options
from tests import corpus

LENGTHS = (1, 2, 3, 4, 6, 10)
ADDED = 50
"""Documents whose indexing, one by one, is measured."""
SCANNED = 400_000_000
"""Characters that a substring scan may read: of a larger archive fewer queries are held against it."""
SHOWN = 12
"""Tables and indexes, the largest."""
FREQUENT = ("社会救助", "工作日", "的", "政府信息公开条例", "20个工作日内")
SEVERAL = ("社会救助 公示", "征地补偿 工作日 县级", "养老服务 申请材料", "的 标准", "低保对象 临时救助 国办发")


def main(arguments: Sequence[str]) -> int:
    asked = options(
        __doc__, arguments, documents=1000, rows=3000, words="", kept="", queries=40, runs=3, rebuild=0, json=""
    )
    with archives.archive(asked.kept, asked.documents, asked.rows, asked.words) as data:
        figures = _measured(data, archives.texts(asked.documents, asked.words), asked)
    keep_figures("search", asked, figures=figures)
    return 0 if {figures["recall"], figures["precision"]} == {1.0} else 1


def _measured(data: Path, bodies: list[str], asked: Namespace) -> dict[str, Any]:
    with closing(Store.open(data)) as store:
        indexing = _indexing(store, bodies[:ADDED], bool(asked.rebuild))
    times = {
        **{f"{length} characters": corpus.queries(bodies, (length,), each=asked.queries) for length in LENGTHS},
        "several words": list(SEVERAL),
        "very frequent": list(FREQUENT),
    }
    with closing(read_only(data)) as connection:
        speed = {name: _centiles(connection, queries, asked.runs) for name, queries in times.items()}
        recall, precision, checked = _right(connection, bodies, asked.queries)
    return {
        "characters a document": sum(map(len, bodies)) // len(bodies),
        "filled through the store": json.loads((data / "filled.json").read_text()),
        "recall": recall,
        "precision": precision,
        "queries held against a substring scan": checked,
        "milliseconds a query, with 20 hits shown": speed,
        "indexing": indexing,
        "bytes after VACUUM": _sizes(data),
    }


def spent(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What a function gives, and the seconds of processor time that it took."""
    began = time.process_time()
    given = function(*arguments)
    return given, time.process_time() - began


class _AsItWas(Exception):
    """What was measured is taken back."""


def _indexing(store: Store, bodies: list[str], rebuild: bool) -> dict[str, Any]:
    """Of one more document, and of all; the archive stays as it was."""
    figures: dict[str, Any] = {}
    try:
        with atomic(store.db):
            times = [_added(store, number, body) for number, body in enumerate(bodies)]
            figures["processor ms of one more document"] = _spread(times)
            if rebuild:
                made, seconds = spent(index.rebuild, store.db)
                figures["rebuilding"] = {"entries": made, "processor seconds": round(seconds, 1)}
            raise _AsItWas
    except _AsItWas:
        return figures


def _added(store: Store, number: int, body: str) -> float:
    """Processor milliseconds of indexing one more document, written out as at the end of a transaction."""
    notice = number % 19 + 1
    document = store.document(notice, "attachment", f"http://more.example/{number}", name=f"附件{number}")
    page = rows_of(store.db.conn, "SELECT max(v.id) AS id FROM versions v JOIN documents d ON d.id = v.document_id"
                   " WHERE d.kind = 'page' AND d.notice_id = ?", [notice])[0]["id"]  # fmt: skip
    store.insert("attachments", {"version_id": page, "position": 10**6 + number, "document_id": document})
    store.insert("versions", {"document_id": document, "number": 1, "captured_at": "2026-11-21T01:00:00Z",
                              "title": "", "text": body, "state": "", "metadata": "{}"})  # fmt: skip
    return 1000 * spent(index.index_document, store.db, document)[1]


def _centiles(connection: sqlite3.Connection, queries: list[str], runs: int) -> dict[str, Any]:
    times = [[_asked(connection, query) for _ in range(runs)] for query in queries]
    return {
        name: _spread([min(run[clock] for run in query) for query in times])
        for clock, name in enumerate(("wall", "processor"))
    }


def _asked(connection: sqlite3.Connection, query: str) -> tuple[float, float]:
    """Milliseconds of the wall clock and of the processor."""
    began = time.perf_counter(), time.process_time()
    hits(connection, find(connection, query), 20)
    return 1000 * (time.perf_counter() - began[0]), 1000 * (time.process_time() - began[1])


def _spread(times: list[float]) -> dict[str, float]:
    centiles = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": round(centiles[49], 1), "p95": round(centiles[94], 1), "most": round(max(times), 1)}


def _right(connection: sqlite3.Connection, bodies: list[str], each: int) -> tuple[float, float, int]:
    """(recall, precision, queries) of exact hits, over documents and rows."""
    folded = _folded(connection)
    size = sum(len(text) for both in folded.values() for text in both)
    queries = corpus.queries(bodies, LENGTHS, each=max(1, min(each, SCANNED // size // len(LENGTHS))))
    expected = found = right = 0
    for query in queries:
        ranking = find(connection, query, need=len(folded), relax=False).ranking
        got = {(match.kind, match.id) for match in ranking if match.how == "exact" and match.kind != "notice"}
        wanted = search_fold(query)
        truth = {entry for entry, (title, text) in folded.items() if wanted in text or wanted in title}
        expected, found, right = expected + len(truth), found + len(got), right + len(got & truth)
    return right / expected, right / found, len(queries)


def _folded(connection: sqlite3.Connection) -> dict[tuple[str, int], tuple[str, str]]:
    """Title and text of every document and row in force, folded."""
    documents = connection.execute(
        """SELECT d.id, d.name, v.title, v.text FROM national_documents d JOIN current_versions v
           ON v.document_id = d.id"""
    )
    found = {
        ("document", id): (search_fold(document_title(name or "", title or "")), search_fold(text or ""))
        for id, name, title, text in documents
    }
    ids = [row[0] for row in connection.execute("SELECT id FROM items WHERE current = 1")]
    return found | {
        ("item", id): (search_fold(title), search_fold(text)) for id, title, text in texts.items(connection, ids)
    }


def _sizes(data: Path) -> dict[str, Any]:
    """Bytes of the file, of its largest tables, and of the index beside what is indexed."""
    with TemporaryDirectory(dir=data) as folder, closing(sqlite3.connect(data / "archive.db")) as kept:
        kept.execute("VACUUM INTO ?", [f"{folder}/archive.db"])
        with closing(sqlite3.connect(f"{folder}/archive.db")) as db:
            sql = "SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY 2 DESC"
            tables = {row["name"]: row["bytes"] for row in rows_of(db, sql)}
            text = db.execute("SELECT sum(length(CAST(text AS BLOB))) FROM versions").fetchone()[0]
    largest = dict(list(tables.items())[:SHOWN])
    return {"whole": sum(tables.values()), "text of versions": text, "tables": largest}
