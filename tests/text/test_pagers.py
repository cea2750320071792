"""What leads from page to page of a cut text: it may come or go and nobody is told, no word is lost beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.compare.compare import compare
from archive.text.same import compared
from tests.factory import page_document

SENTENCES = (
    "各有关单位：",
    "第一条 公开时限为20个工作日。",
    "第二条 详见下一页的表。",
    "│事项│时限│上一页",
    "│公示│3│2",
    "（一）首页公开的内容",
    "第三页所列各项，由县级机关负责。",
    "附：联系人",
    "演示部办公厅",
    "2019年7月10日",
)
# fmt: off
STEPS = ("上一页", "下一页", "上页", "下页", "首页", "尾页", "末页", "前一页", "后一页", "最后一页",
         "›", "»", "next", "Prev")
COUNTS = ("第1页/共3页", "共3页", "第 2 页", "1/3页", "共 3 页 第 1 页", "（第1页）", "页次：1/3页")
WHOLE = ("阅读全文", "点击阅读全文", "余下全文", "全文阅读", "展开全文",
         "查看剩余全文", "返回顶部", "回到顶部", "TOP", "返回首页")
NEIGHBOURS = ("上一篇：关于演示的通知", "下一篇：没有了", "上一篇 没有了", "下一篇关于演示的公告", "上一条：无")
REAL = ("的表", "目录", "公开", "废止", "20个工作日", "见", "各单位", "名单")
# fmt: on

numbers = st.integers(2, 20).map(lambda last: [str(number) for number in range(1, last + 1)])
wrapped = st.sampled_from(("{}", "[{}]", "（{}）", "<{}>", "【{}】", " {} "))
words = st.builds(lambda shape, word: shape.format(word), wrapped, st.sampled_from((*STEPS, *COUNTS, *WHOLE)))
rows = st.builds(
    lambda before, run, after, between: between.join([*before, *run, *after]),
    st.lists(words, max_size=2),
    numbers,
    st.lists(words, min_size=1, max_size=3),
    st.sampled_from((" ", "　", "", " | ", "/", "·")),
)
pagers = st.one_of(words, rows, numbers.map(" ".join), st.sampled_from(NEIGHBOURS)).map(lambda line: [line])
in_lines = st.builds(lambda run, word: [*run, word], numbers, st.sampled_from(STEPS))
"""Each number in an element of its own."""


@given(st.lists(st.tuples(st.integers(0, len(SENTENCES)), st.one_of(pagers, in_lines)), min_size=1, max_size=3))
def test_a_pager_may_come_and_go_anywhere_and_nobody_is_told(added: list[tuple[int, list[str]]]) -> None:
    lines = list(SENTENCES)
    for place, pager in sorted(added, key=lambda entry: entry[0], reverse=True):
        lines[place:place] = pager
    without, with_pagers = (page_document("演示", "\n".join(text)) for text in (SENTENCES, lines))
    assert compare(without, with_pagers) == compare(with_pagers, without) == []
    assert compared(with_pagers.text) == compared(without.text)


@given(st.integers(0, len(SENTENCES)), rows | words, st.sampled_from(REAL), st.data())
def test_a_line_that_says_more_than_a_pager_is_told(place: int, pager: str, real: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(pager)))
    said = f"{pager[:at]}{real}{pager[at:]}"
    lines = [*SENTENCES[:place], said, *SENTENCES[place:]]
    before, after = (page_document("演示", "\n".join(text)) for text in (SENTENCES, lines))
    assert [change.kind for change in compare(before, after)] == ["revised"]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_word_of_a_notice_is_lost_beside_a_pager(sentence: str) -> None:
    lines = ["1", "2", "下一页", *SENTENCES, "上一页", "1", "2"]
    before = page_document("演示", "\n".join(lines))
    after = page_document("演示", "\n".join(line for line in lines if line != sentence))
    assert [change.kind for change in compare(before, after)] == ["revised"]
