"""Laws in the archive: the register and the watched sources enter the tables, every basis in force is resolved, and
what has become of a law since is recorded as one change that names the rows resting on it.

What was so when a law is first met is a state; only a later difference is a change (`laws.known`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import asdict, evolve, frozen

from archive import laws
from archive.clock import iso, now
from archive.laws.titles import folded
from archive.machine.database import Row, atomic
from archive.model import CellChange, Change, Item, Kind, RowChange
from archive.record import in_force
from archive.record.changes import record_change
from archive.record.store import Store
from archive.watched import Role

if TYPE_CHECKING:  # read when something has changed
    from archive.laws.register import Entry, Register

FORM = "1"
"""Of the resolver; what another one made is made anew."""
RESOLVED = "laws"
"""Key of archive_info: the register and resolver by which the citations were made."""
SETTLED = "laws-settled"
"""Key of archive_info: all that the laws were settled by; where it is the same, so is what there is to say."""


@frozen
class Known:
    """What has been told of a law, or was so when it was first met."""

    date: str = ""
    """Of the newest text."""
    repealed: str = ""
    met: str = ""
    """The day when the archive met it: an earlier date that is learnt later of a law without one is no change."""
    change: int = 0
    """The last change of its watched page that was looked at."""


def settle_laws(store: Store, crawl_id: int | None) -> list[int]:
    """Bring laws and citations up to date and record what has become of the laws since; returns the new changes.

    Raises SettingsError when the operator's laws.toml has mistakes."""
    day = iso(now())[:10]
    pages = store.rows("SELECT * FROM notices WHERE role = ? AND declared = 1", [str(Role.LAW)])
    if not pages and store.info(SETTLED) == _inputs(store, day):
        return []
    from archive.laws.register import Entry, load_register

    register = load_register(store.data)
    watched = {folded(row["title"]): row for row in pages}
    with atomic(store.db):
        entries = dict(register) | {title: register.get(title, Entry(title)) for title in watched}
        _enter(store, entries, watched, day)
        _cite(store, entries)
        found = [
            id for law in store.rows("SELECT * FROM laws ORDER BY id") for id in _settle(store, law, crawl_id, day)
        ]
        store.set_info(SETTLED, "" if pages else _inputs(store, day))
    return found


def _inputs(store: Store, day: str) -> str:
    """All that decides what is to be said of the laws where none is watched, as a digest."""
    parts = [FORM, day, str([row["id"] for row in store.rows(_UNRESOLVED)])]
    digest = sha256("\0".join(parts).encode())
    for path in (*(laws.HERE / name for name in laws.BUILT_IN), store.data / laws.NAME):
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


# ---------------------------------------------------------------- the tables


def _enter(store: Store, entries: Register, watched: Mapping[str, Row], day: str) -> None:
    """Each entry as a row of `laws`; one that is met for the first time is known as it is now."""
    before = {row["title"]: row for row in store.rows("SELECT * FROM laws")}
    others = False
    for title, entry in entries.items():
        page, known = watched.get(title), before.get(title)
        values = _row(store, entry, page, known, day)
        is_other = known is None or any(known[key] != value for key, value in values.items())
        if known is None:
            last = store.value("SELECT max(id) FROM changes WHERE notice_id = ?", [page["id"] if page else None])
            told = Known(values["date"], values["repealed"], day, last or 0)
            store.db.table("laws").insert(values | {"known": json.dumps(asdict(told))})
        elif is_other:
            store.db.table("laws").update(known["id"], values)
        others = others or is_other
    if others:
        in_force.changed(store.db)


def _row(store: Store, entry: Entry, page: Row | None, known: Row | None, day: str) -> Row:
    """What is known of a law on a day: by the register, and by the page where its text is watched."""
    from archive.laws.register import Text

    if page is not None:
        entry = _as_watched(store, entry, page, known, day)
    text = entry.newest(day) or Text("")
    number = text.number or (entry.numbers[-1] if entry.numbers and not entry.category.endswith("法规") else "")
    return {
        "slug": page["slug"] if page else known["slug"] if known else entry.slug,
        "title": entry.title,
        "category": entry.category,
        "number": number,
        "state": str(entry.state(day) or ""),
        "date": text.date,
        "force": text.force,
        "repealed": entry.repealed if entry.repealed <= day else "",
        "texts": json.dumps([[one.date, one.force, one.number] for one in entry.texts], ensure_ascii=False),
        "notice_id": page["id"] if page else None,
    }


def _as_watched(store: Store, entry: Entry, page: Row, known: Row | None, day: str) -> Entry:
    """A page that says otherwise than before is a newer text, from the day that it names, else from that when it was
    seen; one that says it is repealed, is."""
    from archive.laws.register import Text

    texts = {text.date: text for text in entry.texts}
    first = store.value(
        """SELECT v.metadata FROM standing_versions v JOIN documents d ON d.id = v.document_id
           WHERE d.notice_id = ? AND d.kind = 'page' ORDER BY v.id LIMIT 1""",
        [page["id"]],
    )
    said = json.loads(first or "{}")
    if not texts and (on := said.get("issued_on") or said.get("published_on")):
        texts[on] = Text(on, _force(said, on))
    for change in store.rows(
        """SELECT c.detected_at, v.metadata FROM changes c JOIN versions v ON v.id = c.to_version
           WHERE c.notice_id = ? AND c.kind = 'revised' AND NOT c.quiet AND c.withdrawn_at IS NULL""",
        [page["id"]],
    ):
        said = json.loads(change["metadata"] or "{}")
        named = [said.get(key, "") for key in ("issued_on", "published_on")]
        newest = max(texts, default="")
        seen = change["detected_at"][:10]
        on = next((named_day for named_day in named if newest < named_day <= seen), seen)
        texts.setdefault(on, Text(on, _force(said, on)))
    repealed = entry.repealed
    if page["repealed"]:
        repealed = repealed or (known and known["repealed"]) or day
    return evolve(entry, texts=tuple(texts[on] for on in sorted(texts)), repealed=repealed)


def _force(said: Mapping[str, str], on: str) -> str:
    """From when on a text is in force, as its page says; '' where that is nothing or cannot be."""
    force = said.get("effective_on", "")
    return force if force >= on else ""


def _cite(store: Store, entries: Register) -> None:
    """Resolve the basis of every row in force that has not been; of all of them, when the register is another one."""
    form = f"{FORM} {hash_of(entries)}"
    if store.info(RESOLVED) != form:
        store.db.execute("DELETE FROM citations")
        in_force.changed(store.db)
        store.set_info(RESOLVED, form)
    ids = {row["title"]: row["id"] for row in store.rows("SELECT id, title FROM laws")}
    short: dict[int, dict[str, str]] = {}
    rows = store.rows(_UNRESOLVED)
    if not rows:
        return
    from archive.laws.citations import Resolver

    resolver = Resolver(entries)
    found = [
        {
            "item_id": row["id"],
            "law_id": ids.get(citation.title),
            "position": position,
            "article": "、".join(citation.articles),
            "printed": citation.printed,
            "number": citation.number,
            "year": citation.year,
            "based_on": row["day"],
        }
        for row in rows
        for position, citation in enumerate(resolver.find(row["basis"], short.setdefault(row["version_id"], {})), 1)
    ]
    store.db.table("citations").insert_all(found)
    if found:
        in_force.changed(store.db)


_UNRESOLVED = """
    SELECT i.id, i.version_id, i.basis, coalesce(nullif(n.issued_on, ''), nullif(n.published_on, ''), '') AS day
    FROM (SELECT id, version_id, document_id, basis, position FROM items_in_force
          UNION ALL SELECT id, version_id, document_id, basis, position FROM local_items) i
      JOIN documents d ON d.id = i.document_id JOIN notices n ON n.id = d.notice_id
    WHERE trim(coalesce(i.basis, '')) <> '' AND NOT EXISTS (SELECT 1 FROM citations c WHERE c.item_id = i.id)
    ORDER BY i.version_id, i.position
"""
"""Rows of the catalogues in force with a basis that nothing was found in, or that has not been looked at."""


def hash_of(entries: Register) -> str:
    """Of the names and numbers by which a register resolves; new texts resolve nothing otherwise."""
    names = sorted((title, entry.aliases, entry.numbers) for title, entry in entries.items())
    return sha256(json.dumps(names, ensure_ascii=False).encode()).hexdigest()[:16]


# ---------------------------------------------------------------- what has become of them


def _settle(store: Store, law: Row, crawl_id: int | None, day: str) -> list[int]:
    """One change of a law that has a newer text, or is repealed, since it was last told; [] where nothing is new, or
    where no row rests on it and nobody watches it."""
    told = Known(**json.loads(law["known"]))
    page = _page_change(store, law, told) if law["notice_id"] is not None else None
    present = Known(max(law["date"], told.date), law["repealed"], told.met, page["id"] if page else told.change)
    if present == told:
        return []
    store.db.table("laws").update(law["id"], {"known": json.dumps(asdict(present))})
    amended = present.date > (told.date or told.met) or page is not None
    if not amended and not (present.repealed and not told.repealed):
        return []
    rows = _resting(store, law, page)
    if not rows and law["notice_id"] is None:
        return []
    change = Change(
        Kind.BASIS_AMENDED,
        _summary(store, law, rows, bool(present.repealed and not told.repealed)),
        rows,
        document_id=page["document_id"] if page else None,
        from_version=page["from_version"] if page else None,
        to_version=page["to_version"] if page else None,
    )
    id = record_change(store, None, crawl_id, change)
    store.update("changes", id, law_id=law["id"])
    return [id]


def _page_change(store: Store, law: Row, told: Known) -> Row | None:
    """What the watched page of a law says otherwise since it was last looked at; the last of several."""
    return store.row(
        """SELECT * FROM changes WHERE notice_id = ? AND id > ? AND kind IN ('revised', 'repealed') AND NOT quiet
             AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 1""",
        [law["notice_id"], told.change],
    )


def _resting(store: Store, law: Row, page: Row | None) -> tuple[RowChange, ...]:
    """The national rows in force that rest on a law; where both of its texts are kept, with the cited articles."""
    found = store.rows(
        """SELECT i.id, i.position, c.article FROM citations c JOIN items_in_force i ON i.id = c.item_id
           LEFT JOIN areas a ON a.id = i.area_id WHERE c.law_id = ? ORDER BY a.position, i.document_id, i.position""",
        [law["id"]],
    )
    texts = [_text(store, page[key]) if page else "" for key in ("from_version", "to_version")]
    rows: dict[int, RowChange] = {}
    for row in found:
        cells = _articles(row["article"], *texts) if all(texts) else ()
        before = rows.get(row["id"], RowChange("basis", None, Item(row["position"], id=row["id"])))
        rows[row["id"]] = evolve(before, cells=(*before.cells, *cells))
    return tuple(rows.values())


def _text(store: Store, version_id: int | None) -> str:
    return store.value("SELECT text FROM versions WHERE id = ?", [version_id]) or ""


def _articles(cited: str, before: str, after: str) -> tuple[CellChange, ...]:
    """The cited articles that read otherwise now."""
    from archive.laws.citations import article_of

    cells = (CellChange(one, article_of(before, one), article_of(after, one)) for one in cited.split("、") if one)
    return tuple(cell for cell in cells if cell.before != cell.after)


def _summary(store: Store, law: Row, rows: tuple[RowChange, ...], repealed: bool) -> str:
    said = f"自 {law['repealed']} 起废止" if repealed else f"有 {law['date']} 的新文本"
    if not rows:
        return f"《{law['title']}》{said}"
    areas = store.value(
        """SELECT count(DISTINCT i.area_id) FROM citations c JOIN items_in_force i ON i.id = c.item_id
           WHERE c.law_id = ?""",
        [law["id"]],
    )
    return f"《{law['title']}》{said}，{areas} 个领域的 {len(rows)} 条事项以它为依据"
