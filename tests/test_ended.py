"""A crawl that is ended from outside, at any point: no process stays, nothing is lost, the next crawl runs at once.

Points are spread by the number of requests that the sites have seen, so every run meets the same ones.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.machine import lifeline
from archive.machine.lock import crawl_lock
from archive.operate.verify import verify
from tests.crawl.harness import Archive, environment, page, title_of
from tests.formats.writers import docx_of, docx_paragraphs
from tests.notify.receivers import keep
from tests.sites.server import SiteServer

SLUGS = ("land", "welfare", "health")
MARK = "GUIDELINES_TEST_RUN"
LINK = '<p><a href="/files/1.docx">附件：说明.docx</a></p>'


def docx(number: int) -> bytes:
    return docx_of(docx_paragraphs(f"第{number}稿：公开时限为{number}个工作日。" * 40))


class Sites:
    def __init__(self, server: SiteServer, archive: Archive) -> None:
        self.server, self.archive = server, archive
        for slug in SLUGS:
            archive.watch(slug, server.host(f"{slug}.example") + "/t.html")
        self.revise(0)

    def revise(self, number: int) -> str:
        """All pages and files say something new; returns the words."""
        words = f"公开时限为{100 + number}个工作日。"
        for slug in SLUGS:
            body = f"<p>各有关单位：</p><p>现将标准指引印发给你们，请认真贯彻执行。{words}</p><p>联系电话另行公布。</p>"
            self.server.put(f"{slug}.example", "/t.html", page(slug, LINK, body))
            self.server.put(f"{slug}.example", "/files/1.docx", docx(100 + number), "application/octet-stream")
        return words


@contextmanager
def sites(tmp_path: Path) -> Iterator[Sites]:
    with SiteServer() as server:
        yield Sites(server, Archive(tmp_path / "data"))


def processes(mark: str) -> list[str]:
    """The command lines of all living processes that were started by a marked one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes():
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append(f"{folder.name} {line}")
        except OSError:  # it has ended meanwhile
            continue
    return found


def none_left(mark: str) -> None:
    """Block until no process is left: an end is an event of /proc that nobody tells, so it is looked for."""
    for _ in range(20_000):
        if not processes(mark):
            return
        os.sched_yield()
    raise AssertionError(f"still there: {processes(mark)}")


def end_at(sites: Sites, request: int, number: signal.Signals) -> int:
    """Start a crawl, end `guidelines crawl` with a signal as the request arrives; returns its exit code."""
    mark = uuid.uuid4().hex
    sites.server.forget()
    line = sites.archive.command("--delay", "0")
    with subprocess.Popen(line, env=environment(**{MARK: mark}), stderr=subprocess.PIPE, text=True) as process:
        sites.server.wait_for(lambda seen: len(seen) >= request or process.poll() is not None, timeout=60)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    none_left(mark)
    assert "Traceback" not in said, said
    with crawl_lock(sites.archive.data):
        pass
    return process.returncode


def rounds(tmp_path: Path, number: signal.Signals, count: int, seed: int) -> str:
    chance = random.Random(seed)
    with sites(tmp_path) as around:
        around.archive.crawl()
        around.server.forget()
        around.revise(1)
        around.archive.crawl()
        usual = len(around.server.requests())
        early = 0
        for n in range(2, count + 2):
            words = around.revise(n)
            code = end_at(around, chance.randint(1, usual), number)
            early += code not in (0, 3)
            if number is not signal.SIGKILL:
                assert verify(around.archive.data, sample=True)["problems"] == []
                ended = around.archive.rows("SELECT finished_at, outcome FROM crawls ORDER BY id DESC LIMIT 1")[0]
                assert ended["finished_at"]
            around.archive.crawl()
            assert all(words in around.archive.texts(slug)[-1] for slug in SLUGS), f"round {n}"
            assert verify(around.archive.data, sample=n % 10 != 0 and n <= count)["problems"] == [], f"round {n}"
            keep(f"ended-{number.name}.txt", f"{number.name}: {n - 1} crawls ended, {early} before their own end")
        revised = around.archive.rows("SELECT count(*) AS n FROM changes WHERE kind = 'revised'")[0]["n"]
        assert revised == len(SLUGS) * (count + 1), "each revision was told once"
        told = around.archive.rows("SELECT count(*) AS n FROM changes WHERE kind = 'attachment-replaced'")[0]["n"]
        assert told == len(SLUGS) * (count + 1)
    report = f"{number.name}: {count} crawls ended, {early} before their own end; {revised} revisions told once each"
    keep(f"ended-{number.name}.txt", report)
    return report


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)], ids=lambda number: number.name
)
def test_a_crawl_that_is_ended_leaves_no_process_and_the_next_one_runs(tmp_path: Path, number: signal.Signals) -> None:
    rounds(tmp_path, number, 2, 8)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "count"), [(signal.SIGKILL, 100), (signal.SIGTERM, 20)])
def test_nothing_is_lost_over_many_ended_crawls(tmp_path: Path, number: signal.Signals, count: int) -> None:
    rounds(tmp_path, number, count, 1949)


@pytest.fixture
def hearing() -> Iterator[None]:
    """A shell starts its background jobs deaf to Ctrl+C, and so would be whatever the tests start there."""
    given = {number: signal.signal(number, signal.SIG_DFL) for number in lifeline.SIGNALS}
    yield
    for number, handler in given.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", lifeline.SIGNALS, ids=lambda number: number.name)
def test_a_crawl_that_is_told_to_end_says_so_and_status_knows(
    tmp_path: Path, number: signal.Signals, hearing: None
) -> None:
    with sites(tmp_path) as around:
        release = around.server.hold(around.archive.notices and around.server.host("land.example") + "/t.html")
        mark = uuid.uuid4().hex
        line = around.archive.command("--delay", "0", "--json")
        with subprocess.Popen(
            line, env=environment(**{MARK: mark}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            around.server.wait_for(lambda seen: any(s.host == "land.example" and s.path == "/t.html" for s in seen))
            process.send_signal(number)
            printed, said = process.communicate(timeout=60)
        none_left(mark)
        release()
        assert (process.returncode, printed) == (128 + number, "")
        assert [line for line in said.splitlines() if "提前结束" in line], said
        (crawl,) = around.archive.rows("SELECT * FROM crawls")
        assert (crawl["outcome"], bool(crawl["finished_at"])) == ("interrupted", True)
        status = subprocess.run(
            [*line[:5], "status"], env=environment(), capture_output=True, text=True, check=False
        ).stdout
        assert "第 1 次抓取被中止" in status
        assert "guidelines crawl" in status
        assert around.archive.crawl(code=0)
        status = subprocess.run([*line[:5], "status"], env=environment(), capture_output=True, text=True, check=False)
        assert "抓取被中止" not in status.stdout
        assert title_of("land") in status.stdout


def test_a_command_of_the_nightly_run_ends_with_it(tmp_path: Path) -> None:
    with sites(tmp_path) as around:
        line = around.archive.command()[:5]
        held = around.server.host("land.example") + "/t.html"
        release = around.server.hold(held)
        for number in (signal.SIGKILL, signal.SIGTERM):
            mark = uuid.uuid4().hex
            around.server.forget()
            with subprocess.Popen([*line, "run"], env=environment(**{MARK: mark}), stderr=subprocess.DEVNULL) as run:
                around.server.wait_for(
                    lambda seen: any(s.host == "land.example" and s.path == "/t.html" for s in seen), timeout=60
                )
                run.send_signal(number)
            none_left(mark)
            assert run.returncode == (143 if number is signal.SIGTERM else -signal.SIGKILL)
        release()
