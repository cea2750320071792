"""A text that its site cuts into pages reads as the page that is not cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.compare.compare import compare
from archive.compare.pages import joined
from archive.model import Document

HEAD, FOOT = ("演示通知", "各有关单位："), ("猜您喜欢", "样本之星评选结果揭晓", "今天是第5天")
BODY = tuple(f"第{n}条 各级政府应当自信息形成之日起{n}个工作日内公开。" for n in range(1, 9))
PAGER = ("上一页 1 2 下一页",)


def page(*lines: str, links: tuple[int, ...] = ()) -> Document:
    return Document(text="\n".join(lines), link_lines=links)


@given(cut=st.integers(1, len(BODY) - 1), head=st.booleans(), foot=st.booleans(), pager=st.booleans())
def test_wherever_it_is_cut_and_whatever_stands_around_it(cut: int, head: bool, foot: bool, pager: bool) -> None:
    top, bottom, between = HEAD * head, FOOT * foot, PAGER * pager
    whole = page(*top, *BODY, *bottom)
    one = joined(page(*top, *BODY[:cut], *between, *bottom), page(*top, *BODY[cut:], *bottom, *between))
    assert compare(whole, one) == []


def test_links_of_the_frame_are_links_behind_the_join_too() -> None:
    one = joined(page(*BODY[:2], *FOOT, links=(3,)), page(*BODY[2:4], *FOOT, links=(3,)))
    assert [one.text.split("\n")[at] for at in one.link_lines] == [FOOT[1]]


def test_pages_that_say_the_same_are_both_kept() -> None:
    assert joined(page(*BODY), page(*BODY)).text.split("\n") == [*BODY, *BODY]
