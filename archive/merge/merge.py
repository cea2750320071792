"""`guidelines merge`: another archive into this one; all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.clock import iso, now
from archive.machine.database import atomic
from archive.merge.line import line_up, sight, sight_own
from archive.merge.source import Source, opened, records_of, take_records
from archive.merge.take import know_laws, take
from archive.merge.told import agree, report, report_own
from archive.record import keys, reviews
from archive.record.changes import MOVES_NOTHING
from archive.record.edition import present
from archive.record.picture_changes import with_pictures
from archive.record.settle import settle_all, stand
from archive.record.store import Store
from archive.search import index

COUNTED = ("notices", "documents", "captures", "versions", "items", "changes")


def merge(store: Store, folder: Path, name: str = "", say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Merge the archive under `folder` into this one; returns {"origin", "new": {table: rows}, "warc_files": n}.

    Merging it again takes what is new there. Raises Refused, and takes nothing, for an archive that is cut, damaged,
    newer than this release, a copy of this one, or itself merged. The caller holds this archive's lock.
    """
    say(f"核对 {folder}")
    with opened(store, folder, name) as source:
        say(f"复制原文（WARC 文件 {len(records_of(source))} 个）")
        files = take_records(store, source)
        settle_all(store, None)  # what a crawl left that was killed is told before the editions move
        settle_all(source.store, None)
        before = _counts(store)
        say("并入抓取记录、文本和修订")
        with atomic(store.db):
            _merge(store, source)
        after = _counts(store)
    return {
        "origin": source.name,
        "new": {table: after[table] - before[table] for table in COUNTED},
        "warc_files": files,
    }


def _merge(store: Store, source: Source) -> None:
    numbers = take(store, source)
    for notice in numbers.notices.values():
        sight_own(store, notice)
        report_own(store, notice)
    report_own(store, None)
    seen = sight(store, source.store, numbers)
    told = report(store, source.store, numbers)
    touched = {notice for notice in told if notice is not None}
    touched |= {store.rows("SELECT notice_id FROM documents WHERE id = ?", [id])[0]["notice_id"] for id in seen}
    for notice in sorted(touched):
        line_up(store, source.store, numbers, notice)
        give_keys(store, notice)
        agree(store, source.store, numbers, notice)
        _stands(store, notice)
    if None in told:
        agree(store, source.store, numbers, None)
    theirs_lead(store, source.store, numbers.origin)
    know_laws(store, source.store, numbers)
    index.index_areas(store.db)
    for notice in numbers.notices.values():
        index.index_notice(store.db, notice)
    reviews.sync(store)
    if touched or told or numbers.new_captures:
        store.update("origins", numbers.origin, merged_at=iso(now()))


def _stands(store: Store, notice_id: int) -> None:
    """The edition, the rows in force and the day of the last change, as they are now; all of it has been told."""
    notice = store.row("SELECT * FROM notices WHERE id = ?", [notice_id])
    edition = present(store, notice | {"told": None}) if notice else None
    if edition is None:
        return
    edition = with_pictures(store, None, edition)
    changed = store.value(
        f"""SELECT max(detected_at) FROM changes WHERE notice_id = ? AND NOT quiet
            AND kind NOT IN ({", ".join(f"'{kind}'" for kind in MOVES_NOTHING)})""",  # noqa: S608 - kinds of ours
        [notice_id],
    )
    store.update("notices", notice_id, told=edition.to_json(), changed_at=changed)
    stand(store, notice_id)


def _counts(store: Store) -> dict[str, int]:
    return {table: store.value(f"SELECT count(*) FROM {table}") for table in COUNTED}  # noqa: S608 - names


# ---------------------------------------------------------------- the permanent keys of rows


def give_keys(store: Store, notice_id: int) -> None:
    """As an archive would have given them that saw all versions in their order."""
    old = _keys(store, notice_id)
    store.db.execute(
        """UPDATE items SET key = NULL WHERE document_id IN (SELECT id FROM documents WHERE notice_id = ?)""",
        [notice_id],
    )
    for row in store.rows(
        """SELECT s.version_id, min(s.seen_at) AS at FROM sightings s JOIN documents d ON d.id = s.document_id
           WHERE d.notice_id = ? GROUP BY s.version_id ORDER BY at, d.kind DESC, d.url, min(s.number)""",
        [notice_id],
    ):
        keys.give(store.db.conn, row["version_id"])
    new = _keys(store, notice_id)
    lead(store, {(old[id], new[id]) for id in new if old.get(id)})


def theirs_lead(store: Store, theirs: Store, origin: int) -> None:
    """The keys that the other archive gave to rows that have another one here."""
    pairs = set()
    for seen in store.rows("SELECT their_id, version_id FROM sightings WHERE origin_id = ?", [origin]):
        given = {row["position"]: row["key"] for row in theirs.rows(
            "SELECT position, key FROM items WHERE version_id = ?", [seen["their_id"]])}  # fmt: skip
        for row in store.rows("SELECT position, key FROM items WHERE version_id = ?", [seen["version_id"]]):
            if given.get(row["position"]):
                pairs.add((given[row["position"]], row["key"]))
    lead(store, pairs)


def lead(store: Store, pairs: set[tuple[str, str]]) -> None:
    for old, new in sorted(pairs):
        if old != new and store.row("SELECT 1 FROM items WHERE key = ? LIMIT 1", [old]) is None:
            store.db.execute("UPDATE row_aliases SET now = ? WHERE now = ?", [new, old])
            store.db.execute("INSERT OR REPLACE INTO row_aliases (key, now) VALUES (?, ?)", [old, new])


def _keys(store: Store, notice_id: int) -> dict[int, str]:
    rows = store.rows(
        "SELECT i.id, i.key FROM items i JOIN documents d ON d.id = i.document_id WHERE d.notice_id = ?", [notice_id]
    )
    return {row["id"]: row["key"] for row in rows}
