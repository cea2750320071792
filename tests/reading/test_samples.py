"""Each saved page in samples/ beside what must be read from it; a page without its .json fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.reading import read
from crawler.sources import load_sources

SAMPLES = sorted(Path(__file__).with_name("samples").glob("*.html"))


@pytest.mark.parametrize("page", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_page_is_read_as_its_author_wrote_it(page: Path) -> None:
    expected = json.loads(page.with_suffix(".json").read_text("utf-8"))
    headers = {"content-type": "text/html", "content-location": expected["url"]}
    document = read(page.read_bytes(), headers, load_sources(None).rule_for(expected["url"]))
    assert document.title == expected["title"]
    assert dict(document.metadata) == expected["metadata"]
    assert document.text.splitlines() == expected["text"]
    assert [[a.name, a.url] for a in document.attachments] == expected["attachments"]
    assert document.confidence == "high"
    assert not document.problem


def test_there_are_samples_of_most_hosts() -> None:
    assert len(SAMPLES) >= 7
