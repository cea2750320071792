"""The file before stands in while its replacement cannot be had or cannot be read; it is told once, and undone well."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from archive.machine.database import Row
from archive.model import Attachment, Capture, Document, Verdict
from archive.operate.health import notice_troubles
from archive.record.keep import keep
from archive.record.look import read_only
from archive.record.settle import settle_all
from tests.factory import NOTICES, attachment_document, capture, item, make_archive, page_document

FILE = Attachment("附件：标准目录.docx", "http://land.example/t1.docx")
BODY = "各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。扶贫资金项目公告公示按国办发〔2019〕54号执行。"
ROWS = tuple(item(n) for n in range(1, 7))
BROKEN = ("corrupt: Word 文件已损坏", "encrypted: Office 文件设有密码", "needs-ocr: PDF 是扫描图像")


class Told:
    """An archive whose first edition, with six rows in one file, was told."""

    def __init__(self, data: Path) -> None:
        self.store = make_archive(data)
        settle_all(self.store, 1)

    def link(self, *files: Attachment, confidence: str = "high") -> None:
        """A later page of the first notice with these files."""
        row = self.document(NOTICES[0].url)
        reading = page_document(
            NOTICES[0].title, BODY, files, document_number="演示发〔2019〕1号", issued_on="2019-07-31"
        )
        capture(self.store, 1, row["id"], row["url"], evolve(reading, confidence=confidence), at="2026-11-22T01:00:00Z")

    def document(self, url: str) -> Row:
        row = self.store.row("SELECT * FROM documents WHERE url = ?", [url])
        assert row is not None
        return row

    def answer(self, url: str, verdict: Verdict, body: bytes = b"", reading: Document | None = None) -> None:
        """What came of asking for a file: a capture, and its reading when it is good."""
        document = self.document(url)
        found = Capture(
            document["id"], url, "2026-11-22T02:00:00Z", verdict, reason="" if body else f"http-{verdict}",
            http_status=200 if body else 404, sha256=hashlib.sha256(body).hexdigest() if body else "",
        )  # fmt: skip
        id = self.store.add_capture(1, found)
        if reading is not None:
            keep(self.store, document["id"], id, reading)

    def settle(self) -> list[Row]:
        ids = settle_all(self.store, 1)
        return [row for id in ids for row in self.store.rows("SELECT * FROM changes WHERE id = ?", [id])]

    def rows_in_force(self) -> int:
        return len(self.store.rows("SELECT i.id FROM items i JOIN documents d ON d.id = i.document_id "
                                   "WHERE i.current AND d.url LIKE 'http://land.example/%'"))  # fmt: skip

    def attention(self) -> str:
        with closing(read_only(self.store.data)) as connection:
            return "；".join(trouble.what for trouble in notice_troubles(connection))


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    archive = Told(tmp_path / "data")
    yield archive
    archive.store.close()


def test_rows_stay_in_force_while_the_page_names_a_file_that_answers_404(told: Told) -> None:
    told.answer(FILE.url, Verdict.GONE)
    told.store.update("documents", told.document(FILE.url)["id"], state="gone")
    assert [(row["kind"], row["summary"]) for row in told.settle()] == [("gone", f"“{FILE.name}”已无法下载")]
    assert told.rows_in_force() == 6
    assert "已撤下" in told.attention()


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.GONE, Verdict.SUSPECT, Verdict.FORBIDDEN])
@pytest.mark.parametrize("name", [FILE.name, "附件1：标准目录.xlsx"])
def test_the_file_before_stands_in_while_a_new_link_cannot_be_had(told: Told, verdict: Verdict, name: str) -> None:
    new = Attachment(name, "http://land.example/t2.xlsx")
    told.link(new)
    told.answer(new.url, verdict)
    assert [row for row in told.settle() if not row["quiet"]] == []
    assert told.rows_in_force() == 6
    assert "标准目录" in told.attention()
    # and once it can be had it is told with what it changed
    edited = (*ROWS[:-1], evolve(ROWS[-1], time_limit="自信息形成之日起7个工作日内"))
    told.answer(new.url, Verdict.OK, b"new", attachment_document(edited))
    (change,) = told.settle()
    assert "7个工作日" in change["summary"]
    assert told.rows_in_force() == 6


@pytest.mark.parametrize("problem", BROKEN)
@pytest.mark.parametrize("url", [FILE.url, "http://land.example/t2.docx"])
def test_unreadable_bytes_are_told_once_and_the_rows_before_stay(told: Told, problem: str, url: str) -> None:
    told.link(Attachment(FILE.name, url))
    told.answer(url, Verdict.OK, b"broken", Document(problem=problem, reader="test/1"))
    (change,) = told.settle()
    assert not change["quiet"]
    assert "内容无法比对，请人工核对" in change["summary"]
    assert told.rows_in_force() == 6
    assert "无法读取" in told.attention()
    told.answer(url, Verdict.OK, b"broken otherwise", Document(problem=problem, reader="test/1"))
    if problem.startswith("corrupt"):
        assert told.settle() == [], "still broken is no news"
    else:
        (again,) = told.settle()
        assert "内容无法比对，请人工核对" in again["summary"], "another whole file is"
    # repaired: compared with the last file that could be read
    told.answer(url, Verdict.OK, b"good again", attachment_document(ROWS))
    assert [row["summary"] for row in told.settle() if not row["quiet"]] == []
    edited = (*ROWS[:-1], evolve(ROWS[-1], time_limit="自信息形成之日起7个工作日内"))
    told.answer(url, Verdict.OK, b"edited", attachment_document(edited))
    (change,) = told.settle()
    assert "序号6“" in change["summary"]
    assert told.attention() == ""


def test_a_file_that_was_never_readable_is_no_news_and_a_trouble(told: Told) -> None:
    new = Attachment("附件2：名单.pdf", "http://land.example/names.pdf")
    told.link(FILE, new)
    told.answer(new.url, Verdict.OK, b"scan", Document(problem=BROKEN[2], reader="test/1"))
    assert [row["kind"] for row in told.settle()] == ["attachment-added"]
    assert told.settle() == []
    assert told.rows_in_force() == 6


def test_attachments_of_a_page_that_is_not_sure_are_told_quietly(told: Told) -> None:
    told.link(FILE, Attachment("附件2：名单.pdf", "http://land.example/names.pdf"), confidence="low")
    assert [(row["kind"], row["quiet"]) for row in told.settle()] == [("attachment-added", 1)]
