"""Archives of several cities in one: whatever the order, and however often, the same rows and each change once."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from archive.merge.merge import merge
from archive.record.store import Store
from tests.merge.cities import City, said


def into(data: Path, *cities: City) -> Path:
    with closing(Store.open(data)) as store:
        for city in cities:
            merge(store, city.data)
    return data


def kinds(data: Path, slug: str) -> Counter[str]:
    return Counter(change["kind"] for change in said(data)["changes"] if change["notice"] == slug)


ONCE = {"land": (20, 0), "welfare": (20, 0), "poverty": (20, 0)}
THEN = ONCE | {"land": (7, 0), "welfare": (20, 1)}


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[City]:
    """The first saw the ministries before, the second before and after, the third only after they had changed."""
    first = City(tmp_path / "a", ("land", "poverty"), monkeypatch)
    second = City(tmp_path / "b", ("land", "welfare"), monkeypatch)
    third = City(tmp_path / "c", ("welfare", "land", "poverty"), monkeypatch)
    first.look(0, ONCE)
    second.look(1, ONCE)
    second.look(2, THEN)
    third.look(3, THEN)
    return [first, second, third]


def test_three_archives_give_the_same_in_any_order_and_again(three: list[City], tmp_path: Path) -> None:
    orders = [(*three, *three), three[::-1], (three[1], three[2], three[0])]
    found = [said(into(tmp_path / f"all-{n}", *order)) for n, order in enumerate(orders)]
    assert all(one == found[0] for one in found)
    assert len(found[0]["export"]) == 6 + 5 + 6


def test_a_change_that_two_cities_told_is_told_once(three: list[City], tmp_path: Path) -> None:
    data = into(tmp_path / "all", *three)
    assert kinds(data, "land") == {"new": 1, "revised": 1}
    assert kinds(data, "welfare") == {"new": 1, "attachment-replaced": 1}


def test_merging_again_adds_nothing_and_later_crawls_are_taken(three: list[City], tmp_path: Path) -> None:
    data = into(tmp_path / "all", *three)
    with closing(Store.open(data)) as store:
        assert not any(merge(store, three[1].data)["new"].values())
        three[1].look(5, THEN | {"land": (9, 0)})
        assert merge(store, three[1].data)["new"]["changes"] == 1
    assert kinds(data, "land") == {"new": 1, "revised": 2}


def test_what_changed_between_the_end_of_one_archive_and_the_beginning_of_another_is_told(
    three: list[City], tmp_path: Path
) -> None:
    first, _, third = three
    for n, order in enumerate(((first, third), (third, first))):
        assert kinds(into(tmp_path / str(n), *order), "land") == {"new": 1, "revised": 1}


def test_a_province_that_crawls_itself_is_told_nothing_after_a_merge(three: list[City], tmp_path: Path) -> None:
    data = into(tmp_path / "province", *three)
    province = City(data, ("land", "welfare", "poverty"), three[0].patch)
    before = said(data)["changes"]
    province.look(6, THEN)
    assert said(data)["changes"] == before
    province.look(7, THEN | {"poverty": (3, 0)})
    assert kinds(data, "poverty") == {"new": 1, "revised": 1}


def test_rows_keep_where_they_came_from(three: list[City], tmp_path: Path) -> None:
    data = into(tmp_path / "all", *three)
    with closing(Store.open(data)) as store:
        found = store.rows(
            """SELECT n.slug, group_concat(DISTINCT o.name) AS seen FROM items_in_force i
               JOIN version_origins w ON w.version_id = i.version_id JOIN origins o ON o.id = w.origin_id
               JOIN notices n ON n.id = i.notice_id GROUP BY 1"""
        )
    seen = {row["slug"]: set(row["seen"].split(",")) for row in found}
    assert seen == {"land": set("abc"), "poverty": set("ac"), "welfare": set("bc")}


def test_the_address_of_a_city_s_row_is_good_in_the_province(three: list[City], tmp_path: Path) -> None:
    data = into(tmp_path / "all", *three)
    known = "SELECT key FROM items UNION SELECT a.key FROM row_aliases a JOIN items i ON i.key = a.now"
    with closing(Store.open(data)) as store:
        here = {row["key"] for row in store.rows(known)}
    for city in three:
        assert {row["key"] for row in city.store.rows("SELECT key FROM items")} <= here


@pytest.mark.parametrize("seed", range(2))
def test_histories_of_three_cities_give_the_same_in_any_order(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    cities = [City(tmp_path / name, ("land",), monkeypatch) for name in "abc"]
    state = (20, 0)
    for step in range(8):
        if chance.random() < 0.5:
            state = chance.choice([(chance.randint(1, 4), state[1]), (state[0], chance.randint(0, 2))])
        for place, city in enumerate(cities):
            if chance.random() < 0.5:
                city.look(step + place / 10, {"land": state})
    cities = [city for city in cities if city.store.row("SELECT 1 FROM crawls")]
    orders = (cities, [cities[-1], *cities[:-1]])
    one, other = (said(into(tmp_path / f"all-{n}", *order)) for n, order in enumerate(orders))
    assert one == other
