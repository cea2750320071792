"""What is found of the local catalogues that are watched: kept, and held against what changed in the national ones."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from archive.clock import iso, now
from archive.machine.database import Row, atomic, rows_of
from archive.model import Item
from archive.record.readings import as_json, item_of
from archive.record.store import Store
from archive.text.fold import compare_fold
from archive.watched import Local
from archive.words.columns import GROUPS, NAMES, TEXTS

if TYPE_CHECKING:  # most archives watch no local catalogue
    from archive.local.result import Comparison, Deviation

_ROWS = """
    SELECT i.*, a.slug AS area FROM items_in_force i JOIN areas a ON a.id = i.area_id
    ORDER BY a.position, i.document_id, i.position
"""
FORM = 1
"""Of the comparison: another one is made anew."""


def declare_locals(store: Store, entries: Collection[Local]) -> None:
    """Bring `locals` in line with the declarations; one that is declared no longer goes with what was found of it."""
    ids = {row["name"]: (row["id"], row["slug"]) for row in store.rows("SELECT id, name, slug FROM areas")}
    kept = [local.slug for local in entries]
    for row in store.rows("SELECT id, slug FROM locals"):
        if row["slug"] not in kept:
            store.db.table("deviations").delete(local_id=row["id"])
            store.db.table("behind").delete(local_id=row["id"])
            store.db.table("locals").delete(id=row["id"])
    for local in entries:
        areas = [ids[name] for name in local.area if name in ids]
        values = {
            "notice_id": store.value("SELECT id FROM notices WHERE slug = ?", [local.slug]),
            "slug": local.slug,
            "name": local.name,
            "area_id": areas[0][0] if len(areas) == 1 else None,
            "areas": as_json([slug for _, slug in areas]),
            "url": local.url,
        }
        store.put("locals", "slug", values)


def inputs_of(national: Sequence[Item], versions: Sequence[int], areas: Sequence[str], laws: str) -> str:
    """What a comparison depends on, as a digest. versions: of the local catalogue; laws: digest of the register."""
    parts = [FORM, [item.id for item in national], list(versions), list(areas), laws]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def keep_comparison(store: Store, local: Row, found: Comparison, inputs: str) -> None:
    """In place of what was found before."""
    from archive.local.areas import slugs_of

    areas = {row["slug"]: row["id"] for row in store.rows("SELECT id, slug FROM areas")}
    counts: dict[str, dict[str, int]] = {slug: {} for slug in found.areas}
    rows = []
    for row in found.rows:
        area = slugs_of(row.area)[0] if row.area else ""
        for kind in row.kinds:
            of_area = counts.setdefault(area, {})
            of_area[kind.value] = of_area.get(kind.value, 0) + 1
        rows += [
            {
                "local_id": local["id"],
                "area_id": areas.get(area),
                "local_item_id": row.local.id if row.local else None,
                "item_id": row.national[0].id if row.national else None,
                "kind": one.kind.value,
                "column": one.column,
                "national": one.national,
                "local": one.local,
                "says": one.says,
            }
            for one in row.deviations
        ]
    with atomic(store.db):
        store.db.execute("DELETE FROM deviations WHERE local_id = ?", [local["id"]])
        store.db.table("deviations").insert_all(rows)
        store.db.table("locals").update(
            local["id"],
            {
                "found": as_json(counts),
                "notes": as_json([*found.notes, *_apart(found)]),
                "inputs": inputs,
                "compared_at": iso(now()),
            },
        )


def _apart(found: Comparison) -> list[str]:
    return [f"有 {len(found.apart)} 行没有对标：所属领域没有国家标准，或不在声明的领域之内"] if found.apart else []


_CHANGED = """
    SELECT r.*, i.level1, i.level2 FROM row_changes r JOIN changes c ON c.id = r.change_id
      JOIN notices n ON n.id = c.notice_id JOIN items i ON i.id = coalesce(r.item_after, r.item_before)
    WHERE n.role = 'notice' AND NOT c.quiet
      AND (c.crawl_id = ? OR c.id IN (SELECT b.change_id FROM behind b))
"""


def note_behind(store: Store, crawl_id: int, found: Mapping[int, Comparison]) -> None:
    """Which local catalogues have not followed the changes of national rows that this crawl found, and which have now.

    found: by the id of the local catalogue, held against the rows as they are now.
    """
    changed: dict[int, list[Row]] = {}
    for row in store.rows(_CHANGED, [crawl_id]):
        changed.setdefault(row["change_id"], []).append(row)
    before = {(row["change_id"], row["local_id"]) for row in store.rows("SELECT * FROM behind")}
    of_crawl = {row["id"] for row in store.rows("SELECT id FROM changes WHERE crawl_id = ?", [crawl_id])}
    with atomic(store.db):
        for change, rows in changed.items():
            for local, comparison in found.items():
                is_behind = any(_is_behind(row, comparison) for row in rows)
                if is_behind and change in of_crawl:
                    store.db.table("behind").insert({"change_id": change, "local_id": local}, otherwise="IGNORE")
                elif not is_behind and (change, local) in before:
                    store.db.table("behind").delete(change_id=change, local_id=local)


def _is_behind(change: Row, found: Comparison) -> bool:
    """Whether a local catalogue still has what a national row was before one of its cells changed."""
    if change["item_after"] is None:  # taken out by the ministry, and still there
        from archive.local.match import name_of
        from archive.local.result import Kind

        name = name_of(change["level1"] or "", change["level2"] or "")
        own = (row.local for row in found.rows if Kind.ADDITIONAL in row.kinds and row.local)
        return any(name_of(item.level1, item.level2) == name for item in own)
    for row in found.rows:
        if change["item_after"] in (item.id for item in row.national):
            if row.local is None or not change["column"]:
                return row.local is None
            if any(_of_column(one, change["column"]) for one in row.deviations):
                return True
            field = next((field for field in TEXTS if NAMES[field] == change["column"]), "")
            return bool(field) and compare_fold(str(getattr(row.local, field))) == compare_fold(change["before"] or "")
    return False


def _of_column(one: Deviation, column: str) -> bool:
    """`column` as `row_changes` names it: 公开时限, 公开层级（县级）."""
    return one.column != "" and column.partition("（")[0] in (NAMES.get(one.column), GROUPS.get(one.column))


# ---------------------------------------------------------------- the national catalogue to compare with


def national_items(connection: sqlite3.Connection) -> list[Item]:
    """The rows in force, by area, each with its id."""
    return [item_of(row) for row in rows_of(connection, _ROWS, {})]
