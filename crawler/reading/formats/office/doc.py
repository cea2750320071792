"""Word's and WPS's .doc ([MS-DOC]), made a .docx by msdoc2docx and, where it is installed, by LibreOffice.

Each of them loses text that the other keeps (19 real files: adjacent tables fused, text boxes lost), so where the two
disagree the richer reading is kept and a person is told.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import doc2docx
from attrs import frozen
from doc2docx.errors import Doc2DocxError, EncryptedDocumentError

from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats.errors import DAMAGE, UnreadableError, corrupt, encrypted
from crawler.reading.formats.office import docx, soffice

WHAT = "Word 97–2003 文档（.doc、.wps）"
SLACK = 0.01
"""Share of the characters that may differ without a word: numbers of lists and marks of fields."""
NOT_COMPARED = "LibreOffice 没能转换这个文件（超时或出错），只有 msdoc2docx 一个读取程序的结果，未作比对，请核对原件。"


@frozen
class _Measure:
    rows: int
    tables: int
    text: Counter[str]

    @property
    def size(self) -> tuple[int, int, int]:
        return self.rows, self.tables, self.text.total()

    @property
    def shown(self) -> str:
        return f" {self.tables} 个表格 {self.rows} 行、{self.text.total()} 字"


def read(payload: bytes) -> tuple[list[Block], tuple[str, ...]]:
    """The blocks, and why a person should look."""
    # WPS writes a CLSID into the header, which must be zero by [MS-CFB] 2.2; msdoc2docx insists
    payload = payload[:8] + bytes(16) + payload[24:]
    problem: UnreadableError | None = None
    first: list[Block] | None = None
    try:
        first = docx.read(_by_msdoc2docx(payload))
    except UnreadableError as error:
        problem = error
        if error.problem.code == "encrypted":
            raise
    program = soffice.installed()
    converted = soffice.to_docx(payload, program) if program else None
    second: list[Block] | None = None
    if converted is not None:
        try:
            second = docx.read(converted)
        except UnreadableError as error:
            problem = problem or error
    if first is None and second is None:
        raise problem or corrupt(WHAT)
    if first is None:
        return second or [], ("第一个读取程序（msdoc2docx）读不了这个文件，采用 LibreOffice 的结果，请核对原件。",)
    if second is None:
        return first, (NOT_COMPARED,) if program else ()
    return _richer(first, second)


def _by_msdoc2docx(payload: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="guidelines-doc-") as folder:
        source, target = Path(folder, "file.doc"), Path(folder, "file.docx")
        source.write_bytes(payload)
        try:
            doc2docx.convert(source, target)
            return target.read_bytes()
        except EncryptedDocumentError as error:
            raise encrypted(WHAT) from error
        except (Doc2DocxError, *DAMAGE) as error:
            raise corrupt(WHAT) from error


def _richer(first: list[Block], second: list[Block]) -> tuple[list[Block], tuple[str, ...]]:
    one, two = _measure(first), _measure(second)
    lost = (two.text - one.text).total()
    missing = (one.text - two.text).total()
    if one.size[:2] == two.size[:2] and lost + missing <= SLACK * max(one.text.total(), 1):
        return first, ()
    better, name = (second, "LibreOffice") if two.size > one.size else (first, "msdoc2docx")
    return better, (
        f"两个读取程序的结果不一致：msdoc2docx 得到{one.shown}，LibreOffice 得到{two.shown}；"
        f"采用较全的 {name} 的结果，请核对原件。",
    )


def _measure(blocks: Sequence[Block]) -> _Measure:
    rows = tables = 0
    text: Counter[str] = Counter()
    for block in blocks:
        if isinstance(block, Paragraph):
            text.update(re.sub(r"\s", "", block.text))
        else:
            tables += 1
            rows += len(block.cells)
            text.update(re.sub(r"\s", "", "".join(cell or "" for row in block.cells for cell in row)))
    return _Measure(rows, tables, text)
