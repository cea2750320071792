"""A page that says of its own document that it is repealed is read as such; no other page is."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive import words as names
from archive.model import Document
from crawler.reading import read
from crawler.sources import load_sources
from scripts.measuring import SHARED
from tests.reading.repeals import REPEALED, STILL_IN_FORCE, TITLE

URL = "http://demo.example/zwgk/201907/t20190716_1.html"


def reading(html: str) -> Document:
    headers = {"content-type": "text/html; charset=utf-8", "content-location": URL}
    return read(html.encode(), headers, load_sources(None).rule_for(URL))


@pytest.mark.parametrize(("html", "words"), REPEALED.values(), ids=REPEALED)
def test_a_page_that_says_its_document_is_repealed_is_read_so_in_its_own_words(html: str, words: str) -> None:
    document = reading(html)
    assert words in document.metadata.get("repealed", "")
    assert len(document.metadata["repealed"]) <= 120
    assert document.title in (TITLE, TITLE.split("印发")[1].removesuffix("的通知"))
    assert not document.problem
    assert set(document.metadata) <= set(names.METADATA), "each has a name for people"


@pytest.mark.parametrize("html", STILL_IN_FORCE.values(), ids=STILL_IN_FORCE)
def test_a_page_that_only_speaks_of_repeals_is_not_repealed(html: str) -> None:
    assert reading(html).metadata.get("repealed", "") == ""


def _saved() -> list[Path]:
    return sorted((SHARED / "pages").rglob("*.htm*"))


@pytest.mark.skipif(not _saved(), reason="no saved pages beside the repository")
def test_no_saved_page_is_taken_for_repealed_but_the_one_that_is() -> None:
    declared = load_sources(None)
    found = {}
    for path in _saved():
        url = f"http://{path.parent.name}/a/{path.name}"
        headers = {"content-type": "text/html", "content-location": url}
        document = read(path.read_bytes(), headers, declared.rule_for(url))
        if document.metadata.get("repealed"):
            found[f"{path.parent.name}/{path.name}"] = document.metadata["repealed"]
    # its table of metadata says: 有 效 性 废止
    assert found == {"gjj.hangzhou.gov.cn/031b3bab3a09.html": "时效状态：废止"}
