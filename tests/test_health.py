"""What `status` says about an archive."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from archive.clock import iso
from archive.clock import now as clock_now
from archive.machine.lock import crawl_lock
from archive.model import Capture, Reason, Verdict
from archive.operate import health
from archive.operate.troubles.lists import list_troubles
from archive.record import reviews
from archive.record.look import read_only
from archive.record.reviews import note_capture
from archive.record.store import Store
from tests.factory import attachment_document, capture, item, make_archive, page_document


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_archive(tmp_path)


def look(store: Store, now: datetime | None = None) -> dict:
    return health.status(store.data, read_only(store.data), now)


def notice(store: Store, slug: str, **values: object) -> int:
    row = store.row("SELECT id FROM notices WHERE slug = ?", [slug])
    assert row is not None
    if values:
        store.update("notices", row["id"], **values)
    return row["id"]


def test_an_archive_without_trouble_is_ok_and_lists_every_notice(store: Store) -> None:
    found = look(store)
    assert found["ok"] is True
    assert found["attention"] == []
    assert [n["slug"] for n in found["notices"]] == ["land", "welfare", "poverty"]
    assert set(found["notices"][0]) >= {"slug", "state", "verdict", "reason", "last_success", "next_due"}
    assert found["deliveries"] == {"pending": 0, "failed": 0}
    json.dumps(found)


def test_a_connection_without_row_factory_gives_the_same_answer(store: Store) -> None:
    at = clock_now()
    plain = sqlite3.connect(store.data / "archive.db")
    assert health.status(store.data, plain, at)["notices"] == look(store, at)["notices"]


@pytest.mark.parametrize(
    ("state", "verdict", "reason", "words", "command"),
    [
        ("blocked", "suspect", "challenge", "被拦截：返回的是人机验证页", "acknowledge land"),
        ("suspect", "suspect", "soft-404", "存疑：返回的是“页面不存在”提示", "crawl --notice land"),
        ("suspect", "suspect", "truncated", "存疑：内容不完整", "crawl --notice land"),
        ("unreachable", "error", "timeout", "无法访问：超时没有应答", "crawl --notice land"),
        ("unreachable", "error", "http-500", "无法访问：服务器返回 HTTP 500", "crawl --notice land"),
        ("gone", "gone", "", "已撤下", "crawl --notice land"),
    ],
)
def test_a_notice_in_trouble_is_named_with_the_command_that_settles_it(
    store: Store, state: str, verdict: str, reason: str, words: str, command: str
) -> None:
    notice(store, "land", state=state, verdict=verdict, reason=reason, trouble_since="2026-11-21T00:00:00Z")
    (point,) = look(store)["attention"]
    assert point["what"].endswith(words)
    assert point["notice"] == "land"
    assert point["since"] == "2026-11-21T00:00:00Z"
    assert point["command"] == f"guidelines {command}"
    assert point["why"], "what is wrong, in a sentence"
    assert "6 条现行事项" in point["stake"]


def test_a_suspect_page_asks_for_a_decision_on_its_latest_capture(store: Store) -> None:
    notice(store, "land", state="suspect", verdict="suspect", reason="shrunk")
    page = store.row("SELECT id FROM documents WHERE kind = 'page' ORDER BY id")
    assert page is not None
    crawl = store.begin_crawl("two", "live", "test/1", {})
    doubtful = store.add_capture(
        crawl, Capture(page["id"], "http://land.example/t1.html", "2026-11-21T00:00:00Z", Verdict.SUSPECT, "shrunk")
    )
    note_capture(store, page["id"], doubtful, Reason.SHRUNK, page_document("演示", "演示样本。只剩一句。"))
    store.end_crawl(crawl, {})
    found = look(store)
    (point,) = found["attention"]
    assert point["command"] == "guidelines review 1"
    assert found["review"] == 1


def test_an_acknowledged_trouble_is_left_out_until_it_becomes_another(store: Store) -> None:
    notice(
        store,
        "land",
        state="blocked",
        verdict="suspect",
        reason="challenge",
        acknowledged='["notice:land blocked suspect challenge"]',
    )
    assert look(store)["ok"] is True
    notice(store, "land", state="unreachable", verdict="error", reason="dns")
    assert look(store)["ok"] is False


def test_an_unreadable_attachment_needs_a_person_and_says_why(store: Store) -> None:
    file = store.row("SELECT id FROM documents WHERE kind = 'attachment' ORDER BY id")
    assert file is not None
    store.update(
        "documents",
        file["id"],
        state="unreadable",
        reason="needs-ocr: 这是扫描件，请安装 ocr 组件后运行 guidelines reextract",
    )
    (point,) = look(store)["attention"]
    assert point["what"] == "“附件：标准目录.docx”无法读取：这是扫描件，请安装 ocr 组件后运行 guidelines reextract"
    assert point["notice"] == "land"


def test_an_empty_attachment_is_said_to_be_empty(store: Store) -> None:
    file = store.row("SELECT id FROM documents WHERE kind = 'attachment' ORDER BY id")
    assert file is not None
    store.update("documents", file["id"], state="unread", trouble_count=1)
    store.db.execute("UPDATE captures SET verdict = 'suspect', reason = 'empty' WHERE document_id = ?", [file["id"]])
    (point,) = look(store)["attention"]
    assert point["what"] == "“附件：标准目录.docx”没有取得：下载到的文件是空的"


def test_a_file_that_the_page_no_longer_links_needs_nobody(store: Store) -> None:
    file = store.row("SELECT id FROM documents WHERE kind = 'attachment' ORDER BY id")
    page = store.row("SELECT id FROM documents WHERE kind = 'page' ORDER BY id")
    assert file is not None
    assert page is not None
    store.update("documents", file["id"], state="gone")
    capture(store, 1, page["id"], "http://land.example/t1.html", page_document("演示", "演示样本。附件已经移除。"))
    assert look(store)["ok"] is True


def test_a_rule_that_no_longer_matches_needs_a_person(store: Store) -> None:
    page = store.row("SELECT id FROM documents WHERE kind = 'page' ORDER BY id DESC")
    assert page is not None
    capture(store, 1, page["id"], "http://x/", evolve(page_document("演示", "演示样本。改版之后。"), confidence="low"))
    found = look(store)
    assert "规则不再适用" in found["attention"][0]["what"]
    reviews.sync(store)
    found = look(store)
    (point,) = found["attention"]
    assert "与上一版不同，待核对" in point["what"], "one question, not two"
    assert "content" in point["why"]
    assert found["review"] == 1


def test_doubtful_rows_and_readings_are_counted_for_review(store: Store) -> None:
    file = store.row("SELECT id FROM documents WHERE kind = 'attachment' ORDER BY id")
    assert file is not None
    rows = (item(1, review="公开时限为空"), item(2))
    capture(store, 1, file["id"], "http://x/", attachment_document(rows, review=("两种读法不一致",)))
    assert look(store)["doubtful"] == 2


def test_a_candidate_waits_for_a_decision(store: Store) -> None:
    store.db.table("candidates").insert(
        {"notice_id": notice(store, "land"), "url": "http://land.example/t9.html", "title": "新版通知",
         "found_at": "2026-11-22T00:00:00Z", "state": "new"}
    )  # fmt: skip
    reviews.sync(store)
    found = look(store)
    assert found["candidates"] == 1
    assert found["attention"][0]["command"] == "guidelines review 1"


def test_a_crawl_that_is_days_late_is_noticed(store: Store) -> None:
    due = datetime(2026, 11, 20, tzinfo=UTC)
    notice(store, "land", next_due=iso(due))
    assert look(store, due + timedelta(hours=47))["ok"] is True
    (point,) = look(store, due + timedelta(hours=49))["attention"]
    assert point["what"].startswith("定时抓取已逾期")
    assert point["since"] == iso(due)


def test_a_machine_that_was_off_for_weeks_says_so(store: Store) -> None:
    assert [p["command"] for p in look(store, clock_now() + timedelta(days=20))["attention"]] == [
        "guidelines schedule show"
    ]


def test_a_nearly_full_disk_is_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12, 300 << 20))
    (point,) = look(store)["attention"]
    assert "只剩 300 MB" in point["what"]


def test_problems_of_the_last_verification_stay_until_they_are_settled(store: Store) -> None:
    store.set_info("last_verify", json.dumps({"at": "2026-11-22T00:00:00Z", "problems": 2, "checked": 9}))
    assert look(store)["attention"][0]["what"] == "上次核对发现 2 处问题"


def test_a_crawl_that_was_killed_is_noticed_at_once_and_one_that_runs_is_none(store: Store) -> None:
    with crawl_lock(store.data):
        store.begin_crawl("dead", "live", "test/1", {})
        assert look(store)["ok"] is True
        assert "已超过 8 小时" in look(store, clock_now() + timedelta(hours=9))["attention"][0]["what"]
    assert "第 2 次抓取被强行中止" in look(store)["attention"][0]["what"]


def test_a_declared_list_page_that_gives_no_list_is_told(store: Store) -> None:
    notice(store, "land", listing="http://land.example/tz/")
    row = {"notice_id": 1, "url": "http://land.example/tz/", "verdict": "suspect", "reason": "empty", "checked_at": "x"}
    store.insert("listings", row | {"verified": 0})
    assert look(store)["attention"] == []
    store.update("listings", 1, verified=1)
    (point,) = look(store)["attention"]
    assert "列表页" in point["what"]


def test_what_is_asked_of_lists_does_not_grow_with_the_looks_at_them(store: Store) -> None:
    """Four looks a day for years: in steps of SQLite's machine, not in seconds."""
    listing = {"notice_id": 1, "url": "http://land.example/tz/", "verified": 0, "verdict": "ok", "reason": ""}
    id = store.insert("listings", listing | {"checked_at": iso(clock_now())})

    def steps(looks: int) -> int:
        at = {"listing_id": id, "crawl_id": 1, "at": iso(clock_now()), "verdict": "ok", "entries": 9, "fault": ""}
        store.db.table("looks").insert_all([at] * looks)
        taken: list[None] = []
        with closing(read_only(store.data)) as connection:
            connection.set_progress_handler(lambda: taken.append(None), 10)
            assert list(list_troubles(connection)) == []
        return len(taken)

    few = steps(10)
    assert few
    assert steps(1000) <= few + 5
