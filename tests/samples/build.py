"""Writes tests/samples/files and pages with what must be read of each (python -m tests.samples.build [--office]).

With --office LibreOffice and msoffcrypto-tool make the formats that nothing else here can write; without, those stay.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.catalogue.variations import cases
from tests.formats.writers import by_soffice, write_docx, write_html, write_ods, write_xlsx
from tests.samples import files, word
from tests.samples.content import TITLE, Catalogue, catalogue
from tests.samples.pages import PAGES
from tests.sites.catalogues import Layout
from tests.sites.files import docx as plain_docx
from tests.sites.files import pdf, xlsx, zipped

HERE = Path(__file__).parent
FILES, SAVED = HERE / "files", HERE / "pages"
LETTER = ("演示局文件", "演示发〔2019〕9号", "演示局关于答复政务公开有关问题的函", "演示样本：本函内容为自编示例。")

FLOW = ("受理：材料不齐全的，退回并告知补正材料", "审核：5个工作日", "公示：在公示栏公示7个工作日")


def main() -> int:
    write(office="--office" in sys.argv[1:])
    return 0


def write(*, office: bool) -> None:
    full = catalogue()
    whole = word.docx(full.tables)
    _catalogues(full, whole)
    _layouts()
    _breaks()
    _letters(whole)
    if office:
        _by_office(full, whole)
    _from_office(full)
    for page in PAGES:
        (SAVED / f"{page.name}.html").write_bytes(page.payload)
        _expect(SAVED / f"{page.name}.html", page.expected)


def _catalogues(full: Catalogue, whole: bytes) -> None:
    _file("mulu.docx", whole, kind="docx", title=TITLE, rows=full.rows)
    _file("mulu.xlsx", xlsx(TITLE, full.tables), kind="xlsx", rows=full.rows)
    _file("mulu_symbols.docx", word.docx(full.tables, symbols=True), kind="docx", title=TITLE, rows=full.rows)
    _file("mulu_word_html.doc", word.word_html(full.tables), kind="html", rows=full.rows)
    one = catalogue(areas=("社会救助",))
    export = word.sheet_html(one.tables[0], "社会救助领域基层政务公开标准目录")
    _file("mulu_export.xls", export, kind="html", rows=one.rows)
    table = pdf(TITLE, full.tables)
    _file("mulu_ruled.pdf", table, kind="pdf", title=TITLE, rows=full.rows)
    members = [(f"附件{n}：{t.area}领域目录.docx", plain_docx(TITLE, [t])) for n, t in enumerate(full.tables, 1)]
    members.append(("填表说明.txt", "演示样本：填表说明。".encode("gb18030")))
    archive = zipped(members)
    _file("mulu_gbk_names.zip", archive, kind="zip", members=[name for name, _ in members])
    _file("locked.zip", files.locked_zip(archive), kind="zip", problem="encrypted")


def _layouts() -> None:
    """Tables of other columns and marks than the standard ones."""
    layouts = {
        "layout_listed.docx": Layout(marks="", levels=("乡级",), specific_label="特定群众"),
        "layout_diamonds.docx": Layout(marks="◆", repeated="同上", time_label="公开要求"),
        "layout_ticked.docx": Layout(marks="☑☐", hint="（在选用的渠道前打√）", tick="✓"),
        "layout_without_level1.docx": Layout(split=False, levels=()),
    }
    for name, layout in layouts.items():
        made = catalogue(layout)
        _file(name, word.docx(made.tables), kind="docx", title=TITLE, rows=made.rows)


def _breaks() -> None:
    """Tables that a page break cut, in a file of each kind: repeated headers, rows in two parts, merged serials."""
    writers = {"docx": write_docx, "xlsx": write_xlsx, "ods": write_ods, "html": write_html}
    names = {
        "表内重复表头": "docx", "每页一表、重复表头": "ods", "续表没有表头": "docx",
        "分页截断一行、续表没有表头": "html", "分页截断一行、重复表头": "docx", "一项占三行（合并）": "xlsx",
        "序号合并而各行是不同事项": "docx", "表尾备注行": "xlsx", "其他表格夹在中间": "html", "序号重复书写": "docx",
    }  # fmt: skip
    for number, case in enumerate([case for case in cases(11) if case.name in names], 1):
        kind = names[case.name]
        _file(f"break_{number:02d}.{kind}", writers[kind](case.grids), kind=kind, what=case.name, rows=case.rows)


def _letters(whole: bytes) -> None:
    body = "关于政务公开标准目录的适用范围，现答复如下：请按照领域分别编制，每年更新一次。"
    _file("flowchart.docx", word.flowchart(FLOW), kind="docx", contains=["流程图", *FLOW])
    _file("letter.ofd", files.ofd([[*LETTER, body], ["演示局", "2019年9月9日"]]), kind="ofd", contains=[*LETTER, body])
    text = "\r\n".join([*LETTER, body]).encode("gb18030")
    _file("letter.txt", text, kind="txt", contains=[*LETTER, body])
    _file("letter.rtf", word.rtf([*LETTER, body]), kind="rtf", problem="unsupported")
    _file("locked.pdf", files.locked_pdf([*LETTER, body]), kind="pdf", problem="encrypted")
    _file("cut.docx", whole[: len(whole) // 2], kind="docx", problem="corrupt")
    _file("empty.doc", b"", kind="empty", problem="empty")


def _by_office(full: Catalogue, whole: bytes) -> None:
    """Once, on a machine that has LibreOffice: the bytes differ each time."""
    sheet = xlsx(TITLE, full.tables)
    made: dict[str, Callable[[], bytes]] = {
        "mulu.doc": lambda: by_soffice(whole, "docx", "doc:MS Word 97"),
        "mulu_symbols.doc": lambda: by_soffice(word.docx(full.tables, symbols=True), "docx", "doc:MS Word 97"),
        "mulu.odt": lambda: by_soffice(whole, "docx", "odt"),
        "mulu.pdf": lambda: by_soffice(whole, "docx", "pdf"),
        "mulu.html": lambda: by_soffice(whole, "docx", "html:HTML (StarWriter)"),
        "mulu.xls": lambda: by_soffice(sheet, "xlsx", "xls:MS Excel 97"),
        "mulu.ods": lambda: by_soffice(sheet, "xlsx", "ods"),
        "mac_codepage.xls": lambda: files.mac_codepage(by_soffice(files.as_latin(sheet), "xlsx", "xls:MS Excel 97")),
        "locked.docx": lambda: files.locked_docx(whole),
    }
    for name, maker in made.items():
        (FILES / name).write_bytes(maker())


def _from_office(full: Catalogue) -> None:
    """What LibreOffice made, and what is made of that."""
    for name in ("mulu.doc", "mulu_symbols.doc", "mulu.odt", "mulu.pdf"):
        _expect(FILES / name, {"kind": name.rpartition(".")[2], "title": TITLE, "rows": full.rows})
    for name in ("mulu.xls", "mulu.ods", "mulu.html"):
        _expect(FILES / name, {"kind": name.rpartition(".")[2], "rows": full.rows})
    _expect(FILES / "mac_codepage.xls", {"kind": "xls", "rows": full.rows, "review": "10008"})
    _expect(FILES / "locked.docx", {"kind": "encrypted-office", "problem": "encrypted"})
    doc, page = (FILES / "mulu.doc").read_bytes(), (FILES / "mulu.pdf").read_bytes()
    _file("mulu.wps", files.wps(doc), kind="doc", title=TITLE, rows=full.rows)
    _file("cut.xls", (FILES / "mulu.xls").read_bytes()[:9000], kind="unknown", problem="corrupt")
    _file("scan.pdf", files.scan(page), kind="pdf", problem="needs-ocr", says="扫描")
    _file("fonts_without_unicode.pdf", files.without_unicode(page), kind="pdf", problem="needs-ocr", says="乱码")
    _file("cut.pdf", page[:400], kind="pdf", problem="corrupt")


def _file(name: str, payload: bytes, **expected: Any) -> None:
    (FILES / name).write_bytes(payload)
    _expect(FILES / name, expected)


def _expect(path: Path, expected: dict[str, Any]) -> None:
    lines = []
    for key, value in expected.items():
        text = json.dumps(value, ensure_ascii=False)
        if key == "rows":
            text = "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]"
        lines.append(f"{json.dumps(key)}: {text}")
    Path(f"{path}.json").write_text("{" + ",\n".join(lines) + "}\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
