"""What messages say, within each channel's limit, whatever the page's text holds."""

from __future__ import annotations

from datetime import UTC

import pytest
from attrs import evolve

from archive.compare.excerpts import IN_A_MESSAGE, passages
from archive.compare.redline import redline
from archive.model import Kind
from archive.record.look import read_only
from archive.record.store import Store
from archive.record.story import Story, advice, stories
from archive.tell import markup, render
from archive.tell.messages import Entry, compose
from tests.factory import make_archive
from tests.notify.changes import record, revise_page, revise_row

BASE = "https://archive.example.gov.cn"
LIMITS = {"wecom": 4096, "dingtalk": 20_000, "feishu": 30_000}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = make_archive(tmp_path_factory.mktemp("messages"))
    revise_row(store)
    revise_page(store, "welfare")
    record(store, "poverty", "new", "收录")
    return store


@pytest.fixture(scope="module")
def told(store: Store) -> list[Story]:
    return stories(read_only(store.data), [1, 2, 3], BASE, UTC)


def entries(story: Story, count: int) -> list[Entry]:
    return [Entry(f"{n:04}-0000-00", "change", evolve(story, id=n)) for n in range(count)]


@pytest.mark.parametrize("channel", LIMITS)
@pytest.mark.parametrize("count", [1, 5, 40, 200])
def test_a_message_fits_and_every_delivery_is_in_one(told: list[Story], channel: str, count: int) -> None:
    left = entries(evolve(told[0], summary="第2行“征地补偿安置方案”公开时限由20个工作日改为7个工作日。" * 6), count)
    sent: list[str] = []
    while left:
        message = compose(channel, left, BASE, "演示档案")
        assert len(message.text.encode()) <= LIMITS[channel]
        for entry in message.entries:
            assert entry.key in message.text
        assert message.key in message.text
        sent += [entry.key for entry in message.entries]
        left = [entry for entry in left if entry.key not in sent]
    assert sent == [entry.key for entry in entries(told[0], count)]


@pytest.mark.parametrize("channel", LIMITS)
def test_one_enormous_change_still_fits(told: list[Story], channel: str) -> None:
    long = evolve(told[1], summary="极" * 9000, fragments=((("insert", "长" * 50_000),),) * 9, notice="名" * 3000)
    message = compose(channel, [Entry("AAAA-BBBB-CC", "change", long)], BASE, "演示档案")
    assert len(message.text.encode()) <= LIMITS[channel]
    assert "AAAA-BBBB-CC" in message.text
    assert len(message.title) <= 120


@pytest.mark.parametrize("channel", LIMITS)
def test_page_text_never_becomes_markup_a_link_or_a_mention(told: list[Story], channel: str) -> None:
    nasty = "[点此](http://evil.example) <@all> <at user_id='all'></at> **粗** # 一 `码` > 引 ~~删~~ @13800000000\n# 二"
    story = evolve(told[1], summary=nasty, fragments=((("insert", nasty),),), notice=nasty)
    message = compose(channel, [Entry("AAAA-BBBB-CC", "change", story)], BASE, "演示档案")
    for mark in ("](http://evil", "<@", "<at", "**粗", "`码", "~~删", "@138", "\n# 二"):
        assert mark not in message.text
    assert "<script" not in render.change(evolve(story, summary="<script>alert(1)</script>"))


def test_a_message_without_colour_says_what_was_added_and_deleted(told: list[Story]) -> None:
    for channel in LIMITS:
        text = compose(channel, [Entry("AAAA-BBBB-CC", "change", told[1])], BASE, "演示档案").text
        assert "删：认真" in text
        assert "增：严格" in text


def test_the_same_entries_always_give_the_same_message(told: list[Story]) -> None:
    assert compose("mail", entries(told[0], 3), BASE, "演示档案") == compose(
        "mail", entries(told[0], 3), BASE, "演示档案"
    )


def test_passages_show_what_stands_around_a_change_and_no_more() -> None:
    old = "前" * 100 + "。" + "时限为20个工作日。" + "后" * 100 + "。" + "乙" * 60 + "完"
    new = old.replace("20", "7").replace("完", "终")
    found = passages(redline(old, new))
    assert len(found) == 2
    assert all(len(text) <= 2 * IN_A_MESSAGE + 1 for passage in found for _, text in passage)
    assert [t for p in found for op, t in p if op != "equal"] == ["20", "7", "完", "终"]


def test_every_channel_has_its_flavour() -> None:
    assert set(markup.FLAVOURS) == {"mail", "apprise", "wecom", "dingtalk", "feishu"}


def test_a_message_says_what_to_do(told: list[Story]) -> None:
    rows, words, first = told
    for story, wanted in (
        (rows, "请按对照页逐行修改本地目录，再按新的内容公开"),
        (words, "请阅读改动之处，核对本地目录和办理要求是否需要调整"),
        (evolve(words, kind="gone"), "撤下不等于废止：请先向发布机构核实"),
        (evolve(words, kind="repealed"), "请停止引用这份通知"),
        (evolve(rows, restored_at="2026-05-01T00:00:00Z"), "原文已恢复，无需再改"),
        (evolve(rows, withdrawn_at="2026-05-01T00:00:00Z"), "这条变化已撤销"),
    ):
        for channel in markup.FLAVOURS:
            message = compose(channel, [Entry("AAAA-BBBB-CC", "change", story)], BASE, "演示档案")
            assert f"处理建议 {wanted}" in message.text
        assert wanted in render.change(story)
    assert first.advice == ""


def test_every_kind_of_change_says_what_to_do_or_needs_nothing() -> None:
    nothing = {Kind.NEW, Kind.UPGRADE}
    for kind in Kind:
        assert bool(advice(kind, rows=False, restored=False, withdrawn=False)) is (kind not in nothing)
