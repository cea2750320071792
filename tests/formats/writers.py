"""Files with known tables: each writer takes grids (spans and captions too) and gives the bytes of a file.

`None` cells must lie inside a span. A caption stands as lines above its table; in the sheet formats, which know no text
outside cells, as rows above it that are merged over all columns (published sheets are like that).
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

import xlsxwriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A3, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table
from reportlab.platypus.flowables import Flowable

from archive.model import Grid, Place

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def grid(rows: Sequence[Sequence[str | None]], caption: str = "") -> Grid:
    """A grid from rows; its spans are found from the None cells (right of a cell first, then below it)."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text is None:
                continue
            wide = 1
            while c + wide < len(row) and row[c + wide] is None and (r, c + wide) not in taken:
                wide += 1
            high = 1
            while r + high < len(rows) and all(rows[r + high][c + i] is None for i in range(wide)):
                high += 1
            taken.update((r + i, c + j) for i in range(high) for j in range(wide))
            if (high, wide) != (1, 1):
                found[r, c] = (high, wide)
    return Grid(tuple(tuple(row) for row in rows), Place(1), found, caption)


def cells_of(table: Grid) -> Iterator[tuple[int, int, int, int, str]]:
    """(row, column, rows, columns, text) of every cell that is there."""
    for r, row in enumerate(table.cells):
        for c, text in enumerate(row):
            if text is not None:
                high, wide = table.spans.get((r, c), (1, 1))
                yield r, c, high, wide, text


def width(table: Grid) -> int:
    return max((len(row) for row in table.cells), default=0)


def zipped(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# ---------------------------------------------------------------- Word


def docx_of(body: str, **parts: str) -> bytes:
    """A .docx around the given w:body content; `parts` are further files of word/ by name without '.xml'."""
    space = (
        f'xmlns:w="{WORD}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    )
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {space}><w:body>{body}</w:body></w:document>'
    more: dict[str, str | bytes] = {f"word/{name}.xml": content for name, content in parts.items()}
    return zipped({"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/document.xml": document, **more})


def docx_paragraphs(text: str) -> str:
    lines = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' if line else "<w:p/>"
        for line in text.split("\n")
    )
    return lines or "<w:p/>"


def docx_table(table: Grid) -> str:
    covered = {
        (r + i, c): (i, wide) for r, c, high, wide, _ in cells_of(table) for i in range(1, high)
    }  # the first cell of each lower row of a span stays in the file, with vMerge
    rows: list[str] = []
    for r, row in enumerate(table.cells):
        cells: list[str] = []
        for c, text in enumerate(row):
            if text is not None:
                high, wide = table.spans.get((r, c), (1, 1))
                merge = '<w:vMerge w:val="restart"/>' if high > 1 else ""
            elif (r, c) in covered:
                wide, merge, text = covered[r, c][1], "<w:vMerge/>", ""
            else:
                continue
            span = f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else ""
            cells.append(f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{docx_paragraphs(text)}</w:tc>")
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    columns = "<w:gridCol/>" * width(table)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def write_docx(grids: Iterable[Grid]) -> bytes:
    return docx_of("".join(docx_paragraphs(g.caption) + docx_table(g) for g in grids) + "<w:p/>")


def write_doc(grids: Iterable[Grid]) -> bytes:
    return by_soffice(write_docx(grids), "docx", "doc:MS Word 97")


# ---------------------------------------------------------------- sheets


def write_xlsx(grids: Iterable[Grid]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    frame = book.add_format({"border": 1, "text_wrap": True})
    for number, table in enumerate(grids, 1):
        sheet = book.add_worksheet(f"表{number}")
        captioned = _with_caption(table)
        for r, c, high, wide, text in cells_of(captioned):
            if (high, wide) != (1, 1):
                sheet.merge_range(r, c, r + high - 1, c + wide - 1, "", frame)
            sheet.write_string(r, c, text, frame)
    book.close()
    return buffer.getvalue()


def write_xls(grids: Iterable[Grid]) -> bytes:
    return by_soffice(write_xlsx(grids), "xlsx", "xls:MS Excel 97")


def write_ods(grids: Iterable[Grid]) -> bytes:
    tables: list[str] = []
    for number, table in enumerate(grids, 1):
        rows: list[str] = []
        captioned = _with_caption(table)
        for r, row in enumerate(captioned.cells):
            cells = "".join(_ods_cell(captioned, r, c, text) for c, text in enumerate(row))
            rows.append(f"<table:table-row>{cells}</table:table-row>")
        tables.append(f'<table:table table:name="表{number}">{"".join(rows)}</table:table>')
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_cell(table: Grid, row: int, column: int, text: str | None) -> str:
    if text is None:
        return "<table:covered-table-cell/>"
    high, wide = table.spans.get((row, column), (1, 1))
    span = ""
    if (high, wide) != (1, 1):
        span = f' table:number-rows-spanned="{high}" table:number-columns-spanned="{wide}"'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n")) if text else ""
    kind = ' office:value-type="string"' if text else ""
    return f"<table:table-cell{kind}{span}>{lines}</table:table-cell>"


def _with_caption(table: Grid) -> Grid:
    if not table.caption:
        return table
    lines = table.caption.split("\n")
    wide = width(table)
    cells = (*((line, *[None] * (wide - 1)) for line in lines), *table.cells)
    spans = {(r, 0): (1, wide) for r in range(len(lines))} if wide > 1 else {}
    spans.update({(r + len(lines), c): size for (r, c), size in table.spans.items()})
    return Grid(cells, table.place, spans)


# ---------------------------------------------------------------- html


def write_html(grids: Iterable[Grid]) -> bytes:
    parts: list[str] = []
    for table in grids:
        parts += [f"<p>{escape(line)}</p>" for line in table.caption.split("\n") if line]
        rows: list[str] = []
        for r, row in enumerate(table.cells):
            cells = ""
            for c, text in enumerate(row):
                if text is None:
                    continue
                high, wide = table.spans.get((r, c), (1, 1))
                span = (f' rowspan="{high}"' if high > 1 else "") + (f' colspan="{wide}"' if wide > 1 else "")
                cells += f"<td{span}>{escape(text).replace(chr(10), '<br>')}</td>"
            rows.append(f"<tr>{cells}</tr>")
        parts.append(f"<table>{''.join(rows)}</table>")
    body = "\n".join(parts)
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'.encode()


# ---------------------------------------------------------------- pdf


def write_pdf(grids: Iterable[Grid], *, repeat_header: int = 0, cut_rows: bool = False) -> bytes:
    """Ruled tables on A3 landscape pages; `repeat_header` rows come again on each page; a page break may cut a row."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("cell", fontName="STSong-Light", fontSize=7, leading=9, wordWrap="CJK")
    flow: list[Flowable] = []
    for table in grids:
        flow += [Paragraph(escape(line), style) for line in table.caption.split("\n") if line]
        data = [[Paragraph(escape(t or "").replace("\n", "<br/>"), style) for t in row] for row in table.cells]
        look: list[tuple[object, ...]] = [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
        look += [("SPAN", (c, r), (c + w - 1, r + h - 1)) for (r, c), (h, w) in table.spans.items()]
        columns = [1100 / width(table)] * width(table)
        flow.append(Table(data, columns, style=look, repeatRows=repeat_header, splitInRow=int(cut_rows)))
        flow.append(Spacer(1, 12))
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=landscape(A3), leftMargin=40, rightMargin=40).build(flow)
    return buffer.getvalue()


# ---------------------------------------------------------------- LibreOffice


def by_soffice(payload: bytes, suffix: str, target: str) -> bytes:
    """The file converted by LibreOffice; skip tests that need it where it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, f"file.{suffix}")
        source.write_bytes(payload)
        command = ["soffice", f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless", "--norestore"]
        process = subprocess.Popen(
            [*command, "--convert-to", target, "--outdir", str(Path(folder, "out")), str(source)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(300)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return Path(folder, "out", f"file.{target.split(':')[0]}").read_bytes()
