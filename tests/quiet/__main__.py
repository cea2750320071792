"""python -m tests.quiet month [NAME …]|clock|year      one table each (scripts/bench quiet month|clock|year)"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.quiet import run, swift
from tests.quiet.report import false, table


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quiet", description="Sites that die quietly.")
    parser.add_argument("what", choices=("month", "clock", "year"))
    parser.add_argument("names", nargs="*", help="of the month: only these deaths")
    options = parser.parse_args()
    if options.what == "month":
        diaries = run.month(options.names or tuple(run.ALL), say=say)
        print("\n".join(table(diaries)))
        return 0 if all(d.in_time for d in diaries if d.site.death) and not false(diaries) else 1
    if options.what == "clock":
        wrong, named, diaries = run.wrong_clock(say)
        print(f"our clock wrong on {wrong}, named on {named}", *false(diaries), sep="\n")
        return 0 if named and not false(diaries) else 1
    with TemporaryDirectory(prefix="quiet-") as folder:
        diaries = swift.diaries(Path(folder) / "data", run.year())
    visits = len(next(iter(diaries)).said)
    print(f"{len(diaries)} lists, {visits} days, named falsely: {len(false(diaries))}", *false(diaries), sep="\n")
    return 1 if false(diaries) else 0


if __name__ == "__main__":
    sys.exit(main())
