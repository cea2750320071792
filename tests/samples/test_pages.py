"""Pages of our own in the forms of the sites: the notice is read whole in each template, nothing else becomes one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive.model import Verdict
from crawler.judge.verdict import Evidence, judge
from crawler.reading import read
from crawler.sources import load_sources

FOLDER = Path(__file__).with_name("pages")
PAGES = sorted(FOLDER.glob("*.html"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_sample_page_is_the_notice_or_the_reason_is_true(path: Path) -> None:
    expected = json.loads(Path(f"{path}.json").read_text("utf-8"))
    url, payload = expected["url"], path.read_bytes()
    headers = {"content-type": "text/html", "content-location": url}
    document = read(payload, headers, load_sources(None).rule_for(url))
    judged = judge(
        Evidence(
            title=expected["declared"], declared_url=url, url=url, http_status=expected["status"], headers=headers,
            payload=payload, document=document,
        )
    )  # fmt: skip
    if expected["reason"]:
        assert judged.verdict is Verdict.SUSPECT
        assert expected["reason"] in ("any", judged.reason)
        assert judged.detail.endswith("。")
        return
    assert (judged.verdict, document.confidence, document.problem) == (Verdict.OK, "high", "")
    assert document.title == expected["title"]
    assert document.text.splitlines() == expected["text"]
    assert [[file.name, file.url] for file in document.attachments] == expected["attachments"]
    assert {name: document.metadata.get(name) for name in expected["metadata"]} == expected["metadata"]


def test_an_expectation_has_its_page() -> None:
    assert sorted(FOLDER.glob("*.json")) == [Path(f"{path}.json") for path in PAGES]
