"""A local basis against the register of laws."""

from __future__ import annotations

import pytest

from archive.laws.citations import outdated
from archive.laws.register import load_register

OF = outdated(load_register(), "2025-06-01")


@pytest.mark.parametrize(
    ("basis", "says"),
    [
        ("《中华人民共和国土地管理法》（2004年修正）第四十七条", "新文本"),
        ("《中华人民共和国土地管理法》（2019年修正）第四十七条", ""),
        ("《中华人民共和国土地管理法》第四十七条", ""),  # names no text
        ("《中华人民共和国政府信息公开条例》（国务院令第711号）", ""),
        ("《社会救助暂行办法》（国务院令第649号）", ""),  # amended in 2019, and still cited by this number
        ("《某县办法》（2004年）", ""),
    ],
)
def test_only_a_citation_that_names_an_older_text_is_outdated(basis: str, says: str) -> None:
    found = OF(basis)
    assert bool(found) is bool(says)
    assert all(says in sentence for _, sentence in found)
