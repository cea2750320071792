"""The redline: sentences first, then characters, numbers whole, moves as moves."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.compare.redline import DELETE, EQUAL, INSERT, MOVED, apply, redline, side_by_side, tokens
from tests.work import processor_time

WORDS = st.text(alphabet="公开时限20个工作日。；\n│√ a１7第条", max_size=60)


@given(old=WORDS, new=WORDS)
def test_a_redline_applied_to_the_old_text_gives_the_new(old: str, new: str) -> None:
    ops = redline(old, new)
    assert apply(old, ops) == new
    assert "".join(text for op, text in ops if op in (EQUAL, DELETE)) == old
    assert all(text for _, text in ops)


@given(old=st.text(max_size=80), new=st.text(max_size=80))
def test_a_redline_of_any_characters_applies(old: str, new: str) -> None:
    assert apply(old, redline(old, new)) == new


@given(text=st.text(max_size=80))
def test_equal_texts_have_nothing_but_equal(text: str) -> None:
    assert redline(text, text) == ([(EQUAL, text)] if text else [])


@given(old=WORDS, new=WORDS)
def test_side_by_side_shows_every_character_of_both(old: str, new: str) -> None:
    lines = side_by_side(redline(old, new))
    for side, text in ((0, old), (1, new)):
        shown = "".join(piece for line in lines for _, piece in (line.left, line.right)[side])
        assert shown == text.replace("\n", "")


def test_a_redline_of_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="another text"):
        apply("别的文字", redline("甲", "乙"))


def test_numbers_dates_and_document_numbers_stay_whole() -> None:
    old = "自2019年7月31日起20个工作日内公开，见国办发〔2019〕54号，第四十七条，比例12.5%。"
    new = "自2020年7月31日起200个工作日内公开，见国办发〔2020〕54号，第四十八条，比例12.6%。"
    ops = redline(old, new)
    gone = [text for op, text in ops if op == DELETE]
    assert gone[:3] == ["2019年7月31日", "20", "国办发〔2019〕54号"]
    assert [text for op, text in ops if op == INSERT][:3] == ["2020年7月31日", "200", "国办发〔2020〕54号"]
    assert "12.5%" in gone
    assert "第四十七条" in tokens(old)


def test_only_the_changed_sentence_is_touched() -> None:
    ops = redline("第一句不变。第二句有20天。第三句不变。", "第一句不变。第二句有7天。第三句不变。")
    assert ops == [(EQUAL, "第一句不变。第二句有"), (DELETE, "20"), (INSERT, "7"), (EQUAL, "天。第三句不变。")]


def test_a_moved_paragraph_of_several_sentences_is_one_move() -> None:
    moved = "二、加强组织领导，落实工作责任。各地要明确专人负责。特此强调。\n"
    others = "三、做好目录的动态调整工作。每年更新一次目录。\n四、强化监督检查和评估考核。结果予以通报。\n"
    old, new = f"一、准确把握公开范围。\n{moved}{others}", f"一、准确把握公开范围。\n{others}{moved}"
    ops = redline(old, new)
    assert [(op, text) for op, text in ops if op != EQUAL] == [(DELETE, moved), (MOVED, moved)]
    shown = [op for line in side_by_side(redline(old, new)) for op, _ in (*line.left, *line.right)]
    assert shown.count(MOVED) == 2
    assert DELETE not in shown


def test_changed_lines_stand_beside_each_other() -> None:
    lines = side_by_side(
        redline("甲行很长的文字一二三。\n乙行20天。\n丙行。", "乙行7天。\n丙行。\n甲行很长的文字一二三。")
    )
    pairs = [("".join(t for _, t in line.left), "".join(t for _, t in line.right)) for line in lines]
    assert ("乙行20天。", "乙行7天。") in pairs
    assert ("丙行。", "丙行。") in pairs


def test_a_100_kb_text_with_5_edits_takes_less_than_100_ms() -> None:
    chance = random.Random(1)
    characters = [chr(code) for code in range(0x4E00, 0x4F00)]
    old = "\n".join("".join(chance.choices(characters, k=chance.randint(20, 60))) + "。" for _ in range(850))
    assert len(old.encode()) > 100_000
    new = old
    for at in (100, 5000, 9000, 15000, 25000):
        new = f"{new[:at]}改动7天{new[at + 2 :]}"
    redline(old, new)  # the first call also pays for what is set up once
    with processor_time(0.1):
        ops = redline(old, new)
    assert apply(old, ops) == new
    assert sum(op == INSERT for op, _ in ops) == 5


def test_a_text_of_the_same_line_a_thousand_times_is_no_trap() -> None:
    old = "│√│√│\n" * 3000
    with processor_time(2):
        ops = redline(old, old[:9000] + "│√││\n" + old[9000:])
    assert apply(old, ops).count("││") == 1
