"""A law with a newer text, or repealed, is one change that names the rows resting on it, told in one message."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner

from archive import clock
from archive.cli import cli
from archive.laws.citations import article_of
from archive.machine.toml import SettingsError
from archive.model import Attachment
from archive.publish import report
from archive.publish.choice import Choice
from archive.publish.export import entries
from archive.publish.feeds import feed
from archive.publish.laws import check, coverage, laws
from archive.record import decide, reviews
from archive.record.declare import declare
from archive.record.laws import settle_laws
from archive.record.look import read_only
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.record.story import stories
from archive.settings import load_settings
from archive.tell.rounds import meet, preview
from archive.watched import Law, Local, Sources
from tests.factory import AREAS, NOTICES, attachment_document, capture, item, page_document
from tests.web.conftest import Site

EIGHTEEN = (
    "教育法", "安全生产法", "食品安全法", "药品管理法", "行政处罚法", "土地管理法", "文物保护法", "慈善法",
    "行政复议法", "未成年人保护法", "突发事件应对法", "人口与计划生育法", "预算法实施条例", "城市供水条例",
    "粮食流通管理条例",
    "固体废物污染环境防治法", "医疗器械监督管理条例", "就业促进法",
)  # fmt: skip
WATCHED = Law("dibao", "最低生活保障审核审批办法（试行）", "http://a.example/law.html")
TEXT = (
    "{title}\n第一章　总则\n第一条　为了示范，制定本办法。\n"
    "第四条　{fourth}\n（一）示例。\n第二章　附则\n第九条　自公布之日起施行。"
)
SOURCES = Sources(NOTICES, AREAS, (), (WATCHED,), (Local("演示县", "http://county.example/", slug="county"),))

CHOICE = Choice(areas=("social-assistance",))


def archive(data: Path) -> Store:
    """Two notices of 2019 with 24 rows: each rests on one of eighteen laws, or on a document whose text is watched."""
    store = Store.open(data)
    declare(store, SOURCES)
    crawl = store.begin_crawl("laws", "live", "test/1", {})
    ids = {row["slug"]: row["id"] for row in store.rows("SELECT id, slug FROM notices")}
    for notice in (*NOTICES[:2], SOURCES.watch(["county"])[0]):
        file = Attachment("附件：标准目录.docx", f"{notice.url}.docx")
        said = page_document(notice.title or "演示县目录", "现将标准目录印发给你们。", (file,), issued_on="2019-06-20")
        capture(store, crawl, store.document(ids[notice.slug], "page", notice.url), notice.url, said)
        attached = store.document(ids[notice.slug], "attachment", file.url, name=file.name)
        area = "land-expropriation" if notice.number == 1 else "social-assistance"
        capture(store, crawl, attached, file.url, attachment_document(tuple(rows(area))))
    watch(store, crawl, "民政部门受理申请。")
    settle_all(store, crawl)
    return store


def rows(area: str) -> Iterator[Any]:
    for position, law in enumerate(EIGHTEEN, 1):
        yield item(position, area, basis=f"《中华人民共和国{law}》第四条")
    for position in range(19, 25):
        yield item(
            position, area, basis="《最低生活保障审核审批办法（试行）》（民发〔2012〕220号）第四条；相关文件要求"
        )


def watch(store: Store, crawl: int, fourth: str, confidence: str = "high", **metadata: str) -> None:
    row = store.row("SELECT id FROM notices WHERE slug = 'dibao'")
    assert row is not None
    page = page_document(WATCHED.title, TEXT.format(title=WATCHED.title, fourth=fourth), **metadata)
    page = evolve(page, confidence=confidence)
    capture(store, crawl, store.document(row["id"], "page", WATCHED.url), WATCHED.url, page)


def amend(data: Path, laws: tuple[str, ...], lines: str) -> None:
    (data / "laws.toml").write_text("".join(f'[[law]]\ntitle = "{law}"\n{lines}\n' for law in laws), "utf-8")


@contextmanager
def looking(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(read_only(data)) as connection:
        yield connection


@pytest.fixture(scope="module")
def amended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """An archive that met its laws, and then heard of a newer text of eighteen of them."""
    data = tmp_path_factory.mktemp("laws")
    subscribers = data / "subscriptions.toml"
    subscribers.write_text(
        '[[subscriber]]\nname = "甲"\naddress = "wecom:k"\n'
        '[[subscriber]]\nname = "乙"\naddress = "wecom:k2"\nareas = ["社会救助"]\n'
        '[[subscriber]]\nname = "丙"\naddress = "wecom:k3"\nareas = ["扶贫"]\n'
    )
    subscribers.chmod(0o600)
    with closing(archive(data)) as store:
        assert settle_laws(store, 1) == []
        assert store.rows("SELECT * FROM changes WHERE law_id IS NOT NULL") == []
        meet(data, load_settings(data))
        amend(data, EIGHTEEN, 'date = "2026-11-01"\nforce = "2026-11-02"')
        ids = settle_laws(store, 1)
        assert settle_laws(store, 1) == []
    return data, ids


def test_eighteen_amended_laws_are_eighteen_changes_with_the_rows_of_each(amended: tuple[Path, list[int]]) -> None:
    data, ids = amended
    with looking(data) as connection:
        found = stories(connection, ids, "http://site", UTC)
        changes = report.changes(connection, kind="basis-amended")
        assert "依据变化" in feed(connection, "http://site", "social-assistance")[0].decode()
    assert len(ids) == len(changes) == 18
    assert {story.notice for story in found} == set(EIGHTEEN)
    for story in found:
        assert [row.area for row in story.all_rows] == ["农村集体土地征收", "社会救助"]
        assert "有 2026-11-01 的新文本，2 个领域的 2 条事项以它为依据" in story.headline
        assert story.notice_link == f"http://site/laws/{story.law}"
    assert all(change["notice"] is None and change["law"].startswith("law-") for change in changes)


def test_all_of_them_reach_a_subscriber_in_one_message(amended: tuple[Path, list[int]]) -> None:
    data, _ = amended
    told = {
        subscriber.name: [m for m in messages if "法规" in m.title]
        for subscriber, messages in preview(data, load_settings(data))
    }
    assert [len(told[name]) for name in ("甲", "乙", "丙")] == [1, 1, 0]
    (message,) = told["甲"]
    assert len(message.entries) == 18
    assert all(law in message.text for law in EIGHTEEN)
    assert "18 部法规有新文本" in message.title


def test_rows_and_exports_carry_a_mark(amended: tuple[Path, list[int]]) -> None:
    data, _ = amended
    with looking(data) as connection:
        (entry,) = [one for one in entries(connection, CHOICE, UTC) if "《中华人民共和国教育法》" in one.item.basis]
        # the local catalogue's rows are resolved, and are no rows of the nation's
        assert len(check(connection, "2026-11-28")) == 36
        assert coverage(connection) == {"citations": 60, "resolved": 48, "printed": {"相关文件要求": 12}}
    assert "依据已修改：2026-11-01（教育法）" in entry.notes


def test_states_and_amended_rows_are_told_for_any_day(amended: tuple[Path, list[int]]) -> None:
    data, _ = amended
    with looking(data) as connection:
        states = {law["title"]: law for law in laws(connection, "2021-12-31")}
        before = {row["title"] for row in check(connection, "2021-12-31")}
    assert states["教育法"]["date"] == "2021-04-29"
    assert states["教育法"]["state"] == "unknown"
    assert states["教育法"]["items"] == 2
    assert "教育法" in before
    assert "慈善法" not in before


def test_a_watched_text_shows_the_cited_article_before_and_after(tmp_path: Path) -> None:
    with closing(archive(tmp_path)) as store:
        settle_laws(store, 1)
        watch(store, 1, "乡镇人民政府受理申请。", issued_on="2026-11-05")
        settle_all(store, 1)
        (id,) = settle_laws(store, 1)
        watch(store, 1, "乡镇人民政府受理申请。", issued_on="2026-11-05", repealed="本文件已废止")
        settle_all(store, 1)
        (repealed,) = settle_laws(store, 1)
        assert settle_laws(store, 1) == []
    with looking(tmp_path) as connection:
        first, second = stories(connection, [id, repealed], "", UTC)
        law = next(one for one in laws(connection, clock.iso(clock.now())[:10]) if one["slug"] == "dibao")
    assert (first.law, first.slug) == ("dibao", "")
    assert len(first.all_rows) == 12
    (cell,) = first.all_rows[0].cells
    assert (cell.column, cell.before) == ("第四条", "第四条　民政部门受理申请。\n（一）示例。")
    assert cell.after.startswith("第四条　乡镇人民政府受理申请。")
    assert "2026-11-05" in first.headline
    assert "起废止" in second.headline
    assert law["state"] == "repealed"


def test_a_repeal_that_an_operator_writes_down_is_a_change_once_its_day_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(archive(tmp_path)) as store:
        settle_laws(store, 1)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        amend(tmp_path, ("慈善法",), f'repealed = "{tomorrow:%Y-%m-%d}"')
        assert settle_laws(store, 1) == []
        monkeypatch.setattr("archive.record.laws.now", lambda: tomorrow)
        (id,) = settle_laws(store, 1)
        (row,) = store.rows("SELECT summary FROM changes WHERE id = ?", [id])
        assert "起废止" in row["summary"]
        assert store.rows("SELECT state FROM laws WHERE title = '慈善法'") == [{"state": "repealed"}]


def test_a_laws_toml_with_a_mistake_changes_nothing(tmp_path: Path) -> None:
    with closing(archive(tmp_path)) as store:
        settle_laws(store, 1)
        before = store.rows("SELECT * FROM laws")
        amend(tmp_path, ("教育法",), 'date = "明天"')
        with pytest.raises(SettingsError):
            settle_laws(store, 1)
        assert store.rows("SELECT * FROM laws") == before
        assert json.loads(before[0]["known"])


def test_an_article_ends_where_the_next_or_a_chapter_begins() -> None:
    text = TEXT.format(title="演示办法", fourth="示例：")
    assert article_of(text, "第四条第二款") == "第四条　示例：\n（一）示例。"
    assert article_of(text, "第一条至第四条") == "第一条　为了示范，制定本办法。"
    assert article_of(text, "第五条") == ""


def test_taking_back_a_decision_about_a_watched_text_takes_back_what_it_told(tmp_path: Path) -> None:
    with closing(archive(tmp_path)) as store:
        settle_laws(store, 1)
        watch(store, 1, "乡镇人民政府受理申请。", confidence="low")
        settle_all(store, 1)
        assert settle_laws(store, 1) == []
        reviews.sync(store)
        (waits,) = store.rows("SELECT * FROM waiting")
        decide.accept(store, decide.open_review(store, waits["id"]))
        settle_all(store, 1)
        (id,) = settle_laws(store, 1)
        review = decide.last_decided(store)
        decide.correct(store, review, 1, decide.take_back(store, review, {waits["subject_id"]}))
        settle_all(store, 1)
        assert settle_laws(store, 1) == []
        (told,) = store.rows("SELECT withdrawn_at FROM changes WHERE id = ?", [id])
        (correction,) = store.rows("SELECT corrects FROM changes WHERE kind = 'correction'")
    assert told["withdrawn_at"]
    assert id in json.loads(correction["corrects"])


def test_pages_and_commands_show_states_rows_and_what_cannot_be_resolved(amended: tuple[Path, list[int]]) -> None:
    data, ids = amended
    result = CliRunner().invoke(cli, ["--data", str(data), "laws", "check", "--at", "2026-11-02", "--json"])
    found = json.loads(result.output)
    assert result.exit_code == 0
    assert len(found["amended"]) == 36
    assert found["register_ends"] == "2025-04"
    slug = next(row["law"] for row in found["amended"] if row["title"] == "教育法")
    with closing(Site(data)) as site:
        listed, law, sheet = (site.get(path).text for path in ("/laws", f"/laws/{slug}", f"/changes/{ids[0]}"))
        assert site.get("/laws/law-none").status_code == 404
        assert "依据已修改：2026-11-01" in site.get("/areas/social-assistance").text
    assert "截至 2025-04" in listed
    assert "相关文件要求（12 处）" in listed
    assert law.count("依据已修改：2026-11-01") == 2
    assert "2021-04-29" in law
    assert "以此为依据的事项（2 条）" in sheet


def test_a_date_that_is_learnt_of_a_law_without_one_is_a_state_and_a_text_since_then_a_change(tmp_path: Path) -> None:
    with closing(archive(tmp_path)) as store:
        declare(store, Sources(NOTICES, AREAS, (), (*SOURCES.laws, Law("late", "演示意见", "http://a.example/2.html"))))
        assert settle_laws(store, 1) == []
        row = store.row("SELECT id FROM notices WHERE slug = 'late'")
        assert row is not None
        page = page_document("演示意见", "第一条　示例。", issued_on="2019-03-01")
        capture(store, 1, store.document(row["id"], "page", "http://a.example/2.html"), "http://a.example/2.html", page)
        settle_all(store, 1)
        assert settle_laws(store, 1) == []
        assert store.rows("SELECT date FROM laws WHERE slug = 'late'") == [{"date": "2019-03-01"}]
