"""Attachment formats: (a) what is read of the shared samples beside what their manifest says, (b) time and memory.

    scripts/bench read            prints both
    scripts/bench read samples    only (a)
    scripts/bench read speed      only (b)

Each measured file is read in a process of its own, so the peak memory is that of the process (an interpreter with the
readers loaded included), from wait4(2).
"""

from __future__ import annotations

import json
import os
import pickle
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from archive.model import Document, Grid
from crawler.reading import read
from crawler.reading.rule import Rule
from scripts.measuring import SHARED, bare, saved
from tests.formats import writers

FILES = SHARED / "attachments"
# Where our count differs from the manifest's, and why that is right.
EXPLAINED = {
    "penalty_scale.pdf": "清单只数前 12 页（12 表 110 行），文件共 14 页，逐页成表",
    "indicator_system.doc": "msdoc2docx 把相邻两表并作一表，行数相同；安装了 LibreOffice 时采用其 3 表",
    "broken_codepage.xls": "清单的工具都读不出（代码页 10008）；按 GBK 还原后 1 表 2632 行，并提示核对",
    "gazette_no_unicode.pdf": "清单以“误判的表”计；文字层是乱码，按 needs-ocr 不读",
    "scan.pdf": "没有文字层，按 needs-ocr 不读",
}


def main(arguments: Sequence[str]) -> int:
    what = arguments[0] if arguments else "all"
    if what in ("all", "samples"):
        samples()
    if what in ("all", "speed"):
        speed()
    return 0


# ---------------------------------------------------------------- (a)


def samples() -> None:
    print(f"{'文件':<26}{'表':>4}{'行':>7}{'字':>9}   {'清单：表、行':<12} 说明")
    if not FILES.is_dir():
        print(f"（没有样本：{FILES}）")
        return
    manifest = {entry["file"]: entry for entry, _ in saved(FILES / "real")}
    for path in sorted(FILES.glob("*.*")) + sorted((FILES / "real").glob("*.*")):
        if path.suffix in (".md", ".json", ".jsonl"):
            continue
        document = read(path.read_bytes(), {}, Rule())
        tables = [table.grid for table in document.tables]
        rows = sum(len(grid.cells) for grid in tables)
        expected = manifest.get(path.name)
        beside = f"{expected['tables']}、{expected['rows']}" if expected else "—"
        same = expected is None or (expected["tables"], expected["rows"]) == (str(len(tables)), str(rows))
        notes = [document.problem.partition("。")[0], *document.review]
        if path.name.startswith("mulu.") and not document.problem:
            notes.append(f"{right_cells(document)}/840 格正确")
        if not same:
            notes.append(EXPLAINED.get(path.name, "差异未解释"))
        note = "；".join(filter(None, notes))
        print(f"{path.name:<26}{len(tables):>4}{rows:>7}{len(document.text):>9}   {beside:<12} {note}")


def right_cells(document: Document) -> int:
    """Cells of the sample catalogue's items (14 a row) that are as its known rows have them."""
    known = json.loads((FILES / "known_rows.json").read_text("utf-8"))
    right = 0
    for item, row in zip(document.items, known, strict=False):
        *texts, channels, audience_all, specific, proactive, on_request, county, township = row.values()
        found = (item.serial, item.level1, item.level2, item.content, item.basis, item.time_limit, item.subject)
        right += sum(bare(cell) == bare(text) for cell, text in zip(found, texts, strict=True))
        right += item.channels == tuple(re.findall("■(\\S+)", channels))
        flags = (audience_all, specific, proactive, on_request, county, township)
        mine = (item.audience_all, item.audience_specific, item.proactive, item.on_request, item.county, item.township)
        right += sum(flag is (mark == "√") for flag, mark in zip(mine, flags, strict=True))
    return right


# ---------------------------------------------------------------- (b)


def catalogue(count: int) -> Grid:
    """A 标准目录 of our own with that many rows."""
    head: list[list[str | None]] = [
        ["序号", "公开事项", None, "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体",
         "公开对象", None, "公开方式", None, "公开层级", None],
        [None, "一级事项", "二级事项", *[None] * 5, "全社会", "特定群体", "主动", "依申请", "县级", "乡级"],
    ]  # fmt: skip
    basis = "《中华人民共和国政府信息公开条例》"
    channels = "■政府网站 □政府公报 ■两微一端 □发布会/听证会 □广播电视 □纸质媒体 ■公开查阅点 □政务服务中心 □其他"
    rows: list[list[str | None]] = [
        [str(n), f"演示事项{n // 5}", f"演示二级事项{n}", "1.申请材料；2.办理流程；3.办理结果", basis,
         "自信息形成之日起20个工作日内", "县级人民政府", channels, "√", "", "√", "", "√", "" if n % 2 else "√"]
        for n in range(1, count + 1)
    ]  # fmt: skip
    return writers.grid([*head, *rows], "附件\n演示领域基层政务公开标准目录")


def speed() -> None:
    writes: dict[str, Callable[[list[Grid]], bytes]] = {
        "docx": writers.write_docx, "doc": writers.write_doc, "xls": writers.write_xls, "xlsx": writers.write_xlsx,
        "ods": writers.write_ods, "html": writers.write_html,
        "pdf": lambda grids: writers.write_pdf(grids, repeat_header=2),
    }  # fmt: skip
    print(f"\n{'格式':<14}{'行':>6}{'KB':>8}{'秒':>8}{'处理器秒':>8}{'峰值 MB':>9}   读出")
    for name, write in writes.items():
        for count in (60, 1000):
            try:
                payload = write([catalogue(count)])
            except FileNotFoundError:
                print(f"{name:<14}{count:>6}   （没有安装 LibreOffice，无法生成）")
                continue
            for office in ("off", "on") if name == "doc" else ("off",):
                label = f"{name}+soffice" if office == "on" else name
                seconds, busy, memory, items, problem = measured(payload, office)
                result = problem or f"{items} 条"
                figures = f"{len(payload) // 1000:>8}{seconds:>8.2f}{busy:>12.2f}{memory:>9.0f}"
                print(f"{label:<14}{count:>6}{figures}   {result}")


def measured(payload: bytes, office: str) -> tuple[float, float, float, int, str]:
    """Seconds by the clock and of the processor, and peak MB of a process that reads the file; items and problem."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer")
        began = time.perf_counter()
        child = os.fork()
        if child == 0:
            os.environ["GUIDELINES_SOFFICE"] = office
            document = read(payload, {}, Rule())
            answer.write_bytes(pickle.dumps((len(document.items), document.problem)))
            os._exit(0)
        _, _, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - began
        items, problem = pickle.loads(answer.read_bytes()) if answer.exists() else (0, "crashed")  # noqa: S301
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000, items, problem
