"""What counts as the same text: widgets and spellings do not matter, each word and digit of the notice does."""

from __future__ import annotations

import re

import pytest

from archive.record.readings import same_reading
from archive.text.fold import compare_fold
from archive.text.noise import without_noise
from archive.text.same import compared
from tests.factory import page_document
from tests.text.lines import CONTENT, NOISE


@pytest.mark.parametrize("line", NOISE)
def test_a_line_that_is_nothing_but_a_widget_is_not_compared(line: str) -> None:
    assert without_noise(line) == ""


@pytest.mark.parametrize("line", CONTENT)
def test_a_line_that_may_be_the_notices_own_is_compared_word_for_word(line: str) -> None:
    assert without_noise(line) == line


@pytest.mark.parametrize("line", [line for line in CONTENT if re.search(r"\d", line) and line[0] != "│"])
def test_another_digit_in_such_a_line_is_a_difference(line: str) -> None:
    digit = re.search(r"[1-8](?=\D*$)|\d", line)
    assert digit
    other = f"{line[: digit.start()]}{int(digit[0]) + 1}{line[digit.end() :]}"
    assert compared(line) != compared(other)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("《标准指引》（下载次数：17）；请遵照执行。", "《标准指引》；请遵照执行。"),
        ("来源：演示部 浏览次数：7", "来源：演示部"),
        ("发布时间：2019-07-16 10:00 来源：演示部 浏览次数：7", "发布时间：2019-07-16  来源：演示部"),
        ("附件：目录（下载次数：17）", "附件：目录"),
        ("各地要将网站（点击量：5000次）纳入考核。", "各地要将网站（点击量：5000次）纳入考核。"),
    ],
)
def test_a_counter_is_cut_out_only_where_it_is_cut_off_from_the_words(line: str, left: str) -> None:
    assert without_noise(line) == left


def test_a_reading_in_which_only_a_counter_moved_needs_no_version() -> None:
    one, other, revised = (
        page_document("通知", f"正文{n}。\n浏览次数：{hits}") for n, hits in ((1, 3), (1, 4), (2, 4))
    )
    assert same_reading(one, other)
    assert not same_reading(one, revised)


ALIKE = [
    ("2025年3月5日", "2025年3月05日"), ("2025年3月5日", "2025-03-05"), ("2025/3/5", "2025年03月05日"),
    ("2025.3.5", "2025年3月5日"), ("2025 年 3 月", "2025年03月"), ("２０２５年３月", "2025年3月"),
    ("20个工作日", "20 个工作日"), ("20个工作日", "２０个工作日"), ("演示发〔2019〕54号", "演示发[2019]54号"),
    ("演示发（2019）54号", "演示发【2019】54号"), ("1,000元", "1000元"), ("1,234,567", "1234567"),
    ("二〇一九年七月十日", "2019年7月10日"), ("二○一九年十二月三十一日", "2019年12月31日"), ("9:00", "09:00"),
    ("9：00", "09:00"), ("3月05日前", "3月5日前"),
]  # fmt: skip
APART = [
    ("3月5日", "3月15日"), ("10²", "102"), ("第十条", "第10条"), ("2025年3月5日", "2025年3月6日"),
    ("1,000", "10,000"), ("1，000", "1、000"), ("2025-03-05", "2025-03-06"), ("1.05", "1.5"), ("05号楼", "5号楼"),
    ("2025年1月11日", "2025年11月1日"), ("3月5日", "3月50日"), ("0.5", "5"), ("1,00", "100"), ("9:00", "19:00"),
    ("2019年7月", "2019年"), ("二〇一九年七月十日", "2019年7月11日"), ("1,000", "1.000"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_spellings_of_a_date_or_number_are_the_same(one: str, other: str) -> None:
    assert compare_fold(one) == compare_fold(other)
    assert compared(f"自{one}起施行。") == compared(f"自{other}起施行。")


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_dates_or_numbers_that_differ_are_never_the_same(one: str, other: str) -> None:
    assert compare_fold(one) != compare_fold(other)
