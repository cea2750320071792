"""The permanent keys of rows, given anew over the whole of a notice; one that was known before leads to the new one."""

from __future__ import annotations

from archive.record import keys
from archive.record.store import Store


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
