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
from importlib.metadata import version
from pathlib import Path
from typing import Any

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
    """Where, and with which versions, figures were measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    return {
        "processor": f"{model} ({platform.machine()}), {os.cpu_count()} cores, shared with other work",
        "system": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": round(os.getloadavg()[0], 1),
        "seconds of a loop": round(min(_loop() for _ in range(3)), 2),
        "versions": {name: version(name) for name in ("guidelines-archive", "scrapy", "trafilatura", "datasette")},
    }


def _loop() -> float:
    """Processor seconds of adding ten million numbers: what tells a slow machine from a fast one of the same name."""
    began = time.process_time()
    sum(range(10_000_000))
    return time.process_time() - began


def keep_figures(name: str, asked: argparse.Namespace, **figures: Any) -> None:
    """Print what was measured with the command and the machine, and write it to the file that --json names."""
    given = " ".join(f"--{option} {value}" for option, value in vars(asked).items() if option not in ("json", "kept"))
    result = {"measurement": name, "command": f"scripts/bench {name} {given}", "machine": machine(), **figures}
    text = json.dumps(result, ensure_ascii=False, indent=1)
    print(text)
    if asked.json:
        target = TOP / asked.json
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{text}\n", "utf-8")


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
