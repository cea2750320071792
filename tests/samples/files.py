"""The other sample files: scans, fonts without Unicode, OFD, archives, locked and broken files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from PIL import Image
from pypdfium2 import PdfDocument
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from crawler.reading.sniff import OLE

# Word.Document.8: the class that WPS writes into the header of a .doc, where [MS-CFB] 2.2 wants zeros
WPS_CLASS = bytes.fromhex("0609020000000000c000000000000046")
_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def wps(doc: bytes) -> bytes:
    """A .doc as WPS saves it."""
    if not doc.startswith(OLE):
        raise ValueError("not an OLE file")
    return doc[:8] + WPS_CLASS + doc[24:]


def as_latin(xlsx: bytes) -> bytes:
    """The workbook with each Chinese text as the Latin letters that its GBK bytes would be."""

    def letters(text: str) -> str:
        return "".join(c if c < "\x80" else c.encode("gb18030").decode("latin-1") for c in text)

    with zipfile.ZipFile(io.BytesIO(xlsx)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    strings = "xl/sharedStrings.xml"
    return packed([(name, letters(data.decode()).encode() if name == strings else data) for name, data in parts])


def mac_codepage(xls: bytes) -> bytes:
    """The workbook as Excel for old Macs saves it: code page 10008 (BIFF record 0x42)."""
    unicode_, mac = bytes.fromhex("42000200b004"), bytes.fromhex("420002001827")
    if xls.count(unicode_) != 1:
        raise ValueError("not one CODEPAGE record")
    return xls.replace(unicode_, mac)


def scan(pdf: bytes, pages: int = 2) -> bytes:
    """The first pages as pictures in black and white, a little askew, as a copier makes them."""
    document = PdfDocument(pdf)
    pictures = [document[number].render(scale=1.4, grayscale=True).to_pil() for number in range(pages)]
    document.close()
    turned = [picture.rotate(0.4, expand=True, fillcolor=255).point(lambda v: 255 * (v > 150)) for picture in pictures]
    first, *others = [picture.convert("1", dither=Image.Dither.NONE) for picture in turned]
    buffer = io.BytesIO()
    first.save(buffer, "PDF", save_all=True, append_images=others, resolution=100)
    return buffer.getvalue()


def without_unicode(pdf: bytes) -> bytes:
    """The same pages whose fonts no longer say which character a glyph is. The name keeps its length: offsets hold."""
    if b"/ToUnicode" not in pdf:
        raise ValueError("no font of this file says so")
    return pdf.replace(b"/ToUnicode", b"/XoUnicode")


def locked_pdf(lines: Sequence[str]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption("yanshi", "yanshi", strength=128), invariant=1)
    canvas.setFont("STSong-Light", 12)
    for number, line in enumerate(lines):
        canvas.drawString(60, 780 - 20 * number, line)
    canvas.save()
    return buffer.getvalue()


def locked_docx(docx: bytes) -> bytes:
    """ECMA-376 agile encryption; msoffcrypto-tool is needed only to make the sample."""
    from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-not-found]

    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(docx)).encrypt("yanshi", buffer)
    return buffer.getvalue()


def locked_zip(packed: bytes) -> bytes:
    """Marked as encrypted, entry by entry, as an archive with a password is."""
    data = bytearray(packed)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def ofd(pages: Sequence[Sequence[str]]) -> bytes:
    """GB/T 33190: one text object a line."""
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(1, len(pages) + 1))
    area = "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
    document = (
        f"<ofd:Document {_OFD}><ofd:CommonData><ofd:MaxUnitID>900</ofd:MaxUnitID><ofd:PageArea>{area}</ofd:PageArea>"
        f"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    )
    parts = {
        "OFD.xml": f'<ofd:OFD {_OFD} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        "<ofd:DocID>00000000000000000000000000000001</ofd:DocID></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": document,
        "Doc_0/PublicRes.xml": f'<ofd:Res {_OFD} BaseLoc="Res"><ofd:Fonts>'
        '<ofd:Font ID="2" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>',
    }
    for number, lines in enumerate(pages, 1):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = _ofd_page(number, lines, area)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return packed([(name, (head + text).encode()) for name, text in parts.items()])


def _ofd_page(page: int, lines: Sequence[str], area: str) -> str:
    objects = ""
    for number, line in enumerate(lines):
        steps = " ".join(["4.5"] * (len(line) - 1))
        objects += (
            f'<ofd:TextObject ID="{page * 100 + number}" Boundary="20 {20 + 9 * number} 170 6" Font="2" Size="4.5">'
            f'<ofd:TextCode X="0" Y="4.5" DeltaX="{steps}">{escape(line)}</ofd:TextCode></ofd:TextObject>'
        )
    layer = f'<ofd:Layer ID="{page * 100 + 90}" Type="Body">{objects}</ofd:Layer>'
    return f"<ofd:Page {_OFD}><ofd:Area>{area}</ofd:Area><ofd:Content>{layer}</ofd:Content></ofd:Page>"


def packed(entries: Sequence[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, (2019, 12, 30, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
