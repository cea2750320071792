"""Bytes of archive.db, after VACUUM: a catalogue row, a document beside its text, and where they go.

scripts/bench size [--documents N] [--rows N] [--json FILE]

Catalogues are tables of our own, read by the reader and kept as a crawl keeps them, with `rows` rows each; texts have
640 and 5,000 characters; what ministries and local governments published is read from $GUIDELINES_SHARED, where it is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import evolve

from archive.machine.database import atomic, rows_of
from archive.model import Document
from archive.record.store import Store
from crawler.reading import read
from crawler.reading.rule import Rule
from crawler.sources import load_sources
from scripts.measuring import SHARED, keep_figures, options, saved
from tests import corpus
from tests.catalogue import generator
from tests.factory import attachment_document, capture, item
from tests.formats.writers import write_html

SENTENCES = {"text of 640 characters": 24, "text of 5,000 characters": 210}
REAL = {"text of published pages": "pages", "text of published files": "attachments/real"}
SHOWN = 12
"""Tables and indexes, the largest."""


def main(arguments: Sequence[str]) -> int:
    asked = options(__doc__, arguments, documents=300, rows=30, json="")
    catalogues = {
        "catalogue rows with all 14 columns": _read(asked.documents, asked.rows),
        "catalogue rows of few words": _short(asked.documents, asked.rows),
    }
    figures = {name: _of_rows(documents, asked.rows) for name, documents in catalogues.items()}
    for name, sentences in SENTENCES.items():
        bodies = corpus.texts(asked.documents, sentences=sentences)
        figures[name] = _of_texts([Document(text=one, title=one.split("\n", 1)[0], reader="test/1") for one in bodies])
    for name, folder in REAL.items():
        if found := list(_published(SHARED / folder)):
            figures[name] = _of_texts(found)
    keep_figures("size", asked, figures=figures)
    return 0


def _read(documents: int, rows: int) -> Iterator[Document]:
    """Catalogues as the reader gives them."""
    chance = random.Random(1)
    layout = evolve(generator.Layout(), merged=("level1", "basis", "subject"))
    headers = {"content-type": "text/html; charset=utf-8", "content-location": "http://a.example/f.html"}
    rule = Rule(host="a.example", content=("body",), areas=generator.AREAS)
    for _ in range(documents):
        table = layout.table(generator.rows(chance, rows), "社会救助领域基层政务公开标准目录")
        yield evolve(read(write_html([table]), headers, rule), reader="test/1")


def _short(documents: int, rows: int) -> Iterator[Document]:
    """Rows of five columns: what release 1.0.0 was measured with."""
    for number in range(documents):
        yield attachment_document(tuple(item(n, level2=f"第{number}号事项{n}") for n in range(1, rows + 1)))


def _of_rows(documents: Iterator[Document], rows: int) -> dict[str, Any]:
    whole, count, tables = _filled(documents)
    each = count * rows
    return {"bytes a row": round(whole / each), "of these": {name: round(size / each) for name, size in tables.items()}}


def _published(folder: Path) -> Iterator[Document]:
    """What the reader finds in saved pages and files, with their rows and raw tables."""
    declared = load_sources(None)
    for entry, path in saved(folder) if (folder / "manifest.jsonl").exists() else ():
        url = entry.get("url") or f"http://a.example/{path.name}"
        document = read(path.read_bytes(), {"content-location": url}, declared.rule_for(url))
        if not document.problem and document.text:
            yield evolve(document, members=())


def _of_texts(documents: list[Document]) -> dict[str, Any]:
    whole, _, tables = _filled(iter(documents))
    text = sum(len(document.text.encode()) for document in documents)
    return {
        "documents": len(documents),
        "characters a document": round(sum(len(document.text) for document in documents) / len(documents)),
        "bytes of text a document": round(text / len(documents)),
        "times the text": round(whole / text, 2),
        "of these": {name: round(size / text, 3) for name, size in tables.items()},
    }


def _filled(documents: Iterator[Document]) -> tuple[int, int, dict[str, int]]:
    """(bytes, documents, bytes of the largest tables and indexes) of an archive of these, what an empty one has left
    out."""
    with TemporaryDirectory() as folder, closing(corpus.fill(Path(folder) / "data", [], items=0)) as store:
        before = _sizes(store)
        count = _keep(store, documents)
        after = _sizes(store)
    grown = {name: size - before.get(name, 0) for name, size in after.items()}
    largest = sorted(grown, key=lambda name: -grown[name])[:SHOWN]
    return sum(grown.values()), count, {name: grown[name] for name in largest}


def _keep(store: Store, documents: Iterator[Document]) -> int:
    """As attachments of one page; returns how many."""
    count = 0
    with atomic(store.db):
        for count, document in enumerate(documents, 1):
            url, name = f"http://n1.example/files/2026/W0202611{count:06}.docx", f"附件{count}：标准目录.docx"
            id = store.document(1, "attachment", url, name=name)
            link = {"version_id": 1, "position": count, "name": name, "url": url, "document_id": id}
            store.insert("attachments", link)
            capture(store, 1, id, url, document)
    return count


def _sizes(store: Store) -> dict[str, int]:
    store.db.conn.execute("VACUUM")
    sql = "SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name"
    return {row["name"]: row["bytes"] for row in rows_of(store.db.conn, sql)}
