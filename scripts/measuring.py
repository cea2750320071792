"""What the measurements (bench_*.py) share, and how one is started:   python -m scripts.measuring NAME [arguments]

Each module scripts/bench_NAME.py has a `main(arguments) -> exit code`; the first line of its docstring says what it
measures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from archive import SOFTWARE

TOP = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("GUIDELINES_SHARED") or TOP.parent / "shared")
"""Saved pages and files beside the repository; they may be missing."""


def options(about: str | None, arguments: Sequence[str] | None, **defaults: Any) -> argparse.Namespace:
    """The options of a measurement: --NAME for each default, of its type."""
    parser = argparse.ArgumentParser(description=about)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args(arguments)


def saved(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """(entry of manifest.jsonl, its file) for every page or file saved in a folder; nothing without a folder."""
    manifest = folder / "manifest.jsonl"
    lines = manifest.read_text("utf-8").splitlines() if manifest.exists() else []
    for entry in map(json.loads, lines):
        yield entry, folder / entry["file"]


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What a function gives, and the seconds that it took."""
    began = time.perf_counter()
    given = function(*arguments)
    return given, time.perf_counter() - began


def machine() -> dict[str, Any]:
    """On what, and by which versions, figures were measured."""
    return {
        "machine": platform.machine(), "processors": os.cpu_count(), "system": platform.platform(),
        "Python": platform.python_version(), "SQLite": sqlite3.sqlite_version,
        "program": SOFTWARE,
    }  # fmt: skip


def keep_figures(file: str, figures: dict[str, Any]) -> None:
    """Print figures with what they were measured on, and write them to a file where one is named."""
    text = json.dumps({"measured on": machine(), **figures}, ensure_ascii=False, indent=1)
    print(text)
    if file:
        Path(file).write_text(f"{text}\n", "utf-8")


def bare(value: Any) -> Any:
    """A text without white space, which readers may set as they like; anything else as it is."""
    return "".join(value.split()) if isinstance(value, str) else value


def main() -> int:
    names = sorted(path.stem.removeprefix("bench_") for path in TOP.glob("scripts/bench_*.py"))
    name, *arguments = sys.argv[1:] or [""]
    if name not in names:
        for known in names:
            about = (import_module(f"scripts.bench_{known}").__doc__ or "").partition("\n")[0]
            print(f"{known:10} {about}")
        print("quiet      Sites that die without an error: month, clock or year.")
        print("histories  Generated histories of notices against a model of the truth (2,000 by default).")
        return 2
    return int(import_module(f"scripts.bench_{name}").main(arguments))


if __name__ == "__main__":
    sys.exit(main())
