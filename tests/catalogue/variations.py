"""Every variation of the standard catalogue that was seen in published tables, as a case with its known rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve

from archive.words.channels import CHANNELS
from tests.catalogue.generator import (
    AREAS,
    COLUMNS,
    FLAGS,
    LEVEL1,
    Case,
    Cells,
    Layout,
    grid,
    known,
    listed,
    rows,
    used,
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
    yield _one(rng, "一级事项、依据、主体跨行合并", Layout(merged=("level1", "basis", "subject")), count=7)
    yield _one(rng, "时限和渠道跨行合并", Layout(merged=("level1", "time_limit", "channels")), count=7)
    yield _one(rng, "√跨行合并", Layout(merged=("level1", *FLAGS)), count=7)
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
    yield Case("一个文件多个领域", grids, (*one, *two))
    one, two = rows(rng, 4, "safety"), rows(rng, 5, "relief")
    cells = [plain.title("安全生产领域基层政务公开标准目录"), *plain.header(), *plain.body(one)]
    cells += [plain.title("救灾领域基层政务公开标准目录"), *plain.header(), *plain.body(two)]
    yield Case("一张表内多个领域、序号重排", (grid(cells),), (*one, *two))
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
