"""What enters as it is: notices, areas, documents, crawls and captures, each under a number of this archive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import Factory, define

from archive.machine.database import Row
from archive.merge.source import Refused, Source
from archive.record import in_force
from archive.record.store import Store

_OF_LATEST = (
    "state", "reason", "media_type", "location", "reader", "sha256", "verdict", "trouble_count", "trouble_since",
)  # fmt: skip
"""Of a document: as its latest capture left it."""
_STATE = ("state", "verdict", "reason", "checked_at", "trouble_count", "trouble_since")
"""Of a notice: as its latest check left it."""
_NOT_TAKEN = ("id", "told", "next_due", "interval", "acknowledged")
"""Of a notice: what only the archive that crawls can say."""


@define
class Numbers:
    """Their numbers and ours, by kind of thing."""

    origin: int
    notices: dict[int, int] = Factory(dict)
    areas: dict[int, int] = Factory(dict)
    laws: dict[int, int] = Factory(dict)
    candidates: dict[int, int] = Factory(dict)
    documents: dict[int, int] = Factory(dict)
    crawls: dict[int, int] = Factory(dict)
    captures: dict[int, int] = Factory(dict)
    new_captures: int = 0


def take(store: Store, source: Source) -> Numbers:
    """Call it in the transaction of the merge."""
    numbers = Numbers(_origin(store, source))
    _notices(store, source.store, numbers)
    _areas(store, source.store, numbers)
    _laws(store, source.store, numbers)
    _candidates(store, source.store, numbers)
    _crawls(store, source, numbers)
    _documents(store, source.store, numbers)
    _captures(store, source, numbers)
    _furniture(store, source.store, numbers)
    return numbers


def _origin(store: Store, source: Source) -> int:
    if store.row("SELECT 1 FROM origins WHERE id = 0") is None:
        store.insert("origins", {"id": 0, "token": "", "name": "本档案"})
    known = store.row("SELECT id FROM origins WHERE token = ?", [source.token])
    if known is None:
        return store.insert("origins", {"token": source.token, "name": source.name})
    store.update("origins", known["id"], name=source.name)
    return int(known["id"])


def _without(row: Row, *names: str, **more: Any) -> Row:
    return {name: value for name, value in row.items() if name not in names} | more


def _came(store: Store, numbers: Numbers, kind: str) -> dict[int, int]:
    rows = store.rows("SELECT their_id, id FROM came WHERE origin_id = ? AND kind = ?", [numbers.origin, kind])
    return {row["their_id"]: row["id"] for row in rows}


def _note(store: Store, numbers: Numbers, kind: str, ids: Mapping[int, int]) -> None:
    store.db.conn.executemany(
        "INSERT OR IGNORE INTO came (origin_id, kind, their_id, id) VALUES (?, ?, ?, ?)",
        [(numbers.origin, kind, theirs, ours) for theirs, ours in ids.items()],
    )


# ---------------------------------------------------------------- what is known by its name


def _notices(store: Store, theirs: Store, numbers: Numbers) -> None:
    for row in theirs.rows("SELECT * FROM notices ORDER BY id"):
        known = store.row("SELECT * FROM notices WHERE slug = ?", [row["slug"]])
        if known is None:
            numbers.notices[row["id"]] = store.insert("notices", _without(row, *_NOT_TAKEN))
            continue
        numbers.notices[row["id"]] = known["id"]
        values: dict[str, Any] = {}
        if (row["checked_at"] or "") > (known["checked_at"] or ""):
            values |= {name: row[name] for name in _STATE}
        if (row["last_success"] or "") > (known["last_success"] or ""):
            values["last_success"] = row["last_success"]
        if row["url"] != row["declared_url"] and known["url"] == known["declared_url"]:  # an accepted successor
            values |= {"url": row["url"], "edition_title": row["edition_title"]}
        if values:
            store.update("notices", known["id"], **values)


def _areas(store: Store, theirs: Store, numbers: Numbers) -> None:
    for row in theirs.rows("SELECT * FROM areas ORDER BY id"):
        known = store.row("SELECT id FROM areas WHERE slug = ?", [row["slug"]])
        values = _without(row, "id", notice_id=numbers.notices.get(row["notice_id"]))
        numbers.areas[row["id"]] = known["id"] if known else store.insert("areas", values)


def _laws(store: Store, theirs: Store, numbers: Numbers) -> None:
    for row in theirs.rows("SELECT * FROM laws ORDER BY id"):
        known = store.row("SELECT id FROM laws WHERE slug = ? OR title = ?", [row["slug"], row["title"]])
        values = _without(row, "id", notice_id=numbers.notices.get(row["notice_id"]))
        numbers.laws[row["id"]] = known["id"] if known else store.insert("laws", values)
        if known is None:
            in_force.changed(store.db)


def know_laws(store: Store, theirs: Store, numbers: Numbers) -> None:
    """What either archive has told of a law, and every change of its page so far, is no news to the next crawl."""
    for row in theirs.rows("SELECT id, known FROM laws"):
        ours = store.row("SELECT * FROM laws WHERE id = ?", [numbers.laws[row["id"]]])
        if ours is None:
            continue
        known, told = (json.loads(one["known"] or "{}") for one in (ours, row))
        last = store.value("SELECT max(id) FROM changes WHERE notice_id = ?", [ours["notice_id"]])
        told = known | {
            "date": max(known.get("date", ""), told.get("date", "")),
            "repealed": known.get("repealed") or told.get("repealed", ""),
            "change": last or 0,
        }
        if told != known:
            store.update("laws", ours["id"], known=json.dumps(told, ensure_ascii=False))


def _candidates(store: Store, theirs: Store, numbers: Numbers) -> None:
    for row in theirs.rows("SELECT * FROM candidates ORDER BY id"):
        notice = numbers.notices[row["notice_id"]]
        known = store.row("SELECT id, state FROM candidates WHERE notice_id = ? AND url = ?", [notice, row["url"]])
        if known is None:
            numbers.candidates[row["id"]] = store.insert("candidates", _without(row, "id", notice_id=notice))
            continue
        numbers.candidates[row["id"]] = known["id"]


def _furniture(store: Store, theirs: Store, numbers: Numbers) -> None:
    store.db.table("furniture").insert_all(
        (
            _without(row, "id", document_id=numbers.documents[row["document_id"]])
            for row in theirs.rows("SELECT * FROM furniture ORDER BY id")
        ),
        otherwise="IGNORE",
    )


# ---------------------------------------------------------------- what was fetched


def _crawls(store: Store, source: Source, numbers: Numbers) -> None:
    """Raises Refused when what came from this archive before is not what it holds now."""
    numbers.crawls = _came(store, numbers, "crawl")
    for row in source.store.rows("SELECT * FROM crawls ORDER BY id"):
        ours = numbers.crawls.get(row["id"])
        if ours is None:
            values = _without(row, "id", origin_id=numbers.origin)
            numbers.crawls[row["id"]] = store.insert("crawls", values)
            continue
        known = store.row("SELECT token FROM crawls WHERE id = ?", [ours])
        if known is None or known["token"] != row["token"]:
            raise Refused(
                f"{source.folder} 与此前并入的不是同一份档案：第 {row['id']} 次抓取不同"
                "（同一档案的两份副本各自抓取过）；请只并入其中一份。没有并入任何内容"
            )
    _note(store, numbers, "crawl", numbers.crawls)


def _documents(store: Store, theirs: Store, numbers: Numbers) -> None:
    for row in theirs.rows("SELECT * FROM documents ORDER BY parent_id IS NOT NULL, id"):
        notice = numbers.notices[row["notice_id"]]
        known = store.row(
            "SELECT * FROM documents WHERE notice_id = ? AND kind = ? AND url = ?", [notice, row["kind"], row["url"]]
        )
        if known is None:
            parent = numbers.documents.get(row["parent_id"])
            values = _without(row, "id", "superseded_by", notice_id=notice, parent_id=parent)
            numbers.documents[row["id"]] = store.insert("documents", values)
            continue
        numbers.documents[row["id"]] = known["id"]
        if _last(theirs, row["parent_id"] or row["id"]) > _last(store, known["parent_id"] or known["id"]):
            store.update("documents", known["id"], **{name: row[name] for name in _OF_LATEST})


def _last(store: Store, document_id: int) -> str:
    return store.value("SELECT max(fetched_at) FROM captures WHERE document_id = ?", [document_id]) or ""


def _captures(store: Store, source: Source, numbers: Numbers) -> None:
    numbers.captures = _came(store, numbers, "capture")
    new: dict[int, int] = {}
    for row in source.store.rows("SELECT * FROM captures ORDER BY id"):
        if row["id"] in numbers.captures:
            continue
        values = _without(
            row,
            "id",
            crawl_id=numbers.crawls[row["crawl_id"]],
            document_id=numbers.documents[row["document_id"]],
            refers_to=numbers.captures.get(row["refers_to"]),
            warc_file=source.file_here(row["warc_file"]) if row["warc_file"] else None,
        )
        new[row["id"]] = numbers.captures[row["id"]] = store.insert("captures", values)
    numbers.new_captures = len(new)
    _note(store, numbers, "capture", new)
