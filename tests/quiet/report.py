"""What was named when, as a table; and what was named though nothing was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.quiet.run import Diary


def table(diaries: Sequence[Diary]) -> Iterator[str]:
    yield f"{'death':26} {'died':10} {'latest':10} {'named':10} {'visits':>6}  said"
    for diary in diaries:
        if diary.site.death:
            yield _line(diary)
    dead = [diary for diary in diaries if diary.site.death]
    yield f"{len(dead)} deaths, {sum(d.in_time for d in dead)} named in time, {len(false(diaries))} named falsely"
    yield from false(diaries)


def _line(diary: Diary) -> str:
    site, day = diary.site, diary.named_on
    said = next((entry for when, entry in diary.after if when == day), None) or {"what": _otherwise(diary)}
    visits = (day - site.died_on).days + 1 if day else "-"
    late = "" if diary.in_time else "  LATE" if day else "  NOT NAMED"
    return f"{site.name:26} {site.died_on} {diary.deadline} {day or '-':10} {visits:>6}{late}  {said['what'][:90]}"


def _otherwise(diary: Diary) -> str:
    return "; ".join(sorted({f"({entry['what'][:60]})" for _, entry in diary.after}))


def false(diaries: Sequence[Diary]) -> list[str]:
    """Each thing that was said of a sound site, once, with its first day."""
    seen: dict[str, str] = {}
    for diary in diaries:
        for day, entry in diary.false:
            seen.setdefault(f"{diary.site.name}: {entry['what'][:100]}", f"{day} ")
    return [f"false {day}{what}" for what, day in seen.items()]
