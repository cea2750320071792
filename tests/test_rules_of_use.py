"""Rules of feeds, exports, visits and the lock that whoever uses or runs the archive would notice."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from archive.machine.lock import NAME, LockHeld, crawl_lock
from archive.machine.written import replaced
from archive.publish import feeds
from archive.record.look import read_only
from archive.record.store import Store
from archive.record.visits import due, mark_gone, next_interval
from archive.settings import Settings
from tests.factory import make_archive
from tests.notify.changes import record, revise_page

BASE = "https://archive.example.gov.cn"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_archive(tmp_path)


# ---------------------------------------------------------------- feeds


def test_a_feed_begins_with_the_newest_change_and_keeps_the_newest(store: Store) -> None:
    ids = [record(store, "land", "gone", f"第{n}次", detected_at="2026-11-21T01:00:00Z") for n in range(70)]
    connection = read_only(store.data)
    shown = [entry["id"] for entry in json.loads(feeds.changes_json(connection, BASE)[0])]
    entries = feedparser.parse(feeds.feed(connection, BASE)[0]).entries
    connection.close()
    assert shown == ids[: -feeds.ENTRIES - 1 : -1]
    assert [entry.id.rpartition("/")[2] for entry in entries] == [str(id) for id in shown]


def test_two_archives_never_give_their_entries_the_same_id(tmp_path: Path) -> None:
    """A reader that follows the feeds of two districts would show the entries of one of them only."""
    seen = []
    for name in ("one", "two"):
        store = make_archive(tmp_path / name)
        store.db.execute("UPDATE crawls SET token = ?", [name])
        store.db.conn.commit()
        revise_page(store)
        connection = read_only(store.data)
        seen.append(feedparser.parse(feeds.feed(connection, BASE)[0]).entries[0].id)
        moved = feedparser.parse(feeds.feed(connection, "https://elsewhere.example")[0]).entries[0].id
        connection.close()
        assert moved == seen[-1], "the archive's address may change"
    assert len(set(seen)) == 2


# ---------------------------------------------------------------- exports


def test_an_export_that_cannot_be_written_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "目录.xlsx"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", _full_disk)
    with pytest.raises(OSError, match="No space"), replaced(target, b"new"):
        pytest.fail("there is no new file")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_bytes() == b"old"


def _full_disk(handle: int) -> None:
    raise OSError(28, "No space left on device")


# ---------------------------------------------------------------- when to look again

SETTINGS = Settings(interval_min=12, interval_max=168)


def test_a_site_that_cannot_be_reached_is_tried_again_within_hours_and_never_forgotten() -> None:
    waits = [next_interval(SETTINGS, 24, n, False, unreachable=True) for n in range(1, 2000)]
    assert waits[0] == 1
    assert waits == sorted(waits)
    assert waits[-1] == SETTINGS.interval_max


def test_a_page_that_refuses_is_left_alone_for_the_shortest_interval_at_least() -> None:
    waits = [next_interval(SETTINGS, 24, n, False) for n in range(1, 2000)]
    assert waits[0] == SETTINGS.interval_min
    assert waits[-1] == SETTINGS.interval_max


def test_a_notice_that_changed_is_looked_at_again_soon_and_one_that_never_does_ever_more_rarely() -> None:
    assert next_interval(SETTINGS, 100, 0, True) == SETTINGS.interval_min
    assert next_interval(SETTINGS, 24, 0, False) == 36
    assert next_interval(SETTINGS, 160, 0, False) == SETTINGS.interval_max
    assert next_interval(SETTINGS, None, 0, True, first=True) == 24, "the first edition is no revision"


def test_a_daily_timer_that_fires_a_little_early_skips_no_day(store: Store) -> None:
    moment = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    store.db.execute("UPDATE notices SET interval = 24, next_due = '2026-11-22T03:00:00Z'")
    store.db.conn.commit()
    assert due(store, moment) == ["land", "welfare", "poverty"]
    assert due(store, moment - timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("crawls", "hours", "state"), [((2, 3, 4), 49, "gone"), ((2, 3, 4), 20, "current"), ((2, 2, 2), 49, "current")]
)
def test_a_page_is_gone_only_after_several_crawls_over_some_days(
    store: Store, crawls: tuple[int, ...], hours: float, state: str
) -> None:
    settings = Settings(gone_after=3, gone_after_hours=48)
    page = store.row("SELECT id, url FROM documents WHERE kind = 'page' ORDER BY id")
    begun = datetime(2026, 11, 21, tzinfo=UTC)
    for number, crawl in enumerate(crawls):
        if crawl > 1 and not store.row("SELECT 1 FROM crawls WHERE id = ?", [crawl]):
            assert store.begin_crawl(f"crawl {crawl}", "live", "test/1", {}) == crawl
        at = (begun + number * timedelta(hours=hours) / 2).strftime("%Y-%m-%dT%H:%M:%SZ")
        store.insert(
            "captures",
            {"crawl_id": crawl, "document_id": page["id"], "url": page["url"], "fetched_at": at, "verdict": "gone"},
        )
    mark_gone(store, settings)
    assert store.row("SELECT state FROM documents WHERE id = ?", [page["id"]]) == {"state": state}


# ---------------------------------------------------------------- the lock


def test_a_lock_that_was_left_by_a_longer_message_names_its_new_holder(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"pid": 1, "purpose": "一件很久以前的事' + "，很长" * 40, "utf-8")
    with crawl_lock(tmp_path, "备份"), pytest.raises(LockHeld, match=f"进程 {os.getpid()}（备份"), crawl_lock(tmp_path):
        pass


def test_a_lock_that_is_free_names_nobody(tmp_path: Path) -> None:
    with crawl_lock(tmp_path, "备份"):
        pass
    assert (tmp_path / NAME).read_text("utf-8") == ""
