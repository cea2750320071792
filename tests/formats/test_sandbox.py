from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crawler.reading.rule import Rule
from crawler.sandbox.apart import read_apart
from tests.formats.writers import docx_of, grid, write_docx

SMALL = write_docx([grid([["序号", "事项"], ["1", "征地"]], "附件\n土地标准目录")])


def test_a_file_is_read_apart_as_it_is_read_here() -> None:
    from crawler.reading import read

    assert read_apart(SMALL, {}, Rule()) == read(SMALL, {}, Rule())


def test_several_threads_read_apart_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        readings = list(pool.map(lambda _: read_apart(SMALL, {}, Rule()), range(8)))
    assert {reading.title for reading in readings} == {"土地标准目录"}


def _long(paragraphs: int) -> bytes:
    """A .docx that is small as a file and takes long to read."""
    return docx_of("<w:p><w:r><w:t>字</w:t></w:r></w:p>" * paragraphs)


class _NotingRule(Rule):
    """Notes the process that reads: the child does so while it unpickles the rule."""

    def __reduce__(self) -> tuple[object, ...]:
        return _note, (self.host,)


def _note(path: str) -> Rule:
    Path(path).write_text(str(os.getpid()), encoding="utf-8")
    return Rule()


def test_a_file_that_takes_too_long_is_given_up_and_its_reader_is_gone(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    read_apart(SMALL, {}, Rule())  # the server of the processes runs: none of the two seconds goes to its start
    reading = read_apart(_long(1_000_000), {}, _NotingRule(host=str(note)), seconds=2)
    assert reading.problem.startswith("timeout: ")
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text(encoding="utf-8")), 0)


def test_a_file_that_takes_too_much_memory_says_so() -> None:
    reading = read_apart(_long(1_000_000), {}, Rule(), memory=450_000_000)
    assert reading.problem.split(":")[0] in ("memory", "crashed", "corrupt")
    assert reading.problem


class _DyingRule(Rule):
    """Stands for a parser that takes its process down: it does so while the child unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.abort, ()


def test_a_dead_reader_is_a_problem_of_the_file_and_not_of_the_crawl() -> None:
    assert read_apart(SMALL, {}, _DyingRule()).problem.startswith("crashed: ")
    assert read_apart(SMALL, {}, Rule()).title == "土地标准目录"


_CALLER = """
import sys
from crawler.reading.rule import Rule
from crawler.sandbox.apart import read_apart

if __name__ == "__main__":
    print("started")
    print(read_apart("附件正文".encode(), {}, Rule()).text)
"""


@pytest.mark.parametrize("way", ["script", "module", "command"])
def test_the_caller_runs_once_however_it_was_started(tmp_path: Path, way: str) -> None:
    (tmp_path / "caller.py").write_text(_CALLER, encoding="utf-8")
    start = {"script": [str(tmp_path / "caller.py")], "module": ["-m", "caller"], "command": ["-c", _CALLER]}[way]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, *start], capture_output=True, text=True, timeout=60, env=environment, check=True
    )
    assert done.stdout.split() == ["started", "附件正文"]
