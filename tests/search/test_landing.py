"""A hit leads to its line; former versions are found on request; an office's own synonyms are read, and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.record.store import Store
from archive.search import index
from archive.search.drift import check
from archive.search.meaning import load, numbers_of
from archive.search.query import Hit, find, hits
from archive.search.rank import Filters
from archive.web.texts import blocks_of
from tests.factory import attachment_document, capture, item, make_archive, page_document


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Three notices; the page of the first and the file of the second have a second version."""
    store = make_archive(tmp_path_factory.mktemp("landing") / "data")
    lines = [f"第{n}条　演示样本的第{n}句话。" for n in range(1, 1500)]
    lines[40], lines[1200] = "短处的文字在这里。", "长处的文字在这里。"
    page = page_document("演示部的新通知", "\n".join(lines))
    capture(store, 1, 1, "http://land.example/t1.html", page, "2026-11-21T01:00:00Z")
    file = store.row("SELECT id, url FROM documents WHERE kind = 'attachment' AND notice_id = 2")
    assert file is not None
    rows = (item(1, "social-assistance", level2="全新的事项"),)
    capture(store, 1, file["id"], file["url"], attachment_document(rows), "2026-11-21T01:00:00Z")
    return store


def asked(store: Store, query: str, **filters: object) -> list[Hit]:
    return hits(store.db.conn, find(store.db.conn, query, Filters(**filters)), 50)  # type: ignore[arg-type]


@pytest.mark.parametrize(("words", "page", "address"), [("短处", 1, "/notices/land#l"), ("长处", 2, "?page=2#l")])
def test_a_hit_leads_to_its_line_on_the_page_where_it_stands(
    archive: Store, words: str, page: int, address: str
) -> None:
    (hit,) = asked(archive, f"{words}的文字在这里", kind="document")
    assert address in hit.url
    text = archive.rows("SELECT text FROM current_versions WHERE document_id = 1")[0]["text"]
    line = int(hit.url.rpartition("#l")[2])
    assert [block.text for block in blocks_of(text, page) if block.line == line] == [f"{words}的文字在这里。"]
    assert ":~:text=" in hit.landing


def test_a_row_of_a_table_has_a_line_of_its_own() -> None:
    (before, table) = blocks_of("一句话\n\n┃1│甲\n┃2│乙")
    assert (before.line, table.line, table.rows) == (1, 3, (("1", "甲"), ("2", "乙")))


def test_a_former_version_is_found_on_request_and_labelled(archive: Store) -> None:
    assert {hit.former for hit in asked(archive, "征地补偿安置方案3")} == {False}
    former = asked(archive, "征地补偿安置方案3", area="social-assistance", former=True)
    assert {(hit.kind, hit.former) for hit in former} == {("item", True), ("document", True)}
    (text,) = asked(archive, "贯彻执行", former=True, kind="document")
    assert "?version=1#l" in text.url


def test_what_is_indexed_step_by_step_is_what_a_rebuilding_makes(archive: Store) -> None:
    assert check(archive.db.conn) == []
    before = archive.rows("SELECT * FROM search_entries")
    index.rebuild(archive.db)
    assert archive.rows("SELECT * FROM search_entries") == before


def test_a_new_name_of_an_area_is_found(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    store.db.execute("UPDATE areas SET name = '集体土地' WHERE slug = 'land-expropriation'")
    index.index_areas(store.db)
    assert check(store.db.conn) == []
    assert asked(store, "集体土地 安置方案3", kind="item")


def test_an_office_adds_its_own_synonyms_and_is_told_its_mistakes(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    own = store.data / "synonyms.txt"
    own.write_text("# 本地的说法\n粮直补 = 安置方案3\n没有等号\n甲 = \n", "utf-8")
    found = find(store.db.conn, "粮直补")
    assert {match.how for match in found.ranking} == {"same"}
    assert [problem[:20] for problem in found.problems] == ["synonyms.txt 第 3 行没有", "synonyms.txt 第 4 行有的"]


def test_the_built_in_list_has_no_mistake() -> None:
    synonyms = load(None)
    assert synonyms.problems == ()
    assert len(synonyms.words) > 400


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("二十个", "20个"), ("第47条", "第四十七条"), ("第七百一十一号", "第711号"), ("二〇一九年", "2019年"),
        ("一千零五条", "1005条"), ("10日", "十日"), ("三月三十一日", "3月31日"), ("２０个工作日", "二十个工作日"),
    ],
)  # fmt: skip
def test_a_number_is_found_in_other_signs(text: str, other: str) -> None:
    assert other in numbers_of(text)
