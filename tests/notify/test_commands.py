"""The commands about subscriptions, deliveries and the state of the archive, as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import cli
from archive.clock import iso, now
from archive.record.store import Store
from archive.tell.outbox import TRIES, Outbox
from tests.factory import make_archive
from tests.notify.changes import record
from tests.notify.receivers import endpoint


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_archive(tmp_path)


def guidelines(store: Store, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(store.data), *arguments])


def subscribe(store: Store, text: str) -> None:
    path = store.data / "subscriptions.toml"
    path.write_text(text, "utf-8")
    path.chmod(0o600)


def test_a_sound_file_is_shown_and_a_mistake_is_named_by_line(store: Store) -> None:
    assert guidelines(store, "subscriptions", "check").exit_code == 2
    subscribe(store, '[[subscriber]]\nname = "社会救助科"\naddress = "wecom:secret-key"\n')
    done = guidelines(store, "subscriptions", "check")
    assert done.exit_code == 0
    assert "社会救助科" in done.output
    assert "secret-key" not in done.output
    subscribe(store, '[[subscriber]]\nname = "a"\naddress = "wecom:k"\narea = []\n')
    done = guidelines(store, "subscriptions", "check", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["mistakes"][0]["line"] == 4


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nosuch://x", "不是 apprise 能识别的网址"),
        ("mailto://u:p@h.cn?from=a@h.cn&to=b@h.cn,c@h.cn", "一个地址只能有一个接收人"),
    ],
)
def test_an_address_that_cannot_be_used_is_named(store: Store, address: str, words: str) -> None:
    subscribe(store, f'[[subscriber]]\nname = "a"\naddress = "{address}"\n')
    done = guidelines(store, "subscriptions", "check")
    assert done.exit_code == 2
    assert words in done.output
    assert "第 1 行" in done.output


def test_a_test_message_is_sent_to_one_subscriber(store: Store) -> None:
    with endpoint() as receiver:
        subscribe(store, f'[[subscriber]]\nname = "甲"\naddress = "wecom:k"\nbase = "{receiver.url}"\n')
        assert guidelines(store, "subscriptions", "check", "--send", "甲").exit_code == 0
        assert "测试消息" in receiver.calls[0].body["markdown"]["content"]
        receiver.answer = {"errcode": 93000, "errmsg": "invalid"}
        done = guidelines(store, "subscriptions", "check", "--send", "甲")
        assert (done.exit_code, "代码 93000" in done.output) == (1, True)
        assert guidelines(store, "subscriptions", "check", "--send", "乙").exit_code == 2


def test_dead_deliveries_are_seen_tried_again_and_given_up(store: Store) -> None:
    with endpoint() as receiver:
        subscribe(store, f'[[subscriber]]\nname = "甲"\naddress = "wecom:k"\nbase = "{receiver.url}"\n')
        record(store, "land", "new", "收录")
        receiver.status = 500
        assert guidelines(store, "notify").exit_code == 0
        waiting = guidelines(store, "deliveries").output
        assert "Z" not in waiting, "times in local words, as in status"
        outbox = Outbox.open(store.data)
        with outbox.db.atomic():
            outbox.db.execute("UPDATE deliveries SET attempts = ?, next_at = created_at", [TRIES - 1])
        assert guidelines(store, "notify").exit_code == 3
        found = json.loads(guidelines(store, "status", "--json").stdout)
        assert found["deliveries"] == {"pending": 0, "failed": 1}
        assert found["attention"][0]["command"] == "guidelines deliveries"
        assert "甲" not in json.dumps(found, ensure_ascii=False)
        (row,) = json.loads(guidelines(store, "deliveries", "--json").stdout)
        assert (row["state"], row["name"]) == ("dead", "甲")
        assert "HTTP 500" in row["error"]
        assert guidelines(store, "deliveries", "drop", "99").exit_code == 1
        receiver.status = 200
        assert guidelines(store, "deliveries", "retry").exit_code == 0
        assert guidelines(store, "notify").exit_code == 0
        assert "没有待投递的消息" in guidelines(store, "deliveries").output


def test_status_exits_3_while_a_person_is_needed_and_says_what_to_do(store: Store) -> None:
    assert guidelines(store, "status").exit_code == 0
    store.update("notices", 1, state="blocked", verdict="suspect", reason="challenge")
    done = guidelines(store, "status")
    assert done.exit_code == 3
    assert "处理：guidelines acknowledge land" in done.output


def test_a_mistake_in_the_subscriptions_stops_the_round_with_exit_code_2(store: Store) -> None:
    subscribe(store, "colour = 1\n")
    done = guidelines(store, "notify")
    assert (done.exit_code, "第 1 行" in done.output) == (2, True)
    subscribe(store, '[[subscriber]]\nname = "甲"\naddress = "wecom:k"\n')
    done = guidelines(store, "notify", "--dry-run", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])


BESIDE = """# 名单

[[subscriber]]
name = "甲"
address = "wecom:k"

# 乙在出差
[[subscriber]]
name = "乙"
address = "wecom:k2"
"""


def test_a_subscriber_is_added_paused_and_removed_and_the_other_lines_stay(store: Store) -> None:
    subscribe(store, BESIDE)
    path = store.data / "subscriptions.toml"
    before = path.read_text("utf-8")
    assert guidelines(store, "subscriptions", "add", '丙"科', "feishu:k3", "--daily", "09:00").exit_code == 0
    assert path.read_text("utf-8").startswith(before)
    assert path.stat().st_mode & 0o077 == 0
    assert guidelines(store, "subscriptions", "pause", "甲").exit_code == 0
    shown = guidelines(store, "subscriptions", "check")
    assert shown.exit_code == 0
    assert "暂停" in shown.output
    assert guidelines(store, "subscriptions", "pause", "甲", "--resume").exit_code == 0
    assert guidelines(store, "subscriptions", "remove", '丙"科').exit_code == 0
    assert path.read_text("utf-8").rstrip() == before.rstrip()
    assert guidelines(store, "subscriptions", "remove", "甲").exit_code == 0
    assert "# 乙在出差" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "甲", "wecom:k"], "已有名为"),
        (["add", "丁", "nosuch"], "地址应以"),
        (["remove", "戊"], "没有名为"),
        (["pause", "戊"], "没有名为"),
    ],
)
def test_an_edit_that_cannot_be_is_said_and_the_file_stays(store: Store, arguments: list[str], said: str) -> None:
    subscribe(store, '[[subscriber]]\nname = "甲"\naddress = "wecom:k"\n')
    path = store.data / "subscriptions.toml"
    before = path.read_bytes()
    done = guidelines(store, "subscriptions", *arguments)
    assert (done.exit_code, path.read_bytes()) == (2, before)
    assert said in done.output
    assert list(store.data.glob(".subscriptions-*")) == []


def test_what_there_is_to_tell_is_kept_while_a_subscriber_is_paused(store: Store) -> None:
    with endpoint() as receiver:
        subscribe(store, f'[[subscriber]]\nname = "甲"\naddress = "wecom:k"\nbase = "{receiver.url}"\n')
        guidelines(store, "notify")
        guidelines(store, "subscriptions", "pause", "甲")
        record(store, "land", "revised", "20 改为 7", detected_at=iso(now()))
        guidelines(store, "notify")
        while_paused = len(receiver.calls)
        guidelines(store, "subscriptions", "pause", "甲", "--resume")
        guidelines(store, "notify")
    assert (while_paused, len(receiver.calls)) == (0, 1)
