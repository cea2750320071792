"""What a site changes beside the notice is known again, also where the notice itself changes next to it."""

from __future__ import annotations

from archive.compare.furniture import (
    Furniture,
    FurnitureKind,
    Pattern,
    is_proven,
    patterns_between,
    seen,
    without_furniture,
)
from archive.model import Document

BODY = "各有关单位：\n公开时限为20个工作日。"
FILES = ("附件：目录.docx", "附件：目录之2.docx", "附件：目录之3.docx")


def page(files: int, stamp: str) -> Document:
    return Document(text="\n".join((BODY, *FILES[:files], f"页面生成时间：{stamp}")))


def test_a_stamp_below_a_list_that_got_shorter_is_known_again() -> None:
    visits = [page(3, "2026年１２月１日 17时"), page(3, "2026年12月2日 10时"), page(2, "2026年12月3日 9时")]
    found, whole = patterns_between(visits[1], visits[2])
    assert not whole, "that a file was taken off the list is told"
    proven = {pattern for pattern in found if is_proven(pattern, seen(pattern, visits))}
    assert without_furniture(visits[2], Furniture(frozenset(proven))) == [*BODY.split("\n"), *FILES[:2]]


def test_figures_beside_an_edit_of_the_notice_are_not_furniture_before_they_are_a_habit() -> None:
    visits = [page(3, "2026年12月2日 10时"), page(2, "2026年12月3日 9时")]
    found, _ = patterns_between(*visits)
    assert found
    assert not any(is_proven(pattern, seen(pattern, visits)) for pattern in found)


def test_a_known_list_of_links_is_known_again_when_a_pager_beside_it_comes_or_goes() -> None:
    def page(*below: str, links: tuple[str, ...]) -> Document:
        lines = ["各有关单位：", "请认真贯彻执行。", "猜您喜欢", *links, *below]
        return Document(text="\n".join(lines), link_lines=tuple(range(3, 3 + len(links))))

    before = page("第1页 / 共1页", links=("样本之星评选结果揭晓", "样本创新大赛收官"))
    (pattern,), _ = patterns_between(before, page("第1页 / 共1页", links=("样例市公布工程清单", "样例县举办宣讲")))
    after = page(links=("样例区开展专项检查", "样例乡建成便民服务点"))
    assert without_furniture(after, Furniture(frozenset({pattern}))) == ["各有关单位：", "请认真贯彻执行。", "猜您喜欢"]
    old = Furniture(frozenset({Pattern(FurnitureKind.LINKS, "猜您喜欢 … 第#页/共#页")}))  # as release 1.0.0 noted it
    assert without_furniture(before, old) == ["各有关单位：", "请认真贯彻执行。", "猜您喜欢", "第1页 / 共1页"]
