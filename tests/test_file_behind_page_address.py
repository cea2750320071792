"""A file is what its bytes are, whatever its address ends in; a page in its place is no file."""

from __future__ import annotations

from attrs import evolve

from archive.model import Reason, Verdict
from crawler.judge.evidence import Evidence
from crawler.judge.verdict import judge
from crawler.reading import read
from crawler.reading.rule import Rule
from tests.compare.test_same_file_other_format import plain, table
from tests.crawl.harness import page, title_of

URL = "http://a.example/files/1.html"


def attachment(payload: bytes, content_type: str = "text/html", name: str = "附件：标准目录.docx") -> Evidence:
    headers = {"content-type": content_type, "content-location": URL}
    return Evidence(
        kind="attachment", title=title_of("land"), declared_url=URL, url=URL, headers=headers, payload=payload,
        document=read(payload, headers, Rule()), name=name,
    )  # fmt: skip


def test_a_docx_behind_an_html_address_is_read_as_a_docx() -> None:
    evidence = attachment(plain(table())["docx"])
    assert evidence.document is not None
    assert len(evidence.document.items) > 10
    assert judge(evidence).verdict is Verdict.OK


def test_a_page_behind_an_html_address_is_no_docx() -> None:
    evidence = attachment(page("land"))
    assert (judge(evidence).verdict, judge(evidence).reason) == (Verdict.SUSPECT, Reason.ELSEWHERE)
    assert judge(evolve(evidence, name="附件：标准目录")).verdict is Verdict.OK, "a link may well lead to a page"
