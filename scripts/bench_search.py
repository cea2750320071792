"""Search at size: recall and precision against a substring scan, processor time of a query, of indexing, bytes kept.

scripts/bench search [--documents N] [--rows N] [--json FILE]

The documents have some 640 characters. They are written straight into the tables; the index is then kept in line as a
crawl does it, for the last documents, and made anew for all.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from archive.record.look import read_only
from archive.record.readings import item_row
from archive.record.store import Store
from archive.search import index
from archive.search.query import find, hits
from archive.search.texts import document_title
from archive.text.fold import search_fold
from scripts.measuring import options
from tests import corpus

LENGTHS = (1, 2, 3, 4, 6, 10)
SENTENCES = 18
"""At most, of a document: 640 characters on average."""
ADDED = 50
"""Documents whose indexing, one by one, is measured."""
CHECKED = 3_000_000
"""Characters up to which every query is held against a substring scan."""
FREQUENT = ("社会救助", "工作日", "的", "政府信息公开条例", "20个工作日内")
SEVERAL = ("社会救助 公示", "征地补偿 工作日 县级", "养老服务 申请材料", "的 标准", "低保对象 临时救助 国办发")


def main(arguments: Sequence[str]) -> int:
    asked = options(__doc__, arguments, documents=400, rows=0, queries=40, json="")
    rows = asked.rows or 3 * asked.documents
    bodies = corpus.texts(asked.documents, sentences=SENTENCES)
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder) / "data", bodies, rows, asked.queries)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if asked.json:
        Path(asked.json).write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    return 0 if figures["recall"] in (1.0, None) and figures["precision"] in (1.0, None) else 1


def measured(data: Path, bodies: list[str], rows: int, each: int) -> dict[str, Any]:
    store = fill(data, bodies, rows)
    _, whole = spent(index.rebuild, store.db)
    one = _added(store, bodies[:ADDED])
    store.db.conn.execute("VACUUM")
    sizes = _sizes(store)
    store.close()
    with read_only(data) as connection:
        times = {
            **{f"{length} characters": corpus.queries(bodies, (length,), each=each) for length in LENGTHS},
            "very frequent": list(FREQUENT),
            "several words": list(SEVERAL),
        }
        speed = {name: _centiles(connection, queries) for name, queries in times.items()}
        recall, precision = _right(connection, bodies, each) if sum(map(len, bodies)) <= CHECKED else (None, None)
    connection.close()
    return {
        "machine": f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "documents": len(bodies),
        "characters a document": sum(map(len, bodies)) // len(bodies),
        "rows": rows,
        "recall": recall,
        "precision": precision,
        "milliseconds of processor time a query, with 20 hits shown": speed,
        "rebuilding": {"seconds": round(whole, 1)},
        "one more document": one,
        "bytes after VACUUM": sizes,
    }


def spent(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What a function gives, and the seconds of processor time that it took."""
    began = time.process_time()
    given = function(*arguments)
    return given, time.process_time() - began


def fill(data: Path, bodies: list[str], rows: int) -> Store:
    """An archive of 19 notices, whose files are these documents, with so many rows among them; not yet indexed."""
    store = corpus.fill(data, [], items=0)
    areas = {row["slug"]: row["id"] for row in store.rows("SELECT id, slug FROM areas")}
    files = list(_files(bodies))
    pages = {row["notice_id"]: row["id"] for row in store.rows(
        "SELECT d.notice_id, v.id FROM versions v JOIN documents d ON d.id = v.document_id")}  # fmt: skip
    with store.db.conn:
        store.db.table("documents").insert_all(
            {"id": id, "notice_id": notice, "kind": "attachment", "url": url, "name": name, "state": "current"}
            for id, notice, url, name, _ in files
        )
        store.db.table("attachments").insert_all(
            {"version_id": pages[notice], "position": id, "name": name, "url": url, "document_id": id}
            for id, notice, url, name, _ in files
        )
        store.db.table("versions").insert_all(
            {"id": id, "document_id": id, "number": 1, "captured_at": "2026-11-20T01:00:00Z", "metadata": "{}",
             "title": body.split("\n", 1)[0], "text": body, "state": "", "reader": "test/1"}
            for id, _, _, _, body in files
        )  # fmt: skip
        store.db.table("items").insert_all(_rows(files, rows, areas))
    return store


def _files(bodies: list[str]) -> Iterable[tuple[int, int, str, str, str]]:
    for number, body in enumerate(bodies):
        notice = number % 19 + 1
        yield 100 + number, notice, f"http://n{notice}.example/{number}.docx", f"附件{number}", body


def _rows(files: list[Any], rows: int, areas: dict[str, int]) -> Iterable[dict[str, Any]]:
    for number, item in enumerate(corpus.items(rows)):
        id = files[number % len(files)][0]
        values = item_row(item) | {"position": number // len(files) + 1, "area_id": areas[item.area]}
        yield values | {"version_id": id, "document_id": id, "current": 1}


def _added(store: Store, bodies: list[str]) -> dict[str, float]:
    """Processor milliseconds of indexing one more document, in its own transaction, as a crawl does."""
    times = []
    for number, body in enumerate(bodies):
        document = store.document(number % 19 + 1, "attachment", f"http://more.example/{number}", name=f"附件{number}")
        page = store.row("SELECT max(v.id) AS id FROM versions v JOIN documents d ON d.id = v.document_id"
                         " WHERE d.kind = 'page' AND d.notice_id = ?", [number % 19 + 1])  # fmt: skip
        assert page is not None
        store.insert("attachments", {"version_id": page["id"], "position": 10**6 + number, "document_id": document})
        store.insert("versions", {"document_id": document, "number": 1, "captured_at": "2026-11-21T01:00:00Z",
                                  "title": "", "text": body, "state": "", "metadata": "{}"})  # fmt: skip
        times.append(1000 * spent(index.index_document, store.db, document)[1])
    return {"median ms": round(statistics.median(times), 2), "most ms": round(max(times), 2)}


def _centiles(connection: sqlite3.Connection, queries: list[str]) -> dict[str, float]:
    times = [1000 * spent(lambda q=query: hits(connection, find(connection, q), 20))[1] for query in queries]
    centiles = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": round(centiles[49], 1), "p95": round(centiles[94], 1), "most": round(max(times), 1)}


def _right(connection: sqlite3.Connection, bodies: list[str], each: int) -> tuple[float, float]:
    """(recall, precision) of exact hits over the documents."""
    folded = {
        100 + number: (search_fold(document_title(f"附件{number}", body.split("\n", 1)[0])), search_fold(body))
        for number, body in enumerate(bodies)
    }
    expected = found = right = 0
    for query in corpus.queries(bodies, LENGTHS, each=each):
        ranking = find(connection, query, need=len(bodies) + ADDED).ranking
        got = {m.id for m in ranking if m.how == "exact" and m.kind == "document" and m.id in folded}
        truth = {id for id, texts in folded.items() if any(search_fold(query) in text for text in texts)}
        expected, found, right = expected + len(truth), found + len(got), right + len(got & truth)
    return right / expected, right / found


def _sizes(store: Store) -> dict[str, Any]:
    """Bytes of the file, of its largest tables, and of the index beside what is indexed."""
    pages = store.rows("SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY 2 DESC")
    whole = store.row("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    text = store.row("SELECT sum(length(CAST(text AS BLOB))) AS bytes FROM versions")
    assert whole is not None
    assert text is not None
    return {"whole": whole["bytes"], "text of versions": text["bytes"],
            "tables": {row["name"]: row["bytes"] for row in pages[:12]}}  # fmt: skip
