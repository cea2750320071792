"""One thing that waits for a person, as `guidelines review` and /review show it: what it is, the text beside the last
good one, and what accepting or rejecting would do, in numbers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from archive import words
from archive.compare.compare import compare
from archive.machine.database import Database, Row
from archive.model import Change, Document
from archive.record.learn import furniture_of
from archive.record.reviews import ReviewKind
from archive.record.store import Store
from archive.text.links import link_key

Audience = Callable[[Change], int | None]
"""How many messages a change would send; None where that is not known."""


@frozen
class Outcome:
    """What a decision would do."""

    words: str
    rows_gone: int = 0
    """Rows of the catalogue that would no longer be in force."""
    rows_come: int = 0
    messages: int | None = None
    """None: not known before the next crawl, or not to be told here."""

    def sentence(self) -> str:
        parts = [self.words]
        if self.rows_gone:
            parts.append(f"{self.rows_gone} 条事项将不再现行")
        if self.rows_come:
            parts.append(f"{self.rows_come} 条事项将成为现行")
        if self.messages is not None:
            parts.append(f"将发出 {self.messages} 条提醒" if self.messages else "不发提醒")
        return "；".join(parts)


@frozen
class Question:
    number: int
    kind: str
    slug: str
    notice: str
    what: str
    why: str
    since: str
    url: str
    """Where the text in question was found."""
    fetched_at: str
    document: int | None
    accept: Outcome
    reject: Outcome
    before: str = ""
    """The last good text."""
    after: str = ""
    """The text in question."""
    facts: tuple[str, ...] = ()
    """What else there is to know: evidence of a candidate, what a line read."""
    version: int | None = None
    """Number of the held version."""
    state: str = "open"

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind,
            "notice": self.slug,
            "what": self.what,
            "why": self.why,
            "since": self.since,
            "url": self.url,
            "document": self.document,
            "state": self.state,
            "facts": list(self.facts),
            "accept": _as_dict(self.accept),
            "reject": _as_dict(self.reject),
            "commands": [f"guidelines accept {self.number}", f"guidelines reject {self.number}"],
        }


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    return {
        "text": outcome.sentence(),
        "rows_gone": outcome.rows_gone,
        "rows_come": outcome.rows_come,
        "messages": outcome.messages,
    }


def questions(
    data: Path, connection: sqlite3.Connection, audience: Audience = lambda _: None, number: int | None = None
) -> list[Question]:
    """What waits, in the order of its numbers; with `number` only that one, whatever became of it."""
    store = Store(data, Database(connection))
    if number is None:
        rows = store.rows("SELECT * FROM waiting ORDER BY id")
    else:
        rows = store.rows(
            """SELECT r.*, n.slug, n.title, n.url AS notice_url
               FROM reviews r JOIN notices n ON n.id = r.notice_id WHERE r.id = ?""",
            [number],
        )
    return [_ASKED[ReviewKind(row["kind"])](store, row, audience) for row in rows]


def _question(row: Row, accept: Outcome, reject: Outcome, **values: Any) -> Question:
    return Question(
        number=row["id"],
        kind=row["kind"],
        slug=row["slug"],
        notice=row["title"],
        what=f"《{row['title']}》" + words.WAITING[row["kind"]],
        why=words.WHY.get(row["why"]) or words.reason(row["why"] or ""),
        since=row["opened_at"],
        document=row["document_id"],
        accept=accept,
        reject=reject,
        state=row["state"],
        **values,
    )


# ---------------------------------------------------------------- the four kinds


def _capture(store: Store, row: Row, audience: Audience) -> Question:
    capture = store.capture(row["subject_id"])
    known = store.current_version(row["document_id"])
    before = store.load(known["id"]) if known else Document()
    kept = json.loads(row["reading"] or "{}")
    after = evolve(
        before,
        text=kept.get("text", ""),
        title=kept.get("title", ""),
        items=(),
        attachments=tuple(a for a in before.attachments if _named(a.url, kept.get("files", []))),
    )
    gone = _rows_in_force(store, row) - _rows_of_files(store, row, kept.get("files", []))
    accept = Outcome(
        "把这次取得的文字收作现行文本", max(0, gone), kept.get("rows", 0), _messages(before, after, audience)
    )
    reject = Outcome("不收录；同样的内容再出现也不再收录，以现有文本为准", messages=0)
    return _question(
        row,
        accept,
        reject,
        url=capture["url"],
        fetched_at=capture["fetched_at"],
        before=before.text,
        after=kept.get("text", ""),
        facts=(capture["detail"],) if capture["detail"] else (),
    )


def _version(store: Store, row: Row, audience: Audience) -> Question:
    version = store.row("SELECT * FROM versions WHERE id = ?", [row["subject_id"]]) or {}
    known = store.current_version(row["document_id"])
    before = store.load(known["id"]) if known else Document()
    after = store.load(row["subject_id"])
    capture = store.capture(version["capture_id"])
    files = [{"url": file.url} for file in after.attachments]
    gone = _rows_in_force(store, row) - _rows_of_files(store, row, files)
    furniture = furniture_of(store, row["document_id"])
    sure = evolve(after, confidence="high"), evolve(before, confidence="high")
    messages = _messages(sure[1], sure[0], audience, furniture)
    return _question(
        row,
        Outcome("收作现行文本，并作为修订提醒", max(0, gone), len(after.items), messages),
        Outcome("不是修订：以上一版为准，同样的文字不再询问", messages=0),
        url=capture["url"],
        fetched_at=capture["fetched_at"],
        before=before.text,
        after=after.text,
        facts=_files_between(before, after),
        version=version["number"],
    )


def _candidate(store: Store, row: Row, audience: Audience) -> Question:
    candidate = store.row("SELECT * FROM candidates WHERE id = ?", [row["subject_id"]]) or {}
    named = [f"题名：{candidate['title']}", f"文号：{candidate['document_number'] or '未注明'}"]
    dated = [f"发布日期：{candidate['published_on']}"] if candidate["published_on"] else []
    return _question(
        row,
        Outcome("采纳为通知的新一版：下次抓取时收录，并与现行版逐行比对后提醒"),
        Outcome("不是新版，不再提起", messages=0),
        url=candidate["url"],
        fetched_at=candidate["found_at"],
        facts=(*named, *dated, *json.loads(candidate["evidence"] or "[]")),
    )


def _furniture(store: Store, row: Row, audience: Audience) -> Question:
    found = store.row("SELECT * FROM furniture WHERE id = ?", [row["subject_id"]]) or {}
    document = store.row("SELECT url, name FROM documents WHERE id = ?", [row["document_id"]]) or {}
    examples = [f"“{value}”" if value else "（没有这一行）" for value in json.loads(found["examples"] or "[]")]
    return _question(
        row,
        Outcome("是网站自己的栏目：这一处以后怎样变都不提醒", messages=0),
        Outcome("是通知的内容：马上按取得的文字比对，有变化就作为修订提醒"),
        url=document["url"],
        fetched_at=found["found_at"],
        facts=tuple(f"曾为：{example}" for example in examples),
    )


_ASKED: dict[ReviewKind, Callable[[Store, Row, Audience], Question]] = {
    ReviewKind.CAPTURE: _capture,
    ReviewKind.VERSION: _version,
    ReviewKind.CANDIDATE: _candidate,
    ReviewKind.FURNITURE: _furniture,
}


def _files_between(before: Document, after: Document) -> tuple[str, ...]:
    """What the two texts say differently of their files."""
    old, new = ({link_key(file.url): file.name for file in one.attachments} for one in (before, after))
    come = [f"新列出附件“{name}”" for key, name in new.items() if key not in old]
    return (*come, *(f"不再列出附件“{name}”" for key, name in old.items() if key not in new))


# ---------------------------------------------------------------- numbers


def _messages(before: Document, after: Document, audience: Audience, furniture: Any = None) -> int | None:
    changes = compare(before, after, furniture) if furniture else compare(before, after)
    counts = [audience(change) for change in changes if not change.quiet]
    return None if None in counts else sum(count for count in counts if count)


def _rows_in_force(store: Store, row: Row) -> int:
    """Rows that rest on the document: its own, and of a page those of the files that it names."""
    if _is_page(store, row):
        return _count(store, "notice_id", row["notice_id"])
    return _count(store, "file_id", row["document_id"])


def _rows_of_files(store: Store, row: Row, files: list[dict[str, str]]) -> int:
    """Rows in force of the files that the text in question still names."""
    if not _is_page(store, row):
        return 0
    kept = 0
    for document in store.rows(
        "SELECT id, url FROM documents WHERE notice_id = ? AND kind = 'attachment'", [row["notice_id"]]
    ):
        if _named(document["url"], files):
            kept += _count(store, "file_id", document["id"])
    return kept


def _count(store: Store, column: str, id: int) -> int:
    found = store.db.conn.execute(f"SELECT count(*) FROM items_in_force WHERE {column} = ?", [id])  # noqa: S608 - of ours
    return int(found.fetchone()[0])


def _named(url: str, files: list[dict[str, str]]) -> bool:
    return link_key(url) in {link_key(file["url"]) for file in files}


def _is_page(store: Store, row: Row) -> bool:
    return bool(store.value("SELECT kind FROM documents WHERE id = ?", [row["document_id"]]) == "page")
