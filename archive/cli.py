"""`guidelines`: assembles the commands. A known error becomes one line in Chinese and exit code 1 or 2."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from archive.commands import FAILED, USAGE, stop
from archive.commands.chinese import speak_chinese
from archive.machine import faults, lifeline
from archive.machine.faults import StoreError
from archive.machine.toml import SettingsError
from archive.settings import take_over

COMMANDS = {
    "crawl": ("crawl", "reextract"),
    "review": ("review", "accept", "reject", "undo", "candidates", "acknowledge"),
    "changes": ("changes", "diff"),
    "search": ("search",),
    "export": ("export",),
    "notify": ("notify", "deliveries"),
    "subscriptions": ("subscriptions",),
    "status": ("status",),
    "alarm": ("alarm",),
    "operate": ("verify", "backup", "restore", "repair"),
    "serve": ("serve",),
    "schedule": ("run", "schedule"),
    "doctor": ("doctor",),
    "demo": ("demo",),
    "setup": ("setup", "uninstall"),
    "upgrade": ("upgrade",),
    "intake": ("receive", "try", "add", "sources"),
    "laws": ("laws",),
    "compare": ("compare",),
    "merge": ("merge",),
}
"""The modules of `archive.commands` and what is in them, by its name or, where that is taken, with a line behind it.
One is loaded when a command of it is asked for: together they take four times the processor time of `status`."""


speak_chinese()


class Loaded(Mapping[str, click.Command]):
    """The commands by name, each loaded when it is asked for."""

    def __init__(self) -> None:
        self.modules = {name: module for module, names in COMMANDS.items() for name in names}

    def __getitem__(self, name: str) -> click.Command:
        module = importlib.import_module(f"archive.commands.{self.modules[name]}")
        command: click.Command = getattr(module, f"{name}_", None) or getattr(module, name)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self.modules)

    def __len__(self) -> int:
        return len(self.modules)


class Commands(click.Group):
    """What is known to go wrong leaves a command as one sentence and an exit code, whatever the machine did to it (a
    damaged database, a full disk) too."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SettingsError as error:
            stop(USAGE, error)
        except Exception as error:
            said = error if isinstance(error, StoreError) else faults.sentence(error, context.obj or Path())
            if said is None:
                raise
            stop(FAILED, said)


@click.group(cls=Commands, commands=Loaded(), context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: Path(os.environ.get("GUIDELINES_DATA", "data")),
    help="数据目录（默认 ./data，或环境变量 GUIDELINES_DATA）。",
)
@click.version_option(package_name="guidelines-archive", prog_name="guidelines")
@click.pass_context
def cli(context: click.Context, data: Path) -> None:
    """公开标准档案：抓取、比对、检索名单中的通知及其附件和目录。"""
    context.obj = data
    take_over(data, os.environ)


def main() -> None:
    lifeline.hold()  # one that `guidelines run` started
    try:
        code = cli.main(standalone_mode=False)  # click hands back what a command raised as Exit
    except click.Abort:
        sys.exit(130)
    except lifeline.Ended as ended:
        sys.exit(ended.code)
    except click.ClickException as error:
        stop(USAGE, f"用法有误：{error.format_message()}")
    sys.exit(code if isinstance(code, int) else 0)
