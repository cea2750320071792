"""Local catalogues with known deviations: found, false, and the time for 1,000 rows.   scripts/bench local

Twelve generated copies (tests/local/generator.py), read as any table is and held against the national rows. Exit code 1
when less than 98 % of the deviations are found, or more than 1 % of what is told is false.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from tests.local.generator import copies, national_items
from tests.local.score import compared, score

LEAST_FOUND, MOST_FALSE = 0.98, 0.01


def main(arguments: Sequence[str]) -> int:
    totals: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    national = national_items()
    for copy in copies():
        missed, false = score(copy, compared(copy, national))
        totals.update(rows=copy.rows, known=len(copy.known), missed=len(missed), false=len(false))
        for name, these in (("known", copy.known), ("missed", missed), ("false", false)):
            for one in these:
                by_kind.setdefault(one.kind, Counter())[name] += 1
        wrong += [
            f"{copy.name}: {what} {one.kind} {one.area} {one.level1} {one.level2}"
            for what, these in (("missed", missed), ("false", false))
            for one in these
        ]
        print(
            f"{copy.name:<14}{copy.rows:>6} rows{len(copy.known):>6} known{len(missed):>5} missed{len(false):>5} false"
        )
    for kind, counts in sorted(by_kind.items()):
        print(f"  {kind:<20}{counts['known']:>5} known{counts['missed']:>5} missed{counts['false']:>5} false")
    told = totals["known"] - totals["missed"] + totals["false"]
    shares = 1 - totals["missed"] / totals["known"], totals["false"] / told
    print(f"found {shares[0]:.2%} of {totals['known']}, false {shares[1]:.2%} of {told} told, {totals['rows']} rows")
    print(f"1,000 local rows: {_thousand(national):.2f} processor seconds")
    print(*wrong[:80], sep="\n")
    return int(shares[0] < LEAST_FOUND or shares[1] > MOST_FALSE)


def _thousand(national: Sequence[object]) -> float:
    """Processor seconds to hold all copies' rows (1,000 and more) against the standard."""
    made = list(copies())
    began = time.process_time()
    for copy in made:
        compared(copy, national)  # type: ignore[arg-type]
    return (time.process_time() - began) * 1000 / sum(copy.rows for copy in made)
