"""A real browser (Debian's chromium, driven by playwright) before a real server over an archive of the replica.

The archive holds two crawls of the demonstration, with its laws and local catalogues: all as they are committed, then
one with a revised page, a revised file and a law with a newer text.
Screenshots of every page go to the folder GUIDELINES_SCREENSHOTS when it is set.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from tests.sites import DEMO, build

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REVISED = "social-assistance-and-elderly-care"
GUIDELINES = (sys.executable, "-c", "from archive.cli import main; main()", "--data")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = "no chromium on this machine: apt-get install chromium fonts-noto-cjk"
    for item in items:
        if CHROMIUM is None and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=missing))


@frozen
class Office:
    """The served archive."""

    data: Path
    address: str

    def value(self, sql: str, *parameters: object) -> Any:
        with closing(sqlite3.connect(f"file:{self.data / 'archive.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, parameters).fetchone()[0]


def crawled(data: Path) -> None:
    """Two crawls; at the second a notice has other words, its file another deadline in two rows, a law a newer text."""
    exchanges = build.stored()
    again = {e.url: e for e in exchanges}
    page = next(e for e in exchanges if e.kind == "page" and e.slug == REVISED)
    file = next(e for e in exchanges if e.kind == "attachment" and e.slug == REVISED)
    html = page.body.decode("utf-8")
    sentence = next(s for s in re.findall(r">([^<>。]{15,80}。)", html) if html.count(s) == 1)
    again[page.url] = evolve(
        page, body=html.replace(sentence, f"{sentence}演示样本：本次修订自印发之日起施行。").encode()
    )
    revised = build.revised(REVISED, "社会救助", 4, time_limit="自信息形成之日起5个工作日内")
    again[file.url] = evolve(file, body=revised)
    second = data.parent / "second.warc.gz"
    second.write_bytes(build.warc(tuple(again.values())))
    steps = (
        ((DEMO / "replica.warc.gz", DEMO / "laws.warc.gz", DEMO / "locals.warc.gz"), ("--all",)),
        ((second, DEMO / "laws-amended.warc.gz"), ()),
    )
    for records, which in steps:
        replay = [part for record in records for part in ("--replay", str(record))]
        asked = ("crawl", *which, "--sources", str(DEMO / "sources.toml"), *replay, "--confirm-after", "0")
        done = subprocess.run([*GUIDELINES, str(data), *asked], capture_output=True, timeout=300, check=False)
        assert done.returncode in (0, 3), done.stderr


@contextmanager
def served(data: Path) -> Iterator[str]:
    line = [*GUIDELINES, str(data), "serve", "--port", "0"]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
    assert found
    yield found.group()
    server.send_signal(signal.SIGINT)
    server.wait(60)
    server.stdout.close()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("browser") / "data"
    crawled(data)
    with served(data) as address:
        yield Office(data, address)


@pytest.fixture(scope="module")  # its event loop runs until it is closed, and no other could run beside it
def browser() -> Iterator[Any]:
    driver = pytest.importorskip(
        "playwright.sync_api", reason="playwright is of the test extra: scripts/test installs it"
    )
    # as root, which CI is, chromium needs --no-sandbox; only our own pages are opened
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with driver.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("GUIDELINES_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
