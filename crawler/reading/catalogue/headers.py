"""Header rows: which column of a table is which column of the standard catalogue.

The labels are those of the standard (facts on the tables, section 2) and of the variations that local authorities
published. A column is known by its whole path of labels from the top: 公开对象 › 全社会.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, pairwise

from attrs import frozen

from archive.words.columns import CATALOGUE, FLAGS, GROUPS
from crawler.reading.catalogue.lattice import Lattice, squeeze

# Group labels are roles too: a table may have one column 公开方式 with the words 主动 or 依申请 in its cells.
_LABELS = {
    "serial": "序号 编号 序 序列号 项目序号 事项序号 序次",
    "matter": "公开事项 公开事项名称 公开事项分类 公开目录 政务公开事项 事项名称 事项 公开项目 公开指标",
    "level1": "一级事项 一级目录 一级公开事项 一级 一级指标 一级分类 一级类别 一级栏目 公开类别 事项类别 公开事项类别",
    "level2": "二级事项 二级目录 二级公开事项 二级 二级指标 二级分类 二级类别 二级栏目",
    "level3": "三级事项 三级目录 三级公开事项 三级 三级指标 三级分类 三级类别 三级栏目",
    "content": "公开内容 公开内容要素 公开内容及要素 公开内容和要素 公开要素 内容要素 内容 公开内容和测评依据",
    "basis": "公开依据 公开的依据 公开法律依据 法律依据 依据 政策依据",
    "time_limit": "公开时限 公开期限 公开时间 公开时限要求 时限",
    "subject": "公开主体 公开责任主体 公开责任单位 公开单位 责任主体 责任单位 公开责任部门 责任部门 公开部门",
    "channels": "公开渠道和载体 公开渠道及载体 公开渠道与载体 公开渠道载体 公开渠道 公开载体 公开平台 公开途径"
    " 渠道和载体 渠道及载体",
    "audience": "公开对象 对象",
    "method": "公开方式",
    "level": "公开层级 公开级别 层级",
    "audience_all": "全社会 社会公众 面向全社会 面向社会 全体公众",
    "audience_specific": "特定群体 特定群众 特定主体 特定区域 特定对象 特定人群 特定群体主体 特定公众 面向特定群体",
    "proactive": "主动 主动公开",
    "on_request": "依申请 依申请公开 申请公开",
    "requirement": "公开要求",
}
ROLE_OF = {label: role for role, labels in _LABELS.items() for label in labels.split()}
_LONGEST_FIRST = sorted(ROLE_OF, key=len, reverse=True)
_STRONG = {
    "matter", "level1", "level2", "level3", "content", "basis", "time_limit", "subject", "channels", "audience",
    "method", "level", "requirement",
}  # fmt: skip
_WHAT = {"matter", "level1", "level2", "content"}
_TIERED = {"level1", "level2", "level3"}
_GROUPS = {role: tuple(column.field for column in CATALOGUE if column.group == role) for role in GROUPS}
_GROUPS["matter"] += ("level3",)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_TIER = re.compile(r"(?:省|市|县|区|旗|乡|镇|村|街|道|社区|自治|级|所|[/、,，及和与()])+")
_NUMBER = re.compile(r"[(]?(?:\d{1,4}|[一二三四五六七八九十]{1,3})[).、]?")
_SAMPLE = 20
_PLACED = re.compile(r"^[一-鿿]{2,3}((?:市|县|区|旗|镇|乡|街道|村)级)$")
"""东阳市级: the tier with the name of the place."""
_LONGEST_LABEL = 90
_MOST_HEADER_ROWS = 4


@frozen
class Column:
    role: str
    """A field of Item, 'level3', a group ('audience', 'method', 'level') or 'extra'."""
    label: str


@frozen
class Header:
    start: int
    stop: int
    """First row after the header."""
    columns: tuple[Column, ...]
    doubts: tuple[str, ...] = ()
    misaligned: bool = False
    """A label stands under one that it is no part of (二级事项 under 公开内容): merged cells of the file were lost."""

    def of(self, role: str) -> list[int]:
        return [index for index, column in enumerate(self.columns) if column.role == role]

    def has(self, *roles: str) -> bool:
        return any(column.role in roles for column in self.columns)


@lru_cache(maxsize=10_000)
def label_role(text: str) -> str:
    """The role that a header cell names, '' when it names none. Instructions around the label are passed over."""
    if len(text) > _LONGEST_LABEL * 4:
        return ""
    label = squeeze(text).rstrip(":*")
    if not label or len(label) > _LONGEST_LABEL:
        return ""
    lines = [squeeze(line) for line in text.splitlines()]
    for form in (label, _BRACKETS.sub("", label), *lines[:1], *lines[-1:]):
        if form in ROLE_OF:
            return ROLE_OF[form]
    if tier := _tier(_BRACKETS.sub("", label)) or _tier(label):
        return tier
    for known in _LONGEST_FIRST:
        rest = label[len(known) :]
        if len(known) >= 3 and label.startswith(known) and (rest[:1] in '(:,;注请填【[“"*' or len(known) >= 4):
            return ROLE_OF[known]
    return ""


def _tier(label: str) -> str:
    """县级, 市/区级, 乡、村级, 镇街乡, 村 …: a tier of government as the label of a column."""
    label = _PLACED.sub(r"\1", label)
    if len(label) > 16 or not _TIER.fullmatch(label) or not ("级" in label or len(label) <= 5):
        return ""
    township = bool(re.search(r"乡|镇|街", label))
    county = bool(re.search(r"县|旗|(?<!社)区", label.replace("社区", "")))
    if county and township:
        # 县（市、区）级 holds no 乡; 县乡级 is one column for both
        return "level"
    if township:
        return "township"
    if county:
        return "county"
    if "市" in label:
        return "city"
    return "village" if re.search(r"村|社区", label) else ""


def begins_header(lattice: Lattice, row: int) -> bool:
    return is_header([lattice.rows[row][column] or "" for column in lattice.filled(row)])


def is_header(texts: Iterable[str]) -> bool:
    """Three different labels of the standard, one of them saying what is published, and publishing named more than
    once: a list of powers has 事项名称, 法律依据 and 责任单位, too."""
    named = {label_role(text): text for text in texts if label_role(text) in _STRONG}
    spoken = sum("公开" in squeeze(text) or role in _TIERED for role, text in named.items())
    return len(named) >= 3 and bool(named.keys() & _WHAT) and spoken >= 2


def group_of(role: str) -> str:
    """The label that may stand over a column of this role: 'audience' over 'audience_all'; '' for none."""
    return next((group for group, parts in _GROUPS.items() if role in parts), "")


def read_header(lattice: Lattice, row: int) -> Header:
    """The header that begins at `row` (see `begins_header`): its rows and the meaning of each column."""
    stop = row + 1
    reach = max(
        (lattice.extent(row, c)[0] for c in lattice.filled(row) if label_role(lattice.rows[row][c] or "") in _STRONG),
        default=1,
    )
    while stop < len(lattice) and stop - row < _MOST_HEADER_ROWS:
        if not (stop < row + reach or _continues_header(lattice, stop)):
            break
        stop += 1
    columns, doubts = _columns(lattice, row, stop)
    crossed = [path for path in (_path(lattice, row, stop, c) for c in range(lattice.width)) if _crossed(path)]
    if crossed:
        doubts = (
            *doubts,
            f"表头上下两行对不上（“{squeeze(crossed[0][0])}”之下是“{squeeze(crossed[0][-1])}”），各列可能错位",
        )
    return Header(row, stop, columns, doubts, misaligned=bool(crossed))


def _continues_header(lattice: Lattice, row: int) -> bool:
    texts = [(lattice.rows[row][column] or "") for column in lattice.filled(row)]
    if not texts:
        return all(lattice.anchor(row, column)[0] < row for column in range(lattice.width))
    numbers = [squeeze(text).strip("()") for text in texts]
    if len(texts) == lattice.width and numbers == [str(n) for n in range(1, lattice.width + 1)]:
        return True  # a row that numbers the columns
    if begins_header(lattice, row) and not any(lattice.anchor(row, c)[0] < row for c in range(lattice.width)):
        return False  # the same header again
    named = [text for text in texts if label_role(text)]
    hints = [text for text in texts if re.match(r"[(（【\[]|注[:：]", text)]
    return bool(named) and len(named) + len(hints) == len(texts)


def _columns(lattice: Lattice, start: int, stop: int) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    paths = [_path(lattice, start, stop, column) for column in range(lattice.width)]
    roles = [_role(path) for path in paths]
    if "serial" not in roles:
        roles = [_numbered(lattice, stop, column, role) for column, role in enumerate(roles)]
    if {"level1", "level2"} <= set(roles):
        _outer_level(roles, paths)
    doubts = _resolve_groups(roles, paths)
    _resolve_tiers(roles)
    if "time_limit" not in roles and "requirement" in roles:
        roles[roles.index("requirement")] = "time_limit"
    seen: set[str] = set()
    columns = []
    for index, (role, path) in enumerate(zip(roles, paths, strict=True)):
        label = squeeze(path[-1]) if path else f"第{index + 1}列"
        again = (
            role in seen and roles[index - 1] != role
        )  # the same label elsewhere; side by side it is one split column
        if again and role not in FLAGS:
            role = "extra"
        if role in ("requirement", "village", "city", ""):
            role = "extra"
        seen.add(role)
        columns.append(Column(role, label))
    return tuple(columns), tuple(doubts)


def _numbered(lattice: Lattice, start: int, column: int, role: str) -> str:
    """'serial' for a column under the matter's label that holds nothing but numbers."""
    if role not in ("matter", "level1", "level2", "level3"):
        return role
    cells = list(islice((cells[column] for cells in lattice.rows[start:] if cells[column]), _SAMPLE))
    return "serial" if cells and all(_NUMBER.fullmatch(squeeze(cell or "")) for cell in cells) else role


def _outer_level(roles: list[str], paths: list[list[str]]) -> None:
    """一级目录 outside of 公开事项 with its own 一级事项: the authority's own division, kept under its name."""
    inside = [i for i, role in enumerate(roles) if role == "level1" and len(paths[i]) > 1]
    for index, role in enumerate(roles):
        if role == "level1" and len(paths[index]) == 1 and inside:
            roles[index] = ""


def _path(lattice: Lattice, start: int, stop: int, column: int) -> list[str]:
    path: list[str] = []
    for row in range(start, stop):
        above, _ = lattice.anchor(row, column)
        text = lattice.text(row, column)
        if above >= start and text and (not path or path[-1] != text):
            path.append(text)
    return path


def _crossed(path: list[str]) -> bool:
    roles = [role for role in map(label_role, path) if role]
    tiers = ("county", "township", "city", "village")
    return any(
        upper != lower and lower not in _GROUPS.get(upper, ()) and not (upper == "level" and lower in tiers)
        for upper, lower in pairwise(roles)
    )


def _role(path: list[str]) -> str:
    """The lowest label that means something; a hint below a label is passed over."""
    for text in reversed(path):
        if role := label_role(text):
            return role
    return ""


def _resolve_groups(roles: list[str], paths: list[list[str]]) -> list[str]:
    """Columns that only carry their group's label take its parts in the usual order."""
    doubts = []
    for group, parts in _GROUPS.items():
        places = [index for index, role in enumerate(roles) if role == group]
        if not places:
            continue
        free = [part for part in parts if part not in roles]
        if group == "matter" and len(places) == 1:
            roles[places[0]] = free[0] if free else "extra"
        elif len(places) > 1 and len(places) <= len(free):
            for place, part in zip(places, free, strict=False):
                roles[place] = part
            if group != "matter":
                doubts.append(f"“{squeeze(paths[places[0]][-1])}”下没有小标题，按通常的列序理解")
        elif len(places) > 1:
            for place in places[1:]:
                roles[place] = "extra"
            if group == "matter":
                roles[places[0]] = free[0] if free else "extra"
            doubts.append(f"“{squeeze(paths[places[0]][-1])}”下的列数不合标准，请人工核对")
    return doubts


def _resolve_tiers(roles: list[str]) -> None:
    """市级 is the county tier only where no 县级 or 区级 stands beside it (county-level cities)."""
    if "county" not in roles and "city" in roles:
        roles[roles.index("city")] = "county"
