"""The story of a change: what differs, worked out once when the change is recorded, and kept with it.

Terminal, page, feed, mail and chat all read this value; each only writes it in its own way. What may still happen to a
change (the text came back, a person took it back) and the names of its notice are read from the tables each time.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from attrs import asdict, frozen

from archive import words
from archive.clock import local
from archive.compare.redline import DELETE, EQUAL, Op
from archive.machine.database import Database, Row, rows_of
from archive.model import PICTURE, Kind
from archive.record.difference import Difference, RowStory, of_json, versions_of, work_out
from archive.text.fold import compare_fold
from archive.words.columns import LEVELS

FORM = 2
"""Of the kept stories. One of another form was written by another release and is worked out again."""
FEW = 2
"""Rows that one sentence can tell of."""
ROWS = 12
"""Rows of a table that one message shows; the page has them all."""
MOST_BEHIND = 30
"""Names of local catalogues that one message shows."""


@frozen(kw_only=True)
class Story(Difference):
    """All that is told of one change. Times are ISO 8601 UTC."""

    id: int
    kind: str
    summary: str
    quiet: bool
    restored_at: str
    """When the text came back; '' when it did not."""
    withdrawn_at: str
    """When a person took back the decision that led to it; '' when nobody did."""
    detected_at: str
    updated_at: str
    from_version: int | None
    to_version: int | None
    pages: str | None = None
    """Of a text that is cut: as the table `changes` has it."""
    slug: str
    """Of the notice; '' when the change is about a law."""
    law: str
    """Slug of the law that it is about, ''."""
    notice: str
    issuer: str
    document_number: str
    areas: tuple[str, ...]
    behind: tuple[str, ...] = ()
    """Names of the local catalogues that still have what was changed here."""
    document_id: int | None
    document_kind: str
    """page | attachment | member | picture, '' when the change is about no document."""
    document_name: str
    url: str
    """Address of the document as it was found, or of the notice."""
    source: str
    """Where the ministry has it, '' when that is no web address."""
    candidate_title: str
    """Of the page that may be the next edition, '' of other changes."""
    candidate_state: str
    base_url: str
    """Of our own site."""
    zone: tzinfo

    @property
    def kind_name(self) -> str:
        return words.change(self.kind)

    @property
    def headline(self) -> str:
        """What changed in one line."""
        note = "（已撤销，此条有误）" if self.withdrawn_at else "（已恢复原文）" if self.restored_at else ""
        return f"{self.summary}{note}"

    @property
    def document(self) -> str:
        """Name of the attachment or picture that changed, '' for the page itself."""
        return self.document_name if self.document_kind != "page" else ""

    @property
    def picture_link(self) -> str:
        """Where the kept bytes of a picture that changed are to be had; '' for what is no picture."""
        return f"{self.base_url}/documents/{self.document_id}/file" if self.document_kind == PICTURE else ""

    @property
    def rows(self) -> tuple[RowStory, ...]:
        """What a message shows as a table: the first rows, or what the document says differently about itself."""
        if self.kind == Kind.METADATA:
            return (RowStory("changed", "文件信息", cells=self.metadata),) if self.metadata else ()
        return self.all_rows[:ROWS]

    @property
    def gist(self) -> str:
        """What changed, in one sentence however many rows it are."""
        if len(self.all_rows) <= FEW or self.kind in (Kind.ATTACHMENT_REMOVED, Kind.BASIS_AMENDED):
            return self.headline
        counts = Counter(row.kind for row in self.all_rows)
        parts = [f"{words.ROW_CHANGES[kind]} {counts[kind]} 条" for kind in words.ROW_CHANGES if counts[kind]]
        columns = "、".join(dict.fromkeys(cell.column for row in self.all_rows for cell in row.cells))
        cells = sum(len(row.cells) for row in self.all_rows)
        about = f"，涉及{columns}共 {cells} 处" if columns else ""
        where = f"“{self.document}”中" if self.document else "正文中"
        return f"{where}目录事项{'、'.join(parts)}{about}"

    @property
    def concern(self) -> Concern:
        """Who must act, by the rows that changed."""
        return Concern.of(
            {"area": row.area, "county": row.county, "township": row.township, "subject": row.subject}
            for row in self.all_rows
        )

    @property
    def more_rows(self) -> int:
        return max(0, len(self.all_rows) - ROWS)

    @property
    def left_behind(self) -> str:
        """国家标准已改，以下 9 家尚未改：…; '' when all watched catalogues have followed, or none is watched."""
        if not self.behind or self.restored_at or self.withdrawn_at:
            return ""
        more = "等" if len(self.behind) > MOST_BEHIND else ""
        return f"国家标准已改，以下 {len(self.behind)} 家尚未改：{'、'.join(self.behind[:MOST_BEHIND])}{more}"

    @property
    def advice(self) -> str:
        return advice(
            self.kind,
            rows=bool(self.all_rows),
            picture=self.document_kind == PICTURE,
            restored=bool(self.restored_at),
            withdrawn=bool(self.withdrawn_at),
        )

    @property
    def restored(self) -> str:
        return local(self.restored_at, self.zone)

    @property
    def detected(self) -> str:
        return local(self.detected_at, self.zone)

    @property
    def captured(self) -> str:
        return local(self.fetched_at, self.zone)

    @property
    def link(self) -> str:
        return f"{self.base_url}/changes/{self.id}"

    @property
    def notice_link(self) -> str:
        return f"{self.base_url}/laws/{self.law}" if self.law else f"{self.base_url}/notices/{self.slug}"


# one by one: SQLite takes a single number into the view, a list of them it holds against all that is in it
_AREAS = """SELECT a.name FROM change_areas c JOIN areas a ON a.id = c.area_id
    WHERE c.change_id = ? ORDER BY a.position"""


def stories(connection: sqlite3.Connection, ids: Sequence[int], base_url: str, zone: tzinfo) -> list[Story]:
    """The stories of these changes, in this order. A change that is no longer there is left out."""
    names = {id: tuple(row[0] for row in connection.execute(_AREAS, [id])) for id in ids}
    found = {
        row["id"]: row
        for row in rows_of(
            connection,
            """SELECT l.*, s.told FROM change_list l LEFT JOIN stories s ON s.change_id = l.id AND s.form = ?
               WHERE l.id IN (SELECT value FROM json_each(?))""",
            [FORM, json.dumps(list(ids))],
        )
    }
    return [_story(connection, found[id], names[id], base_url, zone) for id in ids if id in found]


def _story(connection: sqlite3.Connection, row: Row, areas: tuple[str, ...], base_url: str, zone: tzinfo) -> Story:
    difference = of_json(row["told"]) if row["told"] else work_out(connection, row)
    return Story(
        **asdict(difference, recurse=False),
        id=row["id"],
        kind=row["kind"],
        summary=row["summary"] or words.change(row["kind"]),
        quiet=bool(row["quiet"]),
        restored_at=row["restored_at"] or "",
        withdrawn_at=row["withdrawn_at"] or "",
        detected_at=row["detected_at"],
        updated_at=row["updated_at"] or row["detected_at"],
        from_version=row["from_version"],
        to_version=row["to_version"],
        pages=row["pages"],
        slug=row["slug"] or "",
        law=row["law"] or "",
        notice=row["notice"],
        issuer=row["issuer"],
        document_number=row["document_number"] or "",
        areas=areas,
        behind=_behind(connection, row["id"]),
        document_id=row["document_id"],
        document_kind=row["document_kind"] or "",
        document_name=row["document_name"] or "",
        url=row["url"],
        candidate_title=row["candidate_title"] or "",
        candidate_state=row["candidate_state"] or "",
        source=row["source"] if row["source"].startswith(("http://", "https://")) else "",
        base_url=base_url.rstrip("/"),
        zone=zone,
    )


def _behind(connection: sqlite3.Connection, change_id: int) -> tuple[str, ...]:
    names = "SELECT l.name FROM behind b JOIN locals l ON l.id = b.local_id WHERE b.change_id = ? ORDER BY l.id"
    return tuple(dict.fromkeys(row["name"] for row in rows_of(connection, names, [change_id])))


def keep_stories(db: Database) -> None:
    """Work out and keep the story of every change that has none. Call it in the transaction that records a change."""
    missing = """SELECT c.* FROM changes c LEFT JOIN stories s ON s.change_id = c.id AND s.form = ?
                 WHERE s.change_id IS NULL"""
    for change in rows_of(db.conn, missing, [FORM]):
        told = json.dumps(asdict(work_out(db.conn, change)), ensure_ascii=False)
        db.table("stories").insert({"change_id": change["id"], "form": FORM, "told": told}, otherwise="REPLACE")


def text_of(connection: sqlite3.Connection, story: Story) -> list[Op]:
    """The whole redline of the two texts; [] when they are the same, or when there are no two."""
    before, _ = versions_of(connection, story.from_version, story.to_version, story.pages)
    old = (before or {}).get("text", "")
    ops: list[Op] = []
    at = 0
    for op, text in story.steps:
        shown = old[at : at + text] if isinstance(text, int) else text
        at += len(shown) if op in (EQUAL, DELETE) else 0
        ops.append((op, shown))
    return ops


# ---------------------------------------------------------------- advice

# What a reader has to do about a change, in one sentence: a suggestion, never more than the change itself shows.
BACK = "原文已恢复，无需再改；此前据此作过改动的，请改回"
TAKEN_BACK = "这条变化已撤销；此前据此作过改动的，请改回"
ROW_BY_ROW = "请按对照页逐行修改本地目录，再按新的内容公开"
LOOK_AT_PICTURE = "请打开图片原件，与此前保存的图片人工核对，再决定是否修改本地目录"
NOT_REPEALED = "撤下不等于废止：请先向发布机构核实，再决定是否改动本地目录；存档中的原件仍可查阅"
BY_KIND: Mapping[str, str] = {
    Kind.REVISED: "请阅读改动之处，核对本地目录和办理要求是否需要调整",
    Kind.METADATA: "目录内容没有变；引用过这份通知的文号、日期的，请核对",
    Kind.ATTACHMENT_ADDED: "请打开新附件，核对其中有没有本地目录尚缺的事项",
    Kind.ATTACHMENT_REPLACED: "请打开新旧两份文件人工核对，再决定是否修改本地目录",
    Kind.ATTACHMENT_REMOVED: NOT_REPEALED,
    Kind.GONE: NOT_REPEALED,
    Kind.MOVED: "内容没有变；引用了原地址的网页，请改用新地址",
    Kind.RESTORED: "原文可以照常查阅；因撤下作过改动的，请复核",
    Kind.SUCCESSOR: "请打开候选网页核对：确为新版的由运行人员采信，不是的排除；在此之前以现行文本为准",
    Kind.REPEALED: "请停止引用这份通知；以它为依据的本地事项，请核对有没有新的依据",
    Kind.CORRECTION: "请以本条为准；据先前的告知作过改动的，请改回",
    Kind.BASIS_AMENDED: "请核对所列各行引用的条款，必要时修改本地目录的公开依据",
}
"""Of kinds without an entry nothing has to be done."""


def advice(kind: str, *, rows: bool, restored: bool, withdrawn: bool, picture: bool = False) -> str:
    """'' when nothing has to be done. `rows`: the change names rows of the catalogue that differ; `picture`: it is of
    a picture in the body."""
    if withdrawn:
        return TAKEN_BACK
    if restored:
        return BACK
    if picture:
        return LOOK_AT_PICTURE
    if rows and kind in (Kind.REVISED, Kind.ATTACHMENT_REPLACED, Kind.ATTACHMENT_ADDED):
        return ROW_BY_ROW
    return BY_KIND.get(kind, "")


# ---------------------------------------------------------------- whom it concerns

# Whom rows of a catalogue concern: the areas, the levels that publish, and who has to do it.
NAMED = 8
"""公开主体 that are named, the most frequent first."""


@frozen
class Concern:
    areas: tuple[str, ...] = ()
    """Names, in the order of the rows."""
    levels: tuple[str, ...] = ()
    """县级, 乡级."""
    subjects: tuple[str, ...] = ()
    more_subjects: int = 0

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Concern:
        """`rows`: with the name of their `area`, `county`, `township` and `subject`."""
        found = list(rows)
        written: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for row in found:
            subject = "；".join((row["subject"] or "").split())
            if subject:
                written.setdefault(compare_fold(subject), subject)
                counts[compare_fold(subject)] += 1
        return cls(
            tuple(dict.fromkeys(row["area"] for row in found if row["area"])),
            tuple(word for field, word in LEVELS.items() if any(row[field] for row in found)),
            tuple(written[key] for key, _ in counts.most_common(NAMED)),
            max(0, len(counts) - NAMED),
        )

    @property
    def sentence(self) -> str:
        """'社会救助；县级、乡级；县级民政部门', '' when nothing is known."""
        more = f"等 {len(self.subjects) + self.more_subjects} 种" if self.more_subjects else ""
        parts = ("、".join(self.areas), "、".join(self.levels), "、".join(self.subjects) + more)
        return "；".join(part for part in parts if part)
