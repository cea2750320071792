"""Rounds of telling, with real receivers on loopback and an injected clock."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.clock import iso, parse
from archive.record.store import Store
from archive.settings import Settings
from archive.tell import send as senders
from archive.tell.outbox import TRIES, Outbox
from archive.tell.rounds import NotifyLockHeld, notify, notify_lock, preview
from archive.tell.subscriptions import NAME
from tests.factory import make_archive
from tests.notify.changes import record, revise_page, revise_row
from tests.notify.receivers import Endpoint, Mailbox, endpoint, keep, mail_server

SETTINGS = Settings(base_url="https://archive.example.gov.cn")
GUIDELINES = (sys.executable, "-c", "from archive.cli import main; main()")
T0 = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


class Clock:
    def __init__(self, at: datetime = T0) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_archive(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def subscribe(store: Store, text: str, written: datetime = T0) -> None:
    path = store.data / NAME
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    os.utime(path, (written.timestamp(), written.timestamp()))


def wecom(url: str, name: str = "甲", more: str = "") -> str:
    return f'[[subscriber]]\nname = "{name}"\naddress = "wecom:key-of-{name}"\nbase = "{url}"\n{more}\n'


def run(store: Store, clock: Clock, **more: object):
    return notify(store.data, SETTINGS, now=clock, **more)


def content(receiver: Endpoint, index: int = -1) -> str:
    return receiver.calls[index].body["markdown"]["content"]


def started(store: Store, clock: Clock, receiver: Endpoint, more: str = "") -> None:
    """A subscriber whose first round is over."""
    subscribe(store, wecom(receiver.url, more=more))
    run(store, clock)
    receiver.calls.clear()


# ---------------------------------------------------------------- how often


def test_the_first_crawl_gives_one_summary(store: Store, clock: Clock) -> None:
    for slug in ("land", "welfare", "poverty"):
        record(store, slug, "new", "收录", detected_at=iso(T0 - timedelta(days=30)))
    with endpoint() as receiver:
        subscribe(store, wecom(receiver.url))
        report = run(store, clock)
        assert (report.sent, len(receiver.calls)) == (3, 1)
        assert "首次收录 3 份通知" in content(receiver)
        keep("wecom-summary.md", content(receiver))
        assert run(store, clock).sent == 0
        assert len(receiver.calls) == 1


def test_each_revision_is_told_exactly_once(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        revise_row(store)
        revise_page(store, "welfare")
        clock.at = T0 + timedelta(hours=2)
        assert run(store, clock).sent == 2
        assert run(store, clock).sent == 0
        assert len(receiver.calls) == 2
        assert "公开时限由20个工作日改为7个工作日" in content(receiver, 0)


def test_what_one_crawl_finds_of_a_notice_is_one_message_for_each_of_five(store: Store, clock: Clock) -> None:
    """Release 1.0.0 sent ten: the page and its file apart, to each of five."""
    crawl = store.begin_crawl("together", "live", "test", {})
    with endpoint() as receiver:
        subscribe(store, "\n".join(wecom(receiver.url, name) for name in "甲乙丙丁戊"))
        run(store, clock)
        receiver.calls.clear()
        for kind, summary in (
            ("revised", "正文由20天改为7天"),
            ("attachment-replaced", "附件换了"),
            ("metadata", "文号改了"),
        ):
            record(store, "land", kind, summary, crawl_id=crawl)
        record(store, "welfare", "revised", "另一份通知", crawl_id=crawl)
        clock.at = T0 + timedelta(hours=2)
        assert run(store, clock).sent == 20
        assert len(receiver.calls) == 10
    together = [
        call.body["markdown"]["content"]
        for call in receiver.calls
        if "附件换了" in json.dumps(call.body, ensure_ascii=False)
    ]
    assert len(together) == 5
    assert all("3 项变化" in text and "文号改了" in text for text in together)
    assert all(text.index("农村集体土地征收") < text.index("正文由20天改为7天") for text in together)


def test_a_change_from_before_the_subscription_is_not_told(store: Store, clock: Clock) -> None:
    revise_page(store, detected_at=iso(T0 - timedelta(hours=1)))
    with endpoint() as receiver:
        subscribe(store, wecom(receiver.url), written=T0)
        run(store, clock)
        assert receiver.calls == []


def test_a_revision_between_the_subscription_and_its_first_round_is_told(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        subscribe(store, wecom(receiver.url), written=T0)
        revise_page(store, detected_at=iso(T0 + timedelta(hours=1)))
        clock.at = T0 + timedelta(hours=2)
        assert run(store, clock).sent == 1


def test_a_subscriber_who_comes_later_gets_no_summary_and_no_past(store: Store, clock: Clock) -> None:
    record(store, "land", "new", "收录", detected_at=iso(T0 - timedelta(days=30)))
    with endpoint() as first, endpoint() as second:
        started(store, clock, first)
        revise_page(store, detected_at=iso(T0 + timedelta(hours=1)))
        clock.at = T0 + timedelta(days=5)
        subscribe(store, wecom(first.url) + wecom(second.url, "乙"), written=clock.at)
        run(store, clock)
        assert (len(first.calls), len(second.calls)) == (1, 0)


def test_quiet_changes_go_into_digests_only(store: Store, clock: Clock) -> None:
    with endpoint() as now, endpoint() as later:
        subscribe(store, wecom(now.url) + wecom(later.url, "乙", 'when = "daily"'))
        run(store, clock)
        record(store, "land", "attachment-replaced", "附件重新上传，内容未变", quiet=1, detected_at=iso(T0))
        clock.at = T0 + timedelta(days=1)
        run(store, clock)
        assert (len(now.calls), len(later.calls)) == (0, 1)
        assert "内容未变" in content(later)


def test_only_what_was_asked_for_is_told(store: Store, clock: Clock) -> None:
    with endpoint() as area, endpoint() as notice, endpoint() as kind:
        subscribe(
            store,
            wecom(area.url, "领域", 'areas = ["养老服务"]')
            + wecom(notice.url, "通知", 'notices = ["poverty"]')
            + wecom(kind.url, "类型", 'kinds = ["gone"]'),
        )
        run(store, clock)
        revise_page(store, "welfare")
        record(store, "poverty", "gone", "原文撤下")
        record(store, "land", "gone", "原文撤下")
        clock.at = T0 + timedelta(hours=2)
        run(store, clock)
        assert [len(r.calls) for r in (area, notice, kind)] == [1, 1, 2]


def test_a_text_that_came_back_is_noted_before_and_after_it_was_told(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        early = revise_page(store, "land")
        store.update("changes", early, restored_at="2026-11-21T01:30:00Z")
        late = revise_page(store, "welfare")
        clock.at = T0 + timedelta(hours=2)
        run(store, clock)
        assert len(receiver.calls) == 2
        assert "已恢复原文" in content(receiver, 0)
        store.update("changes", late, restored_at="2026-11-21T03:00:00Z")
        clock.at = T0 + timedelta(hours=4)
        run(store, clock)
        run(store, clock)
        assert len(receiver.calls) == 3
        assert "此前告知的这项变化，原文已于 2026年11月21日 11:00 恢复" in content(receiver)


def test_a_flood_for_one_subscriber_becomes_one_message(store: Store, clock: Clock) -> None:
    with endpoint({"code": 0}) as receiver:
        subscribe(store, f'[[subscriber]]\nname = "甲"\naddress = "feishu:k"\nbase = "{receiver.url}"\n')
        run(store, clock)
        for n in range(30):
            record(store, "land", "revised", f"第{n}项修订")
        clock.at = T0 + timedelta(hours=2)
        assert run(store, clock).sent == 30
        assert len(receiver.calls) == 1


# ---------------------------------------------------------------- when


def test_a_digest_comes_at_its_local_hour_and_over_new_year(store: Store, clock: Clock) -> None:
    shanghai = timedelta(hours=8)
    clock.at = datetime(2026, 12, 31, 0, 0, tzinfo=UTC)
    with endpoint() as receiver:
        subscribe(store, wecom(receiver.url, more='when = "daily"\nat = "08:30"'), written=clock.at)
        run(store, clock)
        noon = datetime(2026, 12, 31, 12, 0, tzinfo=UTC) - shanghai
        revise_page(store, "land", iso(noon))
        revise_page(store, "welfare", iso(noon + timedelta(hours=11)))
        for at, expected in [
            (datetime(2026, 12, 31, 23, 59, tzinfo=UTC) - shanghai, 0),
            (datetime(2027, 1, 1, 8, 29, 59, tzinfo=UTC) - shanghai, 0),
            (datetime(2027, 1, 1, 8, 30, tzinfo=UTC) - shanghai, 1),
            (datetime(2027, 1, 1, 8, 40, tzinfo=UTC) - shanghai, 1),
            (datetime(2027, 1, 2, 8, 40, tzinfo=UTC) - shanghai, 1),
        ]:
            clock.at = at
            run(store, clock)
            assert len(receiver.calls) == expected, at
        assert "截至 2026年12月31日 共 2 项变化" in content(receiver)
        assert content(receiver).index("【农村集体土地征收】") < content(receiver).index("【社会救助、养老服务】")
        keep("wecom-digest.md", content(receiver))


def test_a_machine_that_was_off_at_the_hour_sends_the_digest_when_it_is_back(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver, 'when = "daily"\nat = "08:30"')
        revise_page(store)
        clock.at = T0 + timedelta(days=4)
        assert run(store, clock).sent == 1


# ---------------------------------------------------------------- what can go wrong


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"answer": {"errcode": 93000, "errmsg": "invalid webhook url"}}, "对方拒收：代码 93000，invalid webhook url"),
        ({"answer": {"errcode": 45009, "errmsg": "api freq out of limit"}}, "代码 45009"),
        ({"answer": {}}, "没有结果代码"),
        ({"answer": b"<html>"}, "不是 JSON"),
        ({"answer": []}, "不是 JSON 对象"),
        ({"status": 429, "headers": {"Retry-After": "7200"}}, "HTTP 429"),
        ({"status": 500}, "HTTP 500"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "HTTP 302"),
        ({"status": 404}, "HTTP 404"),
    ],
)
def test_only_an_acknowledgement_counts_as_sent(store: Store, clock: Clock, values: dict, words: str) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        revise_page(store)
        for name, value in values.items():
            setattr(receiver, name, value)
        clock.at = T0 + timedelta(hours=2)
        report = run(store, clock)
        assert (report.sent, report.failed) == (0, 1)
        assert words in report.messages[0]["error"]
        assert "key-of" not in json.dumps(report.messages, ensure_ascii=False)
        receiver.status, receiver.answer, receiver.headers = 200, {"errcode": 0}, {}
        clock.at += timedelta(hours=3)
        assert run(store, clock).sent == 1
        first, second = (content(receiver, n).rpartition("投递编号")[2] for n in (0, 1))
        assert first == second


def test_a_pause_asked_for_by_the_receiver_is_kept(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        revise_page(store)
        receiver.status, receiver.headers = 429, {"Retry-After": "7200"}
        clock.at = T0 + timedelta(hours=2)
        run(store, clock)
        receiver.status, receiver.headers = 200, {}
        clock.at += timedelta(minutes=119)
        assert run(store, clock).sent == 0
        clock.at += timedelta(minutes=1)
        assert run(store, clock).sent == 1


def test_a_receiver_that_hangs_delays_nobody_else(store: Store, clock: Clock) -> None:
    def send(subscriber, message):
        if subscriber.name == "乙":
            assert bad.arrived.wait(60)  # the other one is being waited for, and hangs
        try:
            senders.send(subscriber, message, timeout=1)
        finally:
            order.append(subscriber.name)

    order: list[str] = []
    with endpoint(hang=True) as bad, endpoint() as good:
        subscribe(store, wecom(bad.url, "甲") + wecom(good.url, "乙"))
        revise_page(store)
        revise_row(store)
        clock.at = T0 + timedelta(hours=2)
        report = run(store, clock, send=send)
        assert order == ["乙", "乙", "甲"]
        assert (report.sent, report.failed, report.pending) == (2, 1, 2)
        assert "超时没有回应" in next(m["error"] for m in report.messages if m["state"] != "sent")


def test_after_days_of_failure_a_delivery_is_dead_and_can_be_revived(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        revise_page(store)
        receiver.status = 503
        clock.at = begun = T0 + timedelta(hours=2)
        while run(store, clock).dead == 0:
            clock.at = parse(Outbox.open(store.data).waiting()[0]["next_at"])
        assert len(receiver.calls) == TRIES
        assert timedelta(days=2) < clock.at - begun < timedelta(days=4)
        receiver.status = 200
        clock.at += timedelta(days=1)
        assert run(store, clock).sent == 0
        outbox = Outbox.open(store.data)
        assert outbox.revive(None, clock.at) == 1
        assert run(store, clock).sent == 1


def test_two_rounds_at_a_time_are_refused(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        subscribe(store, wecom(receiver.url))
        with notify_lock(store.data), pytest.raises(NotifyLockHeld):
            run(store, clock)


def test_a_crash_before_the_acknowledgement_sends_exactly_that_one_again(store: Store, clock: Clock) -> None:
    class Killed(BaseException):
        pass

    def dies(subscriber, message):
        senders.send(subscriber, message)
        raise Killed

    with endpoint() as receiver:
        started(store, clock, receiver)
        revise_row(store)
        revise_page(store, "welfare")
        clock.at = T0 + timedelta(hours=2)
        with pytest.raises(Killed):
            run(store, clock, send=dies)
        report = run(store, clock)
        assert (report.sent, report.resent) == (2, 1)
        bodies = [content(receiver, n) for n in range(len(receiver.calls))]
        assert len(bodies) == 3
        assert bodies[0] == bodies[1]
        assert bodies[2] != bodies[0]


def test_a_digest_that_may_have_arrived_is_sent_again_as_it_was(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver, 'when = "daily"')
        revise_row(store)
        clock.at = T0 + timedelta(hours=25)
        receiver.status = 500
        run(store, clock)
        receiver.status = 200
        revise_page(store, "welfare", iso(T0 + timedelta(hours=26)))
        clock.at += timedelta(days=1)
        run(store, clock)
        assert receiver.calls[0].body == receiver.calls[1].body
        assert "认真贯彻执行" in content(receiver, 2)
        assert "公开时限" not in content(receiver, 2)


def test_a_process_killed_while_sending_loses_nothing(store: Store) -> None:
    """The real command, killed by SIGKILL while the receiver holds its answer back."""
    env = os.environ | {"GUIDELINES_DATA": str(store.data)}
    command = [*GUIDELINES, "notify", "--json"]
    with endpoint(hang=True) as receiver:
        subscribe(store, wecom(receiver.url), written=datetime.now(UTC) - timedelta(days=1))
        revise_page(store, detected_at=iso(datetime.now(UTC)))
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE)
        assert receiver.arrived.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        receiver.hang = False
        receiver.release.set()
        done = subprocess.run(command, env=env, capture_output=True, check=True, timeout=30)
        report = json.loads(done.stdout)
        assert (report["sent"], report["resent"], report["pending"]) == (1, 1, 0)
        assert content(receiver, 0) == content(receiver, 1)
        assert json.loads(subprocess.run(command, env=env, capture_output=True, check=True).stdout)["sent"] == 0


def test_a_subscription_that_was_cancelled_gets_nothing_more(store: Store, clock: Clock) -> None:
    with endpoint() as receiver, endpoint() as other:
        started(store, clock, receiver)
        revise_page(store)
        subscribe(store, wecom(other.url, "乙"))
        clock.at = T0 + timedelta(hours=2)
        report = run(store, clock)
        assert (receiver.calls, report.pending) == ([], 0)


def test_a_change_that_the_restored_archive_does_not_have_is_dropped(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        change = revise_page(store)
        receiver.status = 500
        clock.at = T0 + timedelta(hours=2)
        run(store, clock)
        store.db.table("changes").delete(id=change)
        receiver.status = 200
        clock.at += timedelta(hours=2)
        report = run(store, clock)
        assert (report.sent, report.pending) == (0, 0)


# ---------------------------------------------------------------- nothing about subscribers elsewhere


def test_nothing_about_subscribers_enters_the_archive_or_what_is_printed(store: Store) -> None:
    with endpoint(status=500) as receiver:
        subscribe(store, wecom(receiver.url, "王小明"), written=datetime.now(UTC) - timedelta(days=1))
        revise_page(store, detected_at=iso(datetime.now(UTC)))
        done = subprocess.run([*GUIDELINES, "--data", str(store.data), "notify"], capture_output=True, text=True)
    assert "HTTP 500" in done.stderr
    printed = done.stdout + done.stderr
    with contextlib.closing(sqlite3.connect(store.data / "archive.db")) as connection:
        dump = "\n".join(connection.iterdump())
    for private in ("王小明", "key-of", receiver.url):
        assert private not in printed
        assert private not in dump
    assert (store.data / "notify.db").stat().st_mode & 0o077 == 0


def test_a_preview_sends_and_notes_nothing(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        revise_page(store)
        clock.at = T0 + timedelta(hours=2)
        ((_, messages),) = preview(store.data, SETTINGS, now=clock)
        assert len(messages) == 1
        assert receiver.calls == []
        assert run(store, clock).sent == 1


# ---------------------------------------------------------------- operators


def test_operators_hear_of_a_trouble_after_three_crawls_and_of_its_end_once(store: Store, clock: Clock) -> None:
    with endpoint() as reader, endpoint() as operator:
        subscribe(store, wecom(reader.url) + wecom(operator.url, "值班", 'role = "operator"'))
        run(store, clock)
        trouble = {"state": "blocked", "verdict": "suspect", "reason": "challenge", "trouble_since": iso(T0)}
        for crawls, told in [(1, 0), (2, 0), (3, 1), (4, 1)]:
            store.update("notices", 1, **trouble, trouble_count=crawls)
            clock.at += timedelta(hours=12)
            run(store, clock)
            assert len(operator.calls) == told
        assert "被拦截：返回的是人机验证页" in content(operator)
        assert "guidelines acknowledge land" in content(operator)
        keep("wecom-operator.md", content(operator))
        store.update("notices", 1, state="current", verdict="ok", reason="", trouble_count=0, trouble_since=None)
        for _ in range(2):
            clock.at += timedelta(hours=12)
            run(store, clock)
        assert len(operator.calls) == 2
        assert "已恢复" in content(operator)
        assert reader.calls == []


def test_a_trouble_that_was_never_told_needs_no_recovery(store: Store, clock: Clock) -> None:
    with endpoint() as operator:
        started(store, clock, operator, 'role = "operator"')
        store.update("notices", 1, state="unreachable", verdict="error", reason="timeout", trouble_count=1)
        run(store, clock)
        store.update("notices", 1, state="current", verdict="ok", reason="", trouble_count=0)
        run(store, clock)
        assert operator.calls == []


def test_an_acknowledged_trouble_is_not_told(store: Store, clock: Clock) -> None:
    with endpoint() as operator:
        started(store, clock, operator, 'role = "operator"')
        store.update(
            "notices", 1, state="blocked", verdict="suspect", reason="challenge", trouble_count=9,
            acknowledged='["notice:land blocked suspect challenge"]',
        )  # fmt: skip
        run(store, clock)
        assert operator.calls == []


def test_a_network_that_is_down_gives_one_message_for_all_notices(store: Store, clock: Clock) -> None:
    with endpoint() as operator:
        started(store, clock, operator, 'role = "operator"')
        for id in (1, 2, 3):
            store.update("notices", id, state="unreachable", verdict="error", reason="dns", trouble_count=3)
        run(store, clock)
        assert len(operator.calls) == 1
        assert content(operator).count("无法访问") == 3


# ---------------------------------------------------------------- the channels


def test_dingtalk_is_signed_and_its_answer_read(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        subscribe(
            store,
            f'[[subscriber]]\nname = "甲"\naddress = "dingtalk:token-1"\nsecret = "SEC-x"\nbase = "{receiver.url}"\n',
        )
        revise_row(store)
        clock.at = T0 + timedelta(hours=2)
        assert run(store, clock).sent == 1
        (call,) = receiver.calls
        assert call.path == "/robot/send"
        assert call.query["access_token"] == "token-1"
        expected = hmac.new(b"SEC-x", f"{call.query['timestamp']}\nSEC-x".encode(), hashlib.sha256).digest()
        assert base64.b64decode(call.query["sign"]) == expected
        assert call.body["msgtype"] == "markdown"
        keep("dingtalk.md", call.body["markdown"]["text"])


def test_feishu_is_signed_and_its_answer_read(store: Store, clock: Clock) -> None:
    with endpoint({"code": 0, "msg": "success"}) as receiver:
        subscribe(
            store,
            f'[[subscriber]]\nname = "甲"\naddress = "feishu:hook-1"\nsecret = "SEC-y"\nbase = "{receiver.url}"\n',
        )
        revise_page(store)
        revise_row(store)
        clock.at = T0 + timedelta(hours=2)
        assert run(store, clock).sent == 2
        call = receiver.calls[0]
        assert call.path == "/open-apis/bot/v2/hook/hook-1"
        expected = hmac.new(f"{call.body['timestamp']}\nSEC-y".encode(), b"", hashlib.sha256).digest()
        assert base64.b64decode(call.body["sign"]) == expected
        keep("feishu.json", json.dumps(call.body, ensure_ascii=False, indent=1))
        receiver.answer = {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        revise_page(store, "welfare")
        assert "代码 19021" in run(store, clock).messages[0]["error"]


def test_a_generic_webhook_goes_through_apprise(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        subscribe(store, f'[[subscriber]]\nname = "甲"\naddress = "{receiver.url.replace("http", "json")}/hook"\n')
        revise_page(store)
        clock.at = T0 + timedelta(hours=2)
        assert run(store, clock).sent == 1
        body = receiver.calls[0].body
        assert body["title"].startswith(
            "〔农村集体土地征收〕《演示部办公厅关于印发农村集体土地征收基层政务公开标准指引的通知》："
        )
        assert "［增：" in body["message"]
        receiver.status = 500
        revise_row(store)
        assert run(store, clock).failed == 1


@pytest.fixture
def mailbox(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path_factory.mktemp("mail")
    with mail_server(folder) as box:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        monkeypatch.setenv("SMTP_PASSWORD", "correct-horse-battery")
        yield box


def mail_subscription(box: Mailbox, more: str = "") -> str:
    return (
        f'mail = "mailtos://robot:${{SMTP_PASSWORD}}@127.0.0.1:{box.port}'
        '?mode=starttls&from=档案<archive@example.gov.cn>"\n'
        f'[[subscriber]]\nname = "甲"\naddress = "mailto:jiuzhu@example.gov.cn"\n{more}\n'
    )


def test_mail_has_html_and_text_and_travels_encrypted(store: Store, clock: Clock, mailbox: Mailbox) -> None:
    subscribe(store, mail_subscription(mailbox))
    revise_row(store)
    clock.at = T0 + timedelta(hours=2)
    report = run(store, clock)
    assert report.sent == 1, report.messages
    (letter,) = mailbox.letters
    assert mailbox.encrypted == [True]
    assert mailbox.logins == ["good"]
    assert letter["To"] == "jiuzhu@example.gov.cn"
    assert letter["Subject"] == (
        "〔农村集体土地征收〕《演示部办公厅关于印发农村集体土地征收基层政务公开标准指引的通知》："
        "第2行“征地补偿安置方案2”公开时限由20个工作日改为7个工作日"
    )
    html, text = letter.get_body(("html",)).get_content(), letter.get_body(("plain",)).get_content()
    key = report.messages[0]["key"]
    assert key in letter["Message-ID"]
    sha256 = store.rows("SELECT sha256 FROM captures ORDER BY id DESC LIMIT 1")[0]["sha256"]
    for part in (html, text):
        for words in (
            "演示部办公厅", "演示发〔2019〕1号", "公开时限", "2026年11月21日 09:00", sha256, key,
            "https://archive.example.gov.cn/changes/1", "http://land.example/t1.docx",
        ):  # fmt: skip
            assert words in part, words
    assert "［删：20］［增：7］个工作日" in text
    assert "<ins" in html
    keep("mail-revised.html", html)
    keep("mail-revised.txt", text)
    keep("mail-revised.eml", mailbox.raw[0])


def test_a_mail_digest_groups_by_area(store: Store, clock: Clock, mailbox: Mailbox) -> None:
    for slug in ("land", "welfare", "poverty"):
        record(store, slug, "new", "收录", detected_at=iso(T0))
    subscribe(store, mail_subscription(mailbox, 'when = "daily"'))
    revise_row(store)
    revise_page(store, "welfare")
    record(store, "land", "attachment-replaced", "附件“标准目录.docx”重新上传，内容未变", quiet=1)
    clock.at = T0 + timedelta(days=2)
    assert run(store, clock).sent == 6
    (letter,) = mailbox.letters
    html = letter.get_body(("html",)).get_content()
    assert html.index("农村集体土地征收") < html.index("社会救助、养老服务") < html.index("首次收录")
    keep("mail-digest.html", html)


def test_a_mail_server_that_refuses_is_reported_without_addresses(store: Store, clock: Clock, mailbox: Mailbox) -> None:
    subscribe(store, mail_subscription(mailbox))
    revise_page(store)
    mailbox.answer = "452 jiuzhu@example.gov.cn over quota"
    clock.at = T0 + timedelta(hours=2)
    (failure,) = run(store, clock).messages
    assert "452" in failure["error"]
    assert "jiuzhu" not in failure["error"]
    mailbox.answer = "250 OK"
    clock.at += timedelta(hours=1)
    assert run(store, clock).sent == 1


def test_a_wrong_password_is_reported_without_it(
    store: Store, clock: Clock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "wrong-password")
    subscribe(store, mail_subscription(mailbox))
    revise_page(store)
    clock.at = T0 + timedelta(hours=2)
    (failure,) = run(store, clock).messages
    assert "535" in failure["error"]
    assert "wrong-password" not in failure["error"]


def test_a_mail_server_with_an_unknown_certificate_is_not_trusted(
    store: Store, clock: Clock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    subscribe(store, mail_subscription(mailbox))
    revise_page(store)
    clock.at = T0 + timedelta(hours=2)
    (failure,) = run(store, clock).messages
    assert "安全连接失败" in failure["error"]
    assert mailbox.letters == []


def test_rounds_at_the_same_time_from_many_threads_send_once(store: Store, clock: Clock) -> None:
    with endpoint() as receiver:
        started(store, clock, receiver)
        revise_page(store)
        clock.at = T0 + timedelta(hours=2)

        def attempt() -> None:
            with contextlib.suppress(NotifyLockHeld):
                run(store, clock)

        threads = [threading.Thread(target=attempt) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        run(store, clock)
        assert len(receiver.calls) == 1
