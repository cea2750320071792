from __future__ import annotations

import pytest

from archive.text.fold import compare_fold, search_fold
from archive.text.numbers import serial_number
from crawler.reading.assemble import clean


def test_radicals_are_read_as_the_characters_that_are_meant() -> None:
    assert clean("⺠政部⻔、⼊⼾、⻄部、⻓期、⻘年、⻚") == "民政部门、入户、西部、长期、青年、页"


@pytest.mark.parametrize(("radical", "plain"), [("⺠政⻔", "民政门"), ("⼊⼾", "入户"), ("⻢⻦⻥", "马鸟鱼")])
def test_radicals_are_the_same_words_in_search_and_comparison(radical: str, plain: str) -> None:
    assert search_fold(radical) == search_fold(plain)
    assert compare_fold(radical) == compare_fold(plain)


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("1", 1),
        ("1.", 1),
        ("１", 1),
        ("一", 1),
        ("（一）", 1),
        ("01", 1),
        ("①", 1),
        ("十二、", 12),
        ("3-1", None),
        ("甲", None),
    ],
)
def test_serials_count_alike_however_they_are_printed(printed: str, number: int | None) -> None:
    assert serial_number(printed) == number
