"""The same tables printed by programs that offices use: reportlab's tables, a browser's print, LibreOffice.

Chromium and LibreOffice are not needed by the tests; `scripts/bench layouts` prints with them where they are installed.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import xlsxwriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from archive.model import Grid
from tests.catalogue.press import WEIGHTS
from tests.formats.writers import by_soffice, cells_of, docx_of, docx_paragraphs, docx_table

Writer = Callable[[Grid, int], bytes]
_SHARES = [*WEIGHTS.values(), *[3.2] * 6]


# ---------------------------------------------------------------- reportlab


def platypus(
    lines: str, *, repeat: bool = True, cut: bool = False, middle: bool = False, small: bool = False
) -> Writer:
    """Tables of reportlab's own layout; lines: GRID, LINEBELOW, LINEABOVE or ''."""

    def write(table: Grid, head: int) -> bytes:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        style = ParagraphStyle("cell", fontName="STSong-Light", fontSize=7, leading=9, wordWrap="CJK")
        look: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE" if middle else "TOP")]
        if small:
            look += [("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2)]
        if lines:
            look.append((lines, (0, 0), (-1, -1), 0.5, colors.black))
        if lines == "LINEBELOW":
            look.append(("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black))
        look += [("SPAN", (c, r), (c + w - 1, r + h - 1)) for (r, c), (h, w) in table.spans.items()]
        data = [[Paragraph(escape(t or "").replace("\n", "<br/>"), style) for t in row] for row in table.cells]
        page = landscape(A4 if small else A3)
        widths = [(page[0] - 80) * share / sum(_SHARES) for share in _SHARES]
        flow = [
            *(Paragraph(escape(line), style) for line in table.caption.split("\n") if line),
            Table(data, widths, style=look, repeatRows=head if repeat else 0, splitInRow=int(cut)),
        ]
        buffer = io.BytesIO()
        SimpleDocTemplate(buffer, pagesize=page, leftMargin=40, rightMargin=40).build(flow)
        return buffer.getvalue()

    return write


# ---------------------------------------------------------------- Chromium

CSS = {
    "ruled": "table{border-collapse:collapse} td,th{border:1px solid #000;padding:3px}",
    "ruled middle": "table{border-collapse:collapse} td,th{border:1px solid #000;padding:3px;vertical-align:middle}",
    "separate": "table{border-spacing:2px;border:1px solid #000} td,th{border:1px solid #000;padding:2px}",
    "gap borders": "table{border-spacing:1px;background:#000} td,th{background:#fff;padding:3px}",
    "horizontal": "table{border-collapse:collapse} "
    " td,th{border-bottom:1px solid #999;border-top:1px solid #999;padding:4px}",
    "horizontal striped": "table{border-collapse:collapse} tr{border-bottom:1px solid #ccc} td,th{padding:4px}"
    " tbody tr:nth-child(even){background:#eee}",
    "borderless": "table{border-collapse:collapse} td,th{padding:5px}",
    "borderless middle": "table{border-collapse:collapse} td,th{padding:5px;vertical-align:middle}",
}
_PAGE = (
    "@page{size:A3 landscape;margin:12mm} body{font:9pt 'Noto Sans CJK SC'} td{vertical-align:top} table{width:100%}"
)


def page(table: Grid, head: int, css: str, *, repeat: bool, whole: bool) -> str:
    """The table as a page for the printer. repeat: the header is a <thead>; whole: rows are not cut."""
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
    columns = "".join(f'<col style="width:{100 * share / sum(_SHARES):.1f}%">' for share in _SHARES)
    top, body = "".join(rows[:head]), "".join(rows[head:])
    inner = f"<thead>{top}</thead><tbody>{body}</tbody>" if repeat else f"<tbody>{top}{body}</tbody>"
    more = "tr{break-inside:avoid}" if whole else ""
    title = "".join(f"<h3>{escape(line)}</h3>" for line in table.caption.split("\n") if line)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><style>{_PAGE}{css}{more}</style></head><body>{title}'
        f"<table><colgroup>{columns}</colgroup>{inner}</table></body></html>"
    )


def chromium(css: str, *, repeat: bool = True, whole: bool = False) -> Writer:
    def write(table: Grid, head: int) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
            source.write_text(page(table, head, CSS[css], repeat=repeat, whole=whole), "utf-8")
            command = [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic",
                "--disable-background-networking", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer",
                f"--print-to-pdf={target}", source.as_uri(),
            ]  # fmt: skip
            subprocess.run(command, check=True, timeout=120, capture_output=True)
            return target.read_bytes()

    return write


# ---------------------------------------------------------------- LibreOffice


def libreoffice_word(borders: str, *, repeat: bool = True, whole: bool = False) -> Writer:
    """A .docx printed by Writer; borders: all, horizontal or none."""

    def write(table: Grid, head: int) -> bytes:
        edges = {"all": ("top", "left", "bottom", "right", "insideH", "insideV"), "none": ()}
        named = edges.get(borders, ("top", "bottom", "insideH"))
        lines = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for edge in named)
        body = docx_table(table).replace(
            "<w:tblPr/>",
            f"<w:tblPr><w:tblW w:w='5000' w:type='pct'/><w:tblBorders>{lines}</w:tblBorders>"
            "<w:tblLayout w:type='fixed'/></w:tblPr>",
        )
        total = 21000
        columns = "".join(f'<w:gridCol w:w="{int(total * share / sum(_SHARES))}"/>' for share in _SHARES)
        body = body.replace("<w:gridCol/>" * len(_SHARES), columns)
        start, *rows = body.split("<w:tr>")
        for number, row in enumerate(rows):
            marks = ("<w:tblHeader/>" if repeat and number < head else "") + ("<w:cantSplit/>" if whole else "")
            rows[number] = f"<w:trPr>{marks}</w:trPr>{row}" if marks else row
        body = "<w:tr>".join([start, *rows])
        body = body.replace("<w:r>", '<w:r><w:rPr><w:rFonts w:eastAsia="Noto Sans CJK SC"/><w:sz w:val="18"/></w:rPr>')
        section = (
            '<w:p/><w:sectPr><w:pgSz w:w="23811" w:h="16838" w:orient="landscape"/>'
            '<w:pgMar w:top="1000" w:right="1000" w:bottom="1000" w:left="1000"'
            ' w:header="500" w:footer="500"/></w:sectPr>'
        )
        return by_soffice(docx_of(docx_paragraphs(table.caption) + body + section), "docx", "pdf")

    return write


def libreoffice_sheet(borders: int, *, repeat: bool = True, middle: bool = True) -> Writer:
    """An .xlsx printed by Calc, one page wide."""

    def write(table: Grid, head: int) -> bytes:
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False})
        style = {"text_wrap": True, "valign": "vcenter" if middle else "top", "font_size": 9, "border": borders}
        frame = book.add_format(style | {"font_name": "Noto Sans CJK SC"})
        sheet = book.add_worksheet("表")
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        for column, share in enumerate(_SHARES):
            sheet.set_column(column, column, share * 2)
        for r, c, high, wide, text in cells_of(table):
            if (high, wide) != (1, 1):
                sheet.merge_range(r, c, r + high - 1, c + wide - 1, "", frame)
            sheet.write_string(r, c, text, frame)
        for number, row in enumerate(table.cells):
            need = [
                sum(1 + len(part) * 4 // int(_SHARES[c] * 4 * 0.9) for part in (text or "").split("\n"))
                for c, text in enumerate(row)
                if (number, c) not in table.spans
            ]
            sheet.set_row(number, 13 * max(need, default=1) + 4)
        if repeat:
            sheet.repeat_rows(0, head - 1)
        book.close()
        return by_soffice(buffer.getvalue(), "xlsx", "pdf")

    return write


def writers() -> Iterator[tuple[str, Writer]]:
    """Every program that is here, with each of its looks."""
    for lines in ("GRID", "LINEBELOW", "LINEABOVE", ""):
        name = lines.lower() or "borderless"
        yield f"reportlab {name}", platypus(lines)
        yield f"reportlab {name}, header once", platypus(lines, repeat=False)
        yield f"reportlab {name}, cut", platypus(lines, cut=True)
        yield f"reportlab {name} small, cut, header once", platypus(lines, repeat=False, cut=True, small=True)
        yield f"reportlab {name} middle", platypus(lines, middle=True)
    if shutil.which("chromium"):
        for css in CSS:
            yield f"chromium {css}", chromium(css)
            yield f"chromium {css}, rows whole", chromium(css, whole=True)
            yield f"chromium {css}, header once", chromium(css, repeat=False)
    if shutil.which("soffice"):
        for borders in ("all", "horizontal", "none"):
            yield f"writer {borders}", libreoffice_word(borders)
            yield f"writer {borders}, header once, rows whole", libreoffice_word(borders, repeat=False, whole=True)
        yield "calc borders", libreoffice_sheet(1)
        yield "calc borders, header once", libreoffice_sheet(1, repeat=False)
        yield "calc borderless", libreoffice_sheet(0)
        yield "calc borderless top", libreoffice_sheet(0, middle=False)
