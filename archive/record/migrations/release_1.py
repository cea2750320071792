"""Release 1.0.0: what was declared, fetched, read and told."""

from __future__ import annotations

from archive.machine.tables import Database, Migrations

migrations = Migrations("guidelines")

FTS = "CREATE VIRTUAL TABLE {name} USING fts5({columns}, tokenize=\"unicode61 separators '\x1f'\", detail=full)"


@migrations()
def m001_declarations(db: Database) -> None:
    db.table("archive_info").create({"key": str, "value": str}, pk="key")
    db.table("notices").create(
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
            "acknowledged": str,  # JSON: marks of the troubles that a person knows about (operate/health.py)
            "told": str,  # JSON: the edition whose changes have been recorded (see edition.py)
            "declared": int,  # 0 when it is no longer in the list; kept all the same
        },
        pk="id",
        not_null={"number", "slug", "title", "issuer", "url", "state"},
        defaults={"trouble_count": 0, "declared": 1},
    )
    db.table("notices").create_index(["slug"], unique=True)
    db.table("areas").create(
        {"id": int, "slug": str, "name": str, "aliases": str, "notice_id": int, "position": int},
        pk="id",
        foreign_keys=[("notice_id", "notices", "id")],
    )
    db.table("areas").create_index(["slug"], unique=True)
    db.table("tasks").create({"number": int, "task": str, "unit": str, "due": str}, pk="number")


@migrations()
def m002_captures(db: Database) -> None:
    db.table("documents").create(
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
    db.table("documents").create_index(["notice_id", "kind", "url"], unique=True)
    db.table("crawls").create(
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
    db.table("captures").create(
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
    db.table("captures").create_index(["document_id", "id"])
    db.table("captures").create_index(["crawl_id"])
    db.table("captures").create_index(["url", "warc_digest"])


@migrations()
def m003_versions(db: Database) -> None:
    db.table("versions").create(
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
    db.table("versions").create_index(["document_id", "number"], unique=True)
    db.table("attachments").create(
        {"id": int, "version_id": int, "position": int, "name": str, "url": str, "document_id": int},
        pk="id",
        foreign_keys=[("version_id", "versions", "id"), ("document_id", "documents", "id")],
    )
    db.table("attachments").create_index(["version_id", "position"], unique=True)
    db.table("grids").create(
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
    db.table("grids").create_index(["version_id", "position"], unique=True)
    db.table("items").create(
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
    db.table("items").create_index(["version_id", "position"], unique=True)
    db.table("items").create_index(["area_id", "current"])
    db.table("items").create_index(["document_id"])


@migrations()
def m004_changes(db: Database) -> None:
    db.table("changes").create(
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
    db.table("changes").create_index(["notice_id", "id"])
    db.table("changes").create_index(["detected_at"])
    db.table("row_changes").create(
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
    db.table("row_changes").create_index(["change_id"])
    db.table("candidates").create(
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
    db.table("candidates").create_index(["notice_id", "url"], unique=True)
    db.table("listings").create(
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
    db.table("listings").create_index(["notice_id", "url"], unique=True)
    db.table("listed").create(
        {"id": int, "listing_id": int, "url": str, "title": str, "first_seen": str},
        pk="id",
        foreign_keys=[("listing_id", "listings", "id")],
    )
    db.table("listed").create_index(["listing_id", "url"], unique=True)


@migrations()
def m005_search(db: Database) -> None:
    """Contentful FTS5 over folded text, one token a character (archive/search); rowids are those of the searched table.

    Only current versions are indexed. No triggers: they would need Python functions in every connection.
    """
    db.execute(FTS.format(name="notices_fts", columns="title, issuer"))
    db.execute(FTS.format(name="documents_fts", columns="title, text"))
    db.execute(FTS.format(name="items_fts", columns="title, text"))


@migrations()
def m006_tasks_have_an_id(db: Database) -> None:
    """As every other table has; `number` is the one that the plan gives."""
    tasks = list(db.query("SELECT number, task, unit, due FROM tasks ORDER BY number"))
    db.table("tasks").drop()
    db.table("tasks").create({"id": int, "number": int, "task": str, "unit": str, "due": str}, pk="id")
    db.table("tasks").create_index(["number"], unique=True)
    db.table("tasks").insert_all(tasks)
