"""What a reader started is killed with it, in whatever process group it put itself."""

from __future__ import annotations

import os
import select
import subprocess
from pathlib import Path

import pytest

from crawler.reading.formats.office import soffice
from crawler.reading.rule import Rule
from crawler.sandbox.apart import read_apart


class _StartingRule(Rule):
    """Stands for a reader that starts a program and waits for it: it does so when its digest is asked for."""

    @property
    def digest(self) -> str:
        if not Path(self.host).exists():
            with subprocess.Popen(["sleep", "300"], process_group=0) as sleeper:
                Path(self.host).write_text(str(sleeper.pid), encoding="utf-8")
        return ""


def _dies(pid: int) -> bool:
    """Whether it is dead, or a kill that was sent takes effect within a minute."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 60)[0])
    finally:
        os.close(handle)


def test_a_late_reader_dies_with_its_grandchildren(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    read_apart(b"text", {}, Rule())  # the server of the processes runs: none of the five seconds goes to its start
    assert read_apart(b"text", {}, _StartingRule(host=str(note)), seconds=5).problem.startswith("timeout: ")
    assert _dies(int(note.read_text()))


def test_an_office_program_that_hangs_is_killed_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "pid"
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {note}.new\nmv {note}.new {note}\nwait\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(soffice, "SECONDS", 1)
    assert soffice.to_docx(b"text", str(program)) is None
    assert _dies(int(note.read_text()))


def test_the_switch_turns_the_office_program_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(soffice.SWITCH, "off")
    assert soffice.installed() is None
