"""What release 1.0.0 has written in 60 crawls is opened, migrated, verified and crawled on, and nobody is told."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive.operate.verify import verify
from archive.record.look import read_only
from archive.record.packed import unpacked
from archive.record.schema import PAGE
from archive.record.store import Store
from archive.warc.read import read_payload
from tests.office import Office
from tests.releases import ARCHIVE, CRAWLS, PORT, RECORDED
from tests.sites.server import SiteServer

SAID: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))


class OfRelease(Office):
    """The office whose archive it is: its list and settings are in the data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data


@pytest.fixture
def office(tmp_path: Path) -> OfRelease:
    shutil.unpack_archive(ARCHIVE, tmp_path)
    return OfRelease(tmp_path / "archive-1.0.0")


CELLS = [
    "area", "position", "serial", "level1", "level2", "content", "basis", "time_limit", "subject", "channels",
    "audience_all", "audience_specific", "proactive", "on_request", "county", "township", "review", "notice",
    "document_url", "version", "captured_at",
]  # fmt: skip
"""Of a catalogue row: what the ministry's file says and where it stands."""


ROOM = ("freelist_count", "page_count", "page_size")


def only(keys: list[str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What release 1.0.0 said of each row; later ones may say more."""
    return [{key: row[key] for key in keys} for row in rows]


def put(server: SiteServer, url: str, body: bytes, kind: str = "text/html", **answer: Any) -> None:
    parts = urlsplit(url)
    server.put(f"{parts.scheme}://{parts.netloc}", parts.path, body, kind, etag=False, **answer)


@contextmanager
def as_they_were(data: Path) -> Iterator[SiteServer]:
    """The sites with what the archive last kept of each address, doubtful pages included."""
    with SiteServer(PORT) as server, closing(read_only(data)) as archive:
        for slug in ("land", "welfare", "health", "poverty", "culture"):
            server.host(f"{slug}.example")
        rows = archive.execute(
            """SELECT c.url, d.url AS asked, h.warc_file AS file, h.warc_offset AS offset FROM captures c
               JOIN documents d ON d.id = c.document_id JOIN captures h ON h.id = coalesce(c.refers_to, c.id)
               WHERE c.id IN (SELECT max(id) FROM captures WHERE http_status IS NOT NULL GROUP BY document_id)"""
        ).fetchall()
        for row in rows:
            payload = read_payload(data, row["file"], row["offset"])
            put(server, row["url"], payload.body, payload.headers.get("content-type", "text/html"))
            if row["asked"] != row["url"]:
                put(server, row["asked"], b"", status=301, headers={"Location": row["url"]})
        yield server


def test_it_is_opened_by_a_command_that_only_looks_and_a_copy_is_kept(office: OfRelease) -> None:
    found = office.run("status", codes=(0, 3))
    states = {notice["slug"]: notice["state"] for notice in found["notices"]}
    assert states == {notice["slug"]: notice["state"] for notice in SAID["status"]["notices"]}
    assert [path.name for path in office.data.glob("archive-before-*.db")]
    with closing(read_only(office.data)) as archive:
        assert archive.execute("SELECT count(*) FROM crawls WHERE outcome = 'done'").fetchone()[0] == CRAWLS


def test_its_raw_tables_are_packed_and_the_room_that_was_set_free_is_given_back(office: OfRelease) -> None:
    office.run("status", codes=(0, 3))
    with closing(read_only(office.data)) as archive:
        free, pages, size = (archive.execute(f"PRAGMA {name}").fetchone()[0] for name in ROOM)
        kept = archive.execute("SELECT cells, spans FROM grids").fetchall()
    assert kept
    assert all(unpacked(row["cells"])[0] for row in kept)
    assert free * 10 < pages
    assert size == PAGE


def test_it_is_opened_while_somebody_else_reads_it(office: OfRelease) -> None:
    with closing(sqlite3.connect(office.data / "archive.db")) as other:
        (pages,) = other.execute("PRAGMA page_size").fetchone()
        rows = other.execute("SELECT count(*) FROM items").fetchone()
        Store.open(office.data).close()
        assert other.execute("SELECT count(*) FROM items").fetchone() == rows
        assert other.execute("PRAGMA page_size").fetchone() == (pages,)


def test_it_verifies_and_says_the_same_rows_and_changes(office: OfRelease, tmp_path: Path) -> None:
    office.run("export", str(tmp_path / "catalogue.json"), json=False)
    exported = json.loads((tmp_path / "catalogue.json").read_text("utf-8"))
    changes = office.run("changes")
    assert len(SAID["catalogue"]) > 20
    assert only(CELLS, exported) == only(CELLS, SAID["catalogue"])
    assert only(list(SAID["changes"][0]), changes) == SAID["changes"]
    found = verify(office.data)
    assert found["problems"] == []
    assert found["checked"]["captures"] == SAID["verify"]["checked"]["captures"]
    assert found["checked"]["warc_files"] == SAID["verify"]["checked"]["warc_files"]


def test_it_is_crawled_on_and_nobody_is_told_anything(office: OfRelease) -> None:
    with as_they_were(office.data):
        report = office.run("crawl", "--all", codes=(0, 3))
        again = office.run("crawl", "--all", codes=(0, 3))
    told = [change for change in report["changes"] + again["changes"] if change["kind"] != "upgrade"]
    assert told == []
    assert report["verdicts"].get("error") == 1, report["verdicts"]
    assert office.run("notify", "--dry-run") == []
    assert verify(office.data)["problems"] == []
