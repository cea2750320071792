"""One story of a change: kept when it is recorded, told alike by every teller, worked out again where it is missing."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import pytest

from archive.compare.redline import apply
from archive.publish import report
from archive.record.difference import version_of
from archive.record.look import read_only
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.record.story import Story, stories, text_of
from archive.tell.messages import Entry, compose
from tests.factory import attachment_document, capture, item, make_archive, page_document

BASE = "https://archive.example.gov.cn"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Rows of one notice's file and the text of another's page were revised."""
    store = make_archive(tmp_path)
    settle_all(store, 1)
    file = store.row("SELECT * FROM documents WHERE kind = 'attachment' ORDER BY id")
    page = store.row("SELECT * FROM documents WHERE kind = 'page' AND notice_id = 2")
    assert file
    assert page
    rows = (
        *(item(n, time_limit="7个工作日") if n == 2 else item(n) for n in range(1, 7)),
        item(7, "elderly-care", serial="1"),
    )
    capture(store, 1, file["id"], file["url"], attachment_document(tuple(rows)), "2026-11-21T01:00:00Z")
    store.db.execute("UPDATE captures SET sha256 = ? WHERE id = (SELECT max(id) FROM captures)", ["11" * 32])
    before = store.current_version(page["id"])
    assert before
    text = before["text"].partition("\n")[2].replace("认真贯彻执行", "严格贯彻执行")
    files = store.load(before["id"]).attachments
    reading = page_document(before["title"], text, files, **json.loads(before["metadata"]))
    capture(store, 1, page["id"], page["url"], reading, "2026-11-21T01:00:00Z")
    settle_all(store, 1)
    return store


def told(store: Store, kind: str) -> Story:
    connection = read_only(store.data)
    (found,) = report.changes(connection, kind=kind)
    return stories(connection, [found["id"]], BASE, UTC)[0]


def test_a_story_is_kept_with_its_change(store: Store) -> None:
    kept = {row["change_id"] for row in store.rows("SELECT change_id FROM stories")}
    assert kept == {row["id"] for row in store.rows("SELECT id FROM changes")}


def test_a_change_of_an_earlier_release_has_the_same_story(store: Store) -> None:
    kept = [told(store, kind) for kind in ("revised", "attachment-replaced")]
    store.db.execute("DELETE FROM stories WHERE change_id = ?", [kept[0].id])
    store.db.execute("UPDATE stories SET form = 0, told = 'of another form'")
    assert [told(store, kind) for kind in ("revised", "attachment-replaced")] == kept


def test_what_is_kept_gives_back_both_texts(store: Store) -> None:
    story = told(store, "revised")
    connection = read_only(store.data)
    before, after = (version_of(connection, id) for id in (story.from_version, story.to_version))
    assert before
    assert after
    assert apply(before["text"], text_of(connection, story)) == after["text"]
    assert (story.text_before, story.text_after) == (before["text_sha256"], after["text_sha256"])
    assert sum(isinstance(text, int) for _, text in story.steps) > 0, "unchanged text is not kept twice"


def test_a_row_is_named_by_its_printed_number_and_by_its_area(store: Store) -> None:
    rows = told(store, "attachment-replaced").all_rows
    assert [row.label for row in rows if row.kind == "changed"] == ["农村集体土地征收 序号2“征地补偿安置方案2”"]
    assert [row.label for row in rows if row.kind == "added"] == ["养老服务 序号1“征地补偿安置方案7”"]


@pytest.mark.parametrize("channel", ["mail", "wecom", "dingtalk", "feishu", "apprise"])
def test_every_message_names_the_row_as_the_command_line_does(store: Store, channel: str) -> None:
    story = told(store, "attachment-replaced")
    message = compose(channel, [Entry("AAAA-BBBB-CC", "change", story)], BASE, "演示档案")
    assert all(row.label in message.text for row in story.all_rows)


def test_an_address_that_is_no_web_page_becomes_no_link(store: Store) -> None:
    store.db.execute("UPDATE documents SET location = 'javascript:alert(1)'")
    story = told(store, "revised")
    message = compose("mail", [Entry("AAAA-BBBB-CC", "change", story)], BASE, "演示档案")
    assert "javascript" not in message.html + message.text
    assert "打开原文" not in message.html
