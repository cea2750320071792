"""Histories run through the product, many in one archive."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.histories.layers import layered
from tests.histories.observe import Operator, Seen
from tests.histories.oracle import Fault, Verdict, judge, worded
from tests.histories.plan import DAYS
from tests.histories.server import Server

BATCH = 100
"""Histories that share one archive: a crawl is a process, and its start costs as much as forty notices."""


REDLINES = 12
"""Changes of a batch that are read with `guidelines diff`."""


def run(seeds: Sequence[int], complete: bool = False, say: Callable[[str], None] = lambda _: None) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for start in range(0, len(seeds), BATCH):
        with tempfile.TemporaryDirectory(prefix="histories-") as folder:
            verdicts += _batch(seeds[start : start + BATCH], Path(folder) / "data", complete, say)
    return verdicts


def _batch(seeds: Sequence[int], data: Path, complete: bool, say: Callable[[str], None]) -> list[Verdict]:
    histories = [layered(seed) for seed in seeds]
    with Server(histories) as server:
        operator = Operator(data, server, histories)
        visits: list[dict[int, Seen]] = []
        for visit in range(len(DAYS)):
            started = time.monotonic()
            visits.append(operator.visit(visit))
            took = time.monotonic() - started
            say(f"{len(seeds)} histories from {seeds[0]}: visit {visit + 1} of {len(DAYS)}, {took:.0f} s")
        verdicts = [judge(h, [seen[h.seed] for seen in visits], complete) for h in histories]
        _read_redlines(operator, verdicts)
    return verdicts


def _read_redlines(operator: Operator, verdicts: Sequence[Verdict]) -> None:
    """The words of what was told, as `guidelines diff` shows them: of a sample, for each is a process."""
    told = [(v, e) for v in verdicts for e in v.expected if e.change and (e.edit.new or e.edit.old)]
    for verdict, expected in told[:: max(1, len(told) // REDLINES)]:
        change = expected.change or 0
        if not worded(expected.edit, operator.diff(change)):
            detail = f"change {change}: {expected.edit.old!r} → {expected.edit.new!r}"
            verdict.faults.append(Fault("unworded", expected.edit.name, expected.told_at or 0, detail))
