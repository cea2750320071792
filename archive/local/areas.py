"""The fields (领域) as local governments name them: other words for a field of the list, and two fields in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from attrs import evolve

from archive.model import Area
from archive.text.fold import compare_fold

OTHER_NAMES = (
    ("城乡规划", "国土空间规划", "自然资源规划", "城乡建设规划"),
    ("农村集体土地征收", "征地补偿", "农村土地征收", "征地信息", "土地征收"),
    ("重大建设项目", "重大项目建设", "重大建设项目批准和实施", "重大建设项目批准与实施"),
    ("公共资源交易", "公共资源配置", "公共资源"),
    ("财政预决算", "财政预算决算", "预决算", "财政资金"),
    ("安全生产", "安全生产监管"),
    ("救灾", "灾害救助", "自然灾害救助", "防灾救灾"),
    ("国有土地上房屋征收与补偿", "国有土地上房屋征收", "房屋征收与补偿", "房屋征收"),
    ("保障性住房", "住房保障", "保障性安居工程"),
    ("农村危房改造", "危房改造", "农村住房安全"),
    ("城市综合执法", "城市管理综合执法", "城市管理", "城管执法", "综合行政执法", "城市管理执法"),
    ("市政服务", "市政公用服务", "公用事业"),
    ("生态环境", "环境保护", "生态环境保护"),
    ("公共文化服务", "公共文化体育", "公共文化", "文化服务", "文化旅游"),
    ("公共法律服务", "法律服务"),
    ("扶贫", "涉贫涉乡村振兴", "脱贫攻坚", "乡村振兴", "精准扶贫", "巩固脱贫"),
    ("社会救助", "民政救助", "困难群众救助"),
    ("养老服务", "养老"),
    ("食品药品监管", "食品药品安全", "食药监管", "食品药品", "食品药品监督管理", "食品安全", "市场监管"),
    ("就业", "就业创业", "就业服务", "公共就业服务", "稳岗就业"),
    ("社会保险", "社会保障", "社保"),
    ("户籍管理", "户籍", "户政管理"),
    ("涉农补贴", "农业补贴", "惠农补贴", "涉农资金"),
    ("义务教育", "教育"),
    ("卫生健康", "医疗卫生", "公共卫生", "卫生计生"),
    ("税收管理", "税收", "税务管理", "税收征管"),
)
"""A name of the national list, and what local catalogues call the field."""
JOINED = "+"
_TITLE = re.compile(r"目录|领域|标准|指引|清单")
_LONGEST = 80


def with_local_names(areas: Sequence[Area], titles: Iterable[str]) -> tuple[Area, ...]:
    """The areas by their local names, too, and an area of several (slug a+b) for each title that names several."""
    known = {name for area in areas for name in (area.name, *area.aliases)}
    ours = tuple(_renamed(area, known) for area in areas)
    joined = {area.slug: area for area in (_several(ours, title) for title in titles) if area}
    return (*ours, *joined.values())


def _renamed(area: Area, known: set[str]) -> Area:
    mine = next((names for names in OTHER_NAMES if area.name in names or set(area.aliases) & set(names)), ())
    return evolve(area, aliases=(*area.aliases, *(name for name in mine if name not in known)))


def _several(areas: Sequence[Area], title: str) -> Area | None:
    """就业和社会保险领域…: the area that a title with the names of several makes."""
    line = compare_fold(title)
    if len(line) > _LONGEST or not _TITLE.search(line):
        return None
    found: list[tuple[int, int, str]] = []
    for name, slug in sorted(
        chain.from_iterable(((n, a.slug) for n in (a.name, *a.aliases)) for a in areas), key=_long
    ):
        at = line.find(compare_fold(name))
        if at >= 0 and not any(at < end and start < at + len(name) for start, end, _ in found):
            found.append((at, at + len(name), slug))
    found.sort()
    slugs = list(dict.fromkeys(slug for _, _, slug in found))
    if len(slugs) < 2:
        return None
    between = line[found[0][0] : found[-1][1]]
    return Area(JOINED.join(slugs), between) if re.search(r"[、和与及/]", between) and len(slugs) < 4 else None


def _long(named: tuple[str, str]) -> int:
    return -len(named[0])


def slugs_of(area: str) -> tuple[str, ...]:
    return tuple(area.split(JOINED)) if area else ()
