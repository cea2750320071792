"""Word's .docx (ISO/IEC 29500-1) by zip and lxml: the text as Word shows it, its tables with their spans.

python-docx loses w:sym ticks, w:sdt and w:ins; here insertions are kept and deletions dropped, ticks of symbol fonts
become Unicode, words struck out are marked (archive.text.struck), text boxes and shapes come after the paragraph they
hang on, footnotes at the end. Headers and footers of the page are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, field
from lxml import etree

from archive.model import Place
from archive.text.struck import joined, shown
from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats import grids
from crawler.reading.formats.errors import corrupt
from crawler.reading.formats.office import marks
from crawler.reading.formats.office.docx_styles import Numbering, Styles, W, on
from crawler.reading.formats.office.package import Package

WHAT = "Word 文档（.docx）"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PICTURE = re.compile(r"word/media/[^/]+\.(?:jpe?g|png|bmp|gif|tiff?)", re.I)
MAX_PICTURES = 500
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
# Wrappers without a look of their own: what is inside counts.
_TRANSPARENT = frozenset(
    W + name
    for name in ("ins", "moveTo", "smartTag", "hyperlink", "fldSimple", "customXml", "sdtContent", "dir", "bdo")
)
_DROPPED = frozenset(
    W + name for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "rt", "instrText", "delText")
)


def read(payload: bytes) -> list[Block]:
    with Package(payload, WHAT) as package:
        main = next((n for n in package.names if re.fullmatch(r"word/document\d*\.xml", n)), "")
        root = package.xml(main)
        if root is None:
            raise corrupt(WHAT)
        body = root.find(W + "body")
        if body is None:
            if _STRICT in package.read(main)[:4096]:
                raise corrupt("“严格 Open XML”格式的 Word 文档")
            raise corrupt(WHAT)
        reader = Reader(Styles(package.xml("word/styles.xml")), Numbering(package.xml("word/numbering.xml")))
        blocks = list(reader.blocks(body))
        for part in ("word/footnotes.xml", "word/endnotes.xml"):
            notes = package.xml(part)
            for note in notes.iterchildren() if notes is not None else ():
                if note.get(W + "type") not in ("separator", "continuationSeparator", "continuationNotice"):
                    blocks += reader.blocks(note)
        return blocks


def pictures(payload: bytes) -> list[bytes]:
    """The pictures in the document that may hold a page of text, in the order of their names; no drawings (emf)."""
    with Package(payload, WHAT) as package:
        names = sorted(filter(_PICTURE.fullmatch, package.names), key=lambda name: (len(name), name))
        return list(filter(None, map(package.read, names[:MAX_PICTURES])))


@define
class Reader:
    """The body of a document as blocks; also of other formats, once their trees have these names."""

    styles: Styles
    numbering: Numbering
    shapes: list[etree._Element] = field(factory=list)
    """Text boxes met inside the paragraph that is being read."""

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        for element in parent.iterchildren():
            if element.tag == W + "p":
                yield from self.paragraph(element)
            elif element.tag == W + "tbl":
                yield from self.table(element)
            elif element.tag == _MC + "AlternateContent":
                yield from self.blocks(_alternative(element))
            elif element.tag == W + "sdt" or element.tag in _TRANSPARENT:
                yield from self.blocks(element)

    def paragraph(self, element: etree._Element) -> Iterator[Block]:
        outer, self.shapes = self.shapes, []
        text = self.paragraph_text(element)
        boxes, self.shapes = self.shapes, outer
        style = self.styles.of_paragraph(element)
        if text.strip():
            yield Paragraph(text, heading=self.styles.is_heading(element, style))
        for box in boxes:
            yield from self.blocks(box)

    def paragraph_text(self, element: etree._Element) -> str:
        style = self.styles.of_paragraph(element)
        text = joined("".join(self.inline(element, style)))
        number = self.numbering.label(element, self.styles.numbering(style))
        # In a table the 序号 is often nothing but an automatic number, so an empty paragraph shows it there as well.
        return f"{number} {text}" if number and text.strip() else number or text

    def inline(self, parent: etree._Element, style: str) -> Iterator[str]:
        for element in parent.iterchildren():
            tag = element.tag
            if tag == W + "r":
                yield from self.run(element, style)
            elif tag in _DROPPED:
                continue
            elif tag == _MC + "AlternateContent":
                yield from self.inline(_alternative(element), style)
            elif tag == W + "sdt" or tag in _TRANSPARENT:
                yield from self.inline(element, style)
            elif tag == _MATH_TEXT:
                yield element.text or ""
            elif isinstance(tag, str) and "/math}" in tag:
                yield from self.inline(element, style)

    def run(self, run: etree._Element, style: str) -> Iterator[str]:
        properties = run.find(W + "rPr")
        if properties is not None and on(properties.find(W + "vanish")):
            return
        font = self.styles.symbol_font(properties, style)
        looks = self.styles.looks(properties, style)
        yield from (shown(text, looks) for text in self.run_content(run, font, style))

    def run_content(self, run: etree._Element, font: str | None, style: str) -> Iterator[str]:
        for element in run.iterchildren():
            tag = element.tag
            if tag == W + "t":
                yield marks.in_font(element.text or "", font)
            elif tag == W + "sym":
                yield _symbol(element)
            elif tag in (W + "br", W + "cr"):
                yield "\n"
            elif tag in (W + "tab", W + "ptab"):
                yield "\t"
            elif tag == W + "noBreakHyphen":
                yield "-"
            elif tag == W + "ruby":
                for base in element.iterchildren(W + "rubyBase"):
                    yield from self.inline(base, style)
            elif tag == W + "fldChar":
                yield _checkbox(element)
            elif tag == _MC + "AlternateContent":
                yield from self.run_content(_alternative(element), font, style)
            elif tag in (W + "drawing", W + "pict", W + "object"):
                self.shapes += _text_boxes(element)

    # ------------------------------------------------------------ tables

    def table(self, table: etree._Element) -> Iterator[Block]:
        cells: list[grids.Cell] = []
        inner: list[Block] = []
        open_spans: dict[int, grids.Cell] = {}  # by column: cells that a vMerge below may continue
        height = 0
        for row in _rows(table):
            column = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
            below: dict[int, grids.Cell] = {}
            previous: grids.Cell | None = None
            for tc in _cells(row):
                properties = tc.find(W + "tcPr")
                wide = _number(properties.find(W + "gridSpan") if properties is not None else None, 1) or 1
                text = self.cell_text(tc, inner)
                vertical = _merge(properties, "vMerge")
                above = open_spans.get(column)
                if _merge(properties, "hMerge") == "continue" and previous is not None:
                    previous.columns += wide
                    previous.text = _joined(previous.text, text)
                elif vertical == "continue" and above is not None and above.columns == wide:
                    above.rows = height - above.row + 1
                    above.text = _joined(above.text, text)
                    below[column] = above
                else:
                    previous = grids.Cell(height, column, 1, wide, text)
                    cells.append(previous)
                    if vertical:
                        below[column] = previous
                column += wide
            open_spans = below
            height += 1
        grid = grids.build(cells, Place(0), height=height)
        if grid is not None:
            yield grid
        yield from inner

    def cell_text(self, tc: etree._Element, inner: list[Block]) -> str:
        """Lines of the cell; a table inside it that has rows and columns comes after this one, in `inner`."""
        lines: list[str] = []
        for block in self.blocks(tc):
            if isinstance(block, Paragraph):
                lines.append(block.text)
            elif len(block.cells) > 1 and len(block.cells[0]) > 1 and not grids.is_list(block):
                inner.append(block)
            else:
                lines += [" ".join(filter(None, row)) for row in block.cells]
        return "\n".join(lines)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for element in table.iterchildren():
        if element.tag == W + "tr":
            if element.find(f"{W}trPr/{W}del") is None:
                yield element
        elif element.tag == W + "sdt" or element.tag in _TRANSPARENT:
            yield from _rows(element)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for element in row.iterchildren():
        if element.tag == W + "tc":
            yield element
        elif element.tag == W + "sdt" or element.tag in _TRANSPARENT:
            yield from _cells(element)


def _merge(properties: etree._Element | None, name: str) -> str:
    """'restart', 'continue' (also when the value is left out) or ''."""
    element = properties.find(W + name) if properties is not None else None
    return "" if element is None else element.get(W + "val", "continue")


def _number(element: etree._Element | None, default: int) -> int:
    value = element.get(W + "val", "") if element is not None else ""
    return min(int(value), 100_000) if value.isascii() and value.isdigit() else default


def _joined(text: str, more: str) -> str:
    return f"{text}\n{more}" if more.strip() else text


def _alternative(element: etree._Element) -> etree._Element:
    """One of the ways in which the same thing is written: the first with text, else the last."""
    choices = list(element.iterchildren(_MC + "Choice", _MC + "Fallback"))
    for choice in choices:
        if next(choice.iter(W + "t", W + "sym"), None) is not None:
            return choice
    return choices[-1] if choices else element


def _text_boxes(element: etree._Element) -> list[etree._Element]:
    """The text boxes in a drawing, without those inside another one (they come with it)."""
    found: list[etree._Element] = []
    for child in element.iterchildren():
        if child.tag == W + "txbxContent":
            found.append(child)
        elif child.tag == _MC + "AlternateContent":
            found += _text_boxes(_alternative(child))
        else:
            found += _text_boxes(child)
    return found


def _symbol(element: etree._Element) -> str:
    try:
        return marks.symbol(element.get(W + "font", ""), int(element.get(W + "char", ""), 16))
    except (ValueError, OverflowError):
        return ""


def _checkbox(field_char: etree._Element) -> str:
    """The box of an old form field."""
    box = field_char.find(f"{W}ffData/{W}checkBox")
    if box is None:
        return ""
    state = box.find(W + "checked")
    return "☑" if on(state if state is not None else box.find(W + "default")) else "□"
