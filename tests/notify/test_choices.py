"""What a subscriber chooses, what an operator hears of dead deliveries, what a preview shows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.clock import iso, now
from archive.record.store import Store
from archive.settings import Settings
from archive.tell.outbox import BACK_OFF
from archive.tell.rounds import notify, preview
from archive.tell.send import wire
from archive.tell.subscriptions import NAME
from tests.factory import make_archive
from tests.notify import month
from tests.notify.changes import record, revise_page, revise_row
from tests.notify.receivers import Endpoint, Mailbox, endpoint, mail_server

SETTINGS = Settings(base_url="https://archive.example.gov.cn")
T0 = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
LATER = T0 + timedelta(hours=2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_archive(tmp_path)


@pytest.fixture
def mailbox(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    folder = tmp_path_factory.mktemp("mail")
    with mail_server(folder) as box:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        monkeypatch.setenv("SMTP_PASSWORD", "correct-horse-battery")
        yield box


def subscribe(store: Store, *entries: str, head: str = "") -> None:
    path = store.data / NAME
    path.write_text(head + "\n".join(entries), "utf-8")
    path.chmod(0o600)
    os.utime(path, (T0.timestamp(), T0.timestamp()))


def wecom(receiver: Endpoint, name: str = "甲", more: str = "") -> str:
    return f'[[subscriber]]\nname = "{name}"\naddress = "wecom:key-of-{name}"\nbase = "{receiver.url}"\n{more}\n'


def told(store: Store, at: datetime) -> list[str]:
    return [m["error"] for m in notify(store.data, SETTINGS, now=lambda: at).messages]


def bodies(receiver: Endpoint) -> str:
    return json.dumps([call.body for call in receiver.calls], ensure_ascii=False)


# ---------------------------------------------------------------- the level


def test_only_changes_of_rows_of_the_chosen_level_are_told(store: Store) -> None:
    """The factory's rows are all of the county level, and a page is of every level."""
    with endpoint() as receiver:
        subscribe(
            store,
            wecom(receiver, "县", 'levels = ["县级"]'),
            wecom(receiver, "乡", 'levels = ["乡级"]'),
        )
        told(store, T0)
        store.db.execute("UPDATE items SET township = 0, county = 1")
        revise_row(store, "land", iso(T0 + timedelta(hours=1)))
        store.db.execute("UPDATE items SET township = 0, county = 1")
        store.db.conn.commit()
        told(store, LATER)
        assert [call.query["key"] for call in receiver.calls] == ["key-of-县"]
        revise_page(store, "welfare", iso(LATER))
        told(store, LATER + timedelta(hours=1))
        assert sorted(call.query["key"] for call in receiver.calls[1:]) == ["key-of-乡", "key-of-县"]


# ---------------------------------------------------------------- once a week


def test_a_weekly_digest_comes_on_its_day_with_all_of_the_week(store: Store) -> None:
    """21 November 2026 is a Saturday; the digest comes on Wednesday at 09:00 in Shanghai."""
    with endpoint() as receiver:
        subscribe(store, wecom(receiver, more='when = "weekly"\non = "周三"\nat = "09:00"'))
        told(store, T0)
        revise_page(store, "land", iso(T0 + timedelta(hours=1)))
        revise_page(store, "welfare", iso(T0 + timedelta(days=2)))
        wednesday = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
        told(store, wednesday - timedelta(minutes=1))
        assert receiver.calls == []
        told(store, wednesday)
        assert len(receiver.calls) == 1
        assert "共 2 项变化" in bodies(receiver)
        revise_page(store, "poverty", iso(wednesday + timedelta(hours=1)))
        told(store, wednesday + timedelta(days=6))
        assert len(receiver.calls) == 1
        told(store, wednesday + timedelta(days=7))
        assert len(receiver.calls) == 2


# ---------------------------------------------------------------- dead deliveries


def test_dead_deliveries_reach_the_operator_whose_own_channel_carries(store: Store) -> None:
    with endpoint(status=500) as broken, endpoint() as sound:
        operator = 'role = "operator"\nkinds = []'
        subscribe(
            store,
            wecom(broken, "甲"),
            wecom(broken, "值班一", 'role = "operator"'),
            wecom(sound, "值班二", operator),
        )
        told(store, T0)
        record(store, "land", "revised", "20 改为 7", detected_at=iso(T0 + timedelta(minutes=1)))
        at = LATER
        for pause in (*BACK_OFF, timedelta(hours=1), timedelta(hours=1)):
            told(store, at)
            at += pause + timedelta(seconds=1)
        told(store, at)
        assert "多次投递失败，已停止重试" in bodies(sound)
        assert len([c for c in sound.calls if "已停止重试" in json.dumps(c.body, ensure_ascii=False)]) == 1
        assert "已停止重试" not in bodies(broken), "nothing is sent to whom nothing reaches"


def test_what_an_operator_gets_in_a_month_of_failures(tmp_path: Path) -> None:
    got, reached = month.live(tmp_path)
    told = [(one.day, line.split("：", 1)[0].strip("#>* "), words) for one in got for line, words in found(one.text)]
    assert told == [
        (5, "需处理", "被拦截"),
        (9, "已恢复", "被拦截"),
        (10, "需处理", "多次投递失败"),
        (15, "已恢复", "多次投递失败"),
        (24, "需处理", "已逾期"),
        (24, "已恢复", "已逾期"),
        (26, "需处理", "时钟比各网站快 60 分钟"),
        (28, "已恢复", "时钟比各网站快 60 分钟"),
    ]
    assert reached == 3


def found(text: str) -> Iterator[tuple[str, str]]:
    words = ("被拦截", "多次投递失败", "已逾期", "时钟比各网站快 60 分钟")
    for line in text.splitlines():
        yield from ((line, word) for word in words if word in line and "：" in line)


# ---------------------------------------------------------------- before it is sent


def test_a_preview_is_byte_for_byte_what_the_mail_server_receives(store: Store, mailbox: Mailbox) -> None:
    server = (
        f"mailtos://robot:${{SMTP_PASSWORD}}@127.0.0.1:{mailbox.port}?mode=starttls&from=档案<archive@example.gov.cn>"
    )
    subscribe(
        store,
        '[[subscriber]]\nname = "甲"\naddress = "mailto:jiuzhu@example.gov.cn"\n',
        head=f'mail = "{server}"\n',
    )
    revise_row(store)
    ((subscriber, messages),) = preview(store.data, SETTINGS, now=lambda: LATER)
    shown = [wire(subscriber, message) for message in messages]
    assert told(store, LATER) == [""]
    assert mailbox.raw == shown
    assert len(shown) == 1


@pytest.mark.parametrize("channel", ["wecom", "dingtalk", "feishu"])
def test_a_preview_is_the_json_that_a_chat_receives(store: Store, channel: str) -> None:
    with endpoint({"errcode": 0, "code": 0}) as receiver:
        subscribe(store, f'[[subscriber]]\nname = "甲"\naddress = "{channel}:k"\nbase = "{receiver.url}"\n')
        revise_row(store)
        ((subscriber, messages),) = preview(store.data, SETTINGS, now=lambda: LATER)
        told(store, LATER)
        assert [json.loads(wire(subscriber, message)) for message in messages] == [c.body for c in receiver.calls]


def test_the_command_shows_one_subscribers_messages_and_sends_none(store: Store) -> None:
    with endpoint() as receiver:
        subscribe(store, wecom(receiver))
        revise_page(store, detected_at=iso(now()))
        run = CliRunner()
        shown = run.invoke(cli, ["--data", str(store.data), "notify", "--preview", "甲"])
        raw = run.invoke(cli, ["--data", str(store.data), "notify", "--preview", "甲", "--raw"])
        nobody = run.invoke(cli, ["--data", str(store.data), "notify", "--preview", "乙"])
        assert receiver.calls == []
    assert "严格贯彻执行" in shown.stdout, shown.output
    assert json.loads(raw.stdout_bytes)["msgtype"] == "markdown"
    assert nobody.exit_code == 2
    assert "没有名为“乙”的订阅人" in nobody.output
