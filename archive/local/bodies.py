"""公开主体: the national table names a kind of authority, the local one its own. Which is which?

县级民政部门 and 青禾县民政局 are the same; 青禾县民政局社会救助科 is the same and more specific.
"""

from __future__ import annotations

import re
from functools import lru_cache

from attrs import frozen

from archive.text.fold import compare_fold
from archive.text.late import late

_FIELDS = (
    ("发展改革", "发展和改革", "发展与改革", "发改", "经济发展"),
    ("住房和城乡建设", "住房城乡建设", "住房与城乡建设", "住建", "城乡建设"),
    ("人力资源社会保障", "人力资源和社会保障", "人社"),
    ("市场监管", "市场监督管理", "市场监督", "食品药品监管", "食品药品监督管理"),
    ("文化和旅游", "文化旅游", "文化广电和旅游", "文化广电旅游", "文广旅游", "文旅", "文化体育和旅游", "文化和广电旅游",
     "文体旅游", "文化"),
    ("卫生健康", "卫健", "卫生和计划生育"),
    ("自然资源", "自然资源和规划", "规划和自然资源", "自规", "国土资源"),
    ("应急管理", "应急", "安全生产监督管理"),
    ("城市管理", "城管", "综合执法", "综合行政执法", "城市管理综合执法", "城市管理行政执法"),
    ("司法行政", "司法"),
    ("生态环境", "环境保护", "环保"),
    ("扶贫", "乡村振兴", "扶贫开发"),
    ("农业农村", "农业"),
    ("教育", "教育体育", "教体", "教科体", "教育和体育", "教育科技"),
    ("公安",), ("民政",), ("财政",), ("水利", "水务"), ("交通运输", "交通"), ("医疗保障", "医保"), ("审计",), ("统计",),
    ("税务",), ("退役军人事务", "退役军人"), ("林业和草原", "林业"), ("商务",), ("残疾人联合会", "残联"),
    ("社会保险经办", "社保经办", "社会保险事业", "社会保险服务", "社保服务", "社会保险"),
    ("公共就业服务", "就业服务", "就业创业服务"),
    ("公共资源交易监督管理", "公共资源交易监管", "公共资源交易管理"),
    ("公共资源交易平台", "公共资源交易中心", "公共资源交易服务"),
    ("住房保障", "保障性住房", "保障房"),
    ("房屋征收", "房屋征收与补偿", "征收补偿"),
)  # fmt: skip
"""Words for one field of government; the first is the standard's."""
_FIELD_OF = {word: names[0] for names in _FIELDS for word in names}
_WORDS = late("|".join(sorted(map(re.escape, _FIELD_OF), key=len, reverse=True)))
_OFFICE = (
    r"(?:行政)?(?:主管)?(?:管理)?"
    r"(?:部门|机关|机构|分局|总局|局|委员会|委|厅|办公室|办|中心|处|站|运行服务机构|服务机构)"
)
_AFTER = late(rf"(?:[和与及、]?[\u4e00-\u9fff]{{0,8}}?)??{_OFFICE}(?:[\u4e00-\u9fff]{{1,10}}分局)?")
_INNER = late(r"^[(（]?([\u4e00-\u9fff]{1,14}?(?:科|股|室|所|大队|中队|支队|队|窗口|处|中心|站))(?:$|[)、,;/(])")
_SPLIT = late(r"[、,;/\n]|(?<=[府处局门])[和与及或](?=.)")
_LEVEL = late(r"^(?:(?:省|市|县|区|旗|乡|镇|街道)(?:\([^()]*\))?级|县\(市、区\)级?|本级|各级?|有关|相关|所在地|区县)+")


@frozen
class Body:
    """One authority that a national row names."""

    key: str
    """A field of government, or 'township', 'village', 'government', else the words themselves."""
    printed: str


@lru_cache(maxsize=4_096)
def bodies_of(subject: str) -> tuple[Body, ...]:
    """The authorities that a national cell names."""
    text = re.sub(r"^\d+[.、]", "", compare_fold(subject))
    return tuple(Body(_key(_folded(part)), part) for part in _parts(text))


def _folded(text: str) -> str:
    """人民政府 as 政府: 民政 is another word."""
    return compare_fold(text).replace("人民政府", "政府")


def _parts(text: str) -> list[str]:
    """Cut at 、；/ but not inside brackets."""
    parts, depth, part = [], 0, ""
    for char in text:
        depth += (char == "(") - (char == ")")
        if depth <= 0 and _SPLIT.match(char):
            parts.append(part)
            part = ""
        else:
            part += char
    return [part for part in (*parts, part) if part.strip("-—/ ")]


def _key(body: str) -> str:
    if re.search(r"(?:乡|镇|街道)[^,;]*(?:政府|办事处|办)|^(?:乡镇|镇街|街道|乡镇街道|乡镇级)$", body) and not _field(
        body
    ):
        return "township"
    if re.search(r"村(?:\(居\)|民|居民)?[^,;]{0,4}委员?会?|居委会|居民委员会|社区", body) and not _field(body):
        return "village"
    if re.search(r"(?:县|区|市|旗|本)级?[^,;]{0,6}?(?:人民)?政府$", _bare(body)) or body in ("人民政府", "政府"):
        return "government"
    return _field(body) or _bare(body)


def _field(body: str) -> str:
    found = _WORDS.search(_bare(body))
    return _FIELD_OF[found[0]] if found else ""


def _bare(body: str) -> str:
    """Without the tier in front and what brackets explain."""
    return _LEVEL.sub("", re.sub(r"\([^()]*\)$", "", body))


_SHAPES = {
    "township": late(r"(?:乡|镇|街道|苏木)[^,;]{0,12}?(?:政府|办事处|办)|街道办|乡镇|镇街|各镇|各乡"),
    "village": late(r"村[^,;]{0,6}委|居委会|居民委员会|村\(居\)|村\(社区\)|社区"),
    "government": late(r"(?:县|区|市|旗|本级?)(?:级)?(?:人民)?政府"),
}


def covers(local: str, body: Body) -> bool:
    """Whether a local cell names an authority of the national table, in whatever words."""
    text = _folded(local)
    if shape := _SHAPES.get(body.key):
        return bool(shape.search(text))
    if any(_FIELD_OF[found[0]] == body.key for found in _WORDS.finditer(text)):
        return True
    name = _bare(_folded(body.printed))
    core = re.sub(rf"{_OFFICE}$", "", name) or name
    return (len(core) > 1 and core in text) or name in text


def inner_unit(local: str, body: Body) -> str:
    """The unit inside an authority that a local cell names (…科, …股, …中心), '' when it names the authority itself."""
    text = _folded(local)
    if body.key in _SHAPES:
        return ""
    for found in _WORDS.finditer(text):
        if _FIELD_OF[found[0]] != body.key:
            continue
        office = _AFTER.match(text, found.end())
        if office and (inner := _INNER.match(text[office.end() :])) and not body.printed.endswith(inner[1]):
            return inner[1]
    return ""
