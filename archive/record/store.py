"""The one writer of `archive.db`: crawls, documents, captures, versions.

Called by the crawl and by the commands that decide. On top of it stand what is declared (declare.py), what is kept of a
reading (keep.py), what has changed (settle.py) and what a person decides (decide.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from attrs import evolve

from archive.clock import iso, now
from archive.machine import faults
from archive.machine.database import Database, Queries, Row, atomic
from archive.machine.faults import StoreError
from archive.model import GOOD, Attachment, Capture, Document
from archive.record import in_force, keys
from archive.record.files import attachment_documents
from archive.record.migrations import SET
from archive.record.packed import packed
from archive.record.pictures import note_of_version
from archive.record.readings import capture_row, document_of_row, grid_row, item_row, version_row
from archive.record.schema import LOST, PAGE, applied, bring_up_to_date, holds_records, is_empty
from archive.search import index
from archive.text.same import name_key

_LAST_NUMBER = """SELECT max(v.number) AS number FROM documents d JOIN documents p ON p.id = d.id
       OR (d.kind = 'page' AND d.mirror = '' AND p.notice_id = d.notice_id AND p.kind = 'page' AND p.mirror = '')
     JOIN versions v ON v.document_id = p.id WHERE d.id = ?"""
"""Of a document's versions; the pages of a notice's editions count on."""


class Store(Queries):
    """An open archive. One process writes at a time (the crawl lock sees to it); any number may read."""

    def __init__(self, data: Path, db: Database) -> None:
        self.data = data
        self.db = db
        self.connection = db.conn

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
        if is_empty(path) and holds_records(data):  # SQLite would begin an empty archive beside them
            raise StoreError(LOST.format(path=path, data=data))
        connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA page_size={PAGE}")  # of a new file
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            db = Database(connection)
            if not applied(connection, SET) and holds_records(data):  # another database under its name
                raise StoreError(LOST.format(path=path, data=data))
            bring_up_to_date(connection, path)
            keys.renew(db)
            index.renew(db)
        except BaseException:
            connection.close()
            raise
        return cls(data, db)

    def close(self) -> None:
        self.db.conn.close()

    def one(self, sql: str, parameters: Sequence[Any], missing: str) -> Row:
        """Raises StoreError when there is no such row: what is `missing`, a sentence for people."""
        found = self.row(sql, parameters)
        if found is None:
            raise StoreError(missing)
        return found

    def update(self, table: str, id: int, **values: Any) -> None:
        self.db.table(table).update(id, values)

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert a row and return its id."""
        return self.db.table(table).insert(values)

    def put(self, table: str, key: str, values: Mapping[str, Any]) -> None:
        """Change the row with this value of `key` where it differs, or insert it."""
        known = self.row(f"SELECT * FROM {table} WHERE {key} = ?", [values[key]])  # noqa: S608 - names of ours
        if known is None:
            self.insert(table, values)
        else:
            self.update(table, known["id"], **{name: one for name, one in values.items() if known[name] != one})

    # ------------------------------------------------------------ about the archive

    def info(self, key: str) -> str:
        return self.value("SELECT value FROM archive_info WHERE key = ?", [key]) or ""

    def set_info(self, key: str, value: str) -> None:
        self.db.table("archive_info").insert({"key": key, "value": value}, otherwise="REPLACE")

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

    def lives_at(self, document_id: int, location: str) -> None:
        """Where permanent redirects lead; '' when there are none."""
        self.update("documents", document_id, location=location)

    def not_asked_for(self, document_id: int, problem: str) -> None:
        """Why a document is not fetched, as a Problem is written."""
        self.update("documents", document_id, reason=problem)

    def add_capture(self, crawl_id: int, capture: Capture) -> int:
        """Record a fetch. The caller has flushed the WARC record to disk before."""
        with atomic(self.db):
            capture_id = self.insert("captures", capture_row(capture) | {"crawl_id": crawl_id})
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
        return self.one("SELECT * FROM captures WHERE id = ?", [capture_id], f"没有编号为 {capture_id} 的抓取记录")

    def lost(self, capture_id: int) -> None:
        """The record of a capture cannot be read any more: the document is fetched again."""
        self.update("captures", capture_id, lost=1)

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
        number = self.value(_LAST_NUMBER, [document_id]) or 0
        capture = self.capture(capture_id)
        with atomic(self.db):
            version_id = self.insert(
                "versions",
                version_row(document)
                | {
                    "document_id": document_id,
                    "number": number + 1,
                    "capture_id": capture_id,
                    "captured_at": capture["fetched_at"],
                    "state": state,
                },
            )
            if stands:
                in_force.displace(self.db, document_id)
            self._insert_attachments(document_id, version_id, document.attachments)
            if document.pictures:
                note_of_version(self, document_id, version_id, document.pictures)
            areas = {row["slug"]: row["id"] for row in self.rows("SELECT slug, id FROM areas")}
            current = stands and self._is_national(document_id)
            self.db.table("grids").insert_all(
                packed(grid_row(table))
                | {"version_id": version_id, "position": position, "area_id": areas.get(table.area)}
                for position, table in enumerate(document.tables, 1)
            )
            self.db.table("items").insert_all(
                item_row(item)
                | {
                    "version_id": version_id,
                    "document_id": document_id,
                    "area_id": areas.get(item.area),
                    "current": int(current),
                }
                for item in document.items
            )
            if document.items:
                keys.give(self.db.conn, version_id)
            if document.items and current:
                in_force.changed(self.db)
            self.db.table("documents").update(
                document_id, {"state": "current", "reason": "", "reader": document.reader}
            )
            index.index_document(self.db, document_id)
        return version_id

    def _is_national(self, document_id: int) -> bool:
        sql = "SELECT 1 FROM documents d JOIN national_notices n ON n.id = d.notice_id WHERE d.id = ?"
        return self.row(sql, [document_id]) is not None

    def _insert_attachments(self, document_id: int, version_id: int, attachments: Sequence[Attachment]) -> None:
        if not attachments:
            return
        notice_id = self.value("SELECT notice_id FROM documents WHERE id = ?", [document_id])
        documents = attachment_documents(self, notice_id, attachments)
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

    def load(self, version_id: int) -> Document:
        """A version as a Document again: text, metadata, attachments and pictures (names, addresses) and items; no
        grids."""
        version = self.one(
            """SELECT v.*, d.location, d.url, coalesce(nullif(v.media_type, ''), c.media_type) AS kind
               FROM versions v JOIN documents d ON d.id = v.document_id
               LEFT JOIN captures c ON c.id = v.capture_id WHERE v.id = ?""",
            [version_id],
            f"版本 {version_id} 不存在",
        )
        document = document_of_row(
            version,
            self.rows("SELECT name, url FROM attachments WHERE version_id = ? ORDER BY position", [version_id]),
            self.rows(
                """SELECT i.*, a.slug AS area FROM items i LEFT JOIN areas a ON a.id = i.area_id
                   WHERE i.version_id = ? ORDER BY i.position""",
                [version_id],
            ),
        )
        pictures = self.rows("SELECT name, url FROM pictures WHERE version_id = ? ORDER BY position", [version_id])
        return evolve(document, pictures=tuple(Attachment(row["name"], row["url"]) for row in pictures))
