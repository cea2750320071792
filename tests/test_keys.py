"""The permanent key of a row: what it survives, and what tells rows of one name apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from archive.model import Attachment, Item
from archive.record.settle import settle_all
from archive.record.store import Store
from tests.factory import NOTICES, attachment_document, capture, item, make_archive, page_document

LAND = NOTICES[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = make_archive(tmp_path)
    settle_all(store, 1)
    yield store
    store.close()


def file_of(store: Store) -> dict:  # type: ignore[type-arg]
    row = store.row("SELECT * FROM documents WHERE kind = 'attachment' AND notice_id = 1 ORDER BY id DESC")
    assert row
    return row


def revise(store: Store, rows: tuple[Item, ...], at: str = "2026-11-21T01:00:00Z") -> None:
    file = file_of(store)
    capture(store, 1, file["id"], file["url"], attachment_document(rows), at)
    settle_all(store, 1)


def keys(store: Store) -> dict[str, str]:
    """By 二级事项 and 公开内容, of the rows of the land notice in force."""
    rows = store.rows("SELECT level2, content, key FROM items_in_force WHERE notice_id = 1 ORDER BY position")
    return {f"{row['level2']} {row['content']}": row["key"] for row in rows}


def rows(*changed: Item) -> tuple[Item, ...]:
    there = {row.position: row for row in changed}
    return tuple(there.get(n) or item(n) for n in range(1, 7))


def test_each_row_has_a_key_of_its_own(store: Store) -> None:
    found = store.rows("SELECT key FROM items")
    assert len({row["key"] for row in found}) == len(found) == 12


def test_a_row_keeps_its_key_when_its_cells_its_place_and_its_name_change(store: Store) -> None:
    before = list(keys(store).values())
    revise(store, rows(item(2, time_limit="7个工作日")))
    revise(store, rows(item(2, time_limit="7个工作日", level2="征收补偿方案"), item(3, content="另一内容")))
    names = ("征收补偿方案", "征地补偿安置方案3", "征地补偿安置方案1", "征地补偿安置方案4", "征地补偿安置方案5")
    others = tuple(
        evolve(item(n, level2=name, time_limit="7个工作日"), position=place, serial=str(place))
        for place, (n, name) in enumerate(zip((2, 3, 1, 4, 5), names, strict=True), 1)
    )
    revise(store, others)
    assert list(keys(store).values()) == [before[n - 1] for n in (2, 3, 1, 4, 5)]


def test_a_row_that_comes_back_after_it_was_left_out_has_the_key_it_had(store: Store) -> None:
    before = keys(store)
    revise(store, rows()[:4])
    revise(store, rows())
    assert keys(store) == before


def test_rows_of_one_name_keep_apart_when_one_is_put_between_them(store: Store) -> None:
    twins = tuple(
        item(n, level1="征地", level2="公告", content=f"第{n}种：{c * 30}") for n, c in enumerate("甲乙丙", 1)
    )
    revise(store, twins[::2])
    before = keys(store)
    assert len(set(before.values())) == 2
    revise(store, twins)
    after = keys(store)
    assert {name: after[name] for name in before} == before
    assert len(set(after.values())) == 3


def test_a_row_keeps_its_key_when_another_file_takes_the_place_of_its_file(store: Store) -> None:
    revise(store, rows(item(2, level2="征收补偿方案")))
    before = keys(store)
    link = Attachment("标准目录（2026年版）.xlsx", "http://land.example/2026.xlsx")
    page = store.row("SELECT * FROM documents WHERE kind = 'page' AND notice_id = 1")
    assert page
    reading = page_document(LAND.title, "各有关单位：演示样本。现将修订后的标准指引印发给你们。", (link,))
    capture(store, 1, page["id"], page["url"], reading, "2026-11-22T01:00:00Z")
    revise(store, rows(item(2, level2="征收补偿方案")), "2026-11-22T01:00:00Z")
    assert keys(store) == before


def test_another_area_with_rows_of_the_same_name_has_other_keys(store: Store) -> None:
    land = set(keys(store).values())
    welfare = {row["key"] for row in store.rows("SELECT key FROM items_in_force WHERE notice_id = 2")}
    assert not land & welfare


def test_two_archives_that_saw_the_same_first_edition_give_the_same_keys(store: Store, tmp_path: Path) -> None:
    other = make_archive(tmp_path / "other")
    assert keys(other) == keys(store)
    other.close()


def test_rows_of_an_earlier_release_get_the_keys_that_they_would_have_had(store: Store) -> None:
    revise(store, rows(item(2, time_limit="7个工作日", level2="征收补偿方案")))
    before = store.rows("SELECT id, key FROM items ORDER BY id")
    store.db.execute("UPDATE items SET key = NULL")
    store.db.conn.commit()
    store.close()
    again = Store.open(store.data)
    assert again.rows("SELECT id, key FROM items ORDER BY id") == before
    again.close()


def test_a_better_reading_of_the_same_bytes_hands_the_keys_on(store: Store) -> None:
    before = list(keys(store).values())
    file = file_of(store)
    last = store.last_good_capture(file["id"])
    assert last
    reading = attachment_document(rows(item(2, level1="征地", level2="补偿安置方案（2）")))
    store.add_version(file["id"], last["id"], reading)
    assert list(keys(store).values()) == before
