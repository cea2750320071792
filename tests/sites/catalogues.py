"""The sample catalogue tables (演示样本): rows from catalogue.txt, laid out in the columns seen in published tables.

Deterministic without a random generator: what varies is picked by a checksum of the row's own words.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

from attrs import field, frozen

HERE = Path(__file__).parent
CHANNELS = (
    "政府网站", "政府公报", "两微一端", "发布会/听证会", "广播电视", "纸质媒体", "公开查阅点", "政务服务中心",
    "便民服务站", "入户/现场", "社区/企事业单位/村公示栏（电子屏）", "精准推送", "其他",
)  # fmt: skip
LIMITS = (
    "自信息形成或变更之日起20个工作日内",
    "自信息形成之日起7个工作日内",
    "作出决定之日起7个工作日内",
    "实时公开",
    "每年3月31日前",
    "公示期限不少于7个工作日",
    "收到申请之日起20个工作日内",
)


@frozen
class Row:
    level1: str
    level2: str
    content: str
    basis: str
    time_limit: str
    subject: str
    channels: tuple[str, ...]
    everyone: bool
    proactive: bool
    county: bool
    township: bool


@frozen
class Layout:
    """The columns of one published table and how it marks a choice."""

    time_label: str = "公开时限"
    specific_label: str = "特定群体"
    levels: tuple[str, ...] = ("县级", "乡级")
    level3: bool = False
    split: bool = True
    """False: one column 公开事项 without 一级 and 二级."""
    marks: str = "■□"
    """Chosen and not chosen; one sign lists only the chosen ones; '' lists their names."""
    hint: str = ""
    """An instruction inside the header cell of the channels."""
    repeated: str = "merged"
    """An equal basis in the rows of one 一级事项: merged into one cell, written 同上, or written again."""
    counting_on: bool = False
    """序号 goes on from one area of the file to the next."""
    tick: str = "√"


@frozen
class Table:
    """Rectangular cells, None where merged into the cell above or to the left; spans by top left cell."""

    area: str
    caption: tuple[str, ...]
    cells: tuple[tuple[str | None, ...], ...]
    header_rows: int
    spans: dict[tuple[int, int], tuple[int, int]] = field(factory=dict)

    @property
    def rows(self) -> int:
        return len(self.cells) - self.header_rows


def pick(count: int, *words: str) -> int:
    return crc32("\x1f".join(words).encode()) % count


def read_areas(path: Path = HERE / "catalogue.txt") -> dict[str, list[Row]]:
    areas: dict[str, list[Row]] = {}
    area, subjects, bases = "", [""], [""]
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("=="):
            area, *lists = (part.strip() for part in line.removeprefix("==").split("|"))
            subjects, bases = (words.split("；") for words in lists)
            areas[area] = []
        elif line and not line.startswith("#"):
            level1, _, rest = line.partition("：")
            matters, _, elements = rest.partition("|")
            for matter in matters.strip().split("、"):
                areas[area].append(_row(area, level1, matter, elements.strip().split("；"), subjects, bases))
    return areas


def _row(area: str, level1: str, level2: str, elements: list[str], subjects: list[str], bases: list[str]) -> Row:
    chosen = {pick(len(CHANNELS) - 1, area, level2, str(n)) for n in range(1 + pick(4, level2, area))} | {0}
    if pick(6, level2, "no website") == 0 and len(chosen) > 1:
        chosen -= {0}
    keep = max(2, len(elements) - pick(3, level1, level2))
    start = pick(2, "content", level2)
    listed = [*elements[start:], *elements[:start]][:keep]
    on_request = pick(7, level2, area, "request") == 0
    township = pick(3, area, level1, level2) == 0
    return Row(
        level1=level1,
        level2=level2,
        content="；".join(f"{n}.{text}" for n, text in enumerate(listed, 1)),
        basis="；".join(bases) if pick(3, level1) else bases[0],
        time_limit=LIMITS[pick(len(LIMITS), area, level1, level2)] if pick(2, level2) else LIMITS[0],
        subject=subjects[pick(len(subjects), level1, area)],
        channels=tuple(CHANNELS[n] for n in sorted(chosen)),
        everyone=pick(5, level2, "audience") != 0,
        proactive=not on_request,
        county=not township or pick(2, level2, "both") == 0,
        township=township,
    )


def make_table(area: str, rows: list[Row], layout: Layout, *, first: int = 1) -> Table:
    """The published form of an area's rows; `first` is the first 序号."""
    caption = (f"{area}领域基层政务公开标准目录", "（演示样本，非部委原文）")
    top, under, spans = _header(layout)
    cells: list[list[str | None]] = [list(top), list(under)]
    for number, row in enumerate(rows, first):
        cells.append(_cells(number, row, layout))
    _merge_repeated(cells, 1, spans, within=None)
    basis = list(top).index("公开依据")
    if layout.repeated == "merged":
        _merge_repeated(cells, basis, spans, within=1)
    elif layout.repeated == "同上":
        for index in range(len(cells) - 1, 2, -1):
            if cells[index][1] is None and cells[index][basis] == cells[index - 1][basis]:
                cells[index][basis] = "同上"
    return Table(area, caption, tuple(tuple(row) for row in cells), 2, spans)


def _header(
    layout: Layout,
) -> tuple[list[str | None], list[str | None], dict[tuple[int, int], tuple[int, int]]]:
    matters = ("一级事项", "二级事项", "三级事项")[: 3 if layout.level3 else 2] if layout.split else ()
    groups: list[tuple[str, tuple[str, ...]]] = [
        ("序号", ()),
        ("公开事项", matters),
        ("公开内容（要素）", ()),
        ("公开依据", ()),
        (layout.time_label, ()),
        ("公开主体", ()),
        (f"公开渠道和载体{layout.hint}", ()),
        ("公开对象", ("全社会", layout.specific_label)),
        ("公开方式", ("主动", "依申请")),
    ]
    if layout.levels:
        groups.append(("公开层级", layout.levels))
    top: list[str | None] = []
    under: list[str | None] = []
    spans = {}
    for name, parts in groups:
        spans[0, len(top)] = (1, len(parts)) if parts else (2, 1)
        top += [name, *[None] * (max(1, len(parts)) - 1)]
        under += list(parts) if parts else [None]
    return top, under, {place: span for place, span in spans.items() if span != (1, 1)}


def _cells(number: int, row: Row, layout: Layout) -> list[str | None]:
    def tick(value: bool) -> str:
        return layout.tick if value else ""

    matters = [row.level1, row.level2] if layout.split else [f"{row.level1}—{row.level2}"]
    if layout.level3:
        matters.append(row.content.split("；")[0].removeprefix("1."))
    cells = [str(number), *matters, row.content, row.basis, row.time_limit, row.subject, _channels(row, layout.marks)]
    cells += [tick(row.everyone), tick(not row.everyone), tick(row.proactive), tick(not row.proactive)]
    if len(layout.levels) == 2:
        cells += [tick(row.county), tick(row.township)]
    elif layout.levels:
        cells.append(tick(row.township))
    return list(cells)


def _channels(row: Row, marks: str) -> str:
    if not marks:
        return "、".join(row.channels)
    if len(marks) == 1:
        return "".join(f"{marks}{name} " for name in row.channels).strip()
    return " ".join((marks[0] if name in row.channels else marks[1]) + name for name in CHANNELS)


def _merge_repeated(
    cells: list[list[str | None]], column: int, spans: dict[tuple[int, int], tuple[int, int]], *, within: int | None
) -> None:
    """Merge equal neighbours of a column downwards, as published tables do, never across cells of column `within`."""
    start = 2
    values = [row[column] for row in cells]
    for index in range(3, len(cells) + 1):
        same = index < len(cells) and values[index] == values[start]
        if same and within is not None and cells[index][within] is not None:
            same = False
        if not same:
            if index - start > 1:
                spans[start, column] = (index - start, 1)
                for merged in range(start + 1, index):
                    cells[merged][column] = None
            start = index
