"""The local catalogues that are watched, held against the national rows whenever either side has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from attrs import evolve

from archive.clock import iso, now
from archive.machine.database import Row
from archive.model import Area, Grid, Item, Place
from archive.record.laws import hash_of
from archive.record.locals import inputs_of, keep_comparison, national_items, note_behind
from archive.record.packed import unpacked
from archive.record.store import Store


def hold_locals(store: Store, crawl_id: int) -> None:
    """Compare what has changed since it was compared last. Call it when the changes of a crawl are settled."""
    watched = store.rows(
        "SELECT l.*, n.title FROM locals l JOIN notices n ON n.id = l.notice_id WHERE n.declared ORDER BY l.id"
    )
    if not watched:
        return
    from archive.laws.citations import outdated  # what most archives do not need: they watch none
    from archive.laws.register import load_register
    from archive.local.compare import compare_local

    national = national_items(store.db.conn)
    register = load_register(store.data)
    day = iso(now())[:10]
    found = {}
    for local in watched:
        versions, areas = store.rows(_VERSIONS, [local["notice_id"]]), json.loads(local["areas"])
        inputs = inputs_of(national, [version["id"] for version in versions], areas, hash_of(register))
        if versions and inputs != local["inputs"]:
            items = [item for version in versions for item in _items(store, local, version)]
            found[local["id"]] = compare_local(national, items, areas, outdated(register, day))
            keep_comparison(store, local, found[local["id"]], inputs)
    note_behind(store, crawl_id, found)


def _items(store: Store, local: Row, version: Row) -> Iterator[Item]:
    """The rows of one of its files, read from the kept tables by the names that it gives to the fields."""
    from crawler.reading.catalogue.local import read_local

    areas = [Area(row["slug"], row["name"], tuple(json.loads(row["aliases"] or "[]"))) for row in store.rows(_AREAS)]
    names = [name for name in (local["title"], version["title"], version["name"]) if name]
    ids = [row["id"] for row in store.rows(_ITEMS, [version["id"]])]
    _, items = read_local([_grid(row) for row in store.rows(_GRIDS, [version["id"]])], areas, names)
    known = ids if len(ids) == len(items) else [None] * len(items)  # kept by another reader: without their numbers
    for item, id in zip(items, known, strict=True):
        yield evolve(item, id=id, more={**item.more, "file": version["document_id"]})


_AREAS = "SELECT * FROM areas ORDER BY position"
_VERSIONS = """
    SELECT v.id, v.title, v.document_id, d.name
    FROM current_versions v JOIN documents_in_force d ON d.id = v.document_id
    WHERE d.notice_id = ? ORDER BY d.id
"""
_ITEMS = "SELECT id FROM items WHERE version_id = ? ORDER BY position"
_GRIDS = "SELECT * FROM grids WHERE version_id = ? ORDER BY id"


def _grid(row: Row) -> Grid:
    spans = {(r, c): (down, across) for r, c, down, across in unpacked(row["spans"])}
    cells = tuple(tuple(line) for line in unpacked(row["cells"]))
    return Grid(cells, Place(**json.loads(row["place"])), spans, row["caption"] or "")
