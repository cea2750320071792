"""Tables of the standard catalogue with every variation that was seen in published ones, and the rows they must give.

All text is made up; `variations.cases(seed)` yields the same tables for the same seed. This module has the building
blocks: a layout (columns, marks, what is merged), rows, and what the rows must be as items.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from attrs import evolve, frozen

from archive.model import Area, Grid, Place
from archive.words.channels import CHANNELS

AREAS = (
    Area("urban-planning", "城乡规划", ("国土空间规划",)),
    Area("land-expropriation", "农村集体土地征收", ("征地补偿",)),
    Area("social-assistance", "社会救助"),
    Area("elderly-care", "养老服务"),
    Area("safety", "安全生产"),
    Area("relief", "救灾"),
    Area("employment", "就业", ("就业创业",)),
    Area("poverty", "扶贫", ("涉贫涉乡村振兴",)),
)
FLAGS = ("audience_all", "audience_specific", "proactive", "on_request", "county", "township")
LEVEL1 = ("政策文件", "规划编制", "补偿安置", "监督检查", "办事服务")
LEVEL2 = ("办事指南", "审批结果公示", "补偿标准", "申请材料清单", "现状调查结果", "听证告知书", "年度计划", "投诉渠道")
BASIS = ("《演示条例》（国令第711号）第二十条", "《演示办法》；《关于推进演示公开的意见》（演示办发〔2019〕26号）")
LIMITS = ("自信息形成或者变更之日起20个工作日内", "公告期限不少于30日", "实时公开", "收到申请之日起10个工作日内")
SUBJECTS = ("县级演示主管部门", "乡镇人民政府（街道办事处）", "县级人民政府")

Row = dict[str, Any]
Cells = list[list[str | None]]

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("serial", "", "序号"),
    ("level1", "公开事项", "一级事项"),
    ("level2", "公开事项", "二级事项"),
    ("content", "", "公开内容（要素）"),
    ("basis", "", "公开依据"),
    ("time_limit", "", "公开时限"),
    ("subject", "", "公开主体"),
    ("channels", "", "公开渠道和载体"),
    ("audience_all", "公开对象", "全社会"),
    ("audience_specific", "公开对象", "特定群体"),
    ("proactive", "公开方式", "主动"),
    ("on_request", "公开方式", "依申请"),
    ("county", "公开层级", "县级"),
    ("township", "公开层级", "乡级"),
)


def grid(cells: Cells, caption: str = "") -> Grid:
    """A grid from rows; None is merged to the left in a title row, else upwards or (header) to the left."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(cells):
        for c, text in enumerate(row):
            if text is None:
                continue
            wide, high = 1, 1
            while c + wide < len(row) and row[c + wide] is None and (r, c + wide) not in taken:
                wide += 1
            while wide == 1 and r + high < len(cells) and cells[r + high][c] is None and not _is_title(cells[r + high]):
                high += 1
            taken.update((r + i, c + j) for i in range(high) for j in range(wide))
            if (high, wide) != (1, 1):
                spans[r, c] = (high, wide)
    return Grid(tuple(tuple(row) for row in cells), Place(1), spans, caption)


def _is_title(row: Sequence[str | None]) -> bool:
    return row[0] is not None and all(cell is None for cell in row[1:])


@frozen
class Case:
    name: str
    grids: tuple[Grid, ...]
    rows: tuple[Row, ...]
    areas: tuple[Area, ...] = AREAS
    review: bool = False
    """Whether the rows are doubtful by design."""

    @property
    def text(self) -> str:
        return "".join(cell or "" for grid in self.grids for row in grid.cells for cell in row)


@frozen
class Layout:
    columns: tuple[tuple[str, str, str], ...] = COLUMNS
    channels: Callable[[Sequence[str]], str] = lambda chosen: listed(chosen, "■", "□")
    tick: str = "√"
    merged: tuple[str, ...] = ()
    """Columns whose equal neighbours are merged."""
    instruction: bool = False

    def header(self) -> Cells:
        top: list[str | None] = []
        low: list[str | None] = []
        for index, (_, group, label) in enumerate(self.columns):
            follows = index > 0 and bool(group) and self.columns[index - 1][1] == group
            top.append(None if follows else group or label)
            low.append(label if group else None)
        return [top, low] if any(low) else [top]

    def body(self, rows: Sequence[Row]) -> Cells:
        cells: Cells = [[self._cell(role, row) for role, _, _ in self.columns] for row in rows]
        for index, (role, _, _) in enumerate(self.columns):
            for number in range(len(rows) - 1, 0, -1):
                if role in self.merged and rows[number][role] == rows[number - 1][role]:
                    cells[number][index] = None
        return cells

    def _cell(self, role: str, row: Row) -> str:
        value = row.get(role, "")
        if role == "channels":
            return self.channels(value)
        return value if isinstance(value, str) else self.tick if value else ""

    def without(self, *roles: str) -> Layout:
        return evolve(self, columns=tuple(column for column in self.columns if column[0] not in roles))

    def relabel(self, **labels: str) -> Layout:
        return evolve(
            self, columns=tuple((role, group, labels.get(role, label)) for role, group, label in self.columns)
        )

    def table(self, rows: Sequence[Row], caption: str = "", before: Cells | None = None) -> Grid:
        return grid([*(before or []), *self.header(), *self.body(rows)], caption)

    def title(self, text: str) -> list[str | None]:
        return [text, *[None] * (len(self.columns) - 1)]


def listed(chosen: Sequence[str], yes: str, no: str, gap: str = " ") -> str:
    own = [name for name in chosen if name not in CHANNELS]
    return gap.join((yes if name in chosen else no) + name for name in (*CHANNELS, *own))


def used(chosen: Sequence[str], mark: str) -> str:
    return "\n".join(mark + name for name in chosen)


def rows(rng: random.Random, count: int, area: str = "", start: int = 1) -> list[Row]:
    """`count` rows in groups of one 一级事项 each."""
    made: list[Row] = []
    level1, basis, subject = LEVEL1[0], BASIS[0], SUBJECTS[0]
    for number in range(start, start + count):
        if rng.random() < 0.4:
            level1 = LEVEL1[(LEVEL1.index(level1) + 1) % len(LEVEL1)]
            basis, subject = rng.choice(BASIS), rng.choice(SUBJECTS)
        public = rng.random() < 0.7
        extra = ["村务微信群"] if rng.random() < 0.2 else []
        names = rng.sample(CHANNELS[1:-1], rng.randint(1, 4))
        made.append(
            {
                "serial": str(number),
                "level1": level1,
                "level2": f"{rng.choice(LEVEL2)}{'甲乙丙丁戊己庚辛壬癸'[number % 10]}",
                "content": f"1.演示公告；2.补偿标准每亩{number}万元；3.举报电话12345",
                "basis": basis,
                "time_limit": rng.choice(LIMITS),
                "subject": subject,
                "channels": tuple(name for name in CHANNELS if name in names or name == "政府网站") + tuple(extra),
                "audience_all": public,
                "audience_specific": not public,
                "proactive": public,
                "on_request": not public,
                "county": True,
                "township": rng.random() < 0.5,
                "area": area,
            }
        )
    return made


def known(made: Sequence[Row], *absent: str) -> tuple[Row, ...]:
    """The rows as items must have them; columns that the table has not are None, or empty text."""
    return tuple(
        {key: (None if key in FLAGS else "") if key in absent else value for key, value in row.items()} for row in made
    )


def wild(rng: random.Random) -> Grid:
    """Any grid of short texts and merges, half of them labels and marks of the standard."""
    pool = [
        "",
        "√",
        "1",
        "同上",
        "■政府网站 □政府公报",
        "社会救助领域目录",
        "文字",
        *(c[2] for c in COLUMNS),
        "公开事项",
        "公开对象",
        None,
    ]
    height, width = rng.randint(0, 9), rng.randint(1, 15)
    cells = tuple(tuple(rng.choice(pool) for _ in range(width)) for _ in range(height))
    return Grid(cells, Place(1))
