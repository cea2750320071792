"""The commands of `guidelines`, one module a subject; `archive.cli` assembles them.

Each command takes the data folder from the click context (`@pass_data`), prints for people with rich on a terminal and
plain lines elsewhere, or one JSON document on stdout with `--json`. Exit codes: OK, FAILED, USAGE, ATTENTION.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast
from uuid import uuid4

import click

from archive.machine import child, faults
from archive.machine.lock import crawl_lock
from archive.record.look import crawl_under, read_only

if TYPE_CHECKING:
    from rich.console import Console

    from archive.record.store import Store

OK, FAILED, USAGE, ATTENTION = 0, 1, 2, 3

WIDTH_OF_A_FILE = 160
"""Columns where the output is no terminal, so that no title is cut in a log."""


class _Late:
    """A console that is made when something is said: JSON needs none, nor does who waits for a child."""

    def __init__(self, stream: TextIO, *, stderr: bool = False) -> None:
        self._asked: dict[str, Any] = {"stderr": stderr, "width": None if stream.isatty() else WIDTH_OF_A_FILE}

    @functools.cached_property
    def _console(self) -> Console:
        from rich.console import Console

        return Console(highlight=False, **self._asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._console, name)


out = cast("Console", _Late(sys.stdout))
err = cast("Console", _Late(sys.stderr, stderr=True))


def pass_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the data folder to a command as its first argument."""

    @click.pass_context
    @functools.wraps(command)
    def wrapped(context: click.Context, *args: Any, **kwargs: Any) -> Any:
        data: Path = context.find_root().obj
        return command(data, *args, **kwargs)

    return wrapped


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")(command)


@contextmanager
def writing(data: Path) -> Iterator[Store]:
    """The archive opened for writing under the lock, for the block. Raises StoreError, also when the lock is held."""
    from archive.record.store import Store  # only those who write load the tables

    read_only(data).close()  # says so when there is no archive
    with crawl_lock(data, "人工处理"):
        faults.refuse_damaged(data)
        store = Store.open(data)
        try:
            yield store
        finally:
            store.close()


def crawl_by_child(data: Path, command: str, *arguments: str) -> int:
    """Have the crawler do what becomes a crawl of the archive (crawl, reextract, decide); returns its number.

    Raises Exit with the child's code when it did not end well: then there is nothing to report, and it has said why.
    """
    token = uuid4().hex
    code = child.run(command, data, "--token", token, *arguments)
    crawl_id = None if code else crawl_under(data, token)
    if crawl_id is None:
        if not code:
            err.print("抓取进程没有留下记录；请查看上面的输出。")
        raise click.exceptions.Exit(code or FAILED)
    return crawl_id


def stop(code: int, why: object) -> NoReturn:
    """End the command with one sentence."""
    err.print(str(why), markup=False)
    raise SystemExit(code)


def write_file(file: Path, body: bytes) -> None:
    """Write the whole file or nothing: a reader never sees half of it."""
    from archive.machine.written import replaced

    try:
        with replaced(file, body):
            pass
    except OSError as error:
        stop(FAILED, f"写不了 {file}：{faults.why(error)}；请检查文件夹是否存在、有无写权限、文件是否被占用。")


def emit(document: Any) -> None:
    """Print one JSON document on stdout, and nothing else."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
