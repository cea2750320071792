"""The one writer of `archive.db`: declarations, crawls, captures, versions.

Called by the crawl and by the commands that decide.
Changes are recorded by `editions.py` on top of this; the index is kept by `search.py`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlite_utils import Database

from archive.clock import iso, now
from archive.machine import faults
from archive.machine.faults import StoreError
from archive.machine.lock import crawl_lock
from archive.machine.transaction import atomic
from archive.model import GOOD, Attachment, Capture, Document, Notice, Sources
from archive.record.files import attachment_documents
from archive.record.migrations.release_2 import migrations
from archive.record.readings import as_json, item_of, item_row, spans_list
from archive.record.schema import migrate, pending, refuse_newer
from archive.search import index
from archive.text.same import name_key

Row = dict[str, Any]


class Store:
    """An open archive. One process writes at a time (the crawl lock sees to it); any number may read."""

    def __init__(self, data: Path, db: Database) -> None:
        self.data = data
        self.db = db

    @classmethod
    def open(cls, data: Path) -> Store:
        """Open the archive under `data`, creating or migrating it. Raises StoreError when that cannot be done."""
        try:
            return cls._open(data)
        except (OSError, sqlite3.Error) as error:
            faults.raise_told(error, data)
            raise

    @classmethod
    def _open(cls, data: Path) -> Store:
        data.mkdir(parents=True, exist_ok=True)
        (data / "warc").mkdir(exist_ok=True)
        path = data / "archive.db"
        if _empty(path) and _holds_records(data):  # SQLite would begin an empty archive beside them
            raise StoreError(LOST.format(path=path, data=data))
        connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            db = Database(connection)
            if not migrations.applied(db) and _holds_records(data):  # another database under its name
                raise StoreError(LOST.format(path=path, data=data))
            migrate(db, migrations, path)
            index.renew(db)
        except BaseException:
            connection.close()
            raise
        return cls(data, db)

    def close(self) -> None:
        self.db.conn.close()

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        cursor = self.db.conn.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def row(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def update(self, table: str, id: int, **values: Any) -> None:
        with atomic(self.db):
            self.db.table(table).update(id, values)

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert a row and return its id."""
        with atomic(self.db):
            key = self.db.table(table).insert(dict(values)).last_pk
        if not isinstance(key, int):
            raise StoreError(f"表 {table} 没有返回编号")
        return key

    # ------------------------------------------------------------ about the archive

    def info(self, key: str) -> str:
        found = self.row("SELECT value FROM archive_info WHERE key = ?", [key])
        return found["value"] if found else ""

    def set_info(self, key: str, value: str) -> None:
        with atomic(self.db):
            self.db.table("archive_info").insert({"key": key, "value": value}, replace=True)

    # ------------------------------------------------------------ declarations

    def declare(self, sources: Sources) -> None:
        """Bring notices, areas and tasks in line with the sources file; nothing that was archived is removed."""
        with atomic(self.db):
            self.db.execute("UPDATE notices SET declared = 0")
            for notice in sources.notices:
                self._declare_notice(notice)
            self._declare_areas(sources)
            self.db.execute("DELETE FROM tasks")
            self.db.table("tasks").insert_all(
                {"number": t.number, "task": t.task, "unit": t.unit, "due": t.due} for t in sources.tasks
            )
            for row in self.rows("SELECT id FROM notices"):
                index.index_notice(self.db, row["id"])

    def _declare_notice(self, notice: Notice) -> None:
        values = {
            "number": notice.number,
            "slug": notice.slug,
            "title": notice.title,
            "issuer": notice.issuer,
            "listing": notice.listing,
            "declared_url": notice.url,
            "declared": 1,
        }
        known = self.row("SELECT id, declared_url FROM notices WHERE slug = ?", [notice.slug])
        if known is None:
            self.insert("notices", values | {"url": notice.url, "state": "never-fetched"})
            return
        if known["declared_url"] != notice.url:  # else an accepted successor's address stays
            values |= {"url": notice.url, "edition_title": "", "next_due": None}
        self.db.table("notices").update(known["id"], values)

    def _declare_areas(self, sources: Sources) -> None:
        notice_of = {name: notice.slug for notice in sources.notices for name in notice.areas}
        ids = {row["slug"]: row["id"] for row in self.rows("SELECT slug, id FROM notices")}
        for position, area in enumerate(sources.areas, 1):
            notice = notice_of.get(area.name)
            values = {
                "slug": area.slug,
                "name": area.name,
                "aliases": json.dumps(area.aliases, ensure_ascii=False),
                "notice_id": ids[notice] if notice else None,
                "position": position,
            }
            known = self.row("SELECT id FROM areas WHERE slug = ?", [area.slug])
            if known:
                self.db.table("areas").update(known["id"], values)
            else:
                self.insert("areas", values)

    # ------------------------------------------------------------ crawls

    def begin_crawl(self, token: str, kind: str, software: str, settings: Mapping[str, Any]) -> int:
        return self.insert(
            "crawls",
            {
                "token": token,
                "kind": kind,
                "started_at": iso(now()),
                "software": software,
                "settings": json.dumps(settings, ensure_ascii=False, default=str),
            },
        )

    def end_crawl(self, crawl_id: int, stats: Mapping[str, Any], outcome: str = "done", fault: str = "") -> None:
        """`outcome`: done, interrupted (a person or the system stopped it) or failed, then with the `fault`."""
        values = {"finished_at": iso(now()), "stats": json.dumps(stats, ensure_ascii=False)}
        self.update("crawls", crawl_id, **values, outcome=outcome, fault=fault)

    # ------------------------------------------------------------ documents and captures

    def document(
        self,
        notice_id: int,
        kind: str,
        url: str,
        *,
        name: str = "",
        parent_id: int | None = None,
        mirror: str = "",
    ) -> int:
        """The id of a document, which is created when it is seen for the first time."""
        known = self.row(
            "SELECT id, name FROM documents WHERE notice_id = ? AND kind = ? AND url = ?", [notice_id, kind, url]
        )
        if known:
            if name and name != known["name"] and not known["name"].startswith(f"{name}："):
                self.update("documents", known["id"], name=name)
            return int(known["id"])
        return self.insert(
            "documents",
            {
                "notice_id": notice_id,
                "kind": kind,
                "url": url,
                "name": name,
                "parent_id": parent_id,
                "mirror": mirror,
                "state": "unread",
            },
        )

    def add_capture(self, crawl_id: int, capture: Capture) -> int:
        """Record a fetch. The caller has flushed the WARC record to disk before."""
        with atomic(self.db):
            capture_id = self.insert(
                "captures",
                {
                    "crawl_id": crawl_id,
                    "document_id": capture.document_id,
                    "url": capture.url,
                    "fetched_at": capture.fetched_at,
                    "http_status": capture.http_status,
                    "verdict": str(capture.verdict),
                    "reason": str(capture.reason),
                    "detail": capture.detail,
                    "sha256": capture.sha256 or None,
                    "bytes": capture.bytes,
                    "media_type": capture.media_type,
                    "charset": capture.charset,
                    "filename": capture.filename,
                    "warc_file": capture.warc_file or None,
                    "warc_offset": capture.warc_offset,
                    "warc_digest": capture.warc_digest or None,
                    "refers_to": capture.refers_to,
                    "etag": capture.etag,
                    "last_modified": capture.last_modified,
                    "redirects": json.dumps(capture.redirects),
                },
            )
            good = capture.verdict in GOOD
            self.db.execute(
                """UPDATE documents SET verdict = :verdict, media_type = coalesce(nullif(:media_type, ''), media_type),
                       trouble_count = CASE WHEN :good THEN 0 ELSE trouble_count + 1 END,
                       trouble_since = CASE WHEN :good THEN NULL ELSE coalesce(trouble_since, :at) END
                   WHERE id = :id""",
                {
                    "verdict": str(capture.verdict),
                    "media_type": capture.media_type if good else "",
                    "good": good,
                    "at": capture.fetched_at,
                    "id": capture.document_id,
                },
            )
            if good and capture.filename:
                self._name_by_server(capture.document_id, capture.filename)
        return capture_id

    def _name_by_server(self, document_id: int, filename: str) -> None:
        """Where the link says no more than 附件2, or only its address gave a name, the server's name tells more."""
        row = self.row("SELECT name, url FROM documents WHERE id = ? AND kind = 'attachment'", [document_id])
        if row is None:
            return
        if row["name"] in ("", unquote(urlsplit(row["url"]).path.rstrip("/").rpartition("/")[2])):
            self.update("documents", document_id, name=filename)
        elif not name_key(row["name"]) and not filename.isascii():
            self.update("documents", document_id, name=f"{row['name']}：{filename}")

    def last_good_capture(self, document_id: int) -> Row | None:
        """The latest capture whose bytes are known to be the document, resolved to the one that holds the payload."""
        found = self.row("SELECT * FROM last_good_captures WHERE document_id = ?", [document_id])
        return self.holder(found) if found else None

    def capture(self, capture_id: int) -> Row:
        """Raises StoreError when there is none."""
        found = self.row("SELECT * FROM captures WHERE id = ?", [capture_id])
        if found is None:
            raise StoreError(f"没有编号为 {capture_id} 的抓取记录")
        return found

    def holder(self, capture: Row) -> Row:
        """The capture whose record holds the payload: this one, or for a 304 or a revisit the one referred to."""
        # a damaged database may have a capture refer to itself or to a later one: that is followed nowhere
        while capture["refers_to"] and capture["refers_to"] < capture["id"]:
            referred = self.row("SELECT * FROM captures WHERE id = ?", [capture["refers_to"]])
            if referred is None:
                break
            capture = referred
        return capture

    # ------------------------------------------------------------ versions

    def current_version(self, document_id: int) -> Row | None:
        """The latest version that stands: neither held for a person nor withdrawn."""
        return self.row("SELECT * FROM current_versions WHERE document_id = ?", [document_id])

    def version_beside(self, document_id: int) -> Row | None:
        """A version later than the one that stands: held for a person, or the sentence that took its place (aside)."""
        return self.row(
            "SELECT * FROM linking_versions WHERE document_id = ? AND state IN ('held', 'aside')", [document_id]
        )

    def add_version(self, document_id: int, capture_id: int, document: Document, state: str = "") -> int:
        """Store a reading as the document's next version; its rows are the current ones unless its `state` says that
        it does not stand (held, aside)."""
        stands = state in ("", "accepted")
        last = self.row("SELECT max(number) AS number FROM versions WHERE document_id = ?", [document_id])
        capture = self.row("SELECT * FROM captures WHERE id = ?", [capture_id])
        if capture is None:
            raise StoreError(f"抓取记录 {capture_id} 不存在")
        with atomic(self.db):
            version_id = self.insert(
                "versions",
                {
                    "document_id": document_id,
                    "number": ((last and last["number"]) or 0) + 1,
                    "capture_id": capture_id,
                    "captured_at": capture["fetched_at"],
                    "title": document.title,
                    "text": document.text,
                    "text_sha256": hashlib.sha256(document.text.encode()).hexdigest(),
                    "metadata": as_json(dict(document.metadata)),
                    "confidence": document.confidence,
                    "reader": document.reader,
                    "review": as_json(document.review),
                    "state": state,
                    "link_lines": as_json(document.link_lines) if document.link_lines else None,
                    "proposal": document.proposal or None,
                    "media_type": document.media_type,
                },
            )
            if stands:
                self.db.execute("UPDATE items SET current = 0 WHERE document_id = ?", [document_id])
            self._insert_attachments(document_id, version_id, document.attachments)
            areas = {row["slug"]: row["id"] for row in self.rows("SELECT slug, id FROM areas")}
            self._insert_grids(version_id, document, areas)
            self.db.table("items").insert_all(
                item_row(item)
                | {
                    "version_id": version_id,
                    "document_id": document_id,
                    "area_id": areas.get(item.area),
                    "current": int(stands),
                }
                for item in document.items
            )
            self.db.table("documents").update(
                document_id, {"state": "current", "reason": "", "reader": document.reader}
            )
            index.index_document(self.db, document_id)
        return version_id

    def _insert_attachments(self, document_id: int, version_id: int, attachments: Sequence[Attachment]) -> None:
        if not attachments:
            return
        page = self.row("SELECT notice_id FROM documents WHERE id = ?", [document_id])
        if page is None:
            raise StoreError(f"文档 {document_id} 不存在")
        documents = attachment_documents(self, page["notice_id"], attachments)
        self.db.table("attachments").insert_all(
            {
                "version_id": version_id,
                "position": position,
                "name": attachment.name,
                "url": attachment.url,
                "document_id": document,
            }
            for position, (attachment, document) in enumerate(zip(attachments, documents, strict=True), 1)
        )

    def _insert_grids(self, version_id: int, document: Document, areas: Mapping[str, int]) -> None:
        self.db.table("grids").insert_all(
            {
                "version_id": version_id,
                "position": position,
                "kind": table.kind,
                "area_id": areas.get(table.area),
                "place": as_json(
                    {"table": table.grid.place.table, "page": table.grid.place.page, "sheet": table.grid.place.sheet}
                ),
                "caption": table.grid.caption,
                "headers": table.headers,
                "captions": table.captions,
                "items": table.items,
                "flagged": table.flagged,
                "joined": table.joined,
                "review": as_json(table.review),
                "cells": as_json(table.grid.cells),
                "spans": as_json(spans_list(table.grid)),
            }
            for position, table in enumerate(document.tables, 1)
        )

    def load(self, version_id: int) -> Document:
        """A version as a Document again: text, metadata, attachments (names, addresses) and items; no grids."""
        version = self.row(
            """SELECT v.*, d.location, d.url, coalesce(nullif(v.media_type, ''), c.media_type) AS kind
               FROM versions v JOIN documents d ON d.id = v.document_id
               LEFT JOIN captures c ON c.id = v.capture_id WHERE v.id = ?""",
            [version_id],
        )
        if version is None:
            raise StoreError(f"版本 {version_id} 不存在")
        slugs = {row["id"]: row["slug"] for row in self.rows("SELECT id, slug FROM areas")}
        return Document(
            text=version["text"],
            title=version["title"],
            metadata=json.loads(version["metadata"]),
            attachments=tuple(
                Attachment(row["name"], row["url"])
                for row in self.rows(
                    "SELECT name, url FROM attachments WHERE version_id = ? ORDER BY position", [version_id]
                )
            ),
            items=tuple(
                item_of(row, slugs)
                for row in self.rows("SELECT * FROM items WHERE version_id = ? ORDER BY position", [version_id])
            ),
            confidence="high" if version["state"] == "accepted" else version["confidence"],
            link_lines=tuple(json.loads(version["link_lines"] or "[]")),
            proposal=version["proposal"] or "",
            reader=version["reader"],
            media_type=version["kind"] or "",
            review=tuple(json.loads(version["review"] or "[]")),
            url=version["location"] or version["url"],
            document_id=version["document_id"],
            version_id=version_id,
        )


_APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
LOST = (
    "{data} 中有原文（warc），但档案库 {path} 不见了或是空的。请不要在这个目录里重新抓取；把它移到别处保存，"
    "再在空目录中恢复备份：guidelines --data 空目录 restore 备份目录"
)


def crawl_under(data: Path, token: str) -> int | None:
    """The number of the crawl that was begun under this token; None when it began none."""
    if not (data / "archive.db").exists():
        return None
    with closing(read_only(data)) as connection:
        found = connection.execute("SELECT id FROM crawls WHERE token = ?", [token]).fetchone()
    return int(found["id"]) if found else None


def read_only(data: Path) -> sqlite3.Connection:
    """A connection that cannot write, for everything that only looks.

    An archive of an earlier release is brought up to this one first. Raises StoreError when there is no archive, one of
    a newer release, or one that cannot be opened.
    """
    path = data / "archive.db"
    try:
        if _empty(path):
            if _holds_records(data):
                raise StoreError(LOST.format(path=path, data=data))
            raise StoreError(
                f"{data.absolute()} 中还没有档案库（archive.db）；请先运行 guidelines crawl，或用 --data 指出数据目录"
            )
        connection = _look(path)
        if _outdated(connection, path):
            connection.close()
            with crawl_lock(data, "升级档案库"):
                Store.open(data).close()
            connection = _look(path)
    except (OSError, sqlite3.Error) as error:
        faults.raise_told(error, data)
        raise
    return connection


def _look(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only=ON")
    return connection


def _outdated(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether migrations of this release are still to be made."""
    try:
        applied = {row["name"] for row in connection.execute(_APPLIED, [migrations.name])}
        refuse_newer(applied, migrations, path)
    except BaseException:
        connection.close()
        raise
    return pending(applied, migrations)


def _empty(path: Path) -> bool:
    """Whether there is no database file, or one of no bytes: what a crawl leaves that is killed as it begins."""
    return not path.exists() or (
        path.is_file() and path.stat().st_size == 0 and not path.with_name(f"{path.name}-wal").exists()
    )


def _holds_records(data: Path) -> bool:
    return next((data / "warc").glob("*.warc.gz"), None) is not None
