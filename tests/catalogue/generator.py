"""Tables of the standard catalogue with every variation that was seen in published ones, and the rows they must give.

All text is made up. `cases(seed)` yields the same tables for the same seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import evolve, frozen

from archive.model import Area, Grid, Place
from crawler.reading.catalogue.channels import CHANNELS

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


def cases(seed: int = 1) -> Iterator[Case]:
    for make in (_headers, _tiers, _shapes, _cuts, _merges, _repeats, _areas, _marks, _ticks):
        yield from make(random.Random(f"{seed}:{make.__name__}"))


def _one(rng: random.Random, name: str, layout: Layout, *absent: str, count: int = 8, **options: Any) -> Case:
    made = rows(rng, count)
    return Case(name, (layout.table(made),), known(made, *absent), **options)


def _headers(rng: random.Random) -> Iterator[Case]:
    plain = Layout()
    yield _one(rng, "标准表头", plain)
    yield _one(rng, "公开要求", plain.relabel(time_limit="公开要求"))
    for label in ("特定群众", "特定主体", "特定区域"):
        yield _one(rng, label, plain.relabel(audience_specific=label))
    yield _one(rng, "依申请公开", plain.relabel(on_request="依申请公开", proactive="主动公开"))
    spaced = plain.relabel(serial="序　号", basis="公开 依据", level1="一级\n事项", channels="公开渠\n道和载\n体")
    yield _one(rng, "标签中的空格和换行", spaced)
    hints = plain.relabel(
        channels="公开渠道和载体\n（在所选渠道前打■）", time_limit="公开时限（注：依规定填写）", county="县级\n（打√）"
    )
    yield _one(rng, "表头中的填写说明", hints)
    single = plain.without("level1").relabel(level2="公开事项")
    single = evolve(single, columns=tuple((r, "" if r == "level2" else g, label) for r, g, label in single.columns))
    made = rows(rng, 8)
    wanted = tuple(row | {"level1": row["level2"], "level2": ""} for row in made)
    yield Case("不分一级二级", (single.table(made),), wanted)
    third = evolve(plain, columns=(*COLUMNS[:3], ("level3", "公开事项", "三级事项"), *COLUMNS[3:]))
    made = [row | {"level3": f"具体事项{n}"} for n, row in enumerate(rows(rng, 8))]
    yield Case("三级事项", (third.table(made),), tuple(made))
    extra = evolve(plain, columns=(*COLUMNS, ("open", "", "公开"), ("five", "", "五公开")))
    made = [row | {"open": "√", "five": "决策公开"} for row in rows(rng, 8)]
    yield Case(
        "附加列", (extra.table(made),), tuple({k: v for k, v in r.items() if k not in ("open", "five")} for r in made)
    )
    words = evolve(plain, columns=(*COLUMNS[:8], ("audience", "", "公开对象"), ("method", "", "公开方式")))
    made = rows(rng, 8)
    worded = [
        row
        | {
            "audience": "全社会" if row["audience_all"] else "特定群体",
            "method": "主动" if row["proactive"] else "依申请公开",
        }
        for row in made
    ]
    yield Case("对象和方式以文字表示", (words.table(worded),), known(made, "county", "township"))


def _tiers(rng: random.Random) -> Iterator[Case]:
    plain = Layout()
    yield _one(rng, "没有公开层级", plain.without("county", "township"), "county", "township")
    yield _one(rng, "只有乡级", plain.without("county"), "county")
    for county, township in (
        ("县级", "乡、村级"),
        ("市/区级", "乡级"),
        ("县（市、区）级", "乡（镇、街道）级"),
        ("区级", "镇街"),
    ):
        yield _one(rng, f"{county}+{township}", plain.relabel(county=county, township=township))
    village = evolve(
        plain.without("county").relabel(township="镇级"),
        columns=(*plain.without("county").relabel(township="镇级").columns, ("village", "公开层级", "村级")),
    )
    made = [row | {"village": True} for row in rows(rng, 8)]
    yield Case(
        "镇级/村级",
        (village.table(made),),
        known([{k: v for k, v in r.items() if k != "village"} for r in made], "county"),
    )
    city = plain.relabel(county="市级", township="镇街乡")
    city = evolve(city, columns=(*city.columns, ("village", "公开层级", "村")))
    made = rows(rng, 8)
    yield Case("市级/镇街乡/村", (city.table(made),), tuple(made))


def _shapes(rng: random.Random) -> Iterator[Case]:
    plain = Layout()
    made = rows(rng, 6, "social-assistance")
    titles = [plain.title("附件2"), plain.title("社会救助领域基层政务公开标准目录")]
    yield Case("表内标题行", (plain.table(made, before=titles),), tuple(made))
    made = rows(rng, 6)
    noted = grid([*plain.header(), *plain.body(made), plain.title("备注：本目录由演示部负责解释。")])
    yield Case("表尾备注行", (noted,), tuple(made))
    made = rows(rng, 6)
    other = grid([["联系单位", "联系人", "电话"], ["演示科", "张某", "12345"]], "联系方式")
    yield Case("其他表格夹在中间", (other, plain.table(made), other), tuple(made))
    made = rows(rng, 6)
    for row in made:
        row["serial"] = ""
    yield Case("自动编号使序号为空", (plain.table(made),), tuple(made))
    made = rows(rng, 6)
    doubled = [row | {"serial": f"05{int(row['serial']):02d}\n{int(row['serial']):02d}"} for row in made]
    wanted = tuple(row | {"serial": f"{int(row['serial']):02d}"} for row in made)
    yield Case("序号重复书写", (plain.table(doubled),), wanted)
    made = rows(rng, 6)
    spaced = [
        row | {"level2": f"{row['level2'][:2]} {row['level2'][2:]}", "level1": "　".join(row["level1"])} for row in made
    ]
    yield Case("词中的排版空格", (plain.table(spaced),), tuple(made))


def _cuts(rng: random.Random) -> Iterator[Case]:
    plain = Layout()
    made = rows(rng, 9)
    repeated = grid([*plain.header(), *plain.body(made[:4]), *plain.header(), *plain.body(made[4:])])
    yield Case("表内重复表头", (repeated,), tuple(made))
    made = rows(rng, 9)
    yield Case("每页一表、重复表头", (plain.table(made[:5]), plain.table(made[5:])), tuple(made))
    made = rows(rng, 9)
    yield Case("续表没有表头", (plain.table(made[:5]), grid(plain.body(made[5:]))), tuple(made))
    for name, again in (("分页截断一行、续表没有表头", False), ("分页截断一行、重复表头", True)):
        made = rows(rng, 9)
        body = plain.body(made)
        upper, lower = _cut(body[4], ("content", "basis", "channels"))
        second = [*(plain.header() if again else []), lower, *body[5:]]
        yield Case(name, (grid([*plain.header(), *body[:4], upper]), grid(second)), tuple(made))
    made = rows(rng, 9)
    body = plain.body(made)
    upper, lower = _cut(body[4], ("content", "basis", "level2"))
    yield Case("分页截断二级事项", (grid([*plain.header(), *body[:4], upper]), grid([lower, *body[5:]])), tuple(made))


def _cut(cells: list[str | None], roles: Sequence[str]) -> tuple[list[str | None], list[str | None]]:
    upper, lower = list(cells), [""] * len(cells)
    for index, (role, _, _) in enumerate(COLUMNS):
        if role in roles:
            text = cells[index] or ""
            middle = len(text) // 2
            upper[index], lower[index] = text[:middle], text[middle:]
    return upper, list(lower)


def _merges(rng: random.Random) -> Iterator[Case]:
    yield _one(rng, "一级事项、依据、主体跨行合并", Layout(merged=("level1", "basis", "subject")), count=12)
    yield _one(rng, "时限和渠道跨行合并", Layout(merged=("level1", "time_limit", "channels")), count=12)
    yield _one(rng, "√跨行合并", Layout(merged=("level1", *FLAGS)), count=12)
    plain = Layout()
    made = rows(rng, 5)
    parts = ("政策文件", "申请材料", "办理流程")
    body: Cells = []
    wanted = []
    for row, cells in zip(made, plain.body(made), strict=True):
        tall = row["serial"] in ("2", "4")
        body.append([parts[0] if tall and i == 3 else cell for i, cell in enumerate(cells)])
        if tall:
            body += [[part if i == 3 else None for i in range(len(cells))] for part in parts[1:]]
        wanted.append(row | {"content": "\n".join(parts)} if tall else row)
    yield Case("一项占三行（合并）", (grid([*plain.header(), *body]),), tuple(wanted))
    made = rows(rng, 5)
    body, wanted = [], []
    for row, cells in zip(made, plain.body(made), strict=True):
        body.append(["1.演示公告；" if i == 3 else cell for i, cell in enumerate(cells)])
        body.append(["2.演示标准。" if i == 3 else "" if i not in (0, 1) else None for i in range(len(cells))])
        wanted.append(row | {"content": "1.演示公告；\n2.演示标准。"})
    yield Case("一项占两行（仅序号合并）", (grid([*plain.header(), *body]),), tuple(wanted))
    made = rows(rng, 6)
    for number, row in enumerate(made):
        row["serial"], row["level1"] = str(number // 3 + 1), LEVEL1[number // 3]
    merged = Layout(merged=("serial", "level1"))
    yield Case("序号合并而各行是不同事项", (merged.table(made),), tuple(made))


def _repeats(rng: random.Random) -> Iterator[Case]:
    plain = Layout()
    made = rows(rng, 8)
    body = plain.body(made)
    for number in (3, 4):
        for role in ("time_limit", "basis"):
            made[number][role] = made[number - 1][role]
            body[number][[c[0] for c in COLUMNS].index(role)] = "同上"
    yield Case("同上", (grid([*plain.header(), *body]),), tuple(made))
    made = rows(rng, 8)
    body = plain.body(made)
    for number in (2, 5):
        for role in ("level1", "basis", "time_limit", "subject"):
            made[number][role] = made[number - 1][role]
            body[number][[c[0] for c in COLUMNS].index(role)] = ""
    yield Case("空格沿用上行", (grid([*plain.header(), *body]),), tuple(made))


def _areas(rng: random.Random) -> Iterator[Case]:
    plain = Layout()
    one, two = rows(rng, 4, "social-assistance"), rows(rng, 5, "elderly-care")
    grids = (
        plain.table(one, "一、说明\n（一）社会救助领域基层政务公开标准目录"),
        plain.table(two, "（二）养老服务领域基层政务公开标准目录"),
    )
    yield Case("一个文件多个领域", grids, tuple([*one, *two]))
    one, two = rows(rng, 4, "safety"), rows(rng, 5, "relief")
    cells = [plain.title("安全生产领域基层政务公开标准目录"), *plain.header(), *plain.body(one)]
    cells += [plain.title("救灾领域基层政务公开标准目录"), *plain.header(), *plain.body(two)]
    yield Case("一张表内多个领域、序号重排", (grid(cells),), tuple([*one, *two]))
    for alias, slug in (
        ("国土空间规划", "urban-planning"),
        ("征地补偿", "land-expropriation"),
        ("就业创业", "employment"),
        ("涉贫涉乡村振兴", "poverty"),
    ):
        made = rows(rng, 4, slug)
        yield Case(f"领域别名 {alias}", (plain.table(made, f"{alias}领域基层政务公开标准目录"),), tuple(made))
    made = rows(rng, 8, "social-assistance")
    grids = (plain.table(made[:4], "社会救助领域基层政务公开标准目录"), plain.table(made[4:]))
    yield Case("后续表格沿用领域", grids, tuple(made))
    made = rows(rng, 4, "safety")
    yield Case("通知只有一个领域", (plain.table(made),), tuple(made), areas=(AREAS[4],))


def _marks(rng: random.Random) -> Iterator[Case]:
    for yes, no in (("◆", "◇"), ("☑", "☐"), ("√", "□"), ("✓", "□"), ("t", "□"), ("R", "£"), ("n", "o"), ("■", "口")):
        yield _one(rng, f"渠道标记 {yes}{no}", Layout(channels=lambda chosen, y=yes, n=no: listed(chosen, y, n)))
        yield _one(
            rng, f"渠道标记 {yes}{no} 分行", Layout(channels=lambda chosen, y=yes, n=no: listed(chosen, y, n, "\n"))
        )
    yield _one(rng, "渠道标记紧接", Layout(channels=lambda chosen: listed(chosen, "■", "□", "")))
    yield _one(rng, "只列出所选 ■", Layout(channels=lambda chosen: used(chosen, "■")))
    yield _one(rng, "☐ 在所用渠道之前", Layout(channels=lambda chosen: used(chosen, "☐")))
    mixed = Layout(channels=lambda chosen: listed(chosen, "☐", ""))
    yield _one(rng, "☐ 只在部分渠道之前", mixed, review=True)
    made = [row | {"channels": tuple(n for n in row["channels"] if n in CHANNELS)} for row in rows(rng, 8)]
    lost = Layout(channels=lambda chosen: listed(chosen, "", "□"))
    yield Case("选中标记丢失而 □ 尚在", (lost.table(made),), tuple(made), review=True)
    made = rows(rng, 8)
    bare = Layout(channels=lambda chosen: listed(chosen, "", ""))
    wanted = tuple(row | {"channels": (*CHANNELS, *[n for n in row["channels"] if n not in CHANNELS])} for row in made)
    yield Case("标记全部丢失", (bare.table(made),), wanted, review=True)
    yield _one(rng, "只写渠道名", Layout(channels=lambda chosen: "、".join(chosen)))


def _ticks(rng: random.Random) -> Iterator[Case]:
    for tick in ("✓", "✔", "☑", "■", "●", "是", "R", "t", "\uf0fc", "\uf052"):
        yield _one(rng, f"√ 写作 {tick if tick.isprintable() else f'U+{ord(tick):04X}'}", Layout(tick=tick))
    made = rows(rng, 8)
    worded = [row | {"audience_specific": "申请人" if row["audience_specific"] else ""} for row in made]
    yield Case("特定群体写文字", (Layout().table(worded),), tuple(made))


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
