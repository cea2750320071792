"""`compare`: each thing told once, of the right kind; what nobody would notice told never."""

from __future__ import annotations

import json
import random

import pytest
from attrs import evolve
from click.testing import CliRunner

from archive.cli import cli
from archive.commands import out
from archive.compare.compare import compare, compare_content, is_confident
from archive.model import Attachment, Change, Document, Kind
from archive.record import reviews
from archive.record.store import Store
from archive.text.fold import compare_fold
from archive.text.links import link_key
from archive.text.noise import without_noise
from archive.text.same import name_key, without_serials
from scripts.bench_changes import failures, outcomes, replica_cases
from tests.factory import attachment_document, capture, item, make_archive, page_document
from tests.mutations import EDITS, NOISE

BODY = """各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。
一、自信息形成之日起20个工作日内公开。
二、各地要加强组织领导，落实责任。
特此通知。"""
ROWS = tuple(item(n) for n in range(1, 31))
CATALOGUE = evolve(attachment_document(ROWS), document_id=5, version_id=50)
LIST = Attachment("附件1：目录.docx", "http://a.example/1.docx", CATALOGUE, "aa")
NAMES = Attachment(
    "附件2：名单.xlsx", "http://a.example/2.xlsx", Document(problem="unread: 尚未读取", document_id=6), "bb"
)


def page(body: str = BODY, *attachments: Attachment, **metadata: str) -> Document:
    listed = "".join(f"\n{a.name}" for a in attachments)
    document = page_document("关于印发标准指引的通知", body + listed, attachments, **metadata)
    return evolve(document, url="http://a.example/t1.html", document_id=1, version_id=10)


def only(changes: list[Change], kind: Kind, *, quiet: bool = False) -> Change:
    assert [(change.kind, change.quiet) for change in changes] == [(kind, quiet)], changes
    return changes[0]


# ---------------------------------------------------------------- the text


def test_equal_documents_have_not_changed() -> None:
    assert compare(page(BODY, LIST, NAMES), page(BODY, LIST, NAMES)) == []


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("20", "２０"),
        BODY.replace("，", ","),
        BODY.replace("\n", "\n\n　　"),
        BODY + "\n浏览次数：3256次",
        "今天是2026年11月23日 星期一\n" + BODY,
        BODY + "\n【字体：大 中 小】 打印 关闭",
        "北京 多云 8℃～17℃\n" + BODY,
    ],
)
def test_what_no_reader_would_notice_is_no_change(body: str) -> None:
    assert compare(page(), page(body)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("20个", "7个", "由“20个工作日”改为“7个工作日”"),
        ("，请认真", "、请认真", "由“，”改为“、”"),
        ("落实责任", "落实主体责任", "新增“主体”"),
        ("二、各地要加强组织领导，落实责任。\n", "", "删去“二、各地要加强组织领导，落实责任。”"),
        ("特此通知。", "特此通知。\n本通知自2027年1月1日起施行。", "新增“本通知自2027年1月1日起施行。”"),
    ],
)
def test_every_edit_of_the_text_is_a_revision_with_its_words(old: str, new: str, told: str) -> None:
    change = only(compare(page(), page(BODY.replace(old, new))), Kind.REVISED)
    assert told in change.summary
    assert (change.document_id, change.from_version, change.to_version) == (1, 10, 10)


def test_a_moved_paragraph_is_told_as_moved() -> None:
    moved = "一、自信息形成之日起20个工作日内公开。\n"
    new = BODY.replace(moved, "").replace("特此", f"{moved}特此")
    assert "移动了位置" in only(compare(page(), page(new)), Kind.REVISED).summary


def test_a_long_summary_is_cut() -> None:
    numbered = "\n".join(f"第{n}条要求各单位按时公开第{n}类信息。" for n in range(60))
    change = only(compare(page(numbered), page(numbered.replace("按时", "及时"))), Kind.REVISED)
    assert len(change.summary) <= 200
    assert "处" in change.summary


def test_a_text_of_low_confidence_is_no_revision() -> None:
    new = evolve(page(BODY.replace("20", "7")), confidence="low")
    assert not is_confident(page(), new)
    assert compare(page(), new) == []


TABLE = "\n│序号│事项│县级│乡级\n│1│甲事项│√│\n│2│乙事项│√│\n│3│丙事项│√│"


def test_a_tick_in_another_column_of_a_plain_table_is_named() -> None:
    new = TABLE.replace("甲事项│√│", "甲事项││√")
    change = only(compare(page(BODY + TABLE), page(BODY + new)), Kind.REVISED)
    assert change.summary == "表格“甲事项”一行县级删去“√”，乡级增加“√”"


def test_renumbering_a_plain_table_is_no_change_and_a_new_row_is_one() -> None:
    renumbered = TABLE.replace("│1│", "│11│").replace("│2│", "│12│").replace("│3│", "│13│")
    assert compare(page(BODY + TABLE), page(BODY + renumbered)) == []
    grown = "\n│序号│事项│县级│乡级\n│1│新事项│√│\n│2│甲事项│√│\n│3│乙事项│√│\n│4│丙事项│√│"
    assert only(compare(page(BODY + TABLE), page(BODY + grown)), Kind.REVISED).summary == "表格新增一行“新事项 √”"


def test_rows_of_the_page_itself_are_told_row_by_row() -> None:
    new = tuple(evolve(i, time_limit="7个工作日") if i.position == 12 else i for i in ROWS)
    change = only(compare(evolve(page(), items=ROWS), evolve(page(), items=new)), Kind.REVISED)
    assert [row.kind for row in change.rows] == ["changed"]
    assert change.summary.startswith("序号12“征地补偿安置方案12”公开时限由")


def test_a_catalogue_row_that_no_item_holds_still_counts() -> None:
    old = evolve(CATALOGUE, text=CATALOGUE.text + "\n┃备注│本目录由县级公开")
    rows, sentences = compare_content(old, evolve(old, text=old.text.replace("由县级", "由乡级")))
    assert rows == ()
    assert "请核对" in sentences[0]


# ---------------------------------------------------------------- metadata and address


def test_no_longer_in_force_is_a_change_of_metadata() -> None:
    change = only(compare(page(in_force="有效"), page(in_force="失效")), Kind.METADATA)
    assert change.summary == "时效状态由“有效”改为“失效”"


def test_the_time_of_day_and_the_order_of_metadata_do_not_matter() -> None:
    old = page(published_on="2019-07-31 10:00:00", index_number="000014349/2019-00006")
    assert compare(old, page(index_number="000014349/2019-00006", published_on="2019-07-31")) == []


def test_a_field_that_a_redesign_shows_or_hides_says_nothing() -> None:
    assert compare(page(category="综合政务"), page(index_number="000014349/2019-00006", in_force="现行有效")) == []
    assert only(compare(page(), page(in_force="废止")), Kind.METADATA).summary == "时效状态标明为“废止”"


def test_a_number_in_the_text_that_also_is_metadata_is_told_once() -> None:
    old = page("演示发〔2019〕1号\n" + BODY, document_number="演示发〔2019〕1号")
    new = page("演示发〔2019〕2号\n" + BODY, document_number="演示发〔2019〕2号")
    only(compare(old, new), Kind.REVISED)


def test_a_new_address_is_a_move_but_https_and_session_ids_are_none() -> None:
    old = page()
    for same in ("https://a.example/t1.html/", "http://a.example/t1.html;jsessionid=9F?sid=3"):
        assert compare(old, evolve(old, url=same)) == []
    only(compare(old, evolve(old, url="http://b.example/t1.html")), Kind.MOVED)
    both = compare(old, evolve(page(BODY.replace("20", "7")), url="http://b.example/t1.html"))
    assert [change.kind for change in both] == [Kind.MOVED, Kind.REVISED]


# ---------------------------------------------------------------- attachments


def test_an_attachment_added_withdrawn_or_only_unlinked_is_one_change() -> None:
    one, two = page(BODY, LIST), page(BODY, LIST, NAMES)
    assert only(compare(one, two), Kind.ATTACHMENT_ADDED).document_id == 6
    only(compare(two, one), Kind.ATTACHMENT_REMOVED)
    only(compare(two, evolve(two, attachments=(LIST,))), Kind.ATTACHMENT_REMOVED)


def test_two_swapped_files_are_one_change_that_names_both() -> None:
    by_link = (evolve(LIST, url=NAMES.url, sha256="bb", document=NAMES.document),
               evolve(NAMES, url=LIST.url, sha256="aa", document=CATALOGUE))  # fmt: skip
    by_bytes = (evolve(LIST, sha256="bb", document=NAMES.document), evolve(NAMES, sha256="aa", document=CATALOGUE))
    for swapped in (by_link, by_bytes):
        change = only(compare(page(BODY, LIST, NAMES), page(BODY, *swapped)), Kind.ATTACHMENT_REPLACED)
        assert LIST.name in change.summary
        assert NAMES.name in change.summary


def test_the_same_link_with_other_rows_is_told_row_by_row() -> None:
    new = tuple(evolve(i, time_limit="自信息形成之日起7个工作日内") if i.position == 12 else i for i in ROWS)
    reading = evolve(attachment_document(new), document_id=5, version_id=51)
    for link in (LIST.url, "http://a.example/9.docx"):
        changed = evolve(LIST, url=link, sha256="cc", document=reading)
        change = only(compare(page(BODY, LIST), page(BODY, changed)), Kind.ATTACHMENT_REPLACED)
        assert "序号12“征地补偿安置方案12”公开时限由" in change.summary
        assert (change.document_id, change.from_version, change.to_version) == (5, 50, 51)
        assert len(change.rows) == 1


@pytest.mark.parametrize(
    "again",
    [
        evolve(LIST, sha256="cc"),
        evolve(LIST, url="http://a.example/new/1.docx", sha256="cc"),
        evolve(LIST, name="附件1：标准目录（终稿）.docx"),
    ],
)
def test_a_file_saved_again_moved_or_renamed_is_quiet_and_says_that_nothing_changed(again: Attachment) -> None:
    change = only(compare(page(BODY, LIST), page(BODY, again)), Kind.ATTACHMENT_REPLACED, quiet=True)
    assert "内容未变" in change.summary


def test_other_bytes_that_nobody_could_read_ask_for_a_person() -> None:
    change = only(compare(page(BODY, NAMES), page(BODY, evolve(NAMES, sha256="dd"))), Kind.ATTACHMENT_REPLACED)
    assert "内容无法比对，请人工核对" in change.summary


def test_a_file_that_is_read_at_last_has_not_changed() -> None:
    assert compare(page(BODY, NAMES), page(BODY, evolve(NAMES, document=CATALOGUE))) == []
    never = evolve(NAMES, sha256="")
    assert compare(page(BODY, never), page(BODY, NAMES)) == []


def test_session_ids_counters_and_numbering_of_attachments_do_not_matter() -> None:
    again = (
        evolve(NAMES, name="2.名单.xlsx（下载次数：9）", url=f"{NAMES.url}?sid=77"),
        evolve(LIST, url=f"{LIST.url};jsessionid=AF"),
    )
    assert compare(page(BODY, LIST, NAMES), page(BODY, *again)) == []


def test_a_file_put_in_front_is_one_addition_whatever_the_numbering() -> None:
    shifted = (Attachment("附件1", "http://a.example/0.docx", None, "00"),
               Attachment("附件2", LIST.url, CATALOGUE, "aa"), Attachment("附件3", NAMES.url, None, "bb"))  # fmt: skip
    old = (Attachment("附件1", LIST.url, CATALOGUE, "aa"), Attachment("附件2", NAMES.url, None, "bb"))
    changes = compare(page(BODY, *old), page(BODY, *shifted))
    assert only(changes, Kind.ATTACHMENT_ADDED).summary == "新增“附件1”"


# ---------------------------------------------------------------- what counts as the same


def test_folding_keeps_what_changes_a_meaning() -> None:
    assert compare_fold("２０ 个（工作日）“甲”") == compare_fold('20个(工作日)"甲"')
    for one, other in (("10²", "102"), ("①", "1"), ("、", "，"), ("2019 54", "201954"), ("√", "")):
        assert compare_fold(one) != compare_fold(other)


def test_an_address_is_known_without_its_session_but_not_without_its_id() -> None:
    assert link_key("http://A.example:80/f;jsessionid=1?b=2&a=1&_=99#x") == link_key("https://a.example/f?a=1&b=2")
    assert link_key("http://f.example:9000/d/?_id=5dd2&SiteId=41") != link_key(
        "http://f.example:9000/d/?_id=5dd3&SiteId=41"
    )


def test_names_of_attachments_lose_their_numbering_and_size() -> None:
    for name in ("附件1：标准目录.docx", "2. 标准目录（35.2KB）", "标准目录.xlsx", "附件：标准目录(下载次数：12)"):
        assert name_key(name) == "标准目录"
    assert name_key("附件1") == ""


def test_a_sentence_about_visits_keeps_its_number() -> None:
    sentence = "网站访问量：应当每月公布一次，2019年访问量为300万次。"
    assert without_noise(sentence) == sentence


def test_codes_that_are_no_counting_stay() -> None:
    coded = ["│编号│事项", "│A-01│甲", "│B-07│乙"]
    assert without_serials(coded) == coded
    assert without_serials(["│编号│事项", "│1│甲", "│2│乙"])[1] == "││甲"


# ---------------------------------------------------------------- the named mutations


def test_named_mutations_of_the_replica_raise_no_false_alarm_and_are_never_missed() -> None:
    pages = random.Random(7).sample(list(replica_cases()), 3)
    for generic in (False, True):
        results = list(outcomes([*NOISE, *EDITS], pages, 7, generic=generic))
        assert [(o.result, o.mutation.name, o.page, o.changes) for o in failures(results)] == []
        assert sum(o.result == "right" for o in results) > 60


# ---------------------------------------------------------------- commands


@pytest.fixture
def archive(tmp_path: object) -> Store:
    from archive.record.settle import settle_all

    store = make_archive(tmp_path)  # type: ignore[arg-type]
    settle_all(store, None)
    document = store.row("SELECT id, url FROM documents WHERE kind = 'attachment' ORDER BY id")
    assert document is not None
    rows = tuple(item(n, time_limit="7个工作日") if n == 2 else item(n) for n in range(1, 7))
    crawl = store.begin_crawl("second", "live", "test/1", {})
    capture(store, crawl, document["id"], document["url"], attachment_document(rows), "2026-11-21T01:00:00Z")
    store.db.execute("UPDATE captures SET sha256 = ? WHERE id = (SELECT max(id) FROM captures)", ["11" * 32])
    settle_all(store, crawl)
    return store


def run(store: Store, *arguments: str) -> str:
    result = CliRunner().invoke(cli, ["--data", str(store.data), *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_changes_and_diff_print_the_contracts_json(archive: Store) -> None:
    listed = json.loads(run(archive, "changes", "--kind", "attachment-replaced", "--notice", "land", "--json"))
    assert len(listed) == 1
    keys = {
        "id",
        "kind",
        "notice",
        "document",
        "url",
        "detected_at",
        "from_version",
        "to_version",
        "summary",
        "quiet",
        "withdrawn",
    }
    assert set(listed[0]) == keys
    shown = json.loads(run(archive, "diff", str(listed[0]["id"]), "--json"))
    assert {op for op, _ in shown["text"]} == {"equal", "delete", "insert"}
    (row,) = shown["rows"]
    assert row["kind"] == "changed"
    assert row["item_before"] != row["item_after"]
    assert row["cells"] == [{"column": "公开时限", "before": "自信息形成之日起20个工作日内", "after": "7个工作日"}]
    assert json.loads(run(archive, "changes", "--since", "2090-01-01", "--json")) == []


def test_candidates_are_refused_once(archive: Store) -> None:
    archive.db.table("candidates").insert(  # type: ignore[union-attr]
        {
            "notice_id": 1,
            "url": "http://land.example/t9.html",
            "title": "标准指引（修订）",
            "state": "new",
            "evidence": '["标题含“修订”"]',
        }
    )
    reviews.sync(archive)
    (candidate,) = json.loads(run(archive, "candidates", "--json"))
    assert candidate["evidence"] == ["标题含“修订”"]
    run(archive, "candidates", "reject", str(candidate["id"]))
    assert json.loads(run(archive, "candidates", "--json")) == []
    again = CliRunner().invoke(cli, ["--data", str(archive.data), "candidates", "reject", str(candidate["id"])])
    assert again.exit_code != 0


def test_a_diff_reads_without_colour(archive: Store) -> None:
    id = json.loads(run(archive, "changes", "--kind", "attachment-replaced", "--json"))[0]["id"]
    with out.capture() as captured:
        CliRunner().invoke(cli, ["--data", str(archive.data), "diff", str(id)], catch_exceptions=False)
    removed, added = (next(x for x in captured.get().splitlines() if x.startswith(mark)) for mark in ("- ", "+ "))
    assert "│自信息形成之日起20个工作日内" in removed
    assert added.endswith("│7个工作日")
