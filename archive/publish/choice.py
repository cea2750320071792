"""Which rows of the catalogue in force: one rule for the page that lists them, the file that holds them, the address
that names them, and the command."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve, field, frozen

from archive.machine.database import Row, rows_of
from archive.words.columns import LEVELS

MARK = 3
"""Characters of the mark of a row."""

FROM = """FROM items_in_force i JOIN documents d ON d.id = i.document_id JOIN notices n ON n.id = i.notice_id
    LEFT JOIN areas a ON a.id = i.area_id"""
ORDER = "ORDER BY a.position IS NULL, a.position, a.id, i.document_id, i.position"
_IN_AREA = "ORDER BY i.document_id, i.position"
"""As the index has them."""
_AREAS = "i.area_id IN (SELECT x.id FROM areas x JOIN json_each(:areas) j ON j.value = x.slug)"
_ONE_AREA = "i.area_id = (SELECT x.id FROM areas x WHERE x.slug = json_extract(:areas, '$[0]'))"
"""Its rows stand in the index in their order: they are not sorted."""
# a table without the columns 县级 and 乡级 is meant for both
OF_LEVEL: Mapping[str, str] = {
    level: f"(i.{level} = 1 OR (i.county IS NULL AND i.township IS NULL))" for level in LEVELS
}
_KEYS = """SELECT i.id, i.key FROM items_in_force i JOIN areas a ON a.id = i.area_id
    WHERE a.slug = ? ORDER BY i.document_id, i.position"""


class ChoiceError(Exception):
    """The choice names what is not there; the message says what there is, in Chinese."""


@frozen
class Picked:
    """Rows of one area by their marks: only these, or all but these."""

    only: bool
    marks: frozenset[str]

    def has(self, mark: str) -> bool:
        return (mark in self.marks) is self.only


@frozen
class Choice:
    """What a visitor asked for; '' and () stand for all."""

    areas: tuple[str, ...] = ()
    """Slugs."""
    level: str = ""
    deadline: str = ""
    channel: str = ""
    document: str = ""
    """Number of a document."""
    review: str = ""
    """'1': only rows that need a look."""
    origin: str = ""
    """Number of an archive that was merged into this one ('0': this one itself): only rows that it has seen."""
    picked: Mapping[str, Picked] = field(factory=dict)
    """By area; an area that is not in it is chosen whole."""

    def checked(self, connection: sqlite3.Connection) -> Choice:
        """Itself. Raises ChoiceError for an area or a level that is not known."""
        names = known_areas(connection)
        for slug in self.areas:
            if slug not in names:
                known = "、".join(f"{s}（{n}）" for s, n in names.items())
                raise ChoiceError(f"没有领域 {slug!r}；可用的有：{known}")
        if self.level and self.level not in LEVELS:
            raise ChoiceError(f"没有层级 {self.level!r}；可用的有：{'、'.join(LEVELS)}")
        return self

    @property
    def where(self) -> str:
        """The condition over FROM; its parameters are `parameters`. Only what was asked for, so that an index helps."""
        conditions = {
            "areas": _ONE_AREA if len(self.areas) == 1 else _AREAS,
            "level": OF_LEVEL.get(self.level, ""),
            "deadline": "i.deadline = :deadline",
            "channel": "EXISTS (SELECT 1 FROM json_each(i.channels) WHERE value = :channel)",
            "document": "i.document_id = :document",
            "review": "i.review <> ''",
            "origin": "i.version_id IN (SELECT w.version_id FROM version_origins w WHERE w.origin_id = :origin)",
        }
        return "WHERE " + " AND ".join(["1", *(sql for name, sql in conditions.items() if getattr(self, name))])

    @property
    def parameters(self) -> dict[str, str]:
        """Of `where`."""
        names = ("level", "deadline", "channel", "document", "review", "origin")
        return {"areas": json.dumps(self.areas), **{name: getattr(self, name) for name in names}}

    @property
    def key(self) -> tuple[str, ...]:
        """The same for the same filters, whatever single rows are picked."""
        return tuple(self.parameters.values())

    def kept(self, connection: sqlite3.Connection, rows: Iterable[Row]) -> list[Row]:
        """Those of the rows that were picked; `rows` have `id` and `area_slug`."""
        marked = {slug: marks(connection, slug) for slug in self.picked}
        return [
            row
            for row in rows
            if (area := row["area_slug"] or "") not in marked or self.picked[area].has(marked[area].get(row["id"], ""))
        ]

    def count(self, connection: sqlite3.Connection) -> dict[str, int]:
        """How many rows of each area that has any, before single ones are picked; '' are those without an area."""
        # the index by area has no level and no deadline: where these are asked for, the table is read in its own order
        by = "i.area_id" if self == Choice(areas=self.areas, picked=self.picked) else "+i.area_id"
        sql = f"""SELECT a.slug, c.rows FROM (
              SELECT i.area_id, count(*) AS rows FROM items_in_force i {self.where} GROUP BY {by}) c
            LEFT JOIN areas a ON a.id = c.area_id ORDER BY a.position IS NULL, a.position"""  # noqa: S608 - texts of ours
        return {slug or "": count for slug, count in connection.execute(sql, self.parameters)}

    def picked_of(self, connection: sqlite3.Connection, counts: Mapping[str, int]) -> dict[str, int]:
        """The counts, as they are when single rows are picked."""
        found = dict(counts)
        for slug in self.picked.keys() & found.keys():
            one = evolve(self, areas=(slug,))
            ids = f"SELECT i.id, a.slug AS area_slug {FROM} {one.where}"
            found[slug] = len(self.kept(connection, rows_of(connection, ids, one.parameters)))
        return found

    def page(
        self, connection: sqlite3.Connection, columns: str, counts: Mapping[str, int], start: int, size: int
    ) -> list[Row]:
        """`size` rows from the one numbered `start` on, area by area in their order; `counts` as `count` gives them."""
        found: list[Row] = []
        for slug, count in counts.items():
            if start < count:
                one = evolve(self, areas=(slug,)) if slug else self
                where = one.where if slug else f"{one.where} AND i.area_id IS NULL"
                sql = f"SELECT {columns} {FROM} {where} {_IN_AREA} LIMIT :size OFFSET :start"
                asked = one.parameters | {"size": size - len(found), "start": start}
                found += rows_of(connection, sql, asked)
            if len(found) >= size:
                break
            start = max(0, start - count)
        return found


def known_origins(connection: sqlite3.Connection) -> dict[str, str]:
    """The archives that this one was merged of, by number; {} where it stands alone."""
    return {str(id): name for id, name in connection.execute("SELECT id, name FROM origins ORDER BY id")}


def known_areas(connection: sqlite3.Connection) -> dict[str, str]:
    """Names by slug, in the order of the declarations."""
    return dict(connection.execute("SELECT slug, name FROM areas ORDER BY position, id"))


def marks(connection: sqlite3.Connection, slug: str) -> dict[int, str]:
    """The mark of each row in force of an area, by the row's number.

    A mark comes from the row's permanent key, so it stays when the ministry's file is replaced.
    """
    found: dict[int, str] = {}
    taken: set[str] = set()
    for id, key in connection.execute(_KEYS, [slug]):
        turn = 0
        while (mark := _mark(f"{key}{turn or ''}")) in taken:
            turn += 1
        taken.add(mark)
        found[id] = mark
    return found


def short(slug: str) -> str:
    """The mark of an area."""
    return _mark(slug)


def _mark(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:3])[:MARK].decode()


def picked(chosen: Sequence[str], all_marks: Sequence[str]) -> Picked | None:
    """The shorter way to say which of all marks are chosen; None where all are."""
    left_out = set(all_marks) - set(chosen)
    if not left_out:
        return None
    if len(left_out) <= len(chosen):
        return Picked(False, frozenset(left_out))
    return Picked(True, frozenset(chosen) & frozenset(all_marks))


def split(marks_in_a_row: str) -> frozenset[str]:
    """The marks of a text of marks."""
    return frozenset(marks_in_a_row[at : at + MARK] for at in range(0, len(marks_in_a_row), MARK))


def written(chosen: Mapping[str, Picked]) -> str:
    """All picked rows in letters that an address takes as they are."""
    parts = (
        short(slug) + ("o" if rows.only else "n") + "".join(sorted(rows.marks)) for slug, rows in sorted(chosen.items())
    )
    return ".".join(parts)


def read(text: str, areas: Iterable[str]) -> dict[str, Picked]:
    """The inverse of `written`, for these areas. Raises ChoiceError for a text that is none."""
    by_mark = {short(slug): slug for slug in areas}
    found: dict[str, Picked] = {}
    for part in filter(None, text.split(".")):
        area, way, rest = part[:MARK], part[MARK : MARK + 1], part[MARK + 1 :]
        if way not in ("o", "n") or len(rest) % MARK:
            raise ChoiceError("地址里的“rows”不完整，请重新复制整个地址。")
        if area in by_mark:
            found[by_mark[area]] = Picked(way == "o", split(rest))
    return found


def named(choice: Choice, names: Mapping[str, str]) -> str:
    """What the chosen rows are, in a few words: a file is called so."""
    areas = [names.get(slug, slug) for slug in choice.areas]
    of = "、".join(areas) if len(areas) <= 3 else f"{areas[0]}等{len(areas)}个领域"
    return f"{of}{LEVELS.get(choice.level, '')}公开事项目录"
