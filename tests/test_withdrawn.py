"""A withdrawn catalogue: its rows are told, its area says that it is empty, and a person is asked."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.model import Attachment
from archive.operate.health import notice_troubles
from archive.record.look import read_only
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.record.story import stories
from tests.factory import NOTICES, attachment_document, capture, item, make_archive, page_document
from tests.web.conftest import Site

AREA = "land-expropriation"
BODY = "各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。扶贫资金项目公告公示按国办发〔2019〕54号执行。"


def page(store: Store, *files: Attachment) -> None:
    """A later version of the first notice's page with these files."""
    row = store.row("SELECT * FROM documents WHERE url = ?", [NOTICES[0].url])
    assert row is not None
    reading = page_document(NOTICES[0].title, BODY, files, document_number="演示发〔2019〕1号", issued_on="2019-07-31")
    capture(store, 1, row["id"], row["url"], reading, at="2026-11-22T01:00:00Z")


@pytest.fixture
def withdrawn(tmp_path: Path) -> Path:
    """15 rows of an area, then a page that no longer names their file."""
    store = make_archive(tmp_path / "data", items=15)
    settle_all(store, 1)
    page(store)
    settle_all(store, 1)
    store.close()
    return tmp_path / "data"


def run(data: Path, *arguments: str) -> str:
    result = CliRunner().invoke(cli, ["--data", str(data), *arguments])
    assert result.exit_code in (0, 3), result.output
    return result.output


def test_a_withdrawn_catalogue_lists_every_row_that_went(withdrawn: Path) -> None:
    (change,) = json.loads(run(withdrawn, "changes", "--kind", "attachment-removed", "--json"))
    assert "15 条事项不再列出" in change["summary"]
    rows = json.loads(run(withdrawn, "diff", str(change["id"]), "--json"))["rows"]
    assert [row["kind"] for row in rows] == ["removed"] * 15
    assert all(row["item_before"] and row["item_after"] is None for row in rows)
    with closing(Site(withdrawn)) as site:
        shown = site.get(f"/changes/{change['id']}").text
    assert shown.count('class="row-removed"') == 15
    assert "征地补偿安置方案15" in shown


def test_a_message_about_a_withdrawn_catalogue_stays_short(withdrawn: Path) -> None:
    with closing(read_only(withdrawn)) as connection:
        id = connection.execute("SELECT max(id) FROM changes").fetchone()[0]
        (story,) = stories(connection, [id], "http://archive.example", UTC)
    assert len(story.headline) <= 200
    assert (len(story.rows), story.more_rows) == (12, 3)


def test_an_area_whose_rows_are_all_gone_is_asked_about_until_somebody_knows(withdrawn: Path) -> None:
    (entry,) = [e for e in json.loads(run(withdrawn, "status", "--json"))["attention"] if "领域" in e["what"]]
    assert "农村集体土地征收" in entry["what"]
    assert "此前 15 条" in entry["what"]
    assert entry["since"].startswith("20")
    run(withdrawn, *entry["command"].split()[1:])
    assert not any("领域" in e["what"] for e in json.loads(run(withdrawn, "status", "--json"))["attention"])


def test_pages_say_that_the_area_is_empty_and_not_only_that_all_is_well(withdrawn: Path) -> None:
    with closing(Site(withdrawn)) as site:
        for path in (f"/areas/{AREA}", "/notices/land"):
            shown = site.get(path).text
            assert "现在没有现行的公开事项" in shown, path
            assert "此前有 15 条" in shown, path
        home = site.get("/").text
    assert "现无，原 15 条" in home
    assert "目录事项已空" in home


def test_an_area_that_never_had_rows_or_has_them_again_is_no_trouble(withdrawn: Path) -> None:
    store = Store.open(withdrawn)
    page(store, Attachment("附件：标准目录.docx", "http://land.example/t1.docx"))
    settle_all(store, 1)
    with closing(read_only(withdrawn)) as connection:
        assert [trouble.code for trouble in notice_troubles(connection)] == []
    kinds = [row["kind"] for row in store.rows("SELECT kind FROM changes ORDER BY id DESC LIMIT 1")]
    assert kinds == ["attachment-added"]
    store.close()


def test_a_new_catalogue_is_told_with_its_rows(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data", items=2)
    settle_all(store, 1)
    more = Attachment("附件2：补充目录.docx", "http://land.example/more.docx")
    row = store.row("SELECT notice_id FROM documents WHERE url = ?", [NOTICES[0].url])
    assert row is not None
    document = store.document(row["notice_id"], "attachment", more.url, name=more.name)
    rows = tuple(item(n, AREA, level2=f"新事项{n}") for n in (1, 2, 3))
    capture(store, 1, document, more.url, attachment_document(rows))
    page(store, Attachment("附件：标准目录.docx", "http://land.example/t1.docx"), more)
    settle_all(store, 1)
    (change,) = store.rows("SELECT * FROM changes WHERE kind = 'attachment-added'")
    assert "3 条事项" in change["summary"]
    assert len(store.rows("SELECT * FROM row_changes WHERE change_id = ? AND kind = 'added'", [change["id"]])) == 3
    store.close()
