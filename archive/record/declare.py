"""The sources file enters the archive: which notices are watched, under which areas and tasks."""

from __future__ import annotations

import json

from archive.machine.database import atomic
from archive.model import Notice
from archive.record import about
from archive.record.locals import declare_locals
from archive.record.store import Store
from archive.search import index
from archive.watched import Role, Sources


def declare(store: Store, sources: Sources) -> None:
    """Bring notices, areas and tasks in line with the sources file; nothing that was archived is removed."""
    tasks = [{"number": t.number, "task": t.task, "unit": t.unit, "due": t.due} for t in sources.tasks]
    before = store.rows("SELECT number, task, unit, due FROM tasks ORDER BY id")
    with atomic(store.db):
        store.set_info(about.KEY, about.name_of_list(sources.name, [notice.title for notice in sources.notices]))
        slugs = json.dumps([notice.slug for _, notice in sources.watched])
        store.db.execute("UPDATE notices SET declared = 0 WHERE slug NOT IN (SELECT value FROM json_each(?))", [slugs])
        for role, notice in sources.watched:
            _declare_notice(store, role, notice)
        _declare_areas(store, sources)
        declare_locals(store, sources.locals)
        if tasks != before:
            store.db.execute("DELETE FROM tasks")
            store.db.table("tasks").insert_all(tasks)
        index.index_areas(store.db)
        for row in store.rows("SELECT id FROM notices"):
            index.index_notice(store.db, row["id"])


def _declare_notice(store: Store, role: Role, notice: Notice) -> None:
    values = {
        "role": str(role),
        "number": notice.number,
        "slug": notice.slug,
        "title": notice.title or f"{notice.issuer}{'、'.join(notice.areas)}公开事项目录",
        "issuer": notice.issuer,
        "listing": notice.listing,
        "declared_url": notice.url,
        "declared": 1,
    }
    known = store.row("SELECT url, declared_url FROM notices WHERE slug = ?", [notice.slug])
    if known is None:
        values |= {"url": notice.url, "state": "never-fetched"}
    elif known["declared_url"] != notice.url:
        values |= {"url": notice.url, "edition_title": "", "next_due": None}
    elif known["url"] != notice.url:  # an accepted successor's address and title stay
        del values["title"]
    store.put("notices", "slug", values)


def _declare_areas(store: Store, sources: Sources) -> None:
    ids = {row["slug"]: row["id"] for row in store.rows("SELECT slug, id FROM notices")}
    notice_of = {name: ids[notice.slug] for notice in sources.notices for name in notice.areas}
    for position, area in enumerate(sources.areas, 1):
        values = {
            "slug": area.slug,
            "name": area.name,
            "aliases": json.dumps(area.aliases, ensure_ascii=False),
            "notice_id": notice_of.get(area.name),
            "position": position,
        }
        store.put("areas", "slug", values)
