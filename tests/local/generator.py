"""Local copies of the national catalogues, with deviations that are known and spelling that is none.

All text is made up, on the sample rows of tests/sites. `copies()` yields the same twelve for the same seeds: a county's
tables as it would publish them (grids, in a layout of its own), and the deviations that a reader must find in them.
Written from what local governments do to a table, without a look at how rows are aligned.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, frozen

from archive.model import Grid, Item, Place
from archive.words.channels import CHANNELS
from crawler.reading.catalogue.tables import read_tables
from crawler.sources import load_sources
from tests.catalogue.generator import grid, listed, used
from tests.local import spelling
from tests.sites.catalogues import Layout, Row, make_table, pick, read_areas

SEEDS = tuple(range(1, 13))
AREAS = load_sources(None).sources.areas
SLUGS = {area.name: area.slug for area in AREAS}
DATED = {
    "《中华人民共和国土地管理法》": "（2019年修正）",
    "《中华人民共和国食品安全法》": "（2021年修正）",
    "《中华人民共和国社会保险法》": "（2018年修正）",
    "《中华人民共和国招标投标法》": "（2017年修正）",
    "《中华人民共和国就业促进法》": "（2015年修正）",
    "《城镇燃气管理条例》": "（国务院令第666号）",
    "《中央财政农村危房改造补助资金管理办法》": "（财社〔2022〕42号）",
    "《农业相关转移支付资金管理办法（示例）》": "（财农〔2023〕12号）",
}
"""What the national rows print behind a title."""
OLDER = {
    "（国务院令第711号）": "（国务院令第492号）",
    "（2019年修正）": "（2004年修正）",
    "（2021年修正）": "（2009年）",
    "（2018年修正）": "（2010年）",
    "（2017年修正）": "（1999年）",
    "（2015年修正）": "（2007年）",
    "（国务院令第666号）": "（国务院令第583号）",
    "（财社〔2022〕42号）": "（财社〔2016〕216号）",
    "（财农〔2023〕12号）": "（财农〔2017〕41号）",
}
LONGER = {
    "自信息形成或变更之日起20个工作日内": (
        "自信息形成或变更之日起30个工作日内",
        "信息形成之日起2个月内",
        "半年至少更新1次",
        "每年更新一次",
    ),
    "自信息形成之日起7个工作日内": ("自信息形成之日起20个工作日内", "自信息形成之日起30日内"),
    "作出决定之日起7个工作日内": ("作出决定之日起15个工作日内", "作出决定之日起二十个工作日内"),
    "实时公开": ("自信息形成之日起5个工作日内", "每季度公开一次"),
    "公示期限不少于7个工作日": ("公示期限不少于10个工作日",),
    "收到申请之日起20个工作日内": ("收到申请之日起40个工作日内",),
}
SHORTER = {
    "自信息形成或变更之日起20个工作日内": ("自信息形成或变更之日起10个工作日内", "信息形成后7日内"),
    "自信息形成之日起7个工作日内": ("自信息形成之日起3个工作日内", "实时公开"),
    "作出决定之日起7个工作日内": ("作出决定之日起五个工作日内", "作出决定当日"),
    "公示期限不少于7个工作日": ("公示期限不少于5个工作日",),
    "收到申请之日起20个工作日内": ("收到申请之日起15个工作日内",),
}
UNCLEAR = ("按照有关规定", "视工作进展情况公开", "根据实际情况确定", "及时公开")
"""Nobody can weigh these against a number of days."""
RENAMED = ("本级特色事项汇编", "其他应当公开的情况", "部门自行梳理事项")
EXTRA = ("智慧城市数据开放", "红色文化宣传阵地", "网格员队伍信息", "夜间经济集聚区", "文明单位创建", "营商环境测评结果")


@frozen
class Known:
    """A deviation that stands in the copy; the row by its area and the words of its 一级 and 二级事项."""

    kind: str
    area: str
    level1: str
    level2: str


@frozen
class Copy:
    """One local catalogue."""

    name: str
    county: str
    grids: tuple[Grid, ...]
    areas: tuple[str, ...]
    """Slugs of the national areas it covers."""
    known: frozenset[Known]
    rows: int


@frozen
class Style:
    """How a county lays its table out."""

    labels: tuple[str, ...] = (
        "序号", "一级事项", "二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体",
    )  # fmt: skip
    group: str = "公开事项"
    audience: tuple[str, str, str] = ("公开对象", "全社会", "特定群体")
    method: tuple[str, str, str] = ("公开方式", "主动", "依申请")
    levels: tuple[str, ...] = ("县级", "乡级")
    channels: Callable[[Sequence[str]], str] = lambda chosen: listed(chosen, "■", "□")
    indicators: bool = False
    """一级指标, 二级指标, 三级指标, each with a number before it."""
    one_table: bool = False
    """Areas stand in one table under rows that name them."""
    joined: bool = False
    """就业 and 社会保险 are one area here."""
    merged: bool = True
    shuffled: bool = False
    township_only: bool = False


_RENAMED_COLUMNS = (
    "编号", "一级目录", "二级目录", "公开内容及要素", "公开法律依据", "公开期限", "责任主体", "公开渠道及载体",
)  # fmt: skip
_PLAIN = "、".join
STYLES = (
    Style(),
    Style(labels=_RENAMED_COLUMNS, audience=("公开对象", "社会公众", "特定人群"), levels=("区级", "镇、街道")),
    Style(levels=(), channels=_PLAIN),
    Style(one_table=True, channels=lambda chosen: used(chosen, "■")),
    Style(joined=True, shuffled=True),
    Style(indicators=True, merged=False),
    Style(shuffled=True, merged=False, channels=lambda chosen: listed(chosen, "☑", "☐", "\n")),
    Style(township_only=True, levels=("乡级",)),
    Style(labels=_RENAMED_COLUMNS, joined=True, one_table=True, levels=("市级", "镇街乡")),
    Style(shuffled=True, channels=lambda chosen: used(chosen, "√")),
    Style(levels=("县级", "乡、村级"), channels=_PLAIN),
    Style(labels=_RENAMED_COLUMNS, shuffled=True, levels=("县（市、区）级", "乡镇（街道）级")),
)
COUNTIES = (
    "青禾县", "柳浦区", "石塘市", "云岭县", "澄江湾区", "白杨县", "沙河口县", "九里街道", "双桥市", "望海区",
    "松原岭县", "临溪县",
)  # fmt: skip


def national_rows() -> dict[str, list[Row]]:
    """The sample rows by area; some of their laws carry a year, as published tables have them."""
    made: dict[str, list[Row]] = {}
    for area, rows in read_areas().items():
        made[area] = []
        for row in rows:
            basis = row.basis
            for title, year in DATED.items():
                basis = basis.replace(title, title + year)
            made[area].append(evolve(row, basis=basis))
    return made


def national_items() -> tuple[Item, ...]:
    """The same rows as the archive has them: read from tables in the official form."""
    tables = [make_table(area, rows, Layout(repeated="again")) for area, rows in national_rows().items()]
    grids = [Grid(t.cells, Place(n), t.spans, "\n".join(t.caption)) for n, t in enumerate(tables, 1)]
    return read_tables(grids, AREAS)[1]


def copies(seeds: Sequence[int] = SEEDS) -> Iterator[Copy]:
    rows = national_rows()
    for seed in seeds:
        yield _copy(seed, rows)


# ---------------------------------------------------------------- one copy


@frozen
class Local:
    """A row as the county has it, and where it comes from."""

    area: str
    row: Row
    level3: str = ""


def _copy(seed: int, national: dict[str, list[Row]]) -> Copy:
    rng = random.Random(seed)
    style, county = STYLES[(seed - 1) % len(STYLES)], COUNTIES[(seed - 1) % len(COUNTIES)]
    names = rng.sample(sorted(national), 5)
    if style.joined:
        names = [*[name for name in names if name not in ("就业", "社会保险")][:3], "就业", "社会保险"]
    if seed % 3 == 0 and "食品药品监管" not in names:
        names[0] = "食品药品监管"
    known: list[Known] = []
    tables: list[tuple[str, list[Local]]] = []
    for name in names:
        rows = [row for row in national[name] if row.township] if style.township_only else national[name]
        mine = _deviate(rng, name, rows, style, county, known)
        if style.shuffled:
            mine = _shuffled(rng, mine)
        title = spelling.AREA_NAMES.get(name, name) if seed % 2 else name
        if style.joined and name == "社会保险" and tables and tables[-1][0] in ("就业", "就业创业"):
            tables[-1] = ("就业和社会保险", [*tables[-1][1], *mine])
        else:
            tables.append((title, mine))
    return Copy(
        name=f"{seed:02d}-{county}",
        county=county,
        grids=tuple(_grids(rng, tables, style, county)),
        areas=tuple(SLUGS[name] for name in names),
        known=frozenset(known),
        rows=sum(len(rows) for _, rows in tables),
    )


def _deviate(
    rng: random.Random, area: str, rows: Sequence[Row], style: Style, county: str, known: list[Known]
) -> list[Local]:
    """The county's rows of one area; what deviates is put down in `known`."""
    made: list[Local] = []
    index = 0
    while index < len(rows):
        row = rows[index]
        chance = rng.random()
        if chance < 0.04 and index + 1 < len(rows) and _may_merge(row, rows[index + 1]):
            made.append(Local(area, _merge(row, rows[index + 1], county)))
            index += 2
            continue
        index += 1
        if chance < 0.09 and row.content.count("；") >= 1:
            made += [Local(area, part) for part in _split(rng, row, county)]
        elif chance < 0.13:
            known.append(_known("missing", area, row))
        elif chance < 0.40:
            made.append(Local(area, _deviating(rng, area, row, style, county, known)))
        else:
            made.append(Local(area, spelling.noisy(rng, row, county)))
        if rng.random() < 0.03:
            extra = _extra(rng, row, county, {local.row.level2 for local in made})
            made.append(Local(area, extra))
            known.append(_known("additional", area, extra))
    return made


def _known(kind: str, area: str, row: Row) -> Known:
    return Known(kind, SLUGS[area], row.level1, row.level2)


Deviation = Callable[[random.Random, Row, Style, str], Row | None]


def _deviating(rng: random.Random, area: str, row: Row, style: Style, county: str, known: list[Known]) -> Row:
    """The row with one deviation, now and then two."""
    changed = spelling.noisy(rng, row, county)
    kinds = rng.sample(sorted(DEVIATIONS), len(DEVIATIONS))
    wanted = 2 if rng.random() < 0.2 else 1
    touched: set[str] = set()
    for kind in kinds:
        column, deviate = DEVIATIONS[kind]
        if column in touched or wanted == 0 or (kind == "doubtful" and touched) or "all" in touched:
            continue
        found = deviate(rng, row, style, county)
        if found is None:
            continue
        changed = evolve(changed, **{name: getattr(found, name) for name in _COLUMNS[column]})
        touched.add(column)
        wanted -= 1
        known.append(_known(kind, area, row))
    return changed


_COLUMNS = {
    "time": ("time_limit",),
    "channels": ("channels",),
    "subject": ("subject",),
    "basis": ("basis",),
    "levels": ("county", "township"),
    "all": ("level2", "time_limit"),
}


def _from(table: dict[str, tuple[str, ...]]) -> Deviation:
    def deviate(rng: random.Random, row: Row, style: Style, county: str) -> Row | None:
        options = table.get(row.time_limit)
        return evolve(row, time_limit=rng.choice(options)) if options else None

    return deviate


def _fewer_channels(rng: random.Random, row: Row, style: Style, county: str) -> Row | None:
    if len(row.channels) < 2:
        return None
    gone = rng.choice(row.channels)
    return evolve(row, channels=tuple(name for name in row.channels if name != gone))


def _no_subject(rng: random.Random, row: Row, style: Style, county: str) -> Row | None:
    return evolve(row, subject="—")


def _narrow_subject(rng: random.Random, row: Row, style: Style, county: str) -> Row | None:
    names = spelling.AGENCIES.get(row.subject)
    if not names or not names[0].endswith("局"):
        return None
    inner = rng.choice(("政策法规股", "综合业务科", "行政审批股", "办公室"))
    return evolve(row, subject=county + names[0] + inner)


def _older_basis(rng: random.Random, row: Row, style: Style, county: str) -> Row | None:
    for new, old in OLDER.items():
        if new in row.basis:
            return evolve(row, basis=row.basis.replace(new, old))
    return None


def _other_levels(rng: random.Random, row: Row, style: Style, county: str) -> Row | None:
    if len(style.levels) < 2:
        return None
    if row.county and row.township:
        return evolve(row, township=False)
    return (
        evolve(row, county=not row.county, township=not row.township)
        if rng.random() < 0.5
        else evolve(row, county=True, township=True)
    )


def _unclear(rng: random.Random, row: Row, style: Style, county: str) -> Row | None:
    """A deadline that nobody can weigh, or a row under a name of its own."""
    if rng.random() < 0.5:
        return evolve(row, time_limit=rng.choice(UNCLEAR))
    return evolve(row, level2=f"{rng.choice(RENAMED)}{'甲乙丙丁戊己庚辛壬癸'[pick(10, row.level2)]}")


DEVIATIONS: dict[str, tuple[str, Deviation]] = {
    "deadline-longer": ("time", _from(LONGER)),
    "deadline-shorter": ("time", _from(SHORTER)),
    "channel-missing": ("channels", _fewer_channels),
    "subject-missing": ("subject", _no_subject),
    "subject-specific": ("subject", _narrow_subject),
    "basis-outdated": ("basis", _older_basis),
    "level-changed": ("levels", _other_levels),
    "doubtful": ("all", _unclear),
}


def _extra(rng: random.Random, beside: Row, county: str, taken: set[str]) -> Row:
    name = rng.choice([name for name in EXTRA if name not in taken] or ["又一项地方特色工作"])
    return evolve(
        beside,
        level2=name,
        content=f"1.{name}基本情况；2.{name}联系人",
        basis="《本县政务公开工作要点》",
        subject=f"{county}人民政府办公室",
    )


# ---------------------------------------------------------------- one row from two, two from one


def _may_merge(one: Row, other: Row) -> bool:
    same = ("level1", "time_limit", "everyone", "proactive", "county", "township", "subject", "basis")
    return all(getattr(one, name) == getattr(other, name) for name in same)


def _merge(one: Row, other: Row, county: str) -> Row:
    return evolve(
        one,
        level2=f"{one.level2}、{other.level2}",
        content=f"{one.content}；{other.content}",
        channels=tuple(name for name in CHANNELS if name in {*one.channels, *other.channels}),
    )


def _split(rng: random.Random, row: Row, county: str) -> list[Row]:
    elements = [re.sub(r"^\d+\.", "", part) for part in row.content.split("；")]
    middle = rng.randint(1, len(elements) - 1)
    parts = elements[:middle], elements[middle:]
    named = rng.random() < 0.5
    return [
        evolve(
            row,
            level2=f"{row.level2}—{part[0]}" if named else row.level2,
            content="；".join(f"{n}.{text}" for n, text in enumerate(part, 1)),
        )
        for part in parts
    ]


def _shuffled(rng: random.Random, rows: Sequence[Local]) -> list[Local]:
    """一级事项 in another order, and the rows within some of them."""
    groups: dict[str, list[Local]] = {}
    for row in rows:
        groups.setdefault(row.row.level1, []).append(row)
    order = list(groups.values())
    first = rng.randrange(len(order))
    order = [*order[first:], *order[:first]]
    for group in order:
        if rng.random() < 0.4:
            rng.shuffle(group)
    return [row for group in order for row in group]


# ---------------------------------------------------------------- the county's tables


def _grids(rng: random.Random, tables: Sequence[tuple[str, list[Local]]], style: Style, county: str) -> Iterator[Grid]:
    numbered = 0
    bodies: list[tuple[str, list[list[str | None]]]] = []
    for name, rows in tables:
        start = 1 if rng.random() < 0.7 else numbered + 1
        bodies.append((name, _body(rows, style, start)))
        numbered += len(rows)
    header = _header(style)
    titles = [
        f"（{number}）{name}领域基层政务公开标准目录" for number, (name, _) in zip("一二三四五六", bodies, strict=False)
    ]
    if style.one_table:
        cells: list[list[str | None]] = []
        for title, (_, body) in zip(titles, bodies, strict=True):
            cells += [[title, *[None] * (len(header[0]) - 1)], *header, *body]
        yield grid(cells, f"{county}基层政务公开标准目录")
        return
    for number, (title, (_, body)) in enumerate(zip(titles, bodies, strict=True), 1):
        yield evolve(grid([*header, *body], f"{county}{title.partition('）')[2]}"), place=Place(number))


def _header(style: Style) -> list[list[str | None]]:
    labels = list(style.labels)
    if style.indicators:
        labels[1:3] = ["一级指标", "二级指标", "三级指标"]
    top: list[str | None] = []
    low: list[str | None] = []
    matters = 3 if style.indicators else 2
    for index, label in enumerate(labels):
        if style.indicators and 1 <= index <= matters:
            top.append(label)
            low.append(None)
        elif 1 <= index <= matters:
            top.append(style.group if index == 1 else None)
            low.append(label)
        else:
            top.append(label)
            low.append(None)
    groups: list[tuple[str, ...]] = [style.audience, style.method]
    if style.levels:
        groups.append(("公开层级", *style.levels))
    for name, *parts in groups:
        top += [name, *[None] * (len(parts) - 1)]
        low += parts
    return [top, low]


def _body(rows: Sequence[Local], style: Style, start: int) -> list[list[str | None]]:
    cells: list[list[str | None]] = []
    level1s = list(dict.fromkeys(local.row.level1 for local in rows))
    for number, local in enumerate(rows, start):
        row = local.row
        matters: list[str | None] = [row.level1, row.level2]
        if style.indicators:
            matters = [f"{level1s.index(row.level1) + 1}.{row.level1}", f"{number}.{row.level2}", _first(row.content)]
        line: list[str | None] = [str(number), *matters, row.content, row.basis, row.time_limit, row.subject]
        line.append(style.channels(row.channels))
        line += [_tick(row.everyone), _tick(not row.everyone), _tick(row.proactive), _tick(not row.proactive)]
        if len(style.levels) == 2:
            line += [_tick(row.county), _tick(row.township)]
        elif style.levels:
            line.append(_tick(row.township))
        cells.append(line)
    if style.merged:
        for index in range(len(cells) - 1, 0, -1):
            if rows[index].row.level1 == rows[index - 1].row.level1:
                cells[index][1] = None
    return cells


def _first(content: str) -> str:
    return re.sub(r"^\d+[.．、]", "", content.partition("；")[0])


def _tick(value: bool) -> str:
    return "√" if value else ""
