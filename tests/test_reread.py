"""Kept bytes read again: an upgrade is never a revision, and only the ministry's own change is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.record.store import Store
from tests.office import Office
from tests.sites.replica import Replica

SLUG = "urban-rural-planning"


class Old:
    """An office whose texts were read by an earlier release: another reader, another text."""

    def __init__(self, replica: Replica, data: Path) -> None:
        self.replica = replica
        self.office = Office.of_replica(replica, data, SLUG)
        self.office.crawl()
        store = Store.open(data)
        store.db.execute("UPDATE versions SET reader = 'old', text = replace(text, '演示样本', '演示 样本 旧')")
        store.db.execute("UPDATE documents SET reader = 'old'")
        store.db.conn.commit()
        store.close()

    def rows(self, sql: str) -> list[dict[str, object]]:
        store = Store.open(self.office.data)
        found = store.rows(sql)
        store.close()
        return found


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Old]:
    with Replica() as replica:
        yield Old(replica, tmp_path / "data")


def test_reextract_gives_upgrades_of_the_same_capture_and_then_nothing(old: Old) -> None:
    assert {change["kind"] for change in old.office.run("reextract")["changes"]} == {"upgrade"}
    (page, file) = old.rows(
        "SELECT document_id, count(*) AS n, count(DISTINCT capture_id) AS c FROM versions GROUP BY 1"
    )
    assert (page["n"], page["c"]) == (2, 1)
    assert (file["n"], file["c"]) == (2, 1)
    assert old.office.run("reextract")["changes"] == []
    assert old.office.run("verify")["ok"]


def test_a_text_that_a_new_release_reads_the_same_is_verified_again(old: Old) -> None:
    old.office.run("reextract")
    store = Store.open(old.office.data)
    store.db.execute("UPDATE versions SET reader = 'older'")
    store.db.execute("UPDATE documents SET reader = 'older'")
    store.db.conn.commit()
    store.close()
    assert old.office.run("verify")["checked"]["outdated"] == 2
    assert old.office.run("reextract")["changes"] == []
    found = old.office.run("verify")
    assert (found["checked"]["versions"], found["checked"]["outdated"]) == (2, 0)
    assert found["ok"]


def test_an_unchanged_page_is_upgraded_at_its_next_visit(old: Old) -> None:
    assert {change["kind"] for change in old.office.crawl()["changes"]} == {"upgrade"}
    assert old.office.crawl()["changes"] == []


def test_a_revision_right_after_an_update_is_told_alone(old: Old) -> None:
    old.replica.edit(SLUG, "各省、", "各地区、各省、")
    changes = old.office.crawl()["changes"]
    (revised,) = [change for change in changes if change["kind"] == "revised"]
    redline = old.office.run("diff", str(revised["id"]))["text"]
    touched = "".join(text for op, text in redline if op != "equal")
    assert "旧" not in touched
    assert {change["kind"] for change in changes} == {"upgrade", "revised"}


def test_a_file_given_up_for_want_of_time_is_read_at_the_next_visit(old: Old) -> None:
    store = Store.open(old.office.data)
    store.db.execute("DELETE FROM citations")
    store.db.execute("DELETE FROM items")
    store.db.execute("UPDATE documents SET state = 'unreadable', reason = 'timeout: x' WHERE kind = 'attachment'")
    store.db.conn.commit()
    store.close()
    old.office.crawl()
    assert old.rows("SELECT state FROM documents WHERE kind = 'attachment'") == [{"state": "current"}]
