"""What a notice was when it was last told, against what it is now: over a real archive."""

import pytest
from attrs import evolve

from archive.model import Attachment
from archive.record import decide, reviews
from archive.record.settle import settle_all
from tests.factory import NOTICES, attachment_document, capture, item, make_archive, page_document

BODY = "各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。自收到之日起20个工作日内报送。"


class Told:
    """An archive whose first editions have been told; each method is a later crawl."""

    def __init__(self, path):
        self.store = make_archive(path)
        self.first = settle_all(self.store, 1)

    def document(self, slug, kind):
        return self.store.row(
            """SELECT d.* FROM documents d JOIN notices n ON n.id = d.notice_id
               WHERE n.slug = ? AND d.kind = ? ORDER BY d.id DESC""",
            [slug, kind],
        )

    def page(self, slug="land", body=BODY, attachments=None, at="2026-11-21T01:00:00Z", **values):
        notice = next(n for n in NOTICES if n.slug == slug)
        files = (
            (Attachment("附件：标准目录.docx", notice.url.replace(".html", ".docx")),)
            if attachments is None
            else attachments
        )
        reading = evolve(page_document(notice.title, body, files, document_number="演示发〔2019〕1号"), **values)
        document = self.document(slug, "page")
        return capture(self.store, 1, document["id"], document["url"], reading, at)

    def file(self, items, slug="land"):
        document = self.document(slug, "attachment")
        return capture(self.store, 1, document["id"], document["url"], attachment_document(tuple(items)))

    def settle(self):
        ids = settle_all(self.store, 1)
        return [self.store.row("SELECT * FROM changes WHERE id = ?", [id]) for id in ids]


@pytest.fixture
def told(tmp_path):
    return Told(tmp_path)


def test_the_first_edition_of_each_notice_is_one_change_of_kind_new(told):
    assert [row["kind"] for row in told.store.rows("SELECT kind FROM changes")] == ["new"] * 3


def test_what_was_told_is_not_told_again(told):
    assert told.settle() == []


def test_a_revised_row_names_row_and_cell(told):
    rows = [item(n) for n in range(1, 7)]
    rows[1] = evolve(rows[1], time_limit="自信息形成之日起7个工作日内")
    told.file(rows)
    (change,) = told.settle()
    assert change["kind"] == "attachment-replaced"
    assert not change["quiet"]
    cells = told.store.rows('SELECT kind, "column", after FROM row_changes WHERE change_id = ?', [change["id"]])
    assert [(c["kind"], c["column"]) for c in cells] == [("changed", "公开时限")]
    assert "7个工作日" in cells[0]["after"]


def test_a_crawl_killed_before_settling_loses_no_change(told):
    told.page(body=BODY.replace("20个", "7个"))
    # the process is killed here: nothing was settled; the next crawl starts by settling
    told.page(body=BODY.replace("20个", "7个"), metadata={"document_number": "演示发〔2019〕1号"})
    assert [change["kind"] for change in told.settle()] == ["revised"]
    assert told.settle() == []


def test_a_text_that_comes_back_within_a_day_marks_the_first_change(told):
    told.page(body=BODY, metadata={})
    told.settle()
    told.page(body=BODY.replace("20个", "7个"), metadata={})
    (change,) = told.settle()
    told.page(body=BODY, metadata={})
    assert told.settle() == []
    assert told.store.row("SELECT restored_at FROM changes WHERE id = ?", [change["id"]])["restored_at"]


def test_a_text_of_low_confidence_is_held_back_until_a_person_has_looked(told):
    version = told.page(body=BODY.replace("20个", "7个"), confidence="low", at="2026-11-22T01:00:00Z")
    assert told.settle() == []
    row = told.store.row("SELECT * FROM versions WHERE id = ?", [version])
    assert row["state"] == "held"
    assert told.store.current_version(row["document_id"])["id"] != version, "the last sure text stands"
    reviews.sync(told.store)
    (review,) = told.store.rows("SELECT * FROM reviews")
    decide.accept(told.store, review)
    (change,) = told.settle()
    assert (change["kind"], change["to_version"]) == ("revised", version)
    assert told.store.current_version(row["document_id"])["id"] == version


def test_a_page_that_is_gone_and_back_is_told_once_each(told):
    page = told.document("land", "page")
    told.store.update("documents", page["id"], state="gone")
    assert [c["kind"] for c in told.settle()] == ["gone"]
    assert told.settle() == []
    told.store.update("documents", page["id"], state="current")
    assert [c["kind"] for c in told.settle()] == ["restored"]


def test_a_withdrawn_attachment_takes_its_rows_out_of_force(told):
    told.page(body="各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。扶贫资金项目公告公示按国办发〔2019〕54号执行。",
              attachments=(), metadata={"document_number": "演示发〔2019〕1号", "issued_on": "2019-07-31"})  # fmt: skip
    assert [c["kind"] for c in told.settle()] == ["attachment-removed"]
    file = told.document("land", "attachment")
    assert told.store.rows("SELECT id FROM items WHERE document_id = ? AND current", [file["id"]]) == []


def test_an_accepted_successor_is_compared_with_the_old_edition(told):
    store = told.store
    notice = store.row("SELECT id FROM notices WHERE slug = 'land'")
    store.db.table("candidates").insert(
        {
            "notice_id": notice["id"],
            "url": "http://land.example/t9.html",
            "title": "标准指引（修订版）",
            "state": "new",
            "evidence": "[]",
        }
    )
    reviews.sync(store)
    decide.accept(store, decide.open_review(store, 1))
    assert told.settle() == [], "until the new page has been fetched the old edition stands"
    row = store.row("SELECT url, edition_title FROM notices WHERE slug = 'land'")
    assert row == {"url": "http://land.example/t9.html", "edition_title": "标准指引（修订版）"}
    page = store.document(notice["id"], "page", row["url"])
    files = (Attachment("附件：标准目录.docx", "http://land.example/t1.docx"),)
    capture(store, 1, page, row["url"], page_document("标准指引（修订版）", BODY.replace("20个", "5个"), files))
    kinds = {change["kind"] for change in told.settle()}
    assert "revised" in kinds
    assert "moved" not in kinds
    old = store.row("SELECT superseded_by FROM documents WHERE url = 'http://land.example/t1.html'")
    assert old["superseded_by"] == page
