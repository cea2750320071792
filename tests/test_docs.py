"""The operator's page and the README name every command, and nothing that does not exist."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from attrs import fields, fields_dict
from click.testing import CliRunner

from archive import words
from archive.cli import cli
from archive.machine.faults import StoreError
from archive.model import Reason, Verdict
from archive.settings import Settings
from archive.tell.subscriptions import Entry
from crawler.sources import load_sources
from scripts import bench_report
from tests.factory import make_archive

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
README_ZH = (ROOT / "README.zh.md").read_text("utf-8")


def mentioned(page: str = PAGE) -> list[str]:
    """Every `guidelines …` in the page: lines of an example, and words in backquotes."""
    lines = re.findall(r"^ {4,}(?:sudo (?:-u \S+ )?)?(guidelines .+)$", page, re.M)
    return lines + re.findall(r"`(guidelines [^`]+)`", page)


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = sorted({*mentioned(), *mentioned(README), *mentioned(README_ZH)})
ELSEWHERE = {
    "crawl", "reextract", "serve", "doctor", "try", "add", "receive", "demo", "setup", "uninstall", "upgrade", "run",
    "accept", "reject", "undo", "verify", "sources", "compare", "backup",
}  # fmt: skip
"""Commands that start the crawler, serve or change the machine: their own tests run them."""
FOR_ALL = ("schedule install", "schedule remove", "命令")


@pytest.mark.parametrize("line", ALL)
def test_a_command_in_the_page_exists_with_its_options(line: str) -> None:
    arguments = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    while arguments:
        word = arguments.pop(0)
        if word.startswith("--") and word != "--help":
            option = next((p for p in command.params if word in (*p.opts, *p.secondary_opts)), None)
            assert option is not None, f"{line}: {word}"
            if not getattr(option, "is_flag", False):
                del arguments[: option.nargs]
        elif isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        else:
            assert command is not cli or word in ("命令", "--help"), f"{line}: {word}"


def _is_run_here(line: str) -> bool:
    words_of = [word for word in shlex.split(_plain(line), comments=True)[1:] if not word.startswith("--")]
    return words_of[0] not in ELSEWHERE and not any(f"guidelines {other}" in _plain(line) for other in FOR_ALL)


def _plain(line: str) -> str:
    return re.sub(r"--data \S+ ", "", line)


@pytest.mark.parametrize("line", [line for line in ALL if _is_run_here(line)])
def test_a_command_of_the_page_runs_and_ends_in_good_order(
    line: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it is about (a number, a name, a file) need not be there: that is one sentence then."""
    shutil.copytree(archive, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, shlex.split(_plain(line), comments=True)[1:])
    assert isinstance(done.exception, SystemExit | click.ClickException | StoreError | None), done.exception
    assert done.exit_code in range(4)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("manual") / "data"
    make_archive(data).close()
    return data


def test_every_command_is_in_the_page() -> None:
    text = " ".join(mentioned())
    words_of = {" ".join(path) for path in commands()}
    missing = {path for path in words_of if f"guidelines {path}" not in re.sub(r"--data \S+ ", "", text)}
    groups = {"subscriptions", "schedule"}
    assert missing - groups == set()


def test_every_setting_and_every_key_of_a_subscription_is_explained() -> None:
    for attribute in fields(Settings):
        assert f"`{attribute.name}`" in PAGE or f"{attribute.name} = " in PAGE, attribute.name
    for key in fields_dict(Entry):
        assert f"`{key}`" in PAGE, key


def test_every_state_verdict_reason_and_exit_code_is_explained() -> None:
    for code, word in {**words.STATES, **words.VERDICTS}.items():
        assert f"{word} {code}" in PAGE, code
    for reason in Reason:
        assert str(reason) in PAGE, reason
    assert set(words.VERDICTS) == set(Verdict)
    for code in range(4):
        assert f"| {code} |" in PAGE


def test_the_list_in_the_readme_is_a_valid_one(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.+?)^```", README, re.M | re.S)
    path = tmp_path / "sources.toml"
    path.write_text(example, "utf-8")
    (notice,) = load_sources(path).sources.notices
    assert notice.areas == ("社会救助",)


@pytest.mark.parametrize("name", re.findall(r"`(scripts/\w+)", README))
def test_a_script_in_the_readme_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_the_benchmarks_are_what_their_figures_say() -> None:
    """docs/benchmarks.md is written by `scripts/bench report`."""
    assert (ROOT / "docs" / "benchmarks.md").read_text("utf-8") == bench_report.page()
