"""python -m tests.histories [--count N | --seed N …] [--from N] [--complete] [--story]

Runs generated histories against the product and prints counts; with --seed one history day by day.
"""

from __future__ import annotations

import argparse
import resource
import sys

from tests.histories.report import story, table
from tests.histories.run import run


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.histories", description="Generated histories against the truth."
    )
    parser.add_argument("--seed", type=int, action="append", help="run only this history, and tell it day by day")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--from", dest="first", type=int, default=1, help="first seed")
    parser.add_argument("--complete", action="store_true", help="attention must also give `why` and `stake`")
    parser.add_argument("--story", action="store_true", help="tell every history that has a fault day by day")
    options = parser.parse_args()
    seeds = options.seed or list(range(options.first, options.first + options.count))
    verdicts = run(seeds, options.complete, say=lambda line: print(line, file=sys.stderr, flush=True))
    for verdict in verdicts:
        if options.seed or (options.story and verdict.faults):
            print("\n".join(story(verdict)), end="\n\n")
    print("\n".join(table(verdicts)))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"\nprocessor time {sum(part.ru_utime + part.ru_stime for part in used):.0f} s")
    return 1 if any(verdict.faults for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
