"""Search finds what a substring scan finds, ranks titles first, and shows the very words of the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.cli import cli
from archive.record.store import Store
from archive.search import index
from archive.search.ask import MAX_TERMS, QueryError, match_expression, parse
from archive.search.drift import check
from archive.search.query import Hit, count, search
from archive.search.snippet import piece_of
from archive.search.texts import Folding, document_text, document_title, entry, phrase, spaced
from archive.text.fold import search_fold
from tests import corpus
from tests.factory import attachment_document, capture, item, make_archive, page_document


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_archive(tmp_path_factory.mktemp("search") / "data", items=6)


def kinds(hits: list[Hit]) -> list[str]:
    return [hit.kind for hit in hits]


def test_search_finds_the_words_of_a_document_and_not_its_widgets(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    document = store.row("SELECT id, url FROM documents WHERE kind = 'page' ORDER BY id")
    assert document is not None
    text = "时限为〔删：二十〕七个工作日。\n浏览次数：4711\n网站月访问量：10000人次"
    reading = page_document("演示通知", text)
    crawl = store.begin_crawl("second", "live", "test/1", {})
    capture(store, crawl, document["id"], document["url"], reading, "2026-11-21T01:00:00Z")
    assert check(store.db.conn) == []
    assert search(store.db.conn, "浏览次数") == search(store.db.conn, "二十七个") == []
    (hit,) = search(store.db.conn, "月访问量：10000")
    assert hit.snippet in reading.text
    (struck,) = search(store.db.conn, "时限为")
    assert "〔删：二十〕七个工作日" in struck.snippet


def test_an_index_of_an_earlier_release_is_made_anew_when_the_archive_is_opened(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    with store.db.conn:
        store.db.conn.execute("DELETE FROM archive_info WHERE key = 'index'")
        store.db.conn.execute("INSERT INTO documents_fts (documents_fts) VALUES ('delete-all')")
    assert check(store.db.conn)
    store.close()
    assert check(Store.open(tmp_path).db.conn) == []


# ---------------------------------------------------------------- folding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("扶貧", "扶贫"),
        ("Ａｂｃ１２３", "abc123"),
        ("国办发〔2019〕54号", "国办发［２０１９］54號"),
        ("国办发【2019】54号", "国办发(2019)54号"),
        ("国办发（2019）54号", "国办发[2019]54号"),
        ("社 会\u3000救\n助\u200b", "社会救助"),
        ("cafe\u0301", "café"),
    ],
)
def test_forms_that_mean_the_same_fold_to_the_same(one: str, other: str) -> None:
    assert search_fold(one) == search_fold(other)


def test_different_words_stay_different() -> None:
    assert len({search_fold(text) for text in ("扶贫", "扶平", "54号", "45号", "《法》", "“法”", "√", "×")}) == 8


@given(st.text(max_size=300), st.text(min_size=1, max_size=4))
def test_every_span_of_a_folding_folds_to_its_term(text: str, term: str) -> None:
    folded = search_fold(term)
    for start, end in Folding(text).find(folded) if folded else []:
        assert folded in search_fold(text[start:end])


@given(st.text(alphabet="扶貧贫Ａa１ \n\u0301é（）〔〕ﬁ가\u1100\u1161", max_size=60))
def test_a_folding_knows_where_every_character_came_from(text: str) -> None:
    folding = Folding(text)
    for char in set(folding.folded):
        assert len(folding.find(char, limit=1000)) == folding.folded.count(char)


@given(st.text(max_size=200))
def test_any_text_makes_a_query_that_sqlite_accepts(archive: Store, text: str) -> None:
    match = match_expression(text)
    archive.db.conn.execute("SELECT count(*) FROM items_fts WHERE items_fts MATCH ?", [match]).fetchone()


def test_a_term_is_one_phrase_and_a_query_at_most_eight() -> None:
    assert [term.text for term in parse("  社会救助　养老 社会救助 \u200b").terms] == ["社会救助", "养老"]
    assert phrase("社会") == '"社\x1f会"'
    assert phrase(" ") == ""
    assert spaced("a b") == "a\x1fb"
    assert match_expression("") == '""'
    assert match_expression(" ".join("甲乙丙丁戊己庚辛壬癸")).count('"') == 2 * 2 * MAX_TERMS


# ---------------------------------------------------------------- queries


@pytest.mark.parametrize("query", ["扶贫", "扶貧", "扶\u3000贫 ".replace("\u3000", "")])
def test_traditional_and_simplified_find_each_other(archive: Store, query: str) -> None:
    hits = search(archive.db.conn, query)
    assert hits[0].kind == "notice"
    assert hits[0].notice == "poverty"


@pytest.mark.parametrize("brackets", ["〔〕", "[]", "（）", "()", "【】", "［］"])
def test_a_document_number_is_found_with_any_bracket(archive: Store, brackets: str) -> None:
    hits = search(archive.db.conn, f"国办发{brackets[0]}2019{brackets[1]}54号")
    assert len(hits) == 3
    assert all(hit.snippet[hit.hits[0][0] : hit.hits[0][1]] == "国办发〔2019〕54号" for hit in hits)


def test_a_notice_is_found_by_its_own_number(archive: Store) -> None:
    assert search(archive.db.conn, "演示发[2019]2号", kind="notice")[0].notice == "welfare"


def test_all_terms_must_occur(archive: Store) -> None:
    assert search(archive.db.conn, "征地补偿安置方案3 工作日", kind="item")[0].title.endswith("征地补偿安置方案3")
    assert search(archive.db.conn, "征地补偿 没有这个词") == []


def test_titles_rank_before_texts_and_kinds_are_merged(archive: Store) -> None:
    hits = search(archive.db.conn, "社会救助", limit=50)
    assert hits[0].kind == "notice"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert set(kinds(hits)) == {"notice", "document", "item"}


def test_an_area_narrows_the_search(archive: Store) -> None:
    hits = search(archive.db.conn, "征地补偿", area="land-expropriation", limit=100)
    assert {hit.notice for hit in hits} == {"land"}
    assert sum(count(archive.db.conn, "征地补偿", area="land-expropriation").values()) == len(hits)
    with pytest.raises(QueryError, match="没有名为“nope”的领域"):
        search(archive.db.conn, "征地", area="nope")


def test_every_hit_has_a_page_of_its_own(archive: Store) -> None:
    urls = {hit.kind: hit.url for hit in search(archive.db.conn, "征地补偿", limit=100)}
    assert urls["item"].startswith("/items/")
    assert urls["document"].startswith("/documents/")
    assert search(archive.db.conn, "扶贫", kind="notice")[0].url == "/notices/poverty"


def test_limit_and_offset_walk_through_one_ranking(archive: Store) -> None:
    whole = search(archive.db.conn, "征地", limit=100)
    pages = [search(archive.db.conn, "征地", limit=3, offset=at) for at in range(0, len(whole), 3)]
    assert [(h.kind, h.id) for page in pages for h in page] == [(h.kind, h.id) for h in whole]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("长" * 101, "检索词太长（101 个字）"),
        ("一 二 三 四 五 六 七 八 九", "检索词太多（9 个）"),
        (" \u3000\u200b", "请输入检索词"),
    ],
)
def test_a_query_beyond_the_limits_says_so(archive: Store, query: str, message: str) -> None:
    with pytest.raises(QueryError, match=message.replace("（", ".").replace("）", ".")):
        search(archive.db.conn, query)


@pytest.mark.parametrize("query", ['"', "a AND b", "NEAR(", "*", "title:征地", "^征", "'", ";--", "(", "-征地", "√"])
def test_no_character_is_an_operator(archive: Store, query: str) -> None:
    search(archive.db.conn, query)


# ---------------------------------------------------------------- snippets


def test_a_snippet_is_verbatim_and_its_spans_are_the_terms(archive: Store) -> None:
    for query in ("工作日", "贯彻 执行", "演示樣本", "土地管理法"):
        for hit in search(archive.db.conn, query, limit=100):
            source = {
                "notice": "SELECT title || char(10) || issuer FROM notices WHERE id = ?",
                "document": "SELECT v.title || char(10) || text FROM versions v WHERE document_id = ?",
                "item": "SELECT content || char(10) || basis || char(10) || time_limit FROM items WHERE id = ?",
            }[hit.kind]
            text = archive.db.conn.execute(source, [hit.id]).fetchone()[0]
            assert hit.hits, (query, hit)
            assert hit.snippet.split("\n")[0] in text
            for start, end in hit.hits:
                assert search_fold(hit.snippet[start:end]) in {search_fold(term) for term in query.split()}


def test_a_snippet_shows_as_many_terms_as_fit() -> None:
    text = "甲在这里。" + "。" * 400 + "乙和甲都在这里。"
    piece = piece_of(text, "", ["甲", "乙"])
    assert [piece.text[start:end] for start, end in piece.hits] == ["乙", "甲"]


def test_a_snippet_of_a_long_text_is_found_quickly_and_right() -> None:
    text = "前文　文字。\n" * 50_000 + "最後的扶貧 項目"
    piece = piece_of(text, "", ["扶贫项目"])
    assert [piece.text[start:end] for start, end in piece.hits] == ["扶貧 項目"]


# ---------------------------------------------------------------- the index


def test_only_the_current_version_is_found(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    document = store.row("SELECT * FROM documents WHERE kind = 'attachment' ORDER BY id LIMIT 1")
    assert document is not None
    reading = attachment_document((item(1, level2="全新的事项"),), text="全新的文本")
    capture(store, 1, document["id"], document["url"], reading, "2026-11-21T01:00:00Z")
    assert kinds(search(store.db.conn, "全新的文本")) == ["document"]
    assert kinds(search(store.db.conn, "全新的事项")) == ["item"]
    assert search(store.db.conn, "征地补偿安置方案4", area="land-expropriation") == []
    assert check(store.db.conn) == []


def test_a_dead_link_takes_nothing_out_of_the_search(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    before = search(store.db.conn, "征地补偿", limit=100)
    for document in (1, 2):
        store.update("documents", document, state="gone")
        index.index_document(store.db, document)
    assert search(store.db.conn, "征地补偿", limit=100) == before


def test_a_former_edition_is_not_found(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    document = 1
    store.update("documents", document, superseded_by=3)
    assert check(store.db.conn) != []
    index.index_document(store.db, document)
    assert check(store.db.conn) == []
    found = search(store.db.conn, "征地补偿", limit=100)  # a page takes the files it links to with it
    assert {hit.notice for hit in found} == {"welfare"}


def test_a_file_that_the_page_links_to_no_longer_is_not_found(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    capture(store, 1, 1, "http://land.example/t1.html", page_document("没有附件的新版", "正文"), "2026-11-21T01:00:00Z")
    assert search(store.db.conn, "征地补偿", area="land-expropriation") == []
    assert check(store.db.conn) == []


def test_a_mirror_counts_only_while_the_declared_address_has_no_text(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    mirror = store.document(3, "page", "http://mirror.example/3.html", mirror="政府网转载")
    capture(store, 1, mirror, "http://mirror.example/3.html", page_document("转载的扶贫通知", "只有转载才有的话"))
    assert search(store.db.conn, "只有转载才有的话") == []
    page = store.row("SELECT id FROM documents WHERE notice_id = 3 AND kind = 'page' AND mirror = ''")
    assert page is not None
    store.db.execute("DELETE FROM versions WHERE document_id = ?", [page["id"]])
    index.index_document(store.db, page["id"])
    assert [hit.id for hit in search(store.db.conn, "只有转载才有的话")] == [mirror]
    assert check(store.db.conn) == []


def test_a_damaged_index_is_reported_and_rebuilt(tmp_path: Path) -> None:
    store = make_archive(tmp_path / "data")
    whole = count(store.db.conn, "演示")
    known = store.row(
        "SELECT v.text, e.title FROM versions v JOIN search_entries e ON e.version_id = v.id WHERE e.id = 1"
    )
    assert known is not None
    words = entry(known["title"], document_text(known["text"]))
    store.db.execute("INSERT INTO documents_fts (documents_fts, rowid, text) VALUES ('delete', 1, ?)", [words])
    store.db.execute("INSERT INTO items_fts (rowid, text) VALUES (1, 'x')")
    store.db.execute("INSERT INTO notices_fts (rowid, text) VALUES (99, 'x')")
    assert check(store.db.conn) == [
        "检索索引中的通知 99 已不是现行内容",
        "文件 1 不在检索索引中",
        "目录事项 1 的检索索引与原文不一致",
    ]
    assert index.rebuild(store.db) == 3 + 5 + 12
    assert check(store.db.conn) == []
    assert count(store.db.conn, "演示") == whole


def test_recall_and_precision_against_a_substring_scan_are_one(tmp_path: Path) -> None:
    bodies = corpus.texts(200)
    store = corpus.fill(tmp_path / "data", bodies, items=100)
    folded = {
        row["id"]: (search_fold(document_title(row["name"], row["title"])), search_fold(row["text"]))
        for row in store.rows(
            "SELECT d.id, d.name, v.title, v.text FROM documents d JOIN versions v ON v.document_id = d.id"
        )
    }
    for query in corpus.queries(bodies, each=15):
        expected = {id for id, texts in folded.items() if any(search_fold(query) in text for text in texts)}
        found = {hit.id for hit in search(store.db.conn, query, kind="document", limit=1000)}
        assert expected, query
        assert found == expected, query


# ---------------------------------------------------------------- the command


def test_the_command_prints_hits_as_people_read_them(archive: Store) -> None:
    result = CliRunner().invoke(cli, ["--data", str(archive.data), "search", "扶貧"])
    assert result.exit_code == 0
    assert "【通知】演示办关于印发扶贫领域基层政务公开标准指引的通知" in result.output
    assert "/notices/poverty" in result.output


def test_the_command_prints_one_json_list(archive: Store) -> None:
    arguments = [
        "--data",
        str(archive.data),
        "search",
        "征地补偿",
        "--area",
        "land-expropriation",
        "--limit",
        "3",
        "--json",
    ]
    result = CliRunner().invoke(cli, arguments)
    hits = json.loads(result.stdout)
    assert len(hits) == 3
    assert set(hits[0]) == {
        "kind",
        "id",
        "notice",
        "title",
        "snippet",
        "hits",
        "url",
        "score",
        "match",
        "said",
        "former",
        "review",
    }


def test_the_command_refuses_a_bad_query_as_wrong_usage(archive: Store) -> None:
    result = CliRunner().invoke(cli, ["--data", str(archive.data), "search", "长" * 101])
    assert result.exit_code == 2
    assert "检索词太长" in result.output


def test_the_command_without_an_archive_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["--data", str(tmp_path), "search", "征地"], standalone_mode=False)
    assert "请先运行 guidelines crawl" in result.output
