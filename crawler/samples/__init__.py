"""A tiny file of each format that the reader knows, with a word that its reading must hold: what tells a broken machine
from a broken file.

The files lie beside this module. All text is ours: a table of two rows, or three lines of a notice, the same in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

FOLDER = Path(__file__).parent


@frozen
class Sample:
    name: str
    """As people call it."""
    file: str
    word: str = "公开事项"
    """What the reading's text must hold."""
    content_type: str = ""
    """What a server says of it; '' where only the file's name is known."""
    headers: Mapping[str, str] = field(init=False)
    """Of an answer that brings it."""

    @headers.default
    def _headers(self) -> Mapping[str, str]:
        if self.content_type:
            return {"content-type": f"{self.content_type}; charset=utf-8"}
        return {"content-disposition": f'attachment; filename="{self.file}"'}


SAMPLES: Mapping[str, Sample] = {
    "page": Sample("网页", "sample.html", content_type="text/html"),
    "guess": Sample("网页（通用方法）", "sample.guess.html", content_type="text/html"),
    "docx": Sample("Word .docx", "sample.docx"),
    "doc": Sample("Word .doc", "sample.doc"),
    "xlsx": Sample("Excel .xlsx", "sample.xlsx"),
    "xls": Sample("Excel .xls", "sample.xls"),
    "pdf": Sample("PDF", "sample.pdf", word="GONGKAI SHIXIANG"),
    "ods": Sample("开放文档 .ods", "sample.ods"),
    "odt": Sample("开放文档 .odt", "sample.odt"),
    "ofd": Sample("版式文档 .ofd", "sample.ofd"),
    "zip": Sample("压缩包 .zip", "sample.zip", word="目录.docx"),
    "txt": Sample("纯文本", "sample.txt", content_type="text/plain"),
}
"""By kind of file; 'page' is a page whose body a container holds, 'guess' one that only trafilatura finds."""
SCAN = Sample("扫描件", "sample.scan.pdf")
"""What is read only with the extra `ocr`."""
BEFORE_A_CRAWL = ("page", "guess", "docx", "xlsx", "pdf")
"""Each parser once, in a fifth of a second. A .doc waits for LibreOffice where there is one: `doctor` reads it."""
