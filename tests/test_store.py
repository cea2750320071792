import sqlite3
import subprocess
import sys
from contextlib import suppress

import pytest
from attrs import evolve
from sqlite_utils import Database, Migrations

from archive.clock import iso, now
from archive.machine.database import atomic
from archive.machine.faults import StoreError
from archive.model import Area, Attachment, Capture, Document, Notice, Verdict
from archive.record.declare import declare
from archive.record.look import read_only
from archive.record.migrations import NAMES, SET
from archive.record.migrations.every import migrations
from archive.record.readings import same_reading
from archive.record.schema import migrate
from archive.record.store import Store
from archive.watched import Sources
from tests.factory import AREAS, NOTICES, TASKS, attachment_document, item, make_archive


def test_a_version_comes_back_as_the_reading_it_was(tmp_path):
    store = make_archive(tmp_path)
    version = store.row("SELECT id, document_id FROM versions WHERE id IN (SELECT version_id FROM items) ORDER BY id")
    reading = attachment_document(tuple(item(n) for n in range(1, 7)))
    assert same_reading(store.load(version["id"]), reading)


@pytest.mark.parametrize(
    "other",
    [
        {"text": "另一段文字"},
        {"metadata": {"in_force": "失效"}},
        {"attachments": (Attachment("附件", "http://land.example/2.docx"),)},
        {"items": (item(1, township=True),)},
    ],
)
def test_text_metadata_attachments_and_rows_each_make_a_version(other):
    reading = Document(text="正文", metadata={"in_force": "有效"}, items=(item(1),))
    assert same_reading(reading, evolve(reading, reader="another"))
    assert not same_reading(reading, evolve(reading, **other))


def test_only_the_rows_of_the_latest_version_are_current(tmp_path):
    store = make_archive(tmp_path)
    row = store.row("SELECT document_id, capture_id FROM versions WHERE id IN (SELECT version_id FROM items)")
    store.add_version(row["document_id"], row["capture_id"], attachment_document((item(1),)))
    current = store.rows("SELECT version_id FROM items WHERE document_id = ? AND current", [row["document_id"]])
    assert [i["version_id"] for i in current] == [store.current_version(row["document_id"])["id"]]


def test_a_notice_that_left_the_list_is_kept(tmp_path):
    store = make_archive(tmp_path)
    declare(store, Sources(NOTICES[:1], AREAS, TASKS))
    assert [(r["slug"], r["declared"]) for r in store.rows("SELECT slug, declared FROM notices ORDER BY number")] == [
        ("land", 1), ("welfare", 0), ("poverty", 0),
    ]  # fmt: skip


def test_a_new_declared_address_replaces_the_old_one(tmp_path):
    store = make_archive(tmp_path)
    moved = evolve(NOTICES[0], url="http://land.example/new.html")
    declare(store, Sources((moved, *NOTICES[1:]), AREAS))
    assert store.row("SELECT url, next_due FROM notices WHERE slug = 'land'") == {"url": moved.url, "next_due": None}


def test_an_area_names_its_notice(tmp_path):
    store = Store.open(tmp_path)
    declare(
        store,
        Sources((Notice(7, "tax", "标题", "税务", "http://x.example/", ("税收管理",)),), (Area("tax", "税收管理"),)),
    )
    assert store.row("SELECT n.slug FROM areas a JOIN notices n ON n.id = a.notice_id") == {"slug": "tax"}


@pytest.mark.parametrize(
    ("link", "server", "name"),
    [
        ("附件2", "目录（二）.docx", "附件2：目录（二）.docx"),
        ("dl", "目录.docx", "目录.docx"),
        ("附件2：社会救助目录", "1.docx", "附件2：社会救助目录"),
        ("附件2", "2.docx", "附件2"),
        ("附件2", "", "附件2"),
    ],
)
def test_where_the_link_says_little_the_servers_name_of_a_file_completes_it(tmp_path, link, server, name):
    store = make_archive(tmp_path)
    file = store.document(1, "attachment", "http://land.example/dl?id=7", name=link)
    capture = Capture(file, "http://land.example/dl?id=7", iso(now()), Verdict.OK, filename=server)
    store.add_capture(1, capture)
    store.document(1, "attachment", "http://land.example/dl?id=7", name=link)  # the page is read again
    store.add_capture(1, capture)
    assert store.row("SELECT name FROM documents WHERE id = ?", [file]) == {"name": name}


def test_every_table_of_the_contract_has_an_integer_id(tmp_path):
    store = make_archive(tmp_path)
    tables = ("areas", "notices", "documents", "crawls", "captures", "versions", "items", "changes", "row_changes")
    for table in (*tables, "candidates", "tasks"):
        assert Database(store.db.conn).table(table).columns_dict.get("id") is int, table
    assert store.rows("SELECT id, number FROM tasks")


def test_a_row_that_is_not_there_is_not_changed_in_silence(tmp_path):
    store = make_archive(tmp_path)
    with pytest.raises(LookupError, match="areas"):
        store.update("areas", 10**6, name="无")
    with pytest.raises(ValueError, match="differ"):
        store.db.table("tasks").insert_all([{"number": 900, "task": "甲"}, {"number": 901}])
    assert not store.rows("SELECT * FROM tasks WHERE number >= 900")


def test_part_of_a_transaction_is_taken_back_alone(tmp_path):
    store = make_archive(tmp_path)
    with atomic(store.db):
        store.set_info("kept", "1")
        with suppress(ZeroDivisionError), atomic(store.db):
            store.set_info("taken back", "1")
            raise ZeroDivisionError
    assert (store.info("kept"), store.info("taken back")) == ("1", "")
    assert not store.db.conn.in_transaction


def test_a_reader_cannot_write(tmp_path):
    make_archive(tmp_path).close()
    with pytest.raises(sqlite3.OperationalError):
        read_only(tmp_path).execute("DELETE FROM notices")


def test_no_archive_is_said_with_the_next_step(tmp_path):
    with pytest.raises(StoreError, match="guidelines crawl"):
        read_only(tmp_path)


def test_the_list_of_migrations_for_those_who_only_look_is_the_one_that_is_made(tmp_path):
    store = Store.open(tmp_path)
    assert {step.name for step in migrations.applied(Database(store.db.conn))} == NAMES
    assert migrations.name == SET


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    (tmp_path / "archive.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="restore"):
        Store.open(tmp_path)
    assert (tmp_path / "archive.db").read_bytes() == b"no database at all" * 100


# ---------------------------------------------------------------- releases


def test_an_archive_of_a_newer_release_is_refused_untouched(tmp_path):
    store = make_archive(tmp_path)
    store.db.table("_sqlite_migrations").insert(
        {"migration_set": "guidelines", "name": "m999_future", "applied_at": ""}
    )
    store.close()
    for opened in (Store.open, read_only):  # also by what only looks: its tables may mean something else
        with pytest.raises(StoreError, match="m999_future"):
            opened(tmp_path)


def test_an_older_archive_is_copied_before_it_is_migrated(tmp_path):
    make_archive(tmp_path).close()
    newer = Migrations("guidelines")
    for step in migrations.pending(Database(memory=True)):
        newer(name=step.name)(step.fn)

    @newer()
    def m900_note(db):
        db["notices"].add_column("note", str)

    path = tmp_path / "archive.db"
    db = Database(path)
    migrate(db, newer, path)
    assert "note" in db["notices"].columns_dict
    copy = Database(tmp_path / "archive-before-m900_note.db")
    assert "note" not in copy["notices"].columns_dict
    assert copy["notices"].count == 3


def test_a_writer_waits_for_another_process_instead_of_failing(tmp_path):
    """A plain BEGIN that has read before another process wrote fails at once, whatever the timeout."""
    make_archive(tmp_path).close()
    write = (
        f"from pathlib import Path; from archive.record.store import Store; s = Store.open(Path({str(tmp_path)!r}))\n"
    )
    write += "for n in range(150): s.set_info(f'k{n % 7}', str(n))"
    with subprocess.Popen([sys.executable, "-c", write]) as one, subprocess.Popen([sys.executable, "-c", write]) as two:
        assert (one.wait(60), two.wait(60)) == (0, 0)
