"""The reader of the operator's files: every mistake of a file at once, each with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.machine.toml import BROKEN, Place, SettingsError, TomlFile, entries, locate
from archive.settings import load_settings
from archive.tell import subscriptions
from crawler.sources import BUILT_IN, SITES, load_sources


def told(tmp_path: Path, name: str, text: str) -> list[str]:
    """The lines of the message about a file, without its folder."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    readers = {
        "settings.toml": lambda: load_settings(tmp_path),
        "sources.toml": lambda: load_sources(path),
        "subscriptions.toml": lambda: subscriptions.load(tmp_path, None),
    }
    with pytest.raises(SettingsError) as raised:
        readers[name]()
    return str(raised.value).replace(f"{tmp_path}/", "").splitlines()


def test_all_mistakes_of_the_settings_are_told_with_their_lines(tmp_path: Path) -> None:
    text = 'contact = "a@example.cn"\ndely = 3\n\ntimeout = 0  # never\nold_tls = [\n  "a.example",\n  5,\n]\n'
    assert told(tmp_path, "settings.toml", text) == [
        "settings.toml 第 2 行：不认识的设置项 dely；是不是 delay？",
        "settings.toml 第 4 行：timeout 应为大于 0 的数，现为 0",
        'settings.toml 第 5 行：old_tls 应为列表，如 old_tls = ["…"]',
    ]


def test_all_mistakes_of_the_sources_are_told_with_their_lines(tmp_path: Path) -> None:
    text = """# 名单
[[notice]]
number = 1
slug = "one"
title = "演示通知一"
url = "ftp://a.example/1.html"
areas = ["就业",
         "就医"]

[[notice]]
number = 1
slug = "two"
url = "http://a.example/2.html"
mirrors = [
  { url = "http://b.example/", label = "转载" },
  { url = "http://b.example/", label = "转载" },
]

[[site]]
host = "a.example"
drop = "div["
"""
    lines = told(tmp_path, "sources.toml", text)
    assert [line.partition("：")[0] for line in lines] == [f"sources.toml 第 {n} 行" for n in (6, 8, 10, 11, 16, 21)]
    assert lines[0].endswith("第1条通知（slug one）：url 应为 http 或 https 网址，现为 'ftp://a.example/1.html'")
    assert lines[2].endswith("第2条通知（slug two）：缺少 title")
    assert lines[3].endswith("第2条通知（slug two）：number 1 与第1条通知（slug one）重复")
    assert "第2条通知（slug two）第2个镜像：url" in lines[4]


def test_all_mistakes_of_the_subscriptions_are_told_with_their_lines_and_without_their_values(tmp_path: Path) -> None:
    text = '[[subscriber]]\nname = "甲"\naddress = "zhang"\nsecret = 12345\n\n[[subscriber]]\nadress = "wecom:k"\n'
    lines = told(tmp_path, "subscriptions.toml", text)
    assert lines[:2] == [
        "subscriptions.toml 第 3 行：地址应以 mailto: wecom: dingtalk: feishu: 开头，或是 apprise 的网址",
        "subscriptions.toml 第 4 行：secret 应为文字（加引号）",
    ]
    assert {line.partition("：")[0] for line in lines[2:4]} == {"subscriptions.toml 第 6 行"}
    assert lines[4] == "subscriptions.toml 第 7 行：不认识的设置项 adress；是不是 address？"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("delay = \n", 1, "等号后面的值不对"),
        ("delay = 3\ndelay = 4\n", 2, "这个键写了两次"),
        ('\ncontact = "zw\n', 2, "引号没有成对"),
        ("delay 3\n", 1, "键的后面应是等号"),
        ("old_tls = [\n", 2, "不是有效的 TOML"),
        ("delay = 3 timeout = 5\n", 1, "值的后面多出了内容"),
    ],
)
def test_what_is_no_toml_is_told_in_chinese_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    (message,) = told(tmp_path, "settings.toml", text)
    assert message.startswith(f"settings.toml 第 {line} 行：不是有效的 TOML 写法")
    assert words in message


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes('delay = 3\ncontact = "张三"\n'.encode("gbk"))
    with pytest.raises(SettingsError, match="第 2 行：不是 UTF-8"):
        load_settings(tmp_path)


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every table, key and entry of a parsed file."""
    for key, inner in entries(value):
        yield (*place, key)
        yield from places(inner, (*place, key))


@pytest.mark.parametrize("path", [BUILT_IN, SITES], ids=["sources", "sites"])
def test_everything_in_the_built_in_files_has_a_line(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = locate(text)
    assert set(places(tomllib.loads(text))) == set(lines)
    for place, line in lines.items():
        key = place[-1]
        assert isinstance(key, int) or key in text.splitlines()[line - 1]


KEYS = st.text("abcé-_.\"' #", min_size=1, max_size=4)
VALUES = st.recursive(
    st.integers() | st.booleans() | st.floats(allow_nan=False) | st.text("a\"'#[]{}=,.\\\n", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + "".join(f'{written(inner)}, # ] "\n ' for inner in value) + "]"
    if isinstance(value, str):
        return f'"""\n{quoted(value)[1:-1]}"""' if len(value) > 4 else quoted(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


@example({' "': ["====="]}, [])
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_whatever_a_file_holds_every_key_of_it_has_the_line_where_it_stands(
    top: dict[str, Any], tables: list[dict[str, Any]]
) -> None:
    text = ""
    starts: dict[Place, int] = {}
    for place, table in [((), top), *((("t", n), table) for n, table in enumerate(tables))]:
        if place:
            text += "# next\n[[ t ]]\n"
            starts[place] = text.count("\n")
        for key, value in table.items():
            if place or key != "t":
                starts[(*place, key)] = text.count("\n") + 1
                text += f"{quoted(key)} = {written(value)}\n"
    lines = locate(text)
    assert set(places(tomllib.loads(text))) == set(lines)
    assert {place: lines[place] for place in starts} == starts


def test_the_words_for_what_is_no_toml_belong_to_the_library(tmp_path: Path) -> None:
    """Its messages are code of Python's: a release that says them otherwise is noticed here."""
    source = Path(tomllib.__path__[0], "_parser.py").read_text("utf-8")
    assert [words for words in BROKEN if words not in source] == []
    assert TomlFile(tmp_path / "none.toml").data == {}
