"""公开依据: whether a local row prints an older text of a law or document than the national row does."""

from __future__ import annotations

import re
from functools import lru_cache

from attrs import frozen

from archive.text.fold import compare_fold, title_fold

_CITED = re.compile(r"《([^《》]{2,80}(?:《[^《》]*》[^《》]*)?)》([^《》;]{0,60})")
_ORDER = re.compile(r"(?:国务院|国)?令?第?(\d{2,4})号(?:令)?|令第?(\d{1,4})号")
_DOCUMENT = re.compile(r"〔((?:19|20)\d{2})〕\s*(?:第)?(\d+)号")
_YEAR = re.compile(
    r"((?:19|20)\d{2})年?(?:\d{1,2}月\d{1,2}日)?(?:第?[一二三四五]?次?)?(?:修正|修订|修改|通过|颁布|施行|公布|版|$|[)])"
)


@frozen
class Cited:
    title: str
    """Folded, without 中华人民共和国."""
    printed: str
    year: int | None = None
    order: int | None = None
    """第711号, of orders of the State Council and of ministries."""
    document: tuple[int, int] | None = None
    """〔2019〕54号."""


@lru_cache(maxsize=8_192)
def cited(basis: str) -> tuple[Cited, ...]:
    """The documents that a cell names in 《》, with the year or number printed behind the title."""
    found = []
    for match in _CITED.finditer(compare_fold(basis)):
        behind = match[2]
        document = _DOCUMENT.search(behind)
        order = None if document else _ORDER.search(behind)
        year = _YEAR.search(re.sub(r"〔\d{4}〕", "", behind))
        found.append(
            Cited(
                title=title_fold(match[1]).removeprefix("中华人民共和国"),
                printed=f"《{match[1]}》{_printed(behind)}",
                year=int(year[1]) if year else None,
                order=int(order[1] or order[2]) if order else None,
                document=(int(document[1]), int(document[2])) if document else None,
            )
        )
    return tuple(found)


def _printed(behind: str) -> str:
    return behind[: behind.index(")") + 1] if behind.startswith("(") and ")" in behind else ""


def older(local: Cited, national: Cited) -> bool:
    """Whether the local cell prints an older text of the same document."""
    if local.document and national.document:
        return local.document[0] < national.document[0]
    if local.order and national.order:
        return local.order < national.order
    return bool(local.year and national.year and local.year < national.year)
