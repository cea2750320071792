"""The steps of a document's line: which texts a reader tells apart, and which step no archive has seen."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from archive.compare.compare import is_same
from archive.machine.database import Row
from archive.merge.line import STANDING, Group, groups_of
from archive.record.learn import furniture_of
from archive.record.store import Store


@frozen
class Line:
    """Where the versions of a document stand, counted in texts that a reader tells apart."""

    place: Mapping[int, int]
    """By version."""
    unseen: tuple[tuple[Group, Group], ...]
    """Neighbours in the line that no archive has seen one after the other, and that differ."""


def line_of(store: Store, document_id: int) -> Line:
    place: dict[int, int] = {}
    unseen = []
    before: Group | None = None
    at = 0
    for group in groups_of(store, document_id):
        version = group[0]["version_id"]
        if not any(row["state"] in STANDING for row in group):
            continue
        if before is not None:
            apart = _seen_by_one(store, before, group) or not _same(store, document_id, before, group)
            at += apart
            if apart and not _seen_by_one(store, before, group):
                unseen.append((before, group))
        place[version] = at
        before = group
    return Line(place, tuple(unseen))


def _seen_by_one(store: Store, before: Group, after: Group) -> bool:
    """Whether an archive has seen one after the other."""
    last: dict[int, int] = {}
    for row in before:
        last[row["origin_id"]] = max(row["number"], last.get(row["origin_id"], 0))
    return any(
        row["number"] > last[row["origin_id"]] and not _between(store, row, last[row["origin_id"]])
        for row in after
        if row["origin_id"] in last
    )


def _between(store: Store, row: Row, number: int) -> bool:
    found = store.row(
        """SELECT 1 FROM sightings WHERE origin_id = ? AND document_id = ? AND number > ? AND number < ?
           AND state IN ('', 'accepted')""",
        [row["origin_id"], row["document_id"], number, row["number"]],
    )
    return found is not None


def _same(store: Store, document_id: int, before: Group, after: Group) -> bool:
    old, new = store.load(before[0]["version_id"]), store.load(after[0]["version_id"])
    return is_same(old, new, furniture_of(store, document_id))
