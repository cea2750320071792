"""Whom rows of a catalogue concern: the areas, the levels that publish, and who has to do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from archive.text.fold import compare_fold
from archive.words.columns import LEVELS

NAMED = 8
"""公开主体 that are named, the most frequent first."""


@frozen
class Concern:
    areas: tuple[str, ...] = ()
    """Names, in the order of the rows."""
    levels: tuple[str, ...] = ()
    """县级, 乡级."""
    subjects: tuple[str, ...] = ()
    more_subjects: int = 0

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Concern:
        """`rows`: with the name of their `area`, `county`, `township` and `subject`."""
        found = list(rows)
        written: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for row in found:
            subject = "；".join((row["subject"] or "").split())
            if subject:
                written.setdefault(compare_fold(subject), subject)
                counts[compare_fold(subject)] += 1
        return cls(
            tuple(dict.fromkeys(row["area"] for row in found if row["area"])),
            tuple(word for field, word in LEVELS.items() if any(row[field] for row in found)),
            tuple(written[key] for key, _ in counts.most_common(NAMED)),
            max(0, len(counts) - NAMED),
        )

    @property
    def sentence(self) -> str:
        """'社会救助；县级、乡级；县级民政部门', '' when nothing is known."""
        more = f"等 {len(self.subjects) + self.more_subjects} 种" if self.more_subjects else ""
        parts = ("、".join(self.areas), "、".join(self.levels), "、".join(self.subjects) + more)
        return "；".join(part for part in parts if part)
