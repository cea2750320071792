"""Encodings: what the bytes say wins over what the page says of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.reading.html.charset import decode, detect

TEXT = "国务院办公厅关于全面推进基层政务公开标准化规范化工作的指导意见，现印发给你们，请认真贯彻执行。镕喆堃㛃"


def html(charset: str = "") -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return f"<html><head>{meta}</head><body><p>{TEXT}</p></body></html>"


@pytest.mark.parametrize("declared", ["", "gb2312", "GBK", "utf-8", "iso-8859-1", "nonsense", "x-gbk"])
@pytest.mark.parametrize("header", ["text/html", "text/html; charset=utf-8", "text/html; charset=gb2312"])
@pytest.mark.parametrize("actual", ["utf-8", "gb18030"])
def test_the_bytes_decide_whatever_is_declared(declared: str, header: str, actual: str) -> None:
    text, charset = decode(html(declared).encode(actual), {"content-type": header})
    assert charset == actual
    assert TEXT in text


@pytest.mark.parametrize("actual", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_wide_encodings_and_marks_are_known(actual: str) -> None:
    text, _ = decode(html().encode(actual), {})
    assert TEXT in text
    assert not text.startswith("\ufeff")


def test_traditional_characters_in_big5_are_read_when_declared() -> None:
    page = "<meta charset=big5><p>關於印發基層政務公開標準指引的通知，請認真貫徹執行。</p>"
    assert "關於印發" in decode(page.encode("big5"), {})[0]


def test_nul_and_invalid_bytes_cost_only_themselves() -> None:
    spoiled = html("utf-8").encode().replace("现印".encode(), b"\x00\xe7\x8e\xff" + "现印".encode())
    text, charset = decode(spoiled, {})
    assert charset == "utf-8"
    assert "现印发给你们，请认真贯彻执行。" in text
    assert "\x00" not in text


def test_a_character_cut_at_the_end_of_the_sample_does_not_change_the_verdict() -> None:
    page = ("<meta charset=utf-8>" + TEXT * 3000).encode()
    assert detect(page, {}) == "utf-8"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "text/html; charset=gbk", "text/html; charset=\x00"]))
def test_any_bytes_become_text_that_can_be_stored(payload: bytes, header: str) -> None:
    text, _ = decode(payload, {"content-type": header})
    text.encode()
    assert "\x00" not in text
