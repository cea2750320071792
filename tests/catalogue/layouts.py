"""Layouts in which local governments publish their catalogues, in words of our own, each with the rows it must give.

Every layout stands for a family that was seen: other levels of government, other divisions of 公开事项, numbers and
channels in other places, marks of other kinds.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator, Sequence
from html import escape

import xlsxwriter
from attrs import evolve

from archive.model import Grid
from archive.words.channels import CHANNELS
from crawler.reading.catalogue.lattice import squeeze
from tests.catalogue.generator import COLUMNS, FLAGS, Cells, Layout, Row, grid, known, listed
from tests.catalogue.long_rows import long_rows
from tests.formats import writers
from tests.formats.writers import docx_of, docx_table, write_docx, write_html, write_ods, write_xlsx

File = tuple[str, bytes, Sequence[Row], str]
HTML, ANY = "text/html; charset=utf-8", "application/octet-stream"


def files() -> Iterator[File]:
    """(name, bytes, rows, content type) of each layout in each format."""
    formats: dict[str, Callable[[list[Grid]], bytes]] = {
        "html": write_html, "docx": write_docx, "xlsx": write_xlsx, "ods": write_ods,
    }  # fmt: skip
    for name, table, rows in grids():
        for suffix, write in formats.items():
            yield f"own {name} · {suffix}", write([table]), rows, HTML if suffix == "html" else ANY
    yield from _nested()
    yield from _hidden()


def grids() -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    for make in (_levels, _matters, _numbers, _listings, _marks, _merges, _extras, _serials):
        yield from make(random.Random(make.__name__))


def _with(layout: Layout, after: str, *columns: tuple[str, str, str]) -> Layout:
    at = 1 + [role for role, _, _ in layout.columns].index(after)
    return evolve(layout, columns=(*layout.columns[:at], *columns, *layout.columns[at:]))


def _clean(rows: Sequence[Row], **wanted: str) -> list[Row]:
    """The rows as they must be read: columns of our own are `extra` under their names."""
    own = {"city", "village", "other", "five", "note", *wanted}
    return [{key: value for key, value in row.items() if key not in own} for row in rows]


def _levels(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    plain = Layout()
    for names in (
        ("市级", "镇街", "村"), ("区级", "街道", "社区"), ("旗县级", "苏木乡镇级", "嘎查村级"),
        ("县（市、区）级", "乡（镇、街道）级", "村（社区）级"), ("演示市级", "镇街乡", "村"),
    ):  # fmt: skip
        layout = plain.relabel(county=names[0], township=names[1])
        layout = _with(layout, "township", ("village", "公开层级", names[2]))
        rows = [row | {"village": rng.random() < 0.5} for row in long_rows(rng, 9)]
        wanted = [row | {f"extra {squeeze(names[2])}": "√" if row["village"] else ""} for row in rows]
        yield f"levels {'/'.join(names)}", layout.table(rows), _clean(wanted)
    layout = _with(plain, "on_request", ("city", "公开层级", "市级"))
    rows = [row | {"city": rng.random() < 0.5} for row in long_rows(rng, 9)]
    yield (
        "levels 市级/县级/乡级",
        layout.table(rows),
        _clean([r | {"extra 市级": "√" if r["city"] else ""} for r in rows]),
    )
    words = evolve(plain.without("county", "township"), columns=(*COLUMNS[:12], ("level", "", "公开层级")))
    rows = long_rows(rng, 9)
    said = [row | {"level": "县级、乡级" if row["township"] else "县级"} for row in rows]
    yield "levels in words", words.table(said), rows


def _matters(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    third = ("level3", "公开事项", "三级事项")
    rows = [row | {"level3": f"具体演示{n}"} for n, row in enumerate(long_rows(rng, 9))]
    yield "三级事项", _with(Layout(merged=("level1",)), "level2", third).table(rows), rows
    outer = _with(Layout(), "level2", third)
    outer = evolve(outer, columns=(outer.columns[0], ("other", "", "一级目录"), *outer.columns[1:]))
    rows = [row | {"level3": f"具体演示{n}", "other": "综合演示"} for n, row in enumerate(long_rows(rng, 9))]
    yield "一级目录 beside 三级事项", outer.table(rows), _clean([row | {"extra 一级目录": "综合演示"} for row in rows])
    marks = ("一级指标", "二级指标", "三级指标")
    labelled = _with(Layout().relabel(content="公开内容和测评依据"), "level2", ("level3", "", ""))
    indicators = evolve(
        Layout(merged=("level1", "level2")).relabel(content="公开内容和测评依据"),
        columns=tuple(
            (role, "" if role.startswith("level") else group, label)
            for role, group, label in labelled.columns
            if role != "serial"
        ),
    )
    indicators = indicators.relabel(level1=marks[0], level2=marks[1], level3=marks[2])
    rows = [
        row | {"level3": f"具体演示{n}", "level1": f"{n // 4 + 1}.演示指标", "level2": f"{n // 2 + 1}.演示概况"}
        for n, row in enumerate(long_rows(rng, 9))
    ]
    yield "一二三级指标, no 序号", indicators.table(rows), known(rows, "serial")
    rows = long_rows(rng, 9)
    named = evolve(Layout(), columns=tuple((r, g.replace("公开事项", "事项名称"), label) for r, g, label in COLUMNS))
    yield "事项名称", named.relabel(channels="公开渠道").table(rows), rows


def _numbers(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    """No column 序号: the number stands beside 二级事项, under its label."""
    rows = long_rows(rng, 9)
    body = Layout(merged=("level1",)).body(rows)
    columns = [1, 0, *range(2, 14)]  # 一级事项, number, 二级事项 …
    top, low = Layout().header()
    head: Cells = [
        ["公开事项", None, None, *top[3:]],
        ["一级事项", "二级事项", None, *low[3:]],
    ]
    moved = [[row[c] for c in columns] for row in body]
    yield "number inside 公开事项", grid([*head, *moved]), rows
    rows = long_rows(rng, 9)
    for n, row in enumerate(rows):
        row.update(serial=str(n % 3 + 1), level1=f"演示类别{'甲乙丙'[n // 3]}")
    yield "numbers begin again under each 一级事项", Layout(merged=("level1",)).table(rows), rows


def _listings(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    for name, write in (
        ("1.", lambda chosen: " ".join(f"{n}.{channel}" for n, channel in enumerate(chosen, 1))),
        ("1、", lambda chosen: "\n".join(f"{n}、{channel}" for n, channel in enumerate(chosen, 1))),
        ("（1）", lambda chosen: "".join(f"（{n}）{channel}；" for n, channel in enumerate(chosen, 1))),
        ("①", lambda chosen: "".join(f"{chr(0x245F + n)}{channel}" for n, channel in enumerate(chosen, 1))),
    ):
        rows = long_rows(rng, 9)
        yield f"channels numbered {name}", Layout(channels=write).table(rows), rows
    rows = long_rows(rng, 9)
    layout = _with(Layout(), "channels", ("channels", "", "公开渠道和载体"))
    cells = layout.body(rows)
    for row, made in zip(cells, rows, strict=True):
        row[7] = " ".join(("■" if name in made["channels"] else "□") + name for name in CHANNELS[::2])
        row[8] = " ".join(("■" if name in made["channels"] else "□") + name for name in CHANNELS[1::2])
    head = layout.header()
    head[0][8] = None
    yield "channels over two columns", writers.grid([*head, *cells]), rows
    rows = long_rows(rng, 6)
    yield "channels over rows", grid([*Layout().header(), *_over_rows(rows)]), rows


def _over_rows(rows: Sequence[Row]) -> Cells:
    """Channels one to a row of the table; the row's own cells stand in the middle, the others are empty."""
    cells: Cells = []
    for made, whole in zip(rows, Layout().body(rows), strict=True):
        for number, name in enumerate(CHANNELS):
            line: list[str | None] = [""] * len(whole) if number != 5 else list(whole)
            line[7] = ("■" if name in made["channels"] else "□") + name
            cells.append(line)
    return cells


def _marks(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    for yes, no in (("▄", "口"), ("■", "□"), ("√", "□"), ("√", "口"), ("☑", "□"), ("●", "○"), ("★", "☆")):
        for gap in (" ", "；", "\n"):
            rows = long_rows(rng, 8)
            layout = Layout(channels=lambda chosen, y=yes, n=no, g=gap: listed(chosen, y, n, g))
            yield f"marked {yes}{no} by {gap!r}", layout.table(rows), rows


def _merges(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    layout = Layout(merged=("level1", "level2", "channels", *FLAGS[:2])).without("serial")
    rows = long_rows(rng, 10)
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        other.update({key: one[key] for key in ("level1", "level2", "channels", "audience_all", "audience_specific")})
    yield "no 序号, rows under merged items", layout.table(rows), known(rows, "serial")
    small = evolve(layout, columns=tuple(c for c in layout.columns if c[0] in ("level1", "level2", "content", "basis")))
    small = evolve(small, columns=(*small.columns, ("audience", "", "公开对象")))
    rows = long_rows(rng, 8)
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        other.update({key: one[key] for key in ("level1", "level2")})
    said = [row | {"audience": "全社会" if row["audience_all"] else "特定群体"} for row in rows]
    wanted = known(rows, "serial", "time_limit", "subject", *FLAGS[2:])
    yield "only 事项, 内容, 依据, 对象", small.table(said), [row | {"channels": ()} for row in wanted]
    rows = long_rows(rng, 9)
    for n, row in enumerate(rows):
        row["serial"] = str(n // 3 + 1)
    yield "序号 merged over rows", Layout(merged=("serial",)).table(rows), rows


def _extras(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    layout = _with(Layout(), "township", ("five", "", "五公开"), ("note", "", "备注"))
    rows = [row | {"five": "■决策 □执行", "note": f"演示备注{n}"} for n, row in enumerate(long_rows(rng, 8))]
    wanted = [row | {"extra 五公开": row["five"], "extra 备注": row["note"]} for row in rows]
    yield "extra columns", layout.table(rows), _clean(wanted)
    order = ("serial", "level1", "level2", "content", "basis", "time_limit", "subject", "proactive", "on_request",
             "channels", "audience_all", "audience_specific")  # fmt: skip
    columns = {role: (role, group, label) for role, group, label in COLUMNS}
    moved = evolve(Layout(), columns=tuple(columns[role] for role in order))
    rows = long_rows(rng, 8)
    yield "方式 before 渠道 before 对象", moved.table(rows), known(rows, "county", "township")


def _serials(rng: random.Random) -> Iterator[tuple[str, Grid, Sequence[Row]]]:
    chinese = "一二三四五六七八九十"
    for name, write in (
        ("1.", lambda n: f"{n}."), ("１", lambda n: chr(0xFF10 + n)), ("一", lambda n: chinese[n - 1]),
        ("（一）", lambda n: f"（{chinese[n - 1]}）"), ("01", lambda n: f"{n:02d}"),
    ):  # fmt: skip
        rows = [row | {"serial": write(n)} for n, row in enumerate(long_rows(rng, 9), 1)]
        yield f"serial {name}", Layout().table(rows), rows


# ---------------------------------------------------------------- what a grid cannot say


def _nested() -> Iterator[File]:
    rows = long_rows(random.Random("nested"), 8)
    table = Layout(channels=lambda chosen: "@" + listed(chosen, "■", "□", "|")).table(rows)
    html = write_html([table]).decode()
    word = docx_table(table)
    for cell in {text for row in table.cells for text in row if text and text.startswith("@")}:
        names = cell[1:].split("|")
        pairs = [names[n : n + 2] for n in range(0, len(names), 2)]
        inner = "".join("<tr>" + "".join(f"<td>{escape(name)}</td>" for name in pair) + "</tr>" for pair in pairs)
        html = html.replace(escape(cell), f"<table>{inner}</table>")
        small = grid([[*pair, *[""] * (2 - len(pair))] for pair in pairs])
        flat = f'<w:p><w:r><w:t xml:space="preserve">{escape(cell)}</w:t></w:r></w:p>'
        word = word.replace(flat, docx_table(small) + "<w:p/>")
    yield "own nested table of channels · html", html.encode(), rows, HTML
    yield "own nested table of channels · docx", docx_of(word + "<w:p/>"), rows, ANY


def _hidden() -> Iterator[File]:
    """Rows, columns and a sheet that Excel does not show are not the catalogue."""
    rows = long_rows(random.Random("hidden"), 10)
    for name, hide in (("rows", "row"), ("column", "column"), ("sheet", "sheet")):
        layout = Layout()
        shown = [row for n, row in enumerate(rows) if hide != "row" or n not in (3, 4)]
        for n, row in enumerate(shown, 1):
            row["serial"] = str(n)
        if hide == "column":
            layout = _with(layout, "subject", ("note", "", "内部备注"))
        made = [row | {"note": "不公开的话"} for row in rows]
        wanted = [row | ({"extra 内部备注": ""} if hide == "column" else {}) for row in shown]
        yield f"own hidden {name} · xlsx", _workbook(layout.table(made), hide), wanted, ANY


def _workbook(table: Grid, hide: str) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False})
    sheets = [book.add_worksheet("目录"), *([book.add_worksheet("旧目录")] if hide == "sheet" else [])]
    for sheet in sheets:
        for r, row in enumerate(table.cells):
            for c, text in enumerate(row):
                if text is None:
                    continue
                high, wide = table.spans.get((r, c), (1, 1))
                if (high, wide) != (1, 1):
                    sheet.merge_range(r, c, r + high - 1, c + wide - 1, "")
                sheet.write_string(r, c, text)
    if hide == "row":
        for r in (2 + 3, 2 + 4):
            sheets[0].set_row(r, None, None, {"hidden": True})
    if hide == "column":
        sheets[0].set_column(7, 7, None, None, {"hidden": True})
    for sheet in sheets[1:]:
        sheet.hide()
    book.close()
    return buffer.getvalue()
