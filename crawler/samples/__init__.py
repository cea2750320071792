"""A tiny file of each format that the reader knows, with a word that its reading must hold: what tells a broken machine
from a broken file.

All text is ours. What is a zip of XML is written here; .doc and .xls lie beside this file, made from the same text.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from attrs import frozen

WORD = "公开事项"
_ROWS = (("序号", WORD), ("1", "征地补偿安置方案"))
_LINES = (
    "各有关单位：现将基层政务公开标准指引印发给你们，请结合实际，认真贯彻执行。",
    f"各单位应当编制{WORD}目录，明确公开的内容、依据、时限、主体和渠道，并及时更新。",
    "公开时限为自信息形成或者变更之日起二十个工作日内，法律、法规另有规定的，从其规定。",
)


class SampleMissing(Exception):
    """A sample that the program brings along is not where it was installed; the message is its path."""


@frozen
class Sample:
    kind: str
    """A kind of file, or 'page' for a page whose body a container holds, 'guess' for one that trafilatura finds."""
    name: str
    """As people call it."""
    headers: Mapping[str, str]
    make: Callable[[], bytes]
    word: str = WORD
    """What the reading's text must hold."""


def _page() -> bytes:
    body = "".join(f"<p>{line}</p>" for line in _LINES)
    return _html(f'<h1>关于印发标准指引的通知</h1><div id="content" class="TRS_Editor">{body}</div>')


def _guess() -> bytes:
    """No container that a rule or a habit of such sites would name: only trafilatura finds the text."""
    body = "".join(f"<p>{line}</p>" for line in _LINES * 3)
    return _html(f'<h1>关于印发标准指引的通知</h1><section><div class="q7">{body}</div></section>')


def _html(body: str) -> bytes:
    head = '<meta charset="utf-8"><title>关于印发标准指引的通知</title>'
    return f'<!DOCTYPE html><html lang="zh"><head>{head}</head><body>{body}</body></html>'.encode()


def _zipped(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _xml(name: str, content: str, **spaces: str) -> str:
    declared = "".join(f' xmlns:{prefix}="{space}"' if prefix != "_" else f' xmlns="{space}"'
                       for prefix, space in spaces.items())  # fmt: skip
    return f'<?xml version="1.0" encoding="UTF-8"?><{name}{declared}>{content}</{name}>'


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument"


def _office(document: str, parts: Mapping[str, tuple[str, str]], **more: str) -> bytes:
    """An office package: `parts` gives each part's content type and content, `document` is the first of them."""
    types = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    types += "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, (kind, _) in parts.items()
    )
    return _zipped(
        {
            "[Content_Types].xml": _xml("Types", types, _=f"{_PACKAGE}/content-types"),
            "_rels/.rels": _relation("officeDocument", document),
            **{name: content for name, (_, content) in parts.items()},
            **more,
        }
    )


def _relation(kind: str, target: str) -> str:
    entry = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return _xml("Relationships", entry, _=f"{_PACKAGE}/relationships")


def _docx() -> bytes:
    def cell(text: str) -> str:
        return f"<w:tc><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:tc>"

    rows = "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in _ROWS)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    content = _xml("w:document", f"<w:body><w:tbl>{rows}</w:tbl><w:p/></w:body>", w=space)
    return _office("word/document.xml", {"word/document.xml": ("wordprocessingml.document.main", content)})


def _xlsx() -> bytes:
    def row(number: int, texts: tuple[str, ...]) -> str:
        cells = (
            f'<c r="{column}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for column, text in zip("AB", texts, strict=True)
        )
        return f'<row r="{number}">{"".join(cells)}</row>'

    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = "".join(row(number, texts) for number, texts in enumerate(_ROWS, 1))
    book = _xml("workbook", '<sheets><sheet name="目录" sheetId="1" r:id="rId1"/></sheets>', _=space, r=_OFFICE)
    sheet = _xml("worksheet", f"<sheetData>{rows}</sheetData>", _=space)
    parts = {
        "xl/workbook.xml": ("spreadsheetml.sheet.main", book),
        "xl/worksheets/sheet1.xml": ("spreadsheetml.worksheet", sheet),
    }
    links = {"xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml")}
    return _office("xl/workbook.xml", parts, **links)


def _open_document(kind: str, body: str) -> bytes:
    spaces = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    content = _xml("office:document-content", f"<office:body>{body}</office:body>", **spaces)
    return _zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def _ods() -> bytes:
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in row
        )
        + "</table:table-row>"
        for row in _ROWS
    )
    table = f'<table:table table:name="目录">{rows}</table:table>'
    return _open_document("spreadsheet", f"<office:spreadsheet>{table}</office:spreadsheet>")


def _odt() -> bytes:
    lines = "".join(f"<text:p>{line}</text:p>" for line in _LINES)
    return _open_document("text", f"<office:text>{lines}</office:text>")


def _ofd() -> bytes:
    space = {"ofd": "http://www.ofdspec.org/2016"}
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    text = (
        '<ofd:TextObject ID="4" Boundary="20 20 100 10" Font="2" Size="5">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="5 5 5">{WORD}</ofd:TextCode></ofd:TextObject>'
    )
    return _zipped(
        {
            "OFD.xml": _xml(
                "ofd:OFD", "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
                **space,
            ),
            "Doc_0/Document.xml": _xml(
                "ofd:Document",
                f"<ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID>{area}</ofd:CommonData>"
                '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>',
                **space,
            ),
            "Doc_0/Pages/Page_0/Content.xml": _xml(
                "ofd:Page", f'<ofd:Content><ofd:Layer ID="3">{text}</ofd:Layer></ofd:Content>', **space
            ),
        }
    )  # fmt: skip


def _pdf() -> bytes:
    """One page with a ruled table, so that both libraries have something to read; ASCII needs no font inside."""
    boxes = "".join(f"{x} {y} 200 40 re S " for x in (50, 250) for y in (600, 640))
    words = ((60, 655, "No"), (260, 655, "GONGKAI SHIXIANG"), (60, 615, "1"), (260, 615, "ZHENGDI"))
    drawn = boxes + "".join(f"BT /F1 12 Tf {x} {y} Td ({text}) Tj ET " for x, y, text in words)
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    data, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    data += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\n"
    return f"{data}startxref\n{data.index('xref')}\n%%EOF\n".encode("ascii")


def _kept(name: str) -> Callable[[], bytes]:
    """A file beside this one, packed: Office's old formats are mostly zeros."""

    def make() -> bytes:
        path = Path(__file__).with_name(f"{name}.z")
        try:
            return zlib.decompress(path.read_bytes())
        except (OSError, zlib.error) as error:
            raise SampleMissing(str(path)) from error

    return make


def _named(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


_HTML = {"content-type": "text/html; charset=utf-8"}
SAMPLES: Mapping[str, Sample] = {
    sample.kind: sample
    for sample in (
        Sample("page", "网页", _HTML, _page),
        Sample("guess", "网页（通用方法）", _HTML, _guess),
        Sample("docx", "Word .docx", _named("a.docx"), _docx),
        Sample("doc", "Word .doc", _named("a.doc"), _kept("sample.doc")),
        Sample("xlsx", "Excel .xlsx", _named("a.xlsx"), _xlsx),
        Sample("xls", "Excel .xls", _named("a.xls"), _kept("sample.xls")),
        Sample("pdf", "PDF", _named("a.pdf"), _pdf, "GONGKAI SHIXIANG"),
        Sample("ods", "开放文档 .ods", _named("a.ods"), _ods),
        Sample("odt", "开放文档 .odt", _named("a.odt"), _odt),
        Sample("ofd", "版式文档 .ofd", _named("a.ofd"), _ofd),
        Sample("zip", "压缩包 .zip", _named("a.zip"), lambda: _zipped({"目录.docx": _docx()}), "目录.docx"),
        Sample("txt", "纯文本", {"content-type": "text/plain; charset=utf-8"}, lambda: "\n".join(_LINES).encode()),
    )
}
BEFORE_A_CRAWL = ("page", "guess", "docx", "xlsx", "pdf")
"""Each parser once, in a fifth of a second. A .doc waits for LibreOffice where there is one: `doctor` reads it."""
