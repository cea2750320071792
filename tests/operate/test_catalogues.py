"""A catalogue that gave no rows, fewer than it promises or doubtful ones asks for a person; a fine one does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from archive.model import Document, Item
from archive.operate import health, known
from archive.record.look import read_only
from archive.record.store import Store
from tests.factory import attachment_document, capture, item, make_archive

ROWS = tuple(item(n) for n in range(1, 41))
DOUBTFUL = tuple(evolve(row, review="看不清") if row.position <= 3 else row for row in ROWS)


def read_as(data: Path, *documents: Document) -> Store:
    """The archive in which the first notice's file was read as these, one after the other."""
    store = make_archive(data)
    file = store.row("SELECT * FROM documents WHERE kind = 'attachment' ORDER BY id LIMIT 1")
    assert file is not None
    for number, document in enumerate(documents):
        crawl = store.begin_crawl("test", "live", f"test/{number}", {})
        capture(store, crawl, file["id"], file["url"], document)
        store.end_crawl(crawl, {})
    return store


def asked(store: Store) -> list[dict[str, Any]]:
    found = health.status(store.data, read_only(store.data))["attention"]
    return [point for point in found if "事项" in point["what"] or "标准目录，但" in point["what"]]


def plain(text: str, title: str) -> Document:
    return Document(text=text, title=title, reader="test/1")


def test_a_fine_catalogue_asks_for_nobody(tmp_path: Path) -> None:
    assert asked(read_as(tmp_path, attachment_document(ROWS))) == []


def test_a_catalogue_without_rows_asks_with_the_rows_of_its_last_version(tmp_path: Path) -> None:
    store = read_as(tmp_path, attachment_document(ROWS), plain("目录见附图", "演示样本标准目录"))
    (point,) = (p for p in asked(store) if "没有读出任何一行" in p["what"])
    assert "上一版有 40 条" in point["what"]
    assert point["why"]
    assert point["stake"]
    assert point["command"] == "guidelines acknowledge land"


def test_the_words_of_a_header_make_a_catalogue_though_its_name_does_not(tmp_path: Path) -> None:
    text = "序号 公开事项 公开内容（要素） 公开依据 公开时限 公开主体 公开渠道和载体\n1 演示 演示"
    store = make_archive(tmp_path)
    crawl = store.begin_crawl("test", "live", "test/1", {})
    page = store.row("SELECT d.* FROM documents d WHERE kind = 'page' ORDER BY id DESC LIMIT 1")
    assert page is not None
    capture(store, crawl, page["id"], page["url"], plain(f"演示\n{text}", "演示"))
    assert any("没有读出任何一行" in point["what"] for point in asked(store))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((*ROWS[:10], *ROWS[13:]), "序号中缺 3 个"),
        (
            tuple(evolve(row, review="看不清") if row.position <= 3 else row for row in ROWS),
            "40 条事项中有 3 条没有读准",
        ),
    ],
    ids=["numbers left out", "doubtful rows"],
)
def test_rows_left_out_or_doubtful_ask_for_a_person(tmp_path: Path, rows: tuple[Item, ...], words: str) -> None:
    (point,) = asked(read_as(tmp_path, attachment_document(rows)))
    assert words in point["what"]


def test_a_few_doubtful_rows_ask_for_nobody(tmp_path: Path) -> None:
    rows = (evolve(ROWS[0], review="看不清"), *ROWS[1:])
    assert asked(read_as(tmp_path, attachment_document(rows))) == []


def test_what_a_person_knows_of_is_silent_until_it_is_another_trouble(tmp_path: Path) -> None:
    store = read_as(tmp_path, attachment_document((*ROWS[:10], *ROWS[13:])))
    known.acknowledge(store, "land")
    assert asked(store) == []
