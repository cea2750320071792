"""Counts over many histories, and one history told day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.histories.oracle import Verdict
from tests.histories.plan import DAYS

FAULTS = ("missed", "false", "silent", "overasked", "unsaid", "unworded", "misnamed")


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    expected = [e for verdict in verdicts for e in verdict.expected]
    total = {
        "histories": len(verdicts),
        "visits": sum(len(verdict.seen) for verdict in verdicts),
        "real changes": len(expected),
        "told": sum(e.told_at is not None and not e.missed for e in expected),
        "asked": sum(e.told_at is None and e.asked_at is not None for e in expected),
    }
    total["missed"] = sum(e.missed for e in expected)
    total["not judged"] = total["real changes"] - total["told"] - total["asked"] - total["missed"]
    for kind in FAULTS[1:]:
        total[kind] = sum(verdict.count(kind) for verdict in verdicts)
    total["first messages"] = sum(len(verdict.first_messages) for verdict in verdicts)
    return total


def by_class(verdicts: Iterable[Verdict], kind: str) -> list[tuple[str, int, list[int]]]:
    """(class, how often, seeds) of a kind of fault, the most frequent first."""
    found: Counter[str] = Counter()
    seeds: dict[str, list[int]] = {}
    for verdict in verdicts:
        for fault in verdict.faults:
            if fault.kind == kind:
                found[fault.cause] += 1
                if verdict.history.seed not in seeds.setdefault(fault.cause, []):
                    seeds[fault.cause].append(verdict.history.seed)
    return [(cause, number, seeds[cause]) for cause, number in found.most_common()]


def table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for name, number in counts(verdicts).items():
        yield f"{name:15} {number}"
    for kind in FAULTS:
        lines = by_class(verdicts, kind)
        if lines:
            yield f"\n{kind}, by class:"
        for cause, number, seeds in lines:
            yield f"  {number:4}  {cause:45} seeds {' '.join(map(str, seeds[:8]))}"


def story(verdict: Verdict) -> Iterator[str]:
    """What was true, served, told and asked, day by day, and what is wrong with it."""
    history = verdict.history
    first = history.visits[0]
    yield f"seed {history.seed}: form {first.form.name}, {len(first.truth.files)} files, wire {history.wire.etag}"
    yield f"  furniture: {', '.join(item.name for item in history.furniture) or 'none'}"
    for episode in history.episodes:
        what = episode.file or "the page"
        yield f"  trouble: {episode.trouble.name} of {what}, visits {episode.first}–{episode.last}"
    for seen, visit in zip(verdict.seen, history.visits, strict=False):
        day = DAYS[seen.visit]
        yield f"  visit {seen.visit} (day {day}, form {visit.form.name}): state {seen.state}, {seen.verdict}"
        for edit in visit.edits:
            yield f"    true now   {edit.name} {edit.file}: {edit.old!r} → {edit.new!r}"
        for served in seen.served:
            label = served.label or ("true" if served.true else "other")
            yield f"    served     {served.status} {served.path} {label} {served.digest}"
        for change in seen.changes:
            how = " (quiet)" if change["quiet"] else ""
            yield f"    told       {change['id']} {change['kind']}{how}: {change['summary']}"
        for entry in seen.attention:
            yield f"    asked      {entry['what']} | since {entry.get('since')} | {entry.get('command')}"
        if seen.wrong:
            yield f"    unsure     {seen.wrong}"
        for fault in (fault for fault in verdict.faults if fault.visit == seen.visit):
            yield f"    FAULT      {fault.kind} ({fault.cause}): {fault.detail}"
