"""What a visitor may ask of Datasette's pages, what he is told when it is too much, and what he never learns."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from archive.record.store import Store
from archive.web.serving.guard import LENGTH
from tests.web.conftest import Outline, Site
from tests.web.sample import make_site

STRICT = "default-src 'none'; style-src 'self'"
FORMULAS = ("=1+1", "+86", "-5", "@x", "\tx", "\rx", " =1", "＝1")


def test_sql_is_off_unless_the_operator_switches_it_on(web: Site) -> None:
    for path in ("/archive?sql=select+1", "/archive/items?_where=1", "/archive.csv?sql=select+1"):
        answer = web.get(path)
        assert answer.status_code == 403, path
        assert "网站没有开放 SQL 查询" in answer.text
        assert "allow_sql = true" in answer.text
        assert answer.headers["content-security-policy"].startswith(STRICT)
    assert "allow_sql = true" in web.get("/archive.json?sql=select+1").json()["error"]
    assert Outline(web.get("/archive").text).all("textarea") == []


def test_an_operator_can_switch_sql_on(sql_web: Site) -> None:
    assert sql_web.get("/archive.json?sql=select+1&_shape=arrays").json()["rows"] == [[1]]
    assert sql_web.get("/archive/items.json?_where=id=1").json()["filtered_table_rows_count"] == 1


@pytest.mark.parametrize(
    "sql",
    [
        "select * from pragma_database_list",
        "select file from main.PRAGMA_database_list()",
        "select * from (pragma_database_list)",
        "explain select * from pragma_database_list",
        "select * from pragma_function_list",
        "select * from dbstat",
        "select * from sqlite_stmt",
        "select load_extension('x')",
        "select fts3_tokenizer('simple')",
        "select sqlite_compileoption_get(1)",
        "with x as (select 1) insert into notices select * from x",
    ],
)
def test_no_question_reaches_out_of_the_archive(sql_web: Site, sql: str) -> None:
    for path in (f"/archive.json?sql={quote(sql)}", f"/archive/items.json?_where=exists({quote(sql)})"):
        answer = sql_web.get(path)
        assert answer.status_code == 400, path
        assert str(sql_web.data) not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/archive.json", "/archive", "/archive?_show_hidden=1", "/archive/archive_info.json", "/archive/crawls.json"),
        *("/-/versions.json", "/-/plugins.json?all=1", "/-/settings.json", "/-/metadata.json", "/-/databases.json"),
        *("/-/threads.json", "/-/actor.json", "/_internal/databases.json", "/archive.db", "/status", "/status.json"),
        *("/archive/items.json?_trace=1", "/archive?_context=1", "/archive/sqlite_master.json", "/nosuch", "/-/nosuch"),
    ],
)
def test_no_page_names_the_folder_of_the_data_or_the_program(sql_web: Site, path: str) -> None:
    answer = sql_web.get(path)
    for private in (str(sql_web.data), sql_web.data.parent.name, "site-packages", "Traceback"):
        assert private not in answer.text + str(answer.headers)


def test_what_the_machines_programs_were_built_with_is_not_told(web: Site) -> None:
    found = web.get("/-/versions.json").json()
    assert "full" not in found["python"]
    assert "compile_options" not in found["sqlite"]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select length(hex(zeroblob(490000000)))", "超出了限额"),
        (f"select length(zeroblob({LENGTH + 1}))", "超出了限额"),
        ("select 1 from items where content like '" + "%a" * 200 + "'", "太复杂"),
        ("select " + ",".join("1" * 300), "太复杂"),
        (" union all ".join(["select 1"] * 30), "太复杂"),
        ("select " + "abs(" * 300 + "1" + ")" * 300, "太复杂"),
        ("select * from pragma_database_list", "不开放"),
        ("select nonsense", "no such column: nonsense"),
    ],
)
def test_a_refused_question_is_told_in_chinese(sql_web: Site, sql: str, told: str) -> None:
    answer = sql_web.get(f"/archive?sql={quote(sql)}")
    assert answer.status_code in (400, 503)
    assert told in Outline(answer.text).text


def test_a_question_that_takes_too_long_says_so_in_words(sql_web: Site) -> None:
    endless = quote("with recursive c(n) as (select 1 union all select n+1 from c) select count(*) from c")
    for path in (f"/archive?sql={endless}", f"/archive.csv?sql={endless}", f"/archive/items?_where=exists({endless})"):
        text = sql_web.get(path).text
        assert "查询用时过长，已停止" in text
        assert "&lt;" not in text


@pytest.mark.parametrize(
    "query",
    [
        *("_facet={x", "_sort=nosuch", "_sort=id&_sort_desc=id", "id__gt=99999999999999999999999", "id__in=[1"),
        *("_through={", '_through={"table":"x"}', "_timelimit=x", "_size=-1", "_col=nosuch", "_size=100000"),
    ],
)
def test_a_strange_parameter_is_a_mistake_and_not_a_fault(web: Site, query: str) -> None:
    answer = web.get(f"/archive/items?{query}")
    assert answer.status_code == 400
    assert "参数有误" in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/archive/items?" + "&".join(["_facet=content"] * 100), 400),
        ("/archive/items?" + "&".join(["_facet=content"] * 9), 400),
        ("/archive/items?content__contains=" + "x" * 10_000, 414),
        ("/search?q=" + "x" * 10_000, 414),
    ],
)
def test_an_address_of_unusual_size_is_refused_with_a_page_of_ours(web: Site, path: str, status: int) -> None:
    answer = web.get(path)
    assert answer.status_code == status
    assert "请减少" in answer.text
    assert answer.headers["content-security-policy"].startswith(STRICT)


def test_nothing_can_be_submitted_to_datasettes_pages(web: Site) -> None:
    for method in ("post", "put", "delete", "options"):
        answer = web.loop.run_until_complete(getattr(web.datasette.client, method)("/archive/items"))
        assert answer.status_code == 405
        assert "这里只能查阅，不能提交" in answer.text


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("formulas") / "data"
    store: Store = make_site(data)
    for id, text in enumerate(FORMULAS, 1):
        store.update("items", id, content=text, subject=f'a "quoted",\r\n{text}')
    store.close()
    (data / "settings.toml").write_text("allow_sql = true\n")
    opened = Site(data)
    yield opened
    opened.close()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("query", ["", "?_stream=1&_size=max", "?_labels=on", "?_dl=1&_labels=on"])
def test_no_cell_of_a_tables_csv_starts_a_formula(formulas: Site, query: str) -> None:
    found = rows(formulas.get(f"/archive/items.csv{query}").text)
    assert len(found) >= 50
    for row, text in zip(found, FORMULAS, strict=False):
        assert row["content"] == f"'{text}"
        assert row["subject"] == f'a "quoted",\r\n{text}'  # what comes before keeps a spreadsheet from it
    assert found[20]["content"] == "1.拟征收土地公告；2.补偿标准"


def test_no_cell_or_heading_of_a_querys_csv_starts_a_formula(formulas: Site) -> None:
    sql = "select '=1+1' as [=2], '+' || content as b from items limit 1"
    assert formulas.get(f"/archive.csv?sql={quote(sql)}").text == "'=2,b\r\n'=1+1,'+=1+1\r\n"


def test_the_same_cells_are_as_they_are_in_json(formulas: Site) -> None:
    assert formulas.get("/archive/items/1.json?_shape=array").json()[0]["content"] == "=1+1"


def test_the_site_is_whole_whatever_part_of_it_was_imported_first(site_data: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; import archive.web.pages.changes\n"
        "from archive.web.app import site\n"
        "answer = asyncio.run(site(Path(sys.argv[1])).client.get('/catalogue')); print(answer.status_code)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(site_data)], capture_output=True, text=True, timeout=120)
    assert done.stdout == "200\n", done.stderr
