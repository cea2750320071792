"""The operator's page and the README name every command, and nothing that does not exist."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from attrs import fields, fields_dict

from archive import words
from archive.cli import cli
from archive.model import Reason, Verdict
from archive.settings import Settings
from archive.tell.subscriptions import Entry
from crawler.sources import load_sources
from scripts import bench_report

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def mentioned(page: str = PAGE) -> list[str]:
    """Every `guidelines …` in the page: lines of an example, and words in backquotes."""
    lines = re.findall(r"^ {4,}(guidelines .+)$", page, re.M)
    return lines + re.findall(r"`(guidelines [^`]+)`", page)


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("line", sorted({*mentioned(), *mentioned(README)}))
def test_a_command_in_the_page_exists_with_its_options(line: str) -> None:
    arguments = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    while arguments:
        word = arguments.pop(0)
        if word.startswith("--") and word != "--help":
            option = next((p for p in command.params if word in p.opts), None)
            assert option is not None, f"{line}: {word}"
            if not getattr(option, "is_flag", False) and arguments:
                arguments.pop(0)
        elif isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        else:
            assert command is not cli or word in ("命令", "--help"), f"{line}: {word}"


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
