"""Which of the 领域 a table belongs to: by name and alias in its title, its sheet's name or the heading above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import frozen

from archive.model import Area
from archive.text.late import late
from crawler.reading.catalogue.lattice import squeeze

# Pairs that mean the same field in published tables, whichever of them the declarations use as the name.
_SAME = (
    ("城乡规划", "国土空间规划"),
    ("农村集体土地征收", "征地补偿"),
    ("生态环境", "环境保护"),
    ("就业", "就业创业"),
    ("卫生健康", "医疗卫生"),
    ("扶贫", "涉贫涉乡村振兴"),
)
_TITLE = late(r"目录|领域|标准|指引|清单|附件|附表")
_NUMBERING = late(r"^(?:附件|附表|表)?[\d一二三四五六七八九十()、.:．\-—]*")
_FIELD = late(r"([一-鿿、/]{2,20}?)领域(?:基层|政务|信息|标准|公开)")
_LONGEST_TITLE = 80


@frozen
class Named:
    """What a title says: the area's slug, or the words of a field that is not in the list."""

    slug: str = ""
    unknown: str = ""


class AreaFinder:
    def __init__(self, areas: Sequence[Area]) -> None:
        names: dict[str, str] = {}
        for area in areas:
            for name in (area.name, *area.aliases):
                names.setdefault(squeeze(name), area.slug)
        for pair in _SAME:
            for one, other in (pair, pair[::-1]):
                if one in names:
                    names.setdefault(other, names[one])
        self.names = {name: slug for name, slug in names.items() if name}
        self.default = areas[0].slug if len(areas) == 1 else ""

    def in_titles(self, lines: Iterable[str]) -> Named | None:
        """The nearest line that names an area; lines come in the order of the page, so the last is the nearest."""
        for line in reversed([line for line in lines if line.strip()]):
            if found := self.in_title(line):
                return found
        return None

    def in_title(self, line: str, *, sheet: bool = False) -> Named | None:
        if len(line) > _LONGEST_TITLE * 4:
            return None
        title = squeeze(line)
        if not title or len(title) > _LONGEST_TITLE or title.endswith(("。", "；", ";")):
            return None
        bare = _NUMBERING.sub("", title).removesuffix("领域")
        if bare in self.names:
            return Named(self.names[bare])
        if not sheet and not _TITLE.search(title):
            return None
        found = self._mentions(title)
        if len(found) == 1:
            return Named(found.pop())
        if not found and (field := _FIELD.search(title)) and not re.search(r"试点|个|各|相关|有关|等$", field[1]):
            return Named(unknown=_NUMBERING.sub("", field[1]))
        return None

    def _mentions(self, title: str) -> set[str]:
        """Areas named in a title, the longest names first; one directly before 领域 wins over the others."""
        slugs: set[str] = set()
        direct: set[str] = set()
        rest = title
        for name in sorted(self.names, key=len, reverse=True):
            if name in rest:
                slugs.add(self.names[name])
                if re.search(rf"(?<![、和与及]){re.escape(name)}领域", rest):
                    direct.add(self.names[name])
                rest = rest.replace(name, "□")
        return direct if len(direct) == 1 and len(slugs) > 1 else slugs
