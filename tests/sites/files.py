"""Writers of the sample attachments: .docx (zip and xml), .xlsx (XlsxWriter), .pdf (reportlab), .zip with gbk names.

All are deterministic. .doc and .xls are made from them once with LibreOffice (build.py --office).
"""

from __future__ import annotations

import io
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as PdfTable

from tests.sites.catalogues import Table

WHEN = (2019, 12, 30, 9, 0, 0)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SAMPLE = "演示样本：本文件内容均为自编示例，不是任何部委的原文。"


def _pack(entries: Sequence[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


# ---------------------------------------------------------------- .docx


def docx(title: str, tables: Sequence[Table]) -> bytes:
    body = [_paragraph(title), _paragraph(SAMPLE)]
    for table in tables:
        body += [_paragraph(line) for line in table.caption]
        body.append(_word_table(table))
        body.append(_paragraph("注：公开渠道可以根据实际情况选择。"))
    section = '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>'
    document = f"{XML}<w:document {W}><w:body>{''.join(body)}{section}</w:body></w:document>"
    types = (
        f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="word/document.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    )
    return _pack(
        [
            ("[Content_Types].xml", types.encode()),
            ("_rels/.rels", relations.encode()),
            ("word/document.xml", document.encode()),
        ]
    )


def _paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _word_table(table: Table) -> str:
    columns = len(table.cells[0])
    grid = "".join('<w:gridCol w:w="1000"/>' for _ in range(columns))
    below: set[tuple[int, int]] = set()
    for (r, c), (down, _) in table.spans.items():
        below |= {(r + n, c) for n in range(1, down)}
    rows = []
    for r, row in enumerate(table.cells):
        cells = []
        for c, cell in enumerate(row):
            down, across = table.spans.get((r, c), (1, 1))
            properties = '<w:tcW w:w="1000" w:type="dxa"/>'
            if across > 1:
                properties += f'<w:gridSpan w:val="{across}"/>'
            if down > 1:
                properties += '<w:vMerge w:val="restart"/>'
            if cell is None and (r, c) not in below:
                continue  # inside a cell that spans columns
            if cell is None:
                properties += "<w:vMerge/>"
            cells.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{_paragraph(cell or '')}</w:tc>")
        header = "<w:trPr><w:tblHeader/></w:trPr>" if r < table.header_rows else ""
        rows.append(f"<w:tr>{header}{''.join(cells)}</w:tr>")
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    properties = f"<w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
    return f"<w:tbl>{properties}{''.join(rows)}</w:tbl>"


# ---------------------------------------------------------------- .xlsx


def xlsx(title: str, tables: Sequence[Table]) -> bytes:
    """A sheet an area; the caption in two merged rows above the table."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": title, "comments": SAMPLE, "created": datetime(*WHEN)})
    cell_format = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"})
    for table in tables:
        sheet = book.add_worksheet(table.area[:31])
        sheet.set_column(0, len(table.cells[0]) - 1, 14)
        for r, line in enumerate(table.caption):
            sheet.merge_range(r, 0, r, len(table.cells[0]) - 1, line, cell_format)
        top = len(table.caption)
        for r, row in enumerate(table.cells):
            for c, cell in enumerate(row):
                down, across = table.spans.get((r, c), (1, 1))
                if down > 1 or across > 1:
                    sheet.merge_range(top + r, c, top + r + down - 1, c + across - 1, cell, cell_format)
                elif cell is not None:
                    sheet.write_string(top + r, c, cell, cell_format)
    book.close()
    return buffer.getvalue()


# ---------------------------------------------------------------- .pdf


def pdf(title: str, tables: Sequence[Table]) -> bytes:
    """The header of a table is repeated on every page; a standard Chinese font that no file needs to carry."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    rl_config.invariant = 1
    style = ParagraphStyle("cell", fontName="STSong-Light", fontSize=7, leading=9, wordWrap="CJK")
    heading = ParagraphStyle("heading", parent=style, fontSize=14, leading=20, alignment=1)
    story = [Paragraph(title, heading), Paragraph(SAMPLE, heading)]
    for table in tables:
        story += [Paragraph(line, heading) for line in table.caption]
        columns = len(table.cells[0])
        cells = [[Paragraph(escape(cell or ""), style) for cell in row] for row in table.cells]
        look = [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
        look += [
            ("SPAN", (c, r), (c + across - 1, r + down - 1))
            for (r, c), (down, across) in table.spans.items()
            if r < table.header_rows
        ]
        # a merged cell that a page break would cut is written again in each row instead
        for r in range(table.header_rows, len(table.cells)):
            for c in range(columns):
                if table.cells[r][c] is None:
                    cells[r][c] = cells[r - 1][c]
        widths = [24, 56, 62, 110, 110, 66, 66, 92] + [29] * (columns - 8)
        story += [PdfTable(cells, colWidths=widths, repeatRows=table.header_rows, style=look), Spacer(1, 12)]
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=landscape(A4), leftMargin=20, rightMargin=20, title=title, invariant=1).build(
        story
    )
    return buffer.getvalue()


# ---------------------------------------------------------------- .zip, .doc, .xls


def zipped(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Member names in gbk without the utf-8 flag, as Windows packs them."""
    stand_ins = [
        (f"member{n:02d}" + "x" * (len(name.encode("gbk")) - 8), data) for n, (name, data) in enumerate(members)
    ]
    packed = _pack(stand_ins)
    for (stand_in, _), (name, _) in zip(stand_ins, members, strict=True):
        packed = packed.replace(stand_in.encode(), name.encode("gbk"))
    return packed


def converted(data: bytes, source: str, target: str) -> bytes:
    """The file in an old format, by LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"file.{source}")
        path.write_bytes(data)
        profile = Path(folder, "profile").as_uri()
        command: list[str | Path] = [
            "soffice",
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            folder,
            path,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return path.with_suffix(f".{target}").read_bytes()
