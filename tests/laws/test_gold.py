"""Citations and states against the gold that was written before the code (tests/laws/README.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archive.laws.citations import Citation, Resolver
from archive.laws.register import Entry, State, Text, load_register
from archive.laws.titles import arabic, chinese, number_key
from archive.machine.toml import SettingsError
from archive.words import LAW_STATES

HERE = Path(__file__).parent
RESOLVER = Resolver(load_register())


def gold(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / name).read_text("utf-8"))
    return found


def told(citation: Citation) -> dict[str, Any]:
    return {
        "title": citation.title,
        "number": number_key(citation.number),
        "year": citation.year,
        "articles": list(citation.articles),
    }


def test_200_strings_give_the_documents_that_a_careful_reader_finds() -> None:
    strings = gold("citations.json")
    assert len(strings) == 200
    for string in strings:
        expected = [one | {"number": number_key(one["number"])} for one in string["citations"]]
        assert [told(one) for one in RESOLVER.find(string["text"])] == expected, string["text"]


def test_no_state_of_80_laws_is_wrong_and_few_are_unknown() -> None:
    unknown = 0
    register = load_register()
    for law in gold("states80.json"):
        entry = register[law["title"]]
        text = entry.newest("2019-06-01")
        assert (text.date if text else "—") == law["text_2019"], law["title"]
        for day, expected in law["states"].items():
            state = LAW_STATES[str(entry.state(day) or "")]
            unknown += state == LAW_STATES[State.UNKNOWN]
            assert state in (expected, LAW_STATES[State.UNKNOWN]), (law["title"], day)
    assert unknown <= 0.15 * 240


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2019-12-31", None),
        ("2020-01-01", State.IN_FORCE),
        ("2021-06-01", State.UNKNOWN),
        ("2022-05-01", State.IN_FORCE),
        ("2024-03-01", State.NOT_YET),
        ("2024-06-01", State.IN_FORCE),
        ("2026-01-01", State.REPEALED),
    ],
)
def test_a_state_is_that_of_the_newest_text_and_is_never_guessed(day: str, state: State | None) -> None:
    texts = (Text("2020-01-01", "2020-01-01"), Text("2021-05-01"), Text("2024-02-01", "2024-06-01"))
    entry = Entry("演示法", "", texts, repealed="2025-12-01")
    assert entry.state(day) is state
    assert Entry("演示办法").state(day) is State.UNKNOWN


def test_an_older_text_is_amended_and_a_repeal_goes_before_it() -> None:
    entry = Entry("演示法", "", (Text("2020-01-01"), Text("2021-05-01")), repealed="2025-12-01")
    assert entry.state_of(entry.texts[0], "2021-04-30") is State.IN_FORCE
    assert entry.state_of(entry.texts[0], "2021-05-01") is State.AMENDED
    assert entry.state_of(entry.texts[0], "2025-12-01") is State.REPEALED


def test_numbers_of_articles_are_the_same_in_both_writings() -> None:
    assert [arabic(chinese(number)) for number in range(1, 1300)] == list(range(1, 1300))
    assert chinese(102) == "一百零二"
    assert chinese(1049) == "一千零四十九"
    assert chinese(110) == "一百一十"


def test_an_operators_line_adds_a_text_corrects_one_and_repeals(tmp_path: Path) -> None:
    (tmp_path / "laws.toml").write_text(
        '[[law]]\ntitle = "中华人民共和国教育法"\ndate = "2026-03-01"\nforce = "2026-09-01"\n'
        '[[law]]\ntitle = "社会救助暂行办法"\nwrong = "2019-03-02"\n'
        '[[law]]\ntitle = "最低生活保障审核审批办法（试行）"\nrepealed = "2021-07-01"\n'
        '[[law]]\ntitle = "某县救助办法"\nnumber = "某政发〔2020〕1号"\naliases = ["救助办法"]\n',
        "utf-8",
    )
    register = load_register(tmp_path)
    assert register["教育法"].state("2026-04-01") is State.NOT_YET
    assert register["社会救助暂行办法"].newest("2020-01-01") == Text("2014-02-21", "", "国务院令第649号")
    assert register["最低生活保障审核审批办法（试行）"].state("2021-07-01") is State.REPEALED
    assert [one.title for one in Resolver(register).find("《救助办法》；某政发[2020]1号")] == ["某县救助办法"] * 2


MISTAKES = {
    "no day": ('[[law]]\ntitle = "教育法"\ndate = "2026年3月"\n', 3, "date 应写成"),
    "force alone": ('[[law]]\ntitle = "教育法"\nforce = "2026-03-01"\n', 3, "date 一起写"),
    "force before": ('[[law]]\ntitle = "教育法"\ndate = "2026-03-02"\nforce = "2026-03-01"\n', 4, "早于"),
    "no such text": ('[[law]]\ntitle = "教育法"\nwrong = "1999-01-01"\n', 3, "没有日期为"),
    "nothing said": ('\n[[law]]\ntitle = "教育法"\n', 2, "至少写"),
    "no title": ('[[law]]\ndate = "2026-03-02"\n', 1, "缺少 title"),
    "unknown key": ('[[law]]\ntitle = "教育法"\ndate = "2026-03-02"\nstate = "有效"\n', 4, "不认识的设置项 state"),
}


@pytest.mark.parametrize(("text", "line", "what"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_laws_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    (tmp_path / "laws.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as raised:
        load_register(tmp_path)
    assert f"第 {line} 行" in str(raised.value)
    assert what in str(raised.value)
