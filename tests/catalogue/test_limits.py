"""Tables made to hurt: reading stays quick, and nothing is lost."""

from __future__ import annotations

import random
import time

import pytest

from archive.model import Grid, Place
from crawler.reading.catalogue.tables import read_tables
from tests.catalogue.generator import AREAS, Layout, rows

TABLE = Layout().table(rows(random.Random(1), 2))


@pytest.mark.parametrize("text", ["口" * 100_000, "■政府网站 口" * 10_000, "公开" * 50_000, "√ " * 50_000])
def test_cells_of_a_hundred_thousand_characters_are_read_in_time(text: str) -> None:
    began = time.process_time()
    tables, items = read_tables([TABLE, Grid(((text,) * 14,) * 3, Place(2), caption=text)], AREAS)
    assert time.process_time() - began < 10
    assert len(items) >= 2
    assert len(tables) == 2


def test_five_thousand_rows_are_read_in_time() -> None:
    made = rows(random.Random(1), 5_000)
    began = time.process_time()
    _, items = read_tables([Layout(merged=("level1", "basis")).table(made)], AREAS)
    assert time.process_time() - began < 30
    assert [item.serial for item in items] == [row["serial"] for row in made]
