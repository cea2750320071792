"""The tables of `archive.db`, as migrations that read from top to bottom.

A table is added by a new function at the end of this file; a released function is never changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Set
from pathlib import Path

from sqlite_utils import Database, Migrations
from sqlite_utils.db import Table

from archive.machine.faults import StoreError
from archive.record import views

migrations = Migrations("guidelines")


FTS = "CREATE VIRTUAL TABLE {name} USING fts5({columns}, tokenize=\"unicode61 separators '\x1f'\", detail=full)"


@migrations()
def m001_declarations(db: Database) -> None:
    _table(db, "archive_info").create({"key": str, "value": str}, pk="key")
    _table(db, "notices").create(
        {
            "id": int,
            "number": int,
            "slug": str,
            "title": str,
            "issuer": str,
            "url": str,  # where it is fetched now: the declared address, or that of an accepted successor
            "declared_url": str,
            "edition_title": str,  # of an accepted successor: the title its page must carry
            "listing": str,
            "document_number": str,
            "issued_on": str,
            "published_on": str,
            "state": str,  # never-fetched | current | suspect | blocked | unreachable | gone
            "verdict": str,  # of the latest capture of its page
            "reason": str,
            "checked_at": str,
            "changed_at": str,
            "last_success": str,
            "next_due": str,
            "interval": float,  # hours until the next visit
            "trouble_since": str,
            "trouble_count": int,  # crawls in a row without a good capture
            "acknowledged": str,  # JSON: marks of the troubles that a person knows about (health.py)
            "told": str,  # JSON: the edition whose changes have been recorded (see editions.py)
            "declared": int,  # 0 when it is no longer in the list; kept all the same
        },
        pk="id",
        not_null={"number", "slug", "title", "issuer", "url", "state"},
        defaults={"trouble_count": 0, "declared": 1},
    )
    _table(db, "notices").create_index(["slug"], unique=True)
    _table(db, "areas").create(
        {"id": int, "slug": str, "name": str, "aliases": str, "notice_id": int, "position": int},
        pk="id",
        foreign_keys=[("notice_id", "notices", "id")],
    )
    _table(db, "areas").create_index(["slug"], unique=True)
    _table(db, "tasks").create({"number": int, "task": str, "unit": str, "due": str}, pk="number")


@migrations()
def m002_captures(db: Database) -> None:
    _table(db, "documents").create(
        {
            "id": int,
            "notice_id": int,
            "parent_id": int,  # of a member: the archive file it came from
            "kind": str,  # page | attachment | member
            "url": str,
            "name": str,
            "media_type": str,
            "state": str,  # current | unread | unreadable | gone
            "reason": str,
            "mirror": str,  # label of the mirror it comes from, '' for the declared address
            "superseded_by": int,  # the page of the next edition
            "location": str,  # where permanent redirects lead
            "reader": str,  # the reader that last tried, also when it failed
            "sha256": str,  # of a member's bytes; other documents have theirs in captures
            "verdict": str,
            "trouble_count": int,
            "trouble_since": str,
        },
        pk="id",
        foreign_keys=[
            ("notice_id", "notices", "id"),
            ("parent_id", "documents", "id"),
            ("superseded_by", "documents", "id"),
        ],
        not_null={"kind", "url", "state"},
        defaults={"trouble_count": 0},
    )
    _table(db, "documents").create_index(["notice_id", "kind", "url"], unique=True)
    _table(db, "crawls").create(
        {
            "id": int,
            "token": str,  # by which the parent process finds its crawl
            "kind": str,  # live | replay
            "started_at": str,
            "finished_at": str,
            "software": str,
            "settings": str,  # JSON
            "stats": str,  # JSON: counters under guidelines/
        },
        pk="id",
    )
    _table(db, "captures").create(
        {
            "id": int,
            "crawl_id": int,
            "document_id": int,
            "url": str,
            "fetched_at": str,
            "http_status": int,
            "verdict": str,
            "reason": str,
            "detail": str,  # the reason in words, for people
            "sha256": str,  # of the payload after content decoding
            "bytes": int,
            "media_type": str,
            "charset": str,
            "filename": str,  # from Content-Disposition
            "warc_file": str,
            "warc_offset": int,  # of the response or revisit record
            "warc_digest": str,  # WARC-Payload-Digest: of the payload as sent
            "refers_to": int,  # the capture that holds the payload, for a 304 or a revisit
            "etag": str,
            "last_modified": str,
            "redirects": str,  # JSON list of [status, url]
            "decision": str,  # a person's: accepted | rejected (withdrawn: it rested on one taken back)
        },
        pk="id",
        foreign_keys=[
            ("crawl_id", "crawls", "id"),
            ("document_id", "documents", "id"),
            ("refers_to", "captures", "id"),
        ],
    )
    _table(db, "captures").create_index(["document_id", "id"])
    _table(db, "captures").create_index(["crawl_id"])
    _table(db, "captures").create_index(["url", "warc_digest"])


@migrations()
def m003_versions(db: Database) -> None:
    _table(db, "versions").create(
        {
            "id": int,
            "document_id": int,
            "number": int,
            "capture_id": int,
            "captured_at": str,
            "title": str,
            "text": str,
            "text_sha256": str,
            "metadata": str,
            "confidence": str,
            "reader": str,
            "review": str,  # JSON list of reasons
        },
        pk="id",
        foreign_keys=[("document_id", "documents", "id"), ("capture_id", "captures", "id")],
    )
    _table(db, "versions").create_index(["document_id", "number"], unique=True)
    _table(db, "attachments").create(
        {"id": int, "version_id": int, "position": int, "name": str, "url": str, "document_id": int},
        pk="id",
        foreign_keys=[("version_id", "versions", "id"), ("document_id", "documents", "id")],
    )
    _table(db, "attachments").create_index(["version_id", "position"], unique=True)
    _table(db, "grids").create(
        {
            "id": int,
            "version_id": int,
            "position": int,
            "kind": str,  # catalogue | table
            "area_id": int,
            "place": str,  # JSON
            "caption": str,
            "headers": int,
            "captions": int,
            "items": int,
            "flagged": int,
            "joined": int,
            "review": str,  # JSON list of reasons
            "cells": str,  # JSON: the raw grid; null = merged away
            "spans": str,  # JSON list of [row, column, rows, columns]
        },
        pk="id",
        foreign_keys=[("version_id", "versions", "id"), ("area_id", "areas", "id")],
    )
    _table(db, "grids").create_index(["version_id", "position"], unique=True)
    _table(db, "items").create(
        {
            "id": int,
            "version_id": int,
            "document_id": int,
            "area_id": int,
            "position": int,
            "serial": str,
            "level1": str,
            "level2": str,
            "content": str,
            "basis": str,
            "time_limit": str,
            "deadline": str,  # the structured deadline as words, for facets: '20个工作日'
            "subject": str,
            "channels": str,
            "audience_all": int,
            "audience_specific": int,
            "proactive": int,
            "on_request": int,
            "county": int,
            "township": int,
            "review": str,
            "more": str,
            "current": int,  # 1 while its version is the document's latest and the document is in force
        },
        pk="id",
        foreign_keys=[
            ("version_id", "versions", "id"),
            ("document_id", "documents", "id"),
            ("area_id", "areas", "id"),
        ],
        defaults={"current": 1},
    )
    _table(db, "items").create_index(["version_id", "position"], unique=True)
    _table(db, "items").create_index(["area_id", "current"])
    _table(db, "items").create_index(["document_id"])


@migrations()
def m004_changes(db: Database) -> None:
    _table(db, "changes").create(
        {
            "id": int,
            "notice_id": int,
            "document_id": int,
            "crawl_id": int,
            "kind": str,
            "from_version": int,
            "to_version": int,
            "detected_at": str,
            "updated_at": str,
            "summary": str,
            "quiet": int,  # 1: digests only
            "restored_at": str,  # the text came back within a day (已恢复)
        },
        pk="id",
        foreign_keys=[
            ("notice_id", "notices", "id"),
            ("document_id", "documents", "id"),
            ("crawl_id", "crawls", "id"),
            ("from_version", "versions", "id"),
            ("to_version", "versions", "id"),
        ],
        defaults={"quiet": 0},
    )
    _table(db, "changes").create_index(["notice_id", "id"])
    _table(db, "changes").create_index(["detected_at"])
    _table(db, "row_changes").create(
        {
            "id": int,
            "change_id": int,
            "position": int,
            "kind": str,
            "item_before": int,
            "item_after": int,
            "column": str,
            "before": str,
            "after": str,
        },
        pk="id",
        foreign_keys=[("change_id", "changes", "id"), ("item_before", "items", "id"), ("item_after", "items", "id")],
    )
    _table(db, "row_changes").create_index(["change_id"])
    _table(db, "candidates").create(
        {
            "id": int,
            "notice_id": int,
            "url": str,
            "title": str,
            "document_number": str,
            "published_on": str,
            "found_at": str,
            "state": str,  # new | accepted | rejected
            "evidence": str,  # JSON list of sentences, for people
            "listing": str,
        },
        pk="id",
        foreign_keys=[("notice_id", "notices", "id")],
    )
    _table(db, "candidates").create_index(["notice_id", "url"], unique=True)
    _table(db, "listings").create(
        {
            "id": int,
            "notice_id": int,
            "url": str,
            "verified": int,  # 0: guessed from the notice's own address
            "checked_at": str,
            "verdict": str,
            "reason": str,
        },
        pk="id",
        foreign_keys=[("notice_id", "notices", "id")],
    )
    _table(db, "listings").create_index(["notice_id", "url"], unique=True)
    _table(db, "listed").create(
        {"id": int, "listing_id": int, "url": str, "title": str, "first_seen": str},
        pk="id",
        foreign_keys=[("listing_id", "listings", "id")],
    )
    _table(db, "listed").create_index(["listing_id", "url"], unique=True)


@migrations()
def m005_search(db: Database) -> None:
    """Contentful FTS5 over folded text, one token a character (see search.py); rowids are those of the searched table.

    Only current versions are indexed. No triggers: they would need Python functions in every connection.
    """
    db.execute(FTS.format(name="notices_fts", columns="title, issuer"))
    db.execute(FTS.format(name="documents_fts", columns="title, text"))
    db.execute(FTS.format(name="items_fts", columns="title, text"))


@migrations()
def m006_tasks_have_an_id(db: Database) -> None:
    """As every other table has; `number` is the one that the plan gives."""
    tasks = list(db.query("SELECT number, task, unit, due FROM tasks ORDER BY number"))
    _table(db, "tasks").drop()
    _table(db, "tasks").create({"id": int, "number": int, "task": str, "unit": str, "due": str}, pk="id")
    _table(db, "tasks").create_index(["number"], unique=True)
    _table(db, "tasks").insert_all(tasks)


_UNSURE = "%没有作为修订通知；请核对原文%"
"""Release 1.0.0 marked a held-back text by this sentence in versions.review."""


@migrations()
def m007_decisions(db: Database) -> None:
    """What waits for a person, what was decided, and what a decision taken back leaves behind."""
    versions = _table(db, "versions")
    versions.add_column("state", str, not_null_default="")  # words.VERSION_STATES
    versions.add_column("link_lines", str)  # JSON: numbers of the lines of `text` that are nothing but links
    versions.add_column("proposal", str)  # the selector that would find this body, where no rule did
    changes = _table(db, "changes")
    changes.add_column("withdrawn_at", str)  # a person took back the decision that led to it
    changes.add_column("corrects", str)  # JSON: ids of the changes that a correction takes back
    captures = _table(db, "captures")
    captures.add_column("lost", int, not_null_default=0)  # 1: its record in the WARC files cannot be read any more
    _table(db, "notices").add_column("repealed", str)  # the words by which the page says so
    _table(db, "reviews").create(
        {
            "id": int,  # the number that `review`, `accept` and `reject` take
            "kind": str,  # capture | version | candidate | furniture
            "notice_id": int,
            "document_id": int,
            "subject_id": int,  # id in the table of that kind
            "why": str,  # a code, see words.WHY
            "opened_at": str,
            "state": str,  # open | accepted | rejected | settled (nothing is left to decide)
            "decided_at": str,
            "reading": str,  # JSON of a capture: title, text, files, rows of what was read and not taken
            "undo": str,  # JSON: what it takes to take the decision back
        },
        pk="id",
        foreign_keys=[("notice_id", "notices", "id"), ("document_id", "documents", "id")],
        not_null={"kind", "opened_at", "state"},
    )
    _table(db, "reviews").create_index(["state"])
    _table(db, "furniture").create(
        {
            "id": int,
            "document_id": int,
            "kind": str,  # figures | links | banner
            "pattern": str,
            "examples": str,  # JSON list of what the line read, oldest first
            "state": str,  # proposed | accepted | rejected
            "found_at": str,
        },
        pk="id",
        foreign_keys=[("document_id", "documents", "id")],
        not_null={"document_id", "kind", "pattern", "state"},
    )
    _table(db, "furniture").create_index(["document_id", "kind", "pattern"], unique=True)
    db.execute(
        """CREATE VIEW good_captures AS SELECT * FROM captures
           WHERE (verdict IN ('ok', 'unchanged') AND coalesce(decision, '') != 'withdrawn') OR decision = 'accepted'"""
    )
    db.execute(
        """CREATE VIEW current_versions AS SELECT v.* FROM versions v
           WHERE v.number = (SELECT max(number) FROM versions w
                             WHERE w.document_id = v.document_id AND w.state IN ('', 'accepted'))"""
    )
    # a page's files stay, and come, while its own text is held or has been put aside
    db.execute(
        """CREATE VIEW linking_versions AS SELECT * FROM current_versions UNION ALL
           SELECT v.* FROM versions v WHERE v.state IN ('held', 'aside')
             AND v.number = (SELECT max(number) FROM versions w
                             WHERE w.document_id = v.document_id AND w.state NOT IN ('withdrawn', 'former'))"""
    )


@migrations()
def m008_what_release_1_held_back(db: Database) -> None:
    """Texts that were held back, and had become the base of later comparisons, wait for a decision again."""
    db.execute(
        """UPDATE versions SET state = 'held', review = '[]' WHERE review LIKE ? AND number > 1
             AND number = (SELECT max(number) FROM versions w WHERE w.document_id = versions.document_id)""",
        [_UNSURE],
    )
    for notice in list(db.query("SELECT id, told FROM notices WHERE told IS NOT NULL")):
        told = json.loads(notice["told"])
        held = list(db.query("SELECT number FROM versions WHERE id = ? AND state = 'held'", [told["version_id"]]))
        if held:
            before = list(db.query("SELECT id FROM current_versions WHERE document_id = ?", [told["document_id"]]))
            told |= {"version_id": before[0]["id"], "beside": told["version_id"]}
            db.execute("UPDATE notices SET told = ? WHERE id = ?", [json.dumps(told, ensure_ascii=False), notice["id"]])


@migrations()
def m060_versions_know_their_format(db: Database) -> None:
    """Files inside an archive file have no capture of their own that would say what they are."""
    _table(db, "versions").add_column("media_type", str)


@migrations()
def m061_documents_know_their_links(db: Database) -> None:
    """A link is matched with its document at each visit."""
    _table(db, "attachments").create_index(["document_id"])


@migrations()
def m020_how_a_crawl_ended(db: Database) -> None:
    """A crawl that was stopped in good order has an end, too; one without an outcome is running, or was killed."""
    crawls = _table(db, "crawls")
    crawls.add_column("outcome", str)  # done | interrupted | failed
    crawls.add_column("fault", str)  # of the machine, in words, when it was not done
    db.execute("UPDATE crawls SET outcome = 'done' WHERE finished_at IS NOT NULL")


@migrations()
def m100_each_rule_is_a_view(db: Database) -> None:
    """The rules of views.py; the index answers what the latest version is without reading a text."""
    _table(db, "versions").create_index(["document_id", "number", "state"])
    views.renew(db)


@migrations()
def m115_stories(db: Database) -> None:
    """What each change is about, worked out once (see story.py)."""
    _table(db, "stories").create(
        {
            "change_id": int,
            "form": int,  # of `told`; one of another form is worked out again
            "told": str,  # JSON
        },
        pk="change_id",
        foreign_keys=[("change_id", "changes", "id")],
    )


def migrate(db: Database, steps: Migrations, path: Path) -> None:
    """Bring a database up to this release, after a copy of it; one of a newer release is refused, untouched."""
    refuse_newer({step.name for step in steps.applied(db)}, steps, path)
    if not steps.pending(db):
        return
    if steps.applied(db):
        copy = path.with_name(f"{path.stem}-before-{steps.pending(db)[0].name}{path.suffix}")
        with sqlite3.connect(copy) as target:
            db.conn.backup(target)
        target.close()
    steps.apply(db)


def refuse_newer(applied: Set[str], steps: Migrations, path: Path) -> None:
    """Raises StoreError when a database has had a migration that this release does not know."""
    unknown = applied - set(_names(steps))
    if unknown:
        raise StoreError(
            f"{path} 由更新版本的程序写成（{'、'.join(sorted(unknown))}），本版本不能打开；请升级程序后再试"
        )


def pending(applied: Set[str], steps: Migrations) -> bool:
    """Whether a database that has had these migrations lacks some of this release."""
    return not set(_names(steps)) <= applied


def _names(steps: Migrations) -> list[str]:
    return [step.name for step in steps.pending(Database(memory=True))]


def _table(db: Database, name: str) -> Table:
    return db.table(name)
