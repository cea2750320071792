import json
from datetime import datetime, timedelta

import pytest

from archive.clock import iso, now, parse
from archive.model import Capture, Verdict
from archive.operate.known import forget_settled
from archive.operate.troubles.notices import notice_troubles
from archive.record.look import read_only
from archive.record.visits import due, mark_gone, next_interval, update_notices
from archive.settings import Settings
from tests.factory import make_archive

START = datetime.fromisoformat("2026-11-20T02:00:00Z")


@pytest.fixture
def store(tmp_path):
    return make_archive(tmp_path)


def visit(store, verdict, reason="", hours=0.0, slug="land"):
    """One crawl of one notice with this verdict; its states are updated."""
    page = store.row(
        "SELECT d.id, d.url FROM documents d JOIN notices n ON n.id = d.notice_id WHERE n.slug = ? AND d.kind = 'page'",
        [slug],
    )
    crawl = store.begin_crawl(f"t{hours}", "live", "test", {})
    at = iso(START + timedelta(hours=hours))
    store.add_capture(crawl, Capture(page["id"], page["url"], at, verdict, reason=reason, warc_file="w", warc_offset=0))
    mark_gone(store, Settings())
    update_notices(store, Settings(), crawl)
    forget_settled(store)
    return store.row("SELECT * FROM notices WHERE slug = ?", [slug])


@pytest.mark.parametrize(
    ("verdict", "reason", "state"),
    [
        (Verdict.OK, "", "current"),
        (Verdict.UNCHANGED, "", "current"),
        (Verdict.SUSPECT, "challenge", "blocked"),
        (Verdict.FORBIDDEN, "robots", "blocked"),
        (Verdict.SUSPECT, "soft-404", "suspect"),
        (Verdict.ERROR, "timeout", "unreachable"),
        (Verdict.GONE, "http-404", "unreachable"),
    ],
)
def test_the_state_of_a_notice_follows_its_latest_capture(store, verdict, reason, state):
    assert visit(store, verdict, reason)["state"] == state


def test_a_notice_is_gone_only_after_three_crawls_and_two_days(store):
    states = [visit(store, Verdict.GONE, "http-404", hours)["state"] for hours in (0, 1, 2, 49)]
    assert states == ["unreachable", "unreachable", "unreachable", "gone"]


def test_another_trouble_in_between_starts_the_count_anew(store):
    visit(store, Verdict.GONE, hours=0)
    visit(store, Verdict.ERROR, "timeout", hours=30)
    assert visit(store, Verdict.GONE, hours=60)["state"] == "unreachable"


def test_a_page_that_is_back_is_no_longer_gone(store):
    for hours in (0, 30, 60):
        visit(store, Verdict.GONE, hours=hours)
    assert visit(store, Verdict.OK, hours=90)["state"] == "current"
    assert store.row("SELECT count(*) AS n FROM documents WHERE state = 'gone'")["n"] == 0


def test_a_notice_that_failed_is_not_due_again_at_once(store):
    visit(store, Verdict.ERROR, "dns")
    assert "land" not in due(store, now())
    assert "poverty" in due(store, now())


def test_a_second_trouble_lifts_an_acknowledgement(store):
    row = visit(store, Verdict.ERROR, "dns")
    (trouble,) = notice_troubles(read_only(store.data))
    store.update("notices", row["id"], acknowledged=json.dumps([trouble.mark]))
    visit(store, Verdict.ERROR, "dns", 1)
    assert notice_troubles(read_only(store.data))[0].acknowledged
    visit(store, Verdict.SUSPECT, "challenge", 2)
    assert not notice_troubles(read_only(store.data))[0].acknowledged
    visit(store, Verdict.ERROR, "dns", 3)
    assert not notice_troubles(read_only(store.data))[0].acknowledged, "a trouble that comes back is a new one"


def test_a_notice_that_never_moves_is_visited_ever_less_often():
    settings, hours, seen = Settings(), None, []
    for _ in range(8):
        hours = next_interval(settings, hours, 0, False, first=hours is None)
        seen.append(hours)
    assert seen[0] == 24
    assert seen == sorted(seen)
    assert seen[-1] == settings.interval_max


def test_a_change_brings_the_next_visit_near():
    assert next_interval(Settings(), 168, 0, True) == Settings().interval_min


def test_a_daily_timer_with_a_random_delay_skips_no_day(store):
    row = visit(store, Verdict.OK)
    store.update("notices", row["id"], interval=24.0)
    next_due = parse(store.row("SELECT next_due FROM notices WHERE slug = 'land'")["next_due"])
    assert "land" in due(store, next_due - timedelta(hours=2))
    assert "land" not in due(store, next_due - timedelta(hours=3))
