"""The Atom and JSON feeds, read as a feed reader reads them."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser
import pytest

from archive.publish.feeds import NoSuchArea, changes_json, feed, not_modified
from archive.publish.report import changes
from archive.record.look import read_only
from archive.record.store import Store
from tests.factory import make_archive
from tests.notify.changes import record, revise_page, revise_row

BASE = "https://gov.example/archive"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_archive(tmp_path)


def read(store: Store, area: str = "", base: str = BASE) -> feedparser.FeedParserDict:
    body, _, _ = feed(read_only(store.data), base, area)
    found = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_a_feed_of_an_archive_without_changes_is_valid(store: Store) -> None:
    found = read(store)
    assert found.version == "atom10"
    assert found.entries == []
    assert found.feed.updated


def test_an_entry_shows_what_changed_as_redline(store: Store) -> None:
    change = revise_page(store)
    (entry,) = read(store).entries
    assert entry.title.startswith("内容修订：正文1处修改")
    assert entry.link == f"{BASE}/changes/{change}"
    assert entry.updated == entry.published == "2026-11-21T01:00:00Z"
    html = entry.content[0].value
    assert "<ins" in html
    assert "严格" in html
    assert "<del" in html
    assert "认真" in html


def test_an_entry_about_a_table_shows_the_row_and_its_cells(store: Store) -> None:
    revise_row(store)
    html = read(store).entries[0].content[0].value
    assert "农村集体土地征收 序号2“征地补偿安置方案2”" in html
    assert "公开时限" in html


def test_ids_stay_when_the_address_of_the_site_changes(store: Store) -> None:
    revise_page(store)
    ids = [e.id for e in read(store).entries]
    assert ids == [e.id for e in read(store, base="http://10.0.0.7:8001").entries]
    assert ids[0].startswith("tag:")


def test_a_text_that_came_back_updates_its_entry(store: Store) -> None:
    change = revise_page(store)
    store.update("changes", change, restored_at="2026-11-21T09:00:00Z", updated_at="2026-11-21T09:00:00Z")
    found = read(store)
    assert "已恢复原文" in found.entries[0].title
    assert found.entries[0].updated == found.feed.updated == "2026-11-21T09:00:00Z"
    assert found.entries[0].published == "2026-11-21T01:00:00Z"


def test_an_area_has_its_own_feed(store: Store) -> None:
    revise_page(store, "land")
    revise_page(store, "welfare")
    assert len(read(store, "social-assistance").entries) == 1
    assert "社会救助" in read(store, "social-assistance").feed.title
    with pytest.raises(NoSuchArea):
        feed(read_only(store.data), BASE, "nothing")


def test_what_only_our_reader_did_is_no_news(store: Store) -> None:
    record(store, "land", "upgrade", "读取程序改进", quiet=1)
    assert read(store).entries == []


def test_text_that_xml_cannot_hold_or_that_looks_like_markup_is_harmless(store: Store) -> None:
    record(store, "land", "revised", "正文由\x00“<script>alert(1)</script>”改为“&”")
    (entry,) = read(store).entries
    assert "<script" not in entry.content[0].value


def test_json_beside_the_feed_has_the_same_changes(store: Store) -> None:
    change = revise_page(store)
    body, etag, modified = changes_json(read_only(store.data), BASE)
    (entry,) = json.loads(body)
    assert entry["id"] == change
    assert entry["link"] == f"{BASE}/changes/{change}"
    assert entry["notice"] == "land"
    assert etag.startswith('"')
    assert parsedate_to_datetime(modified)


def test_a_change_in_json_says_whether_it_is_quiet_or_taken_back(store: Store) -> None:
    record(store, "land", "attachment-replaced", "附件重新上传，内容未变", quiet=1)
    record(store, "land", "revised", "正文1处修改", withdrawn_at="2026-11-22T01:00:00Z")
    connection = read_only(store.data)
    (taken_back, quiet) = json.loads(changes_json(connection, BASE)[0])
    assert (quiet["quiet"], quiet["withdrawn"]) == (True, False)
    assert (taken_back["quiet"], taken_back["withdrawn"]) == (False, True)
    for one, other in zip((taken_back, quiet), changes(connection), strict=True):
        assert other.items() <= one.items(), "one form for commands and feeds"


def test_times_in_a_feed_are_those_of_the_pages(store: Store) -> None:
    revise_page(store)
    body, _, _ = feed(read_only(store.data), BASE, zone=ZoneInfo("Asia/Shanghai"))
    assert "2026年11月21日 09:00" in body.decode()


def test_a_reader_that_has_it_already_is_told_so(store: Store) -> None:
    revise_page(store)
    _, etag, modified = feed(read_only(store.data), BASE)
    assert feed(read_only(store.data), BASE)[1] == etag
    assert not_modified(etag, modified, etag, "")
    assert not_modified(etag, modified, f'"x", W/{etag}', "")
    assert not_modified(etag, modified, "", modified)
    assert not not_modified(etag, modified, '"x"', modified)
    revise_page(store, "welfare", "2026-11-22T01:00:00Z")
    assert feed(read_only(store.data), BASE)[1] != etag
