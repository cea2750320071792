"""What is found of a local catalogue: a verdict a row, with what was read as equal though it is spelled otherwise."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from attrs import frozen

from archive.model import Item


class Kind(StrEnum):
    """In what a local row deviates from the national one."""

    SAME = "same"
    LONGER = "deadline-longer"
    SHORTER = "deadline-shorter"
    CHANNEL = "channel-missing"
    SUBJECT = "subject-missing"
    SPECIFIC = "subject-specific"
    BASIS = "basis-outdated"
    LEVEL = "level-changed"
    AUDIENCE = "audience-changed"
    METHOD = "method-changed"
    MISSING = "missing"
    ADDITIONAL = "additional"
    DOUBTFUL = "doubtful"


@frozen
class Deviation:
    kind: Kind
    column: str
    """A field of Item, or a group of columns (level, audience, method); '' when it is the whole row."""
    national: str = ""
    local: str = ""
    says: str = ""
    """A sentence for people."""


@frozen
class Note:
    """Two cells that are read as equal, or a thing that a person should know of the row."""

    column: str
    national: str
    local: str
    says: str = ""


@frozen
class RowResult:
    """A local row with the national rows it stands for, or a national row that the local table lacks."""

    area: str
    national: tuple[Item, ...]
    local: Item | None
    deviations: tuple[Deviation, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(deviation.kind for deviation in self.deviations)) or (Kind.SAME,)


@frozen
class Comparison:
    rows: tuple[RowResult, ...]
    """In the order of the local table; a national row that it lacks after the row before it."""
    areas: tuple[str, ...]
    """Slugs of the national areas that the local tables were held against."""
    apart: tuple[Item, ...] = ()
    """Local rows of fields for which there is no national standard, or none that the tables name."""
    notes: tuple[str, ...] = ()
    """Of the whole: columns that the local tables do not have, rows that are another tier's."""

    @property
    def counts(self) -> dict[str, int]:
        """Rows by verdict; a row with several deviations counts under each."""
        found = Counter(kind for row in self.rows for kind in row.kinds)
        return {kind.value: found[kind] for kind in Kind if found[kind]}
