"""Rows of catalogues: exactly what changed, whatever happened to 序号."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.compare.rows import diff_rows, row_key
from archive.compare.sentences import describe, in_short
from archive.model import CellChange, Item, RowChange
from tests.factory import item
from tests.work import processor_time

CHARACTERS = "征地补偿安置方案公告土地勘测定界社会救助低保特困供养临时审核批结果示名单政策法规办事指南"


def apply(old: Sequence[Item], changes: Iterable[RowChange]) -> list[Item]:
    """The new rows: what went is taken out, what came is put at its position, the others keep their order.

    Positions of `new` must count from 1 without a gap (as they do within one document).
    """
    changes = list(changes)
    out = {id(change.before) for change in changes if change.before}
    put = {change.after.position: change.after for change in changes if change.after}
    stay = iter([item for item in old if id(item) not in out])
    count = len(old) - len(out) + len(put)
    return [put[n] if n in put else next(stay) for n in range(1, count + 1)]


def numbered(items: list[Item]) -> list[Item]:
    return [evolve(item, position=n, serial=str(n)) for n, item in enumerate(items, 1)]


def words(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(CHARACTERS, k=length))


def random_item(chance: random.Random, position: int) -> Item:
    return item(
        position, level1=words(chance, 6), level2=words(chance, 10), content=words(chance, 60), basis=words(chance, 40),
        time_limit="自信息形成之日起20个工作日内",
    )  # fmt: skip


TABLE = numbered([item(n) for n in range(1, 31)])


def changed(position: int, **values: object) -> list[Item]:
    return [evolve(i, **values) if i.position == position else i for i in TABLE]


def test_a_renumbered_table_has_not_changed() -> None:
    assert diff_rows(TABLE, [evolve(i, serial=str(i.position + 40), review="序号不连续") for i in TABLE]) == ()


def test_one_cell_is_one_change_with_before_and_after() -> None:
    (change,) = diff_rows(TABLE, changed(12, time_limit="自信息形成之日起7个工作日内"))
    assert change.kind == "changed"
    cell = CellChange("公开时限", "自信息形成之日起20个工作日内", "自信息形成之日起7个工作日内")
    assert change.cells == (cell,)


def test_the_sentence_of_a_change_is_what_a_person_would_write() -> None:
    old = [evolve(i, level2="征地补偿安置方案", time_limit="20个工作日") if i.position == 12 else i for i in TABLE]
    new = [evolve(i, time_limit="7个工作日") if i.position == 12 else i for i in old]
    assert describe(diff_rows(old, new)) == ["序号12“征地补偿安置方案”公开时限由“20个工作日”改为“7个工作日”"]


def test_a_tick_in_another_column_is_told_by_its_group() -> None:
    new = changed(5, county=False, township=True)
    (change,) = diff_rows(TABLE, new)
    assert [(c.column, c.before, c.after) for c in change.cells] == [
        ("公开层级（县级）", "√", "空"), ("公开层级（乡级）", "空", "√"),
    ]  # fmt: skip
    assert describe([change]) == ["序号5“征地补偿安置方案5”公开层级由县级改为乡级"]


def test_a_column_that_was_never_there_is_no_change() -> None:
    assert diff_rows(changed(5, on_request=None), changed(5, on_request=False)) == ()


def test_the_words_of_a_group_of_people_count() -> None:
    old = changed(5, audience_specific=True, more={"audience_specific": "被征地农民"})
    new = changed(5, audience_specific=True, more={"audience_specific": "被征地农民、村集体"})
    assert [c.column for c in diff_rows(old, new)[0].cells] == ["特定群体"]


def test_added_removed_and_moved_rows_are_told_as_such() -> None:
    added = numbered([*TABLE[:7], item(0, level2="新设事项", content="办理结果"), *TABLE[7:]])
    assert describe(diff_rows(TABLE, added)) == ["新增序号8“新设事项”"]
    removed = numbered([*TABLE[:7], *TABLE[8:]])
    assert describe(diff_rows(TABLE, removed)) == ["删除序号8“征地补偿安置方案8”"]
    moved = numbered([*TABLE[:7], *TABLE[8:20], TABLE[7], *TABLE[20:]])
    (change,) = diff_rows(TABLE, moved)
    assert (change.kind, change.cells) == ("moved", ())
    assert describe([change]) == ["序号20“征地补偿安置方案8”移动了位置（原序号8）"]


def test_a_row_split_in_two_is_one_sentence() -> None:
    halves = [evolve(TABLE[10], content="1.拟征收土地公告"), evolve(TABLE[10], content="2.补偿标准")]
    split = numbered([*TABLE[:10], *halves, *TABLE[11:]])
    changes = diff_rows(TABLE, split)
    assert sorted(change.kind for change in changes) == ["added", "changed"]
    name = "征地补偿安置方案11"
    assert describe(changes) == [f"序号11“{name}”拆分为两行（现序号11、12）"]
    assert describe(diff_rows(split, TABLE)) == [f"序号11“{name}”由两行合并为一行（原序号11、12）"]


def test_a_split_is_one_sentence_whichever_half_counts_as_new() -> None:
    halves = [evolve(TABLE[10], content="1.公告"), evolve(TABLE[10], content="2.补偿标准和安置途径；3.社会保障")]
    whole = evolve(TABLE[10], content="1.公告；2.补偿标准和安置途径；3.社会保障")
    old = numbered([*TABLE[:10], whole, *TABLE[11:]])
    changes = diff_rows(old, numbered([*TABLE[:10], *halves, *TABLE[11:]]))
    assert [change.kind for change in changes] == ["added", "changed"]
    assert describe(changes) == ["序号11“征地补偿安置方案11”拆分为两行（现序号11、12）"]


def test_a_channel_is_told_by_its_whole_name() -> None:
    old = changed(5, channels=("政府网站", "村公示栏"))
    more = changed(5, channels=("政府网站", "政务新媒体", "村公示栏"))
    head = "序号5“征地补偿安置方案5”公开渠道和载体"
    assert describe(diff_rows(old, more)) == [head + "增加“政务新媒体”"]
    assert describe(diff_rows(more, old)) == [head + "删去“政务新媒体”"]


def test_500_rows_with_20_random_edits_give_exactly_these_20_in_time() -> None:
    for seed in range(3):
        chance = random.Random(seed)
        old = numbered([random_item(chance, n) for n in range(1, 501)])
        new, touched = list(old), chance.sample(range(500), 17)
        for at in touched[:8]:
            new[at] = evolve(new[at], time_limit="自信息形成之日起7个工作日内")
        for at in touched[8:12]:
            new[at] = evolve(new[at], township=not new[at].township)
        gone, moved = touched[12:14], [old[at] for at in touched[14:]]
        new = [row for at, row in enumerate(new) if at not in gone and row not in moved]
        for row in [*moved, *(random_item(chance, 0) for _ in range(3))]:
            new.insert(chance.randrange(len(new)), row)
        new = numbered(new)
        with processor_time(2):
            changes = diff_rows(old, new)
        kinds = sorted(change.kind for change in changes)
        assert kinds == ["added"] * 3 + ["changed"] * 12 + ["moved"] * 3 + ["removed"] * 2
        assert [row_key(row) for row in apply(old, changes)] == [row_key(row) for row in new]


def test_a_column_that_changes_in_5000_rows_takes_seconds_at_most() -> None:
    old = numbered([item(n) for n in range(1, 5001)])
    with processor_time(10):
        changes = diff_rows(old, [evolve(i, time_limit="即时") for i in old])
    assert {change.kind for change in changes} == {"changed"}


ITEMS = st.lists(
    st.builds(
        lambda level2, content, limit, county: item(
            1, level2=level2, content=content, time_limit=limit, county=county, township=False
        ),
        st.sampled_from(["补偿标准", "补偿方案", "听证告知", "审批结果"]),
        st.sampled_from(["公告文本", "名单", "公告文本和名单；附图"]),
        st.sampled_from(["7天", "20个工作日"]),
        st.booleans(),
    ),
    max_size=12,
).map(numbered)


@settings(max_examples=60, deadline=None)
@given(old=ITEMS, new=ITEMS)
def test_a_row_diff_applied_to_the_old_rows_gives_the_new(old: list[Item], new: list[Item]) -> None:
    changes = diff_rows(old, new)
    assert [row_key(row) for row in apply(old, changes)] == [row_key(row) for row in new]
    assert len(describe(changes)) <= len(changes)


@settings(max_examples=30, deadline=None)
@given(rows=ITEMS)
def test_equal_rows_give_nothing(rows: list[Item]) -> None:
    assert diff_rows(rows, [evolve(row, serial="", more={"place": {"row": 9}}) for row in rows]) == ()


def test_a_long_list_of_sentences_is_cut_with_their_number() -> None:
    text = in_short([f"第{n}行“征地补偿安置方案”有改动" for n in range(1, 31)], 200)
    assert len(text) <= 200
    assert text.endswith("等30处")
