"""What a site changes beside the notice is known again, also where the notice itself changes next to it."""

from __future__ import annotations

from archive.compare.furniture import Furniture, is_proven, patterns_between, seen, without_furniture
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
