"""Laws and local catalogues are watched like notices; their rows and texts are no part of the national catalogue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from archive.model import Attachment
from archive.operate import health
from archive.publish.choice import Choice
from archive.publish.export import entries
from archive.record.declare import declare
from archive.record.look import read_only
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.search import drift
from archive.search.query import search
from archive.watched import Law, Local, Sources
from tests.factory import AREAS, NOTICES, attachment_document, capture, item, make_archive, page_document

LAW = Law("rescue", "演示救助办法", "http://a.example/law.html")
LOCAL = Local("演示县", "http://county.example/list.html", ("农村集体土地征收",), "county")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Three notices with twelve rows; a law, and a local catalogue with four rows, whose text was then revised."""
    data = tmp_path_factory.mktemp("roles")
    store = make_archive(data)
    declare(store, Sources(NOTICES, AREAS, (), (LAW,), (LOCAL,)))
    crawl = store.begin_crawl("roles", "live", "test/1", {})
    ids = {row["slug"]: row["id"] for row in store.rows("SELECT id, slug FROM notices")}
    law = store.document(ids["rescue"], "page", LAW.url)
    file = Attachment("附件：本县目录.docx", LOCAL.url.replace(".html", ".docx"))
    page = store.document(ids["county"], "page", LOCAL.url)
    capture(store, crawl, page, LOCAL.url, page_document("演示县目录", "本县的目录如下。", (file,)))
    attached = store.document(ids["county"], "attachment", file.url, name=file.name)
    for body in ("第一条　独有的法规文字。", "第一条　独有的法规文字，已修订。"):
        capture(store, crawl, law, LAW.url, page_document(LAW.title, body))
        rows = tuple(item(position, content=f"本县独有的内容{len(body)}") for position in range(1, 5))
        capture(store, crawl, attached, file.url, attachment_document(rows))
        settle_all(store, crawl)
    store.close()
    with read_only(data) as opened:
        yield opened
    opened.close()


def value(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def test_a_revision_of_a_law_and_of_a_local_catalogue_is_a_change(connection: sqlite3.Connection) -> None:
    found = connection.execute(
        "SELECT slug, role, kind FROM change_list WHERE role <> 'notice' AND kind <> 'new' ORDER BY id"
    ).fetchall()
    assert ("rescue", "law", "revised") in [tuple(row) for row in found]
    assert {row["slug"] for row in found} == {"rescue", "county"}


def test_local_rows_are_kept_and_are_not_in_the_catalogue_or_the_export(connection: sqlite3.Connection) -> None:
    assert value(connection, "SELECT count(*) FROM local_items") == 4
    assert value(connection, "SELECT count(*) FROM items_in_force") == 12
    assert value(connection, "SELECT count(*) FROM items WHERE current = 1") == 12
    assert value(connection, "SELECT count(*) FROM national_items") == 12
    assert len(entries(connection, Choice(), UTC)) == 12


def test_nothing_of_a_law_or_a_local_catalogue_is_found_by_search(connection: sqlite3.Connection) -> None:
    assert search(connection, "征地补偿安置方案")
    for words in ("独有的法规文字", "本县独有的内容", "演示救助办法", "演示县"):
        assert search(connection, words) == []


def test_the_index_agrees_with_the_tables(connection: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(":memory:")) as copy:
        connection.backup(copy)
        assert drift.check(copy) == []


def test_status_lists_the_notices_alone(connection: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "warc").mkdir()
    assert [n["slug"] for n in health.status(tmp_path, connection)["notices"]] == [n.slug for n in NOTICES]


def test_a_former_release_opens_as_notices_only(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    declare(store, Sources(NOTICES, AREAS))
    assert {row["role"] for row in store.rows("SELECT role FROM notices")} == {"notice"}
    store.close()
