"""What is no property of the bytes is a fault of the machine: the reader says so and blames no file."""

from __future__ import annotations

import multiprocessing.forkserver
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from crawler.reading.fault import ReadingFault
from crawler.reading.rule import Rule
from crawler.samples import BEFORE_A_CRAWL, FOLDER, SAMPLES
from crawler.sandbox.apart import check_samples, read_apart, read_sample
from tests.crawl.harness import environment

_CALLER = """
import resource, sys
from crawler.frugal import spare_address_space
from crawler.reading.fault import ReadingFault
from crawler.reading.rule import Rule
from crawler.sandbox.apart import read_apart
from crawler.samples import FOLDER, SAMPLES

# before anything is taken away
PAYLOADS = {kind: (FOLDER / sample.file).read_bytes() for kind, sample in SAMPLES.items()}

def read(kind="docx"):
    try:
        document = read_apart(PAYLOADS[kind], SAMPLES[kind].headers, Rule())
    except ReadingFault as fault:
        return f"fault {fault}"
    return document.problem or "read"

def lower(kind, limit):
    resource.setrlimit(kind, (limit, limit))

if __name__ == "__main__":
    {body}
"""


def said(tmp_path: Path, body: str) -> list[str]:
    """What a process of its own prints, which does `body` with `read` and `lower`."""
    script = tmp_path / "caller.py"
    script.write_text(_CALLER.replace("{body}", body.replace("\n", "\n    ")), "utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind != "doc"])
def test_every_format_has_a_sample_that_is_read(kind: str) -> None:
    assert SAMPLES[kind].word in read_sample(kind).text


def test_the_samples_before_a_crawl_need_a_rule_a_guess_and_every_library() -> None:
    assert [read_sample(kind).confidence for kind in ("page", "guess")] == ["high", "low"]
    assert {"docx", "xlsx", "pdf"} < set(BEFORE_A_CRAWL)


@pytest.mark.parametrize("megabytes", [1900, 1000, 700])
def test_files_are_read_under_a_smaller_limit_on_memory_than_ours(tmp_path: Path, megabytes: int) -> None:
    body = f"lower(resource.RLIMIT_AS, {megabytes}_000_000)\nspare_address_space()\nprint(read('page'), read('xlsx'))"
    assert said(tmp_path, body) == ["read read"]


@pytest.mark.parametrize("kind", ["RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_NOFILE"])
def test_files_are_read_under_other_limits_that_somebody_has_set(tmp_path: Path, kind: str) -> None:
    assert said(tmp_path, f"lower(resource.{kind}, 40)\nprint(read())") == ["read"]


def test_a_limit_too_small_to_read_anything_is_a_fault_that_names_it(tmp_path: Path) -> None:
    (line,) = said(tmp_path, "lower(resource.RLIMIT_AS, 90_000_000)\nprint(read())")
    assert line.startswith("fault 本机现在读不了网页和文件")
    assert "guidelines doctor" in line


def test_memory_that_is_taken_away_later_is_not_blamed_on_a_file(tmp_path: Path) -> None:
    """The limit falls between two readings: the second would have been a `memory` of its file."""
    body = """print(read())
resource.setrlimit(resource.RLIMIT_AS, (60_000_000, resource.RLIM_INFINITY))
print(read("xlsx"))
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(read("xlsx"))"""
    first, second, third = said(tmp_path, body)
    assert (first, third) == ("read", "read")
    assert second.startswith("fault ")


def test_no_more_open_files_is_a_fault(tmp_path: Path) -> None:
    (line,) = said(
        tmp_path,
        "read()\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 999))\nprint(read())\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (999, 999))",
    )
    assert line.startswith("fault ")


def test_no_room_for_scratch_files_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    check_samples(["txt"])
    monkeypatch.setattr(tempfile, "tempdir", "/proc/no-such-folder")
    with pytest.raises(ReadingFault, match="临时目录"):
        read_apart("附件正文".encode(), {}, Rule())


def test_reading_goes_on_when_the_fork_server_was_killed() -> None:
    assert read_apart("附件正文".encode(), {}, Rule()).text == "附件正文"
    server = multiprocessing.forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(server, signal.SIGKILL)
    assert read_apart("附件正文".encode(), {}, Rule()).text == "附件正文"


def test_a_damaged_file_is_still_the_files_own_fault() -> None:
    assert read_apart((FOLDER / SAMPLES["docx"].file).read_bytes()[:300], {}, Rule()).problem.startswith("corrupt: ")


def test_a_sample_that_was_not_installed_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.sandbox.apart.FOLDER", tmp_path)
    with pytest.raises(ReadingFault, match="没有装全"):
        read_sample("xls")
