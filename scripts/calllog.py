"""Which modules one answer, and one change, go through.   python -m scripts.calllog [--calls]

A notice with one attachment is crawled twice from the replica of the tests, revised in between. Both crawls are then
replayed into a second archive, and the second replay is traced: the page's answer from the spider's callback to the
progress line, its change from `settle_all` on, and the telling of it (`notify --dry-run`).

Printed for each: rooms and modules entered, times entered, turns back (entering one that was left before). A room is a
folder, or a module beside the folders. Values and small tools lead nowhere, so they are not counted as rooms (TOOLS).
With --calls also the rooms in their order.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path.cwd()
SLUG = "urban-rural-planning"
OURS = ("archive.", "crawler.")
SUBSCRIBER = '[[subscriber]]\nname = "one"\naddress = "wecom:${KEY}"\n'
TOOLS = (
    "archive.model",
    "archive.clock",
    "archive.text",
    "archive.words",
    "archive.machine",
    "crawler.reading.rule",
    "crawler.crawl",
)
Call = tuple[str, str]
"""Module and function."""


class Log:
    """The calls of functions of the product, in the order in which they begin or go on."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __enter__(self) -> Log:
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(OURS) and not _is_loading(frame):
            self.calls.append((module, frame.f_code.co_name))

    def between(self, first: str, last: str) -> list[Call]:
        """From the first call of one function to the first of another behind it."""
        names = [name for _, name in self.calls]
        begin = names.index(first)
        return self.calls[begin : names.index(last, begin) + 1]


def _is_loading(frame: FrameType | None) -> bool:
    """Whether a module of ours is being loaded: what is loaded on the way is not entered."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__", "").startswith(OURS):
            return True
        frame = frame.f_back
    return False


def main() -> None:
    if "--traced" in sys.argv:
        print(json.dumps(_traced(Path(sys.argv[2]), sys.argv[3:])))
        return
    with tempfile.TemporaryDirectory() as folder:
        replayed = _archive(Path(folder))
    for name, calls in replayed.items():
        _print(name, [module for module, _ in calls], shown="--calls" in sys.argv)


def _archive(folder: Path) -> dict[str, list[Call]]:
    from tests.office import Office
    from tests.sites.replica import Replica

    with Replica() as replica:
        office = Office.of_replica(replica, folder / "crawled", SLUG)
        office.crawl()
        first = _replay(office)
        replica.edit(SLUG, "各省、", "各地区、各省、")
        office.crawl()
    other = Office(folder / "replayed", office.sources.read_text("utf-8"))
    (other.data / "subscriptions.toml").write_text(SUBSCRIBER, "utf-8")
    other.run("crawl", "--sources", str(other.sources), *first)
    line = [sys.executable, __file__, "--traced", str(other.data), "--sources", str(other.sources)]
    line += _replay(office)
    environment = Office.environment() | {"PYTHONPATH": str(ROOT), "KEY": "secret"}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, list[Call]] = json.loads(done.stdout)
    return found


def _replay(office: Any) -> list[str]:
    """The options that replay all that was crawled until now."""
    return [word for path in sorted((office.data / "warc").glob("*.warc.gz")) for word in ("--replay", str(path))]


def _traced(data: Path, arguments: Sequence[str]) -> dict[str, list[Call]]:
    """Runs in a process of its own: an event loop starts only once a process."""
    from click.testing import CliRunner

    from archive.cli import cli
    from crawler.commands import main as crawl

    with Log() as answer:
        crawl.main(["crawl", "--data", str(data), "--token", "traced", *arguments], standalone_mode=False)
    with Log() as told:
        done = CliRunner().invoke(cli, ["--data", str(data), "notify", "--dry-run", "--json"])
    if not json.loads(done.stdout):
        raise SystemExit(f"nothing is told: {done.output}")
    settled = Log()
    at = max(number for number, (_, name) in enumerate(answer.calls) if name == "settle_all")
    settled.calls = answer.calls[at:]
    return {
        "an answer": answer.between("answered", "arrived"),
        "a change: settle": settled.between("settle_all", "end_crawl"),
        "a change: tell": told.calls,
    }


def _print(name: str, modules: Sequence[str], *, shown: bool) -> None:
    rooms = [".".join(module.split(".")[:2]) for module in modules if not module.startswith(TOOLS)]
    print(f"{name}: {_figures('rooms', rooms)}; {_figures('modules', modules)}")
    if shown:
        print("  " + " > ".join(room for room, _ in groupby(rooms)))


def _figures(what: str, names: Sequence[str]) -> str:
    stays = [name for name, _ in groupby(names)]
    return f"{len(set(stays))} {what} entered {len(stays)} times, {len(stays) - len(set(stays))} turns back"


if __name__ == "__main__":
    main()
