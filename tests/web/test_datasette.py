"""Datasette's own pages: its search box finds Chinese, its words and tables are labelled in Chinese."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from archive.web.stock.labels import TABLES
from tests.web.conftest import Outline, Site


@pytest.mark.parametrize(
    ("table", "query", "count"),
    [
        ("items", "征地补偿", 121),
        ("items", "徵地補償", 121),
        ("items", "社会救助 ２０个工作日", 60),
        ("items", "没有这个词", 0),
        ("items", '" OR "', 0),
        ("documents", "扶貧", 2),
        ("documents", "国办发[2019]54号", 2),
        ("notices", "养老", 1),
        ("notices", "演示发（2026）9号", 1),
    ],
)
def test_datasettes_search_box_finds_chinese(web: Site, table: str, query: str, count: int) -> None:
    assert web.get(f"/archive/{table}.json?_search={quote(query)}").json()["filtered_table_rows_count"] == count
    assert web.get(f"/archive/{table}?_search={quote(query)}").status_code == 200


def test_rows_have_facets_on_area_level_deadline_and_channel(web: Site) -> None:
    facets = web.get("/archive/items.json").json()["facet_results"]
    assert set(facets) == {"area_id", "county", "township", "deadline", "channels"}
    assert {result["value"] for result in facets["channels"]["results"]} >= {"政府网站"}
    assert "农村集体土地征收" in {result["label"] for result in facets["area_id"]["results"]}


def test_every_table_has_a_chinese_name_and_internal_ones_are_hidden(web: Site) -> None:
    tables = {t["name"]: t for t in web.get("/archive.json").json()["tables"]}
    shown = {name for name, table in tables.items() if not table["hidden"]}
    assert shown <= set(TABLES)
    assert not [name for name in shown if "fts" in name or name.startswith("_")]
    text = Outline(web.get("/archive").text).text
    assert "公开事项目录 items" in text
    assert "_sqlite_migrations" not in text


def test_the_database_itself_is_not_handed_out(web: Site) -> None:
    assert web.get("/archive.db").status_code == 403


@pytest.mark.parametrize("name", ["databases", "databases.json", "threads.json", "patterns"])
def test_nothing_about_the_machine_is_told(web: Site, name: str) -> None:
    answer = web.get(f"/-/{name}")
    assert answer.status_code == 404
    assert str(web.data) not in answer.text


def test_a_slow_query_is_stopped(sql_web: Site) -> None:
    sql = "with recursive c(n) as (select 1 union all select n+1 from c) select count(*) from c"
    assert sql_web.get(f"/archive.json?sql={quote(sql)}").status_code == 400


def test_nothing_can_be_written_through_the_sql_page(sql_web: Site) -> None:
    assert sql_web.get("/archive.json?sql=delete+from+notices").status_code == 400


def test_what_the_table_pages_say_is_chinese(web: Site) -> None:
    text = Outline(web.get(f"/archive/items?_search={quote('征地')}&_sort=level1").text).text
    assert "条件：检索“征地”，按 level1 排序" in text
    for english in (" rows", "where", "Search:", "Next page", "Apply", "Suggested", "Powered by", "home"):
        assert english not in text, english


@pytest.mark.parametrize("name", ["versions.json", "plugins.json", "settings.json", "metadata.json"])
def test_datasettes_own_pages_stay_and_name_no_folder(web: Site, name: str) -> None:
    answer = web.get(f"/-/{name}")
    assert answer.status_code == 200
    assert str(web.data) not in answer.text
