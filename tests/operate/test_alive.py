"""Is the archive alive: what a monitor is told, and what the operators are when nobody asks."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from archive.clock import iso, now
from archive.operate.alive import ping
from archive.record.store import Store
from archive.tell.outbox import Outbox
from archive.tell.subscriptions import NAME
from tests.crawl.harness import environment
from tests.factory import make_archive
from tests.notify.changes import record
from tests.notify.receivers import endpoint
from tests.web.conftest import Site


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = make_archive(tmp_path)
    crawl = made.begin_crawl("alive", "live", "test", {})
    made.end_crawl(crawl, {})
    return made


def healthz(store: Store) -> tuple[int, dict]:
    site = Site(store.data)
    try:
        answer = site.get("/healthz")
        return answer.status_code, answer.json()["checks"]
    finally:
        site.close()


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), *arguments]
    return subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=120, check=False)


def subscribe(data: Path, base: str) -> None:
    path = data / NAME
    path.write_text(
        f'[[subscriber]]\nname = "值班"\naddress = "wecom:key"\nbase = "{base}"\nrole = "operator"\n'
        f'[[subscriber]]\nname = "读者"\naddress = "wecom:other"\nbase = "{base}"\n',
        "utf-8",
    )
    path.chmod(0o600)


def test_a_living_archive_answers_200(store: Store) -> None:
    status, checks = healthz(store)
    assert (status, [name for name, check in checks.items() if not check["ok"]]) == (200, [])


def test_a_crawl_that_is_late_makes_it_fail(store: Store) -> None:
    long_ago = iso(now() - timedelta(days=30))
    store.db.execute("UPDATE crawls SET started_at = ?, finished_at = ?", [long_ago, long_ago])
    store.db.execute("UPDATE notices SET next_due = ?", [long_ago])
    store.db.conn.commit()
    status, checks = healthz(store)
    assert status == 503
    assert "逾期" in checks["crawl"]["says"]


def test_noted_damage_makes_it_fail(store: Store) -> None:
    note = {"verify": {"since": iso(now()), "problems": ["WARC 文件缺失"], "count": 1, "good": ""}}
    (store.data / "damage.json").write_text(json.dumps(note), "utf-8")
    status, checks = healthz(store)
    assert (status, checks["archive"]["ok"]) == (503, False)


def test_a_message_that_does_not_get_through_makes_it_fail(store: Store) -> None:
    with endpoint(status=500) as receiver:
        subscribe(store.data, receiver.url)
        run(store.data, "notify")  # from now on they are told
        record(store, "land", "revised", "20 改为 7", detected_at=iso(now()))
        run(store.data, "notify")
    outbox = Outbox.open(store.data)
    old = iso(now() - timedelta(days=2))
    waiting = outbox.db.execute("UPDATE deliveries SET created_at = ? WHERE state = 'pending'", [old]).rowcount
    outbox.db.conn.commit()
    assert waiting > 0
    status, checks = healthz(store)
    assert (status, checks["deliveries"]["ok"]) == (503, False)


def test_metrics_are_samples_that_prometheus_reads(store: Store) -> None:
    site = Site(store.data)
    try:
        answer = site.get("/metrics")
    finally:
        site.close()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    names = {line.partition("{")[0].partition(" ")[0] for line in answer.text.splitlines()}
    assert {"guidelines_ok", "guidelines_notices", "guidelines_attention", "guidelines_disk_free_bytes"} <= names
    for line in answer.text.splitlines():
        float(line.rpartition(" ")[2])


def test_operators_hear_of_a_dead_archive_once_a_day_and_readers_never(tmp_path: Path) -> None:
    """No archive.db at all: nothing that is in it is needed to say so."""
    data = tmp_path / "data"
    data.mkdir()
    with endpoint() as receiver:
        subscribe(data, receiver.url)
        first = run(data, "alarm", "--unit", "guidelines-run.service")
        again = run(data, "alarm", "--unit", "guidelines-run.service")
        other = run(data, "alarm")
    assert "已告诉 1 位" in first.stdout, first.stderr
    assert "已告诉 0 位" in again.stdout
    assert "已告诉 1 位" in other.stdout
    assert len(receiver.calls) == 2
    assert "抓取、核对、投递、备份的任务没有成功" in json.dumps(receiver.calls[0].body, ensure_ascii=False)


def test_a_monitor_is_called_and_its_secret_is_not_shown() -> None:
    with endpoint() as receiver:
        said = ping(f"{receiver.url}/secret-token")
    assert said == "已通知监控 127.0.0.1"
    assert receiver.calls[0].path == "/secret-token"
    assert ping(f"{receiver.url}/secret-token").startswith("通知监控 127.0.0.1 没有成功")
    assert "不是 http" in ping("ftp://example.gov.cn/x")
