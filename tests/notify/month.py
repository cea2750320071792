"""A month of an operator: failures, a reader's channel dead for ten days, the machine off for a week, a clock an hour
wrong; what the operator got, and when.   python -m tests.notify.month

The archive's tables are written as crawls leave them; rounds of telling and receivers are real.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import frozen

from archive.clock import iso
from archive.record.signs import Sign, keep_signs
from archive.record.store import Store
from archive.settings import Settings
from archive.tell.outbox import Outbox
from archive.tell.rounds import notify
from archive.tell.subscriptions import NAME
from tests.factory import make_archive
from tests.notify.changes import record
from tests.notify.receivers import Endpoint, endpoint

SETTINGS = Settings(base_url="https://archive.example.gov.cn")
T0 = datetime(2026, 11, 1, 22, 30, tzinfo=UTC)
"""Half past six in the morning of 2 November in China: the hour of the daily crawl."""
EVERY = timedelta(hours=6)
BLOCKED = range(3, 9)
DEAD = range(5, 15)
OFF = range(17, 24)
WRONG = range(26, 28)
RETRIED = 15
"""Day on which a person has the dead deliveries tried again."""
HOSTS = ("land.example", "welfare.example", "poverty.example")


@frozen
class Got:
    day: int
    hours: int
    text: str


def live(data: Path) -> tuple[list[Got], int]:
    """What the operator got; how many of three changes reached the reader."""
    store = make_archive(data)
    got: list[Got] = []
    with endpoint() as operator, endpoint() as reader:
        _subscribe(data, operator, reader)
        try:
            for step in range(31 * 4):
                moment = T0 + step * EVERY
                if (moment - T0).days not in OFF:
                    _step(store, reader, moment)
                    got += _new(operator, moment)
        finally:
            os.environ.pop("GUIDELINES_CLOCK_OFFSET", None)
        outbox = Outbox.open(data)
        sent = outbox.rows("SELECT 1 FROM deliveries WHERE kind = 'change' AND state = 'sent'")
        outbox.close()
        return got, len(sent)


def _subscribe(data: Path, operator: Endpoint, reader: Endpoint) -> None:
    operators = 'role = "operator"\nkinds = []'
    entries = [
        f'[[subscriber]]\nname = "{name}"\naddress = "wecom:{name}"\nbase = "{receiver.url}"\n{more}\n'
        for name, receiver, more in (("值班", operator, operators), ("社会救助科", reader, ""))
    ]
    path = data / NAME
    path.write_text("".join(entries), "utf-8")
    path.chmod(0o600)
    os.utime(path, (T0.timestamp(), T0.timestamp()))


def _step(store: Store, reader: Endpoint, moment: datetime) -> None:
    """A crawl where its hour has come, then a round of telling."""
    day = (moment - T0).days
    ours = moment + timedelta(hours=1 if day in WRONG else 0)
    os.environ["GUIDELINES_CLOCK_OFFSET"] = str(int((ours - datetime.now(UTC)).total_seconds()))
    reader.status = 500 if day in DEAD else 200
    if day == max(OFF) + 1 and moment.hour == T0.hour:
        notify(store.data, SETTINGS)  # the machine is switched on: the round comes before the crawl that was missed
    if moment.hour == T0.hour:
        _crawl(store, day, moment, ours)
        if day == RETRIED:
            outbox = Outbox.open(store.data)
            outbox.revive(None, ours)
            outbox.close()
    notify(store.data, SETTINGS)


def _crawl(store: Store, day: int, moment: datetime, ours: datetime) -> None:
    crawl = store.begin_crawl(f"day {day}", "live", "test", {})
    blocked = day in BLOCKED
    store.db.execute("UPDATE notices SET next_due = ?", [iso(ours + timedelta(days=1))])
    store.db.execute(
        """UPDATE notices SET state = ?, verdict = ?, reason = ?, trouble_count = ?, trouble_since = ?
           WHERE slug = 'welfare'""",
        ["blocked", "suspect", "challenge", day - BLOCKED[0] + 1, iso(T0 + timedelta(days=BLOCKED[0]))]
        if blocked
        else ["current", "ok", "", 0, None],
    )
    store.db.conn.commit()
    if day in (4, 6, 25):
        record(
            store, "land", "revised", f"公开时限由20个工作日改为{day}个工作日", crawl_id=crawl, detected_at=iso(ours)
        )
    signs = [Sign(None, f"http://{host}/tz/", host, iso(ours), 200, iso(moment), 0, host, "whole") for host in HOSTS]
    for sign in signs:
        notice = store.rows("SELECT id FROM notices WHERE slug = ?", [sign.host.partition(".")[0]])[0]["id"]
        store.db.execute(
            "INSERT OR IGNORE INTO listings (notice_id, url, verified, verdict, checked_at) VALUES (?, ?, 0, 'ok', ?)",
            [notice, sign.url, iso(ours)],
        )
    store.db.conn.commit()
    keep_signs(store, crawl, signs)
    store.end_crawl(crawl, {})


def _new(operator: Endpoint, moment: datetime) -> Iterator[Got]:
    since = moment - T0
    for call in operator.calls:
        yield Got(since.days, since.seconds // 3600, call.body["markdown"]["content"])
    operator.calls.clear()


def lines(got: list[Got]) -> Iterator[str]:
    for one in got:
        said = [line for line in one.text.splitlines() if line.lstrip("#>* ").startswith(("需处理", "已恢复"))]
        for line in said:
            yield f"day {one.day:2} {one.hours:02}:00 after  {line}"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="month-") as folder:
        got, reached = live(Path(folder) / "data")
    print(*lines(got), f"of 3 changes the reader got {reached}", sep="\n")


if __name__ == "__main__":
    main()
