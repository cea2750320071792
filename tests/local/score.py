"""What is found of a generated copy, against what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.local.areas import slugs_of
from archive.local.compare import compare_local
from archive.local.result import Comparison, Kind, RowResult
from archive.model import Item
from crawler.reading.catalogue.local import read_local
from tests.local.generator import AREAS, Copy, Known


def compared(copy: Copy, national: Sequence[Item]) -> Comparison:
    _, items = read_local(copy.grids, AREAS)
    return compare_local(national, items)


def score(copy: Copy, found: Comparison) -> tuple[set[Known], set[Known]]:
    """Deviations missed, and told though there are none."""
    told = {known for row in found.rows for known in _told(copy, row)}
    return set(copy.known) - told, told - set(copy.known)


def _told(copy: Copy, row: RowResult) -> Iterator[Known]:
    item = row.national[0] if row.national else row.local
    assert item is not None
    for kind in row.kinds:
        # a row of the county's own in a table for two fields is of either
        names = [re.sub(r"^\d+\.", "", "".join(level.split())) for level in (item.level1, item.level2)]
        told = [Known(kind.value, area, *names) for area in slugs_of(row.area)]
        if kind != Kind.SAME:
            yield next((one for one in told if one in copy.known), told[0])
