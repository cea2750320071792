"""SIGKILL at random moments between crawl and delivery: every revision is delivered, and the archive stays good."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.notify.receivers import Endpoint, endpoint, keep
from tests.office import Office
from tests.sites.replica import Replica

SLUG = "tax-administration"
KEY = re.compile(r"投递编号[：: ]*([0-9a-zA-Z-]+)")


class Machine:
    """An office that is killed in the middle of its work, again and again."""

    def __init__(self, office: Office, replica: Replica, chat: Endpoint) -> None:
        self.office, self.replica, self.chat = office, replica, chat
        self.deadline = "20个工作日"
        path = office.data / "subscriptions.toml"
        path.write_text(f'[[subscriber]]\nname = "科室"\naddress = "wecom:演示"\nbase = "{chat.url}"\n', "utf-8")
        path.chmod(0o600)

    def work(self, seconds: float | None = None) -> bool:
        """Crawl and notify; killed with all its children after `seconds`. Returns whether it was killed."""
        end = None if seconds is None else time.monotonic() + seconds
        for line in (self.office.crawl_line(), self.office.line("notify")):
            process = subprocess.Popen(
                line,
                env=self.office.environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                said, _ = process.communicate(timeout=None if end is None else max(end - time.monotonic(), 0.01))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                return True
            assert process.returncode in (0, 3), said.decode()[-2000:]
        return False

    def revise(self, number: int) -> str:
        old, self.deadline = self.deadline, f"{100 + number}个工作日"
        self.replica.edit(SLUG, old, self.deadline)
        return self.deadline

    def told(self) -> list[str]:
        return [str(call.body) for call in self.chat.calls]


def run_rounds(tmp_path: Path, rounds: int, seed: int) -> str:
    chance = random.Random(seed)
    with Replica() as replica, endpoint() as chat:
        office = Office.of_replica(replica, tmp_path / "data", SLUG, "compulsory-education")
        machine = Machine(office, replica, chat)
        machine.work()  # the first crawl: one summary
        begin = time.monotonic()
        machine.work()
        usual = time.monotonic() - begin
        chat.calls.clear()
        killed = 0
        for number in range(1, rounds + 1):
            deadline = machine.revise(number)
            killed += machine.work(chance.uniform(0.05, usual * 1.1))
            machine.work()
            assert any(deadline in text for text in machine.told()), f"round {number}: the revision was not delivered"
            assert office.run("verify")["ok"], f"round {number}"
        keys = Counter(key for text in machine.told() for key in set(KEY.findall(text)))
        assert keys, "every message shows its delivery number"
        twice = {key: count - 1 for key, count in keys.items() if count > 1}
        with sqlite3.connect(office.data / "notify.db") as outbox:
            again = dict(
                outbox.execute("SELECT message, max(resent) FROM deliveries WHERE resent > 0 GROUP BY message")
            )
        assert set(twice) <= set(again), "sent again only where the acknowledgement had not arrived"
        changes = office.run("changes", "--kind", "revised")
        assert len(changes) == rounds
        report = f"{rounds} revisions, {killed} kills, {len(keys)} messages, {sum(twice.values())} sent twice"
        keep("kills.txt", report)
        return report


def test_no_revision_is_lost_when_the_machine_is_killed(tmp_path: Path) -> None:
    run_rounds(tmp_path, 5, 2026)


@pytest.mark.slow
def test_no_revision_is_lost_over_a_hundred_kills(tmp_path: Path) -> None:
    run_rounds(tmp_path, 100, 1949)
