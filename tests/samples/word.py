"""Word files as offices write them: .docx with all that Word puts around a table, Word's own html, RTF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from tests.formats.writers import docx_of
from tests.samples.content import AFTER, BEFORE, NOTE
from tests.sites.catalogues import Table

_FONT = '<w:rPr><w:rFonts w:ascii="仿宋_GB2312" w:eastAsia="仿宋_GB2312" w:hint="eastAsia"/><w:sz w:val="18"/></w:rPr>'
_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
_SYMBOLS = {"■": ("Wingdings 2", "F0A2"), "□": ("Wingdings 2", "F0A3"), "√": ("Wingdings", "F0FC")}
_BOXED = re.compile("([■□√])")


def docx(tables: Sequence[Table], *, symbols: bool = False, cut: bool = True) -> bytes:
    """A page an area, rows that may not break over pages, header rows that repeat. `symbols`: marks as w:sym.

    `cut`: each line of text lies in several runs, as it does after somebody has edited it.
    """
    body = [_paragraph(line, cut=cut) for line in BEFORE]
    for number, table in enumerate(tables):
        body += [_BREAK] if number else []
        body += [_paragraph(line, cut=cut) for line in table.caption]
        body += [_table(table, symbols=symbols, cut=cut), _paragraph(NOTE, cut=cut)]
    body.append(_paragraph(AFTER, cut=cut))
    section = '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1000" w:right="700" '
    section += 'w:bottom="1000" w:left="700" w:header="700" w:footer="700" w:gutter="0"/></w:sectPr>'
    return docx_of("".join(body) + section)


def _paragraph(text: str, *, symbols: bool = False, cut: bool = True) -> str:
    runs = "".join(_run(part, symbols=symbols) for part in _pieces(text, cut=cut, symbols=symbols))
    return f'<w:p><w:pPr><w:spacing w:line="240" w:lineRule="auto"/></w:pPr>{runs}</w:p>'


def _pieces(text: str, *, cut: bool, symbols: bool) -> list[str]:
    if symbols:
        return [piece for piece in _BOXED.split(text) if piece]
    middle = len(text) // 2 if cut else 0
    return [piece for piece in (text[:middle], text[middle:]) if piece]


def _run(text: str, *, symbols: bool) -> str:
    if symbols and text in _SYMBOLS:
        font, code = _SYMBOLS[text]
        return f'<w:r>{_FONT}<w:sym w:font="{font}" w:char="{code}"/></w:r>'
    return f'<w:r>{_FONT}<w:t xml:space="preserve">{escape(text)}</w:t></w:r><w:proofErr w:type="spellEnd"/>'


def _table(table: Table, *, symbols: bool, cut: bool) -> str:
    covered = {
        (r + n, c): across for (r, c), (down, across) in table.spans.items() for n in range(1, down)
    }  # the first cell of each lower row of a merged cell stays in the file
    rows = []
    for r, row in enumerate(table.cells):
        cells = []
        for c, text in enumerate(row):
            down, across = table.spans.get((r, c), (1, covered.get((r, c), 1)))
            if text is None and (r, c) not in covered:
                continue
            merge = "<w:vMerge/>" if text is None else '<w:vMerge w:val="restart"/>' if down > 1 else ""
            span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
            inside = _paragraph(text or "", symbols=symbols and r >= table.header_rows, cut=cut)
            cells.append(f'<w:tc><w:tcPr><w:tcW w:w="1000" w:type="dxa"/>{span}{merge}</w:tcPr>{inside}</w:tc>')
        header = "<w:tblHeader/>" if r < table.header_rows else ""
        rows.append(f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{''.join(cells)}</w:tr>")
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in _widths(len(table.cells[0])))
    look = f'<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr>'
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _widths(columns: int) -> list[int]:
    return [500, 1100, 1200, 2300, 2300, 1200, 1200, 2200, *[500] * (columns - 8)]


def flowchart(boxes: Sequence[str]) -> bytes:
    """A heading, and text that lies in shapes only, with the old form of each beside it."""
    body = _paragraph("流程图")
    for text in boxes:
        box = f"<w:txbxContent>{_paragraph(text)}</w:txbxContent>"
        body += (
            '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps">'
            f"<w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        )
    return docx_of(body)


# ---------------------------------------------------------------- html that Word saved, also under the name .doc


def word_html(tables: Sequence[Table]) -> bytes:
    """Nine tenths of it are Word's own marks; the charset is gb2312 by name and gb18030 by bytes."""
    style = "style='margin:0cm;margin-bottom:.0001pt;text-align:center;mso-pagination:none;layout-grid-mode:char'"
    span = "style='font-size:9.0pt;mso-bidi-font-size:10.5pt;font-family:仿宋_GB2312;mso-hansi-font-family:宋体'"
    empty = "<span lang=EN-US><o:p></o:p></span>"

    def line(text: str) -> str:
        return f"<p class=MsoNormal align=center {style}><span {span}>{escape(text)}{empty}</span></p>"

    body = [line(text) for text in BEFORE]
    for table in tables:
        body += [line(text) for text in table.caption]
        body.append("<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'>")
        for r, row in enumerate(table.cells):
            cells = ""
            for c, text in enumerate(row):
                if text is None:
                    continue
                down, across = table.spans.get((r, c), (1, 1))
                size = f" colspan={across}" * (across > 1) + f" rowspan={down}" * (down > 1)
                cells += f"<td width=60{size} valign=top style='border:solid windowtext 1.0pt;mso-border-alt:solid'>"
                cells += f"{line(text)}</td>"
            body.append(f"<tr style='mso-yfti-irow:{r};page-break-inside:avoid'>{cells}</tr>")
        body += ["</table>", line(NOTE)]
    body.append(line(AFTER))
    head = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" '
        'xmlns="http://www.w3.org/TR/REC-html40"><head>'
        '<meta http-equiv=Content-Type content="text/html; charset=gb2312">'
        '<meta name=ProgId content=Word.Document><meta name=Generator content="Microsoft Word 11"><title>目录</title>'
        "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->"
        '<style><!-- @font-face{font-family:仿宋_GB2312;} p.MsoNormal{mso-style-parent:"";} --></style></head>'
    )
    document = f"{head}<body lang=ZH-CN><div class=Section1>{''.join(body)}</div></body></html>"
    return document.encode("gb18030")


def sheet_html(table: Table, title: str) -> bytes:
    """What a portal's export calls .xls: a table in html for Excel."""
    rows = [f"<tr><td colspan={len(table.cells[0])} class=xl24>{escape(title)}</td></tr>"]
    for r, row in enumerate(table.cells):
        cells = ""
        for c, text in enumerate(row):
            if text is not None:
                down, across = table.spans.get((r, c), (1, 1))
                size = f" colspan={across}" * (across > 1) + f" rowspan={down}" * (down > 1)
                cells += f"<td{size} class=xl24 x:str>{escape(text)}</td>"
        rows.append(f"<tr height=18>{cells}</tr>")
    head = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv="Content-Type" '
        'content="text/html; charset=utf-8"><meta name=ProgId content=Excel.Sheet></head>'
    )
    return f"{head}<body><table border=1>{''.join(rows)}</table></body></html>".encode()


def rtf(lines: Sequence[str]) -> bytes:
    """As Word for Chinese writes it: each byte of the GBK text as an escape."""
    text = "\\par\n".join("".join(f"\\'{byte:02x}" for byte in line.encode("gb18030")) for line in lines)
    return (
        f"{{\\rtf1\\ansi\\ansicpg936\\deff0{{\\fonttbl{{\\f0\\fnil\\fcharset134 SimSun;}}}}\n{text}\\par\n}}".encode()
    )
