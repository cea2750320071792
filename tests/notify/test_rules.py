"""Rules of the outbox that whoever is told, or no longer told, would notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.clock import iso
from archive.tell.outbox import BACK_OFF, TRIES, Outbox, Telling
from tests.factory import make_archive

T0 = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    make_archive(tmp_path).close()
    return Outbox.open(tmp_path)


def deliver(outbox: Outbox, name: str, identity: str, at: datetime = T0) -> dict:
    subscriber = outbox.meet(names := ["甲", "乙"], T0)[name]
    assert name in names
    with outbox.db.atomic():
        assert outbox.add(subscriber, Telling("change", identity), at, at)
    return outbox.rows("SELECT * FROM deliveries ORDER BY id DESC LIMIT 1")[0]


def states(outbox: Outbox) -> dict[str, str]:
    found = outbox.rows(
        "SELECT s.name, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id ORDER BY d.id"
    )
    return {row["name"]: row["state"] for row in found}


@pytest.mark.parametrize("state", ["dead", "pending"])
def test_what_waits_for_somebody_who_has_left_is_dropped(outbox: Outbox, state: str) -> None:
    """Else `status` and the operator's mail would speak of failed deliveries that nobody can put right."""
    for name in ("甲", "乙"):
        outbox.db["deliveries"].update(deliver(outbox, name, "1")["id"], {"state": state})
    outbox.meet(["乙"], T0)
    assert states(outbox) == {"甲": "dropped", "乙": state}
    assert outbox.counts()["dropped"] == 1
    assert [row["name"] for row in outbox.waiting()] == ["乙"]
    outbox.revive(None, T0)
    assert states(outbox)["甲"] == "dropped", "and is not sent when the channel is put right"


def test_what_was_sent_to_somebody_who_has_left_stays_on_record(outbox: Outbox) -> None:
    outbox.acknowledge([deliver(outbox, "甲", "1")], T0)
    outbox.meet(["乙"], T0)
    assert states(outbox) == {"甲": "sent"}


def test_the_pauses_between_tries_grow_and_outlast_a_weekend(outbox: Outbox) -> None:
    row = deliver(outbox, "甲", "1")
    pauses = []
    at = T0
    for number in range(TRIES - 1):
        assert not outbox.fail([row | {"attempts": number}], at, "HTTP 503")
        next_at = outbox.rows("SELECT next_at FROM deliveries")[0]["next_at"]
        pauses.append(datetime.fromisoformat(next_at) - at)
        at += pauses[-1]
    assert tuple(pauses) == BACK_OFF
    assert list(pauses) == sorted(pauses)
    assert at - T0 > timedelta(hours=60)
    assert outbox.fail([row | {"attempts": TRIES - 1}], at, "HTTP 503"), "the last try"
    assert outbox.counts()["dead"] == 1


def test_a_pause_that_the_receiver_asks_for_is_kept_when_it_is_the_longer_one(outbox: Outbox) -> None:
    row = deliver(outbox, "甲", "1")
    for wait, wanted in ((timedelta(hours=2), timedelta(hours=2)), (timedelta(seconds=1), BACK_OFF[0])):
        outbox.fail([row], T0, "HTTP 429", wait)
        assert outbox.rows("SELECT next_at FROM deliveries") == [{"next_at": iso(T0 + wanted)}]
        assert outbox.due({"id": row["subscriber_id"]}, T0 + wanted - timedelta(seconds=1)) == []
        assert len(outbox.due({"id": row["subscriber_id"]}, T0 + wanted)) == 1


def test_a_revived_delivery_has_all_its_tries_again(outbox: Outbox) -> None:
    row = deliver(outbox, "甲", "1")
    outbox.db["deliveries"].update(row["id"], {"state": "dead", "attempts": TRIES})
    assert outbox.revive([row["id"] + 1], T0) == 0, "only the one that was named"
    assert outbox.revive([row["id"]], T0) == 1
    (again,) = outbox.due({"id": row["subscriber_id"]}, T0)
    assert (again["state"], again["attempts"]) == ("pending", 0)


def test_one_thing_is_never_put_into_the_outbox_twice_for_the_same_person(outbox: Outbox) -> None:
    deliver(outbox, "甲", "1")
    subscriber = outbox.meet(["甲", "乙"], T0)["甲"]
    with outbox.db.atomic():
        assert not outbox.add(subscriber, Telling("change", "1"), T0, T0)
    assert len(outbox.rows("SELECT id FROM deliveries")) == 1
    deliver(outbox, "乙", "1")
    assert len({row["key"] for row in outbox.rows("SELECT key FROM deliveries")}) == 2


def test_somebody_who_comes_back_keeps_the_day_of_the_first_subscription(outbox: Outbox) -> None:
    outbox.meet(["甲"], T0)
    outbox.meet([], T0 + timedelta(days=1))
    assert outbox.meet(["甲"], T0 + timedelta(days=2))["甲"]["since"] == iso(T0)
