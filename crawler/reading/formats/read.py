"""Attachment formats: bytes of any kind to a Document, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from archive.model import Document
from archive.text.filetypes import MEDIA_TYPES, PICTURES, UNREAD
from crawler.reading.assemble import Block, Paragraph, assemble, clean
from crawler.reading.formats import archives, pdf, pdf_scan, picture, plain
from crawler.reading.formats.errors import UnreadableError, corrupt, empty, encrypted, needs_ocr, unsupported
from crawler.reading.formats.office import doc, docx, odf, sheets, wordml
from crawler.reading.rule import Rule
from crawler.reading.sniff import OLE, sniff

FEW = 8
"""Characters: a file with no more and a picture is a scan with its label (附件2)."""
_LABEL = re.compile(r"附\s*件\s*[0-9一二三四五六七八九十]*\s*[:：]?")
_HEADLINE = re.compile(
    r"(标准目录|标准指引|指引|目录|清单|一览表|汇总表|名单|方案|办法|流程图|规范|标准|指南|（.{1,8}）)$"
)


def read_file(payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    """The reading of an attachment by what its bytes are. Never raises for bad input: Document.problem says why."""
    return _told(sniff(payload, headers), payload, headers, rule)


def read_html(payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    """All of a page, as a file that an office program has saved as one."""
    return _told("html", payload, headers, rule)


def _told(kind: str, payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    try:
        if kind in PICTURES:
            return picture.read(payload, MEDIA_TYPES[kind])
        return _read(kind, payload, headers, rule)
    except UnreadableError as error:
        return Document(problem=error.problem, media_type=MEDIA_TYPES[kind])


def _read(kind: str, payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    media_type = MEDIA_TYPES[kind]
    review: tuple[str, ...] = ()
    match kind:
        case "zip" | "rar" | "7z":
            members, review = archives.read(payload, kind)
            if not members:
                raise empty(archives.WHAT)
            names = [Paragraph(member.path) for member in members]
            return assemble(names, rule, members=members, review=review, media_type=media_type)
        case "docx":
            blocks = docx.read(payload)
        case "doc":
            blocks, review = doc.read(payload)
        case "xls" | "xlsx":
            blocks, review = sheets.read(payload)
        case "ods" | "odt":
            blocks = odf.read(payload)
        case "wordml":
            blocks = wordml.read(payload)
        case "pdf":
            blocks, review = pdf.read(payload)
        case "ofd":
            blocks = plain.ofd(payload)
        case "html":
            blocks = plain.html(payload, headers)
        case "txt":
            blocks = plain.text(payload, headers)
        case "empty":
            raise UnreadableError(
                "empty", "文件是空的（没有内容）。请在浏览器里核对原网页，必要时联系发布单位重新上传。"
            )
        case "encrypted-office":
            raise encrypted("Office 文件")
        case _:
            if payload.startswith(OLE):
                raise corrupt("Office 97–2003 文件")
            raise unsupported(UNREAD.get(kind, "这种格式的文件"))
    document = assemble(blocks, rule, title=title_of(blocks), review=review, media_type=media_type)
    words = re.sub(r"[│┃\s]", "", document.text)
    if kind == "docx" and len(words) <= FEW and (pictures := docx.pictures(payload)):
        scan = pdf_scan.bound(pictures)
        if not scan:
            raise needs_ocr("Word 文档里只有图片，没有文字")
        more, review = pdf.read(scan)
        return assemble([*blocks, *more], rule, title=title_of(more), review=review, media_type=media_type)
    if not words:
        raise empty("文件")
    return document


def title_of(blocks: Sequence[Block]) -> str:
    """What the file calls itself: the lines under a leading 附件 label up to one that ends like a title."""
    lines: list[str] = []
    for block in blocks[:12]:
        if isinstance(block, Paragraph):
            lines += clean(block.text).splitlines()
            continue
        if block.place.sheet:
            lines = lines[:-1]  # the sheet's name
        for row in block.cells[:3]:  # a sheet has its title in a cell merged over the table
            filled = [cell for cell in row if cell]
            if len(filled) != 1:
                break
            lines += filled[0].splitlines()
        break
    lines = [line for line in lines if not _LABEL.fullmatch(line)][:6]
    for count in range(1, min(len(lines), 3) + 1):
        joined = "".join(lines[:count])
        if len(joined) <= 80 and _HEADLINE.search(joined):
            return _LABEL.sub("", joined, count=1) if _LABEL.match(joined) else joined
    return next((line for line in lines if len(line) <= 80), "")
