"""Which local row is which national row: by the aligner of revisions, after what a county spells otherwise is folded.

A pair that is not certain is a doubtful one; rows split or joined by the county find their partner all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from attrs import define, evolve, field
from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

from archive.compare.rows import same_rows
from archive.local.basis import cited
from archive.local.bodies import bodies_of
from archive.local.deadlines import limit_of
from archive.model import Item
from archive.text.fold import compare_fold
from archive.text.late import late

_NUMBER = late(
    r"^(?:\d{1,3}(?=[\u4e00-\u9fff])(?!\d*[年月日个天号级])|[((]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[))]?[.、．]|[((](?:\d{1,3}|[一二三四五六七八九十]{1,3})[))]|[①-⑳])"
)
_MARKS = late(r"[\s、,，;；:/()（）·—\-\"'.。]+")
_TAIL = late(r"(?<=..)(?:相关信息|有关信息|信息|情况|公开|事项)$")
_ELEMENTS = late(r"[;；\n。]|(?<=[^\d.])(?=\d{1,2}[.、．](?!\d))|(?<=.)(?=[((]\d{1,2}[))])")
_SURE = 80.0
"""Likeness of names (0–100) from which two rows are one."""
_LIKELY = 60.0
"""Likeness of names and content from which a person should look whether two rows are one."""
_WORTH_A_LOOK = 40.0
_MOST = 1_000_000


def name_of(*levels: str) -> str:
    """The words of an 事项 without numbers, marks and the empty words at their end."""
    return "".join(_TAIL.sub("", _MARKS.sub("", _NUMBER.sub("", compare_fold(level)))) for level in levels)


def elements_of(content: str) -> tuple[str, ...]:
    """The elements that 公开内容 lists, without their numbers."""
    parts = (_MARKS.sub("", _NUMBER.sub("", compare_fold(part))) for part in _ELEMENTS.split(content))
    return tuple(part for part in parts if part)


@define(eq=False)
class Row:
    """An item with what makes it comparable across spellings."""

    item: Item
    names: tuple[str, str]
    elements: tuple[str, ...]
    partners: list[Row] = field(factory=list, repr=False)
    sure: bool = True
    why: str = ""
    """Of a doubtful pair: what is not certain."""

    @property
    def name(self) -> str:
        return "".join(self.names)

    @cached_property
    def plain(self) -> Item:
        """The row as the aligner sees it: every cell in one spelling."""
        item = self.item
        limit = limit_of(item)
        return evolve(
            item,
            level1=self.names[0],
            level2=self.names[1],
            content=";".join(self.elements),
            basis=";".join(one.title for one in cited(item.basis)) or item.basis,
            time_limit=str(limit.days or limit.words),
            subject=";".join(sorted(body.key for body in bodies_of(item.subject))),
            more={},
        )


_PLACE = late(r"^([\u4e00-\u9fff]{1,6}?(?:自治县|县|区|市|旗|街道|镇|乡))(?=[\u4e00-\u9fff]{2})")
_NO_PLACE = late(r"^(?:[本各]|县级|区级|市级|乡级|镇级|自治)|(?:社|城|地|辖|园|开发|城乡|灾)区$")


def place_of(local: Sequence[Item]) -> str:
    """The place whose catalogue it is, as most of its authorities begin: 青禾县. '' when none stands out."""
    found = Counter(
        place[1]
        for item in local
        if (place := _PLACE.match(compare_fold(item.subject))) and not _NO_PLACE.search(place[1])
    )
    best = found.most_common(1)
    return best[0][0] if best and len(best[0][0]) > 2 and best[0][1] * 5 >= len(local) else ""


def _without_place(item: Item, place: str) -> Item:
    """Its own name stands for 县级 wherever the national table says 县级."""
    if not place:
        return item
    return evolve(
        item, **{name: getattr(item, name).replace(place, "县级") for name in ("level1", "level2", "content")}
    )


Naming = Callable[[Item], tuple[str, str]]


def _names(*levels: str) -> Naming:
    def named(item: Item) -> tuple[str, str]:
        texts: list[Any] = [
            item.more.get("level3", "") if level == "level3" else getattr(item, level) for level in levels
        ]
        first, *rest = [name_of(str(text)) for text in texts]
        return first, "".join(rest)

    return named


_NAMINGS = (_names("level1", "level2"), _names("level2", "level3"), _names("level1", "level3"))
"""Which two columns are 一级 and 二级事项: tables of indicators have another above or below them."""


def matched(national: Sequence[Item], local: Sequence[Item]) -> tuple[list[Row], list[Row]]:
    """The rows of both sides in their order, each knowing its partners; without any, it stands alone."""
    theirs = [Row(item, _NAMINGS[0](item), elements_of(item.content)) for item in national]
    place = place_of(local)
    named = [_without_place(item, place) for item in local]
    ours = [
        Row(item, names, elements_of(plain.content))
        for item, plain, names in zip(local, named, _best_names(theirs, named), strict=True)
    ]
    _by_name(theirs, ours)
    _in_parts(theirs, ours)
    _by_aligner(theirs, ours)
    _parts(theirs, ours)
    _likely(theirs, ours)
    return theirs, ours


def _best_names(national: Sequence[Row], local: Sequence[Item]) -> list[tuple[str, str]]:
    known = {row.name for row in national}
    tried = [[naming(item) for item in local] for naming in _NAMINGS]
    return max(tried, key=lambda names: sum("".join(name) in known for name in names))


def _join(national: Row, local: Row, *, sure: bool = True, why: str = "") -> None:
    national.partners.append(local)
    local.partners.append(national)
    local.sure = local.sure and sure
    local.why = local.why or why


def _by_name(national: Sequence[Row], local: Sequence[Row]) -> None:
    """Rows of one name, where only one national row has it; the county may have it in parts."""
    counts = Counter(row.name for row in national), Counter(row.name for row in local)
    by_name = {row.name: row for row in national if row.name and counts[0][row.name] == 1}
    for row in local:
        whole = by_name.get(row.name)
        if whole and (counts[1][row.name] == 1 or _repeats(whole, row)):
            _join(whole, row)


def _in_parts(national: Sequence[Row], local: Sequence[Row]) -> None:
    """Local rows that bear a national row's name with the name of a part behind it."""
    for row in _alone(local):
        found = sorted((other for other in national if _begins(other, row)), key=lambda other: -len(other.name))
        if found and (len(found) == 1 or found[0].name.startswith(found[1].name)):
            _join(found[0], row)


def _by_aligner(national: Sequence[Row], local: Sequence[Row]) -> None:
    """The rest as the rows of a revised table are paired."""
    theirs, ours = _alone(national), _alone(local)
    rows = {id(row.plain): row for row in (*theirs, *ours)}
    for one, other in same_rows([row.plain for row in theirs], [row.plain for row in ours]):
        whole, part = rows[id(one)], rows[id(other)]
        sure = _same_matter(whole, part)
        _join(whole, part, sure=sure, why="" if sure else "事项名称与国家标准不同，内容相近")


def _alone(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not row.partners]


def _same_matter(one: Row, other: Row) -> bool:
    """Whether the names of two rows leave no doubt: equal, or one has only words beside the other's.

    部门收支总表 is not 部门支出总表, however alike they look.
    """
    names = one.names[1], other.names[1]
    if one.name == other.name:
        return True
    if names[0] == names[1]:
        return fuzz.ratio(one.names[0], other.names[0]) >= _LIKELY or _shared(one, other) >= 0.5
    short, long = sorted(names, key=len)
    beside = len(short) >= 3 and LCSseq.similarity(short, long) == len(short)
    near = fuzz.ratio(one.names[0], other.names[0]) >= _LIKELY
    return beside and near and _shared(one, other) >= 0.5


def _shared(one: Row, other: Row) -> float:
    """The share of elements of the shorter row that the other has, too."""
    few, many = sorted((one.elements, other.elements), key=len)
    if not few:
        return 0.0
    whole = "".join(many)
    return sum(len(part) for part in few if part in whole) / sum(map(len, few))


# ---------------------------------------------------------------- one row from several, several from one


def _parts(national: Sequence[Row], local: Sequence[Row]) -> None:
    """National rows that a local row names beside its own, and local rows that are a part of a national one."""
    for row in _alone(national):
        found = [other for other in local if _includes(other, row)]
        if len(found) == 1:
            _join(row, found[0])
    for row in _alone(local):
        found = [other for other in national if _includes(other, row) or _repeats(other, row)]
        if len(found) == 1:
            _join(found[0], row)


def _includes(whole: Row, part: Row) -> bool:
    """Whether a row names another one's matter and has what it lists."""
    name, title = part.names[1], whole.names[1] or whole.names[0]
    near = whole.names[0] == part.names[0] or fuzz.ratio(whole.names[0], part.names[0]) >= _SURE
    within = name in title or (len(name) >= 4 and LCSseq.similarity(name, title) == len(name))
    return near and len(name) >= 2 and within and name != title and _has_all(whole, part, 0.7)


def _begins(whole: Row, part: Row) -> bool:
    """A national 事项 that the county publishes in parts: its name with more behind it, and some of its elements."""
    name = whole.names[1]
    return (
        len(name) >= 2 and part.name.startswith(whole.name) and part.name != whole.name and _has_all(whole, part, 0.7)
    )


def _repeats(whole: Row, part: Row) -> bool:
    return part.name == whole.name and (_has_all(whole, part, 0.7) or _has_all(part, whole, 0.7))


def _has_all(whole: Row, part: Row, share: float) -> bool:
    text = "".join(whole.elements)
    length = sum(map(len, part.elements))
    return bool(length) and sum(len(one) for one in part.elements if one in text) >= share * length


# ---------------------------------------------------------------- what only a person can say


def _likely(national: Sequence[Row], local: Sequence[Row]) -> None:
    """Rows left on both sides that resemble each other, the most alike first."""
    theirs, ours = _alone(national), _alone(local)
    if not theirs or not ours or len(theirs) * len(ours) > _MOST:
        return
    names = process.cdist([row.name for row in theirs], [row.name for row in ours], scorer=fuzz.ratio)
    score = []
    for i, one in enumerate(theirs):
        for j, other in enumerate(ours):
            alike = one.names[0] == other.names[0] and one.elements == other.elements and bool(one.elements)
            if alike or names[i, j] >= _WORTH_A_LOOK:
                score.append((100.0 if alike else float(names[i, j]) * 0.5 + _shared(one, other) * 50, i, j))
    for likeness, i, j in sorted(score, key=lambda entry: (-entry[0], entry[1], entry[2])):
        if likeness >= _LIKELY and not theirs[i].partners and not ours[j].partners:
            _join(theirs[i], ours[j], sure=False, why="事项名称与国家标准不同，可能是同一事项")
