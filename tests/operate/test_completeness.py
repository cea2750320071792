"""What is counted of all files at once is what each of them says."""

from __future__ import annotations

import random
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from archive.operate.troubles import completeness
from archive.record.look import read_only
from archive.text.numbers import serial_number
from tests.factory import attachment_document, capture, item, make_archive

AREAS = ("land-expropriation", "social-assistance", "")
SERIALS = ("1", "2", "3", "5", "9", "（四）", "６", "甲", "", "3-1", "7\x1f8", "1:2")
PIECES = (
    "序号", "公开事项", "一级事项", "公开内容（要素）", "公开（见注）时限", "公开依据", "县级", "乡级", "公开主体",
    "（可选）公开渠道和载体", "政府网站", "（一）", "(", "）", "公开 内容", "，", "本单位",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_rows_doubtful_ones_and_missing_numbers_are_those_of_the_file(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with closing(make_archive(tmp_path)) as store:
        file = store.rows("SELECT * FROM documents WHERE kind = 'attachment' ORDER BY id LIMIT 1")[0]
        rows = tuple(
            item(
                position,
                chance.choice(AREAS),
                serial=chance.choice(SERIALS),
                review="看不清" if chance.random() < 0.2 else "",
                level2=f"事项{position}",
            )
            for position in range(1, chance.choice((2, 12, 60)))
        )
        capture(store, store.begin_crawl("x", "live", "t", {}), file["id"], file["url"], attachment_document(rows))
        with closing(read_only(store.data)) as archive:
            (count,) = (one for one in completeness.counts(archive) if one.document == file["id"])
        read = store.rows("SELECT * FROM items WHERE version_id = ? ORDER BY position", [count.version])
    assert count.rows == len(read) == len(rows)
    assert count.doubtful == sum(bool(row["review"]) for row in read)
    assert count.missing == sum(
        left_out([serial_number(row["serial"]) for row in group])
        for _, group in groupby(read, key=lambda row: row["area_id"])
    )
    assert count.before == 6


def left_out(numbers: list[int | None]) -> int:
    known = (pair for pair in pairwise(numbers) if None not in pair)
    return sum(max(0, (after or 0) - (before or 0) - 1) for before, after in known)


@pytest.mark.parametrize("seed", range(300))
def test_no_text_with_a_header_is_passed_over(seed: int) -> None:
    chance = random.Random(seed)
    pieces = chance.choices(PIECES, k=chance.choice((10, 30, 80)))
    text = "".join(piece + chance.choice((" ", "\n", "│", "┃", "\t", "")) for piece in pieces)
    if completeness._is_headed(text):
        assert completeness._has_labels(text)
