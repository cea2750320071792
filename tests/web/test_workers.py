"""`guidelines serve` under visitors who ask for too much: its own pages answer, and its memory stays bounded."""

# ruff: noqa: S608 - statements of an attacker's

from __future__ import annotations

import contextlib
import http.client
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from attrs import frozen

from scripts.bench_visitors import Memory
from tests.web.sample import make_site

SERVE = [sys.executable, "-c", "from archive.cli import main; main()", "--data"]
ENDLESS = "with recursive c(n) as (select 1 union all select n+1 from c)"
MEMORY_MB = 64
PATIENCE = 120


@frozen
class Served:
    process: subprocess.Popen[str]
    port: int

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")

    def ask(self, path: str) -> socket.socket:
        """A request whose answer nobody waits for yet."""
        asked = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        asked.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return asked

    def workers(self) -> list[int]:
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for children in found for pid in children.read_text().split()]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("served") / "data"
    make_site(data).close()
    (data / "settings.toml").write_text(f"allow_sql = true\nsql_memory_mb = {MEMORY_MB}\n")
    with serving(data) as found:
        yield found


@contextlib.contextmanager
def serving(data: Path) -> Iterator[Served]:
    process = subprocess.Popen([*SERVE, str(data), "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert found
    try:
        yield Served(process, int(found.group(1)))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()


def sql(text: str) -> str:
    return f"/archive.json?sql={quote(text)}"


def status_of(answered: socket.socket) -> int:
    with answered, answered.makefile("rb") as stream:
        line = stream.readline()
        while stream.read(1 << 16):
            pass
    return int(line.split()[1])


@pytest.mark.parametrize(
    "path",
    [
        sql(f"{ENDLESS} select count(*) from c"),
        f"/archive/items?_where=exists({quote(ENDLESS + ' select 1 from c where n < 0')})",
        f"/archive/items?_facet_array=channels&_where=id<({quote(ENDLESS + ' select count(*) from c')})",
    ],
)
def test_our_pages_answer_while_visitors_wait_for_theirs(served: Served, path: str) -> None:
    asked = [served.ask(path) for _ in range(9)]
    for ours in ("/", "/notices/land", "/search?q=" + quote("征地"), "/status", "/catalogue"):
        assert served.get(ours)[0] == 200
    unanswered = len(asked) - len(select.select(asked, [], [], 0)[0])
    assert unanswered
    assert {status_of(one) for one in asked} <= {400, 503}


def test_beyond_a_short_line_visitors_are_told_to_come_again(served: Served) -> None:
    asked = [served.ask(sql(f"{ENDLESS} select count(*) from c")) for _ in range(20)]
    assert served.get("/")[0] == 200
    assert [status_of(one) for one in asked].count(503) >= 10


def test_who_is_told_to_come_again_is_told_when(served: Served) -> None:
    asked = [served.ask(f"/archive?sql={quote(ENDLESS + ' select count(*) from c')}") for _ in range(20)]
    refused = select.select(asked, [], [], PATIENCE)[0][0]
    with refused.makefile("rb") as stream:
        answer = stream.read().decode()
    assert answer.startswith("HTTP/1.1 503")
    assert "retry-after: 10\r\n" in answer
    assert "请过 10 秒再试" in answer
    for one in asked:
        one.close()


def test_who_leaves_leaves_the_line(served: Served) -> None:
    for _ in range(5):
        for one in [served.ask(sql(f"{ENDLESS} select count(*) from c")) for _ in range(8)]:
            one.close()
        assert served.get("/")[0] == 200  # it has seen them leave
    assert served.get("/archive/tasks")[0] == 200


@pytest.mark.parametrize(
    "text",
    [
        "select length(hex(zeroblob(490000000)))",
        "select length(replace(hex(zeroblob(40000000)), '00', 'ffffffff'))",
        f"{ENDLESS} select hex(zeroblob(7900000)) from c limit 1000",
        f"{ENDLESS} select randomblob(15000000) from c limit 1000",
        f"{ENDLESS} select group_concat(hex(zeroblob(1000000))) from c",
        f"{ENDLESS} select json_group_array(hex(zeroblob(1000000))) from c",
        f"{ENDLESS} select hex(randomblob(4000)) r from c order by r limit 10",
    ],
)
def test_a_question_that_wants_too_much_memory_is_refused(served: Served, text: str) -> None:
    """The bound: the site, two workers and what each may take; without it these take 2.5 GB and more."""
    memory = Memory(served.process.pid)
    watcher = threading.Thread(target=memory.watch)
    watcher.start()
    asked = [served.ask(sql(text)) for _ in range(3)]
    answers = {status_of(one) for one in asked}
    memory.stop()
    watcher.join()
    assert answers <= {400, 503}
    assert memory.peak < (3 * 150 + 2 * MEMORY_MB) * 1_000_000
    assert served.get("/archive/tasks")[0] == 200


def test_a_step_that_nothing_interrupts_is_ended_with_its_worker(served: Served) -> None:
    """Between two steps SQLite looks at the time; a single call of `instr` over megabytes takes minutes."""
    status, text = served.get(
        f"/archive?sql={quote('select instr(hex(zeroblob(1500000)), hex(zeroblob(750000)) || 1)')}"
    )
    assert status == 503
    assert "用时过长" in text
    assert served.get("/archive/tasks")[0] == 200


def test_a_worker_that_dies_is_replaced(served: Served) -> None:
    assert served.get("/archive/tasks")[0] == 200
    before = served.workers()
    asked = served.ask(sql(f"{ENDLESS} select count(*) from c"))
    assert served.get("/")[0] == 200  # by now the question is with a worker
    handles = [os.pidfd_open(pid) for pid in before]
    for handle in handles:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        ended(handle)
    assert status_of(asked) == 503
    assert served.get("/archive/tasks")[0] == 200
    assert not set(before) & set(served.workers())


def ended(handle: int) -> None:
    """Waits for the end of a process; closes its handle."""
    assert select.select([handle], [], [], PATIENCE)[0]
    os.close(handle)


def test_no_worker_outlives_the_site(tmp_path: Path) -> None:
    make_site(tmp_path / "data").close()
    (tmp_path / "data" / "settings.toml").write_text("allow_sql = true\n")
    with serving(tmp_path / "data") as site:
        assert site.get("/archive/tasks")[0] == 200
        asked = site.ask(sql("select instr(hex(zeroblob(1500000)), hex(zeroblob(750000)) || 1)"))
        assert site.get("/")[0] == 200
        handles = [os.pidfd_open(pid) for pid in site.workers()]
        assert handles
        site.process.kill()
        for handle in handles:
            ended(handle)
        asked.close()


def test_a_reader_who_stops_reading_keeps_no_worker(served: Served) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(served.ask("/archive/items.json?_size=max&_shape=array"))
        assert served.get("/archive/tasks")[0] == 200


def test_exports_and_kept_files_are_made_apart_too(served: Served) -> None:
    assert served.get("/catalogue.csv")[0] == 200
    assert len(served.workers()) >= 2
    assert served.get("/documents/2/file")[0] == 404  # of the sample nothing is kept
