"""Word 2003 XML (one flat file, `progid="Word.Document"`): its tree given the names of a .docx, then read as one.

The two differ in the namespace, in a few names, and in wrappers: sections (wx:sect), revisions (aml:annotation).
Numbers of lists are written out in wx:t.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from crawler.reading.assemble import Block
from crawler.reading.formats.errors import corrupt, too_large
from crawler.reading.formats.office.docx import Reader
from crawler.reading.formats.office.docx_styles import Numbering, Styles, W
from crawler.reading.formats.office.package import MAX_PART, parse_xml

WHAT = "Word 2003 XML 文档"
_OLD = "{http://schemas.microsoft.com/office/word/2003/wordml}"
_WX = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
_AML = "{http://schemas.microsoft.com/aml/2001/core}"
_NAMES = {"vmerge": "vMerge", "hmerge": "hMerge", "hlink": "hyperlink"}
_DELETED = "Word.Deletion"


def read(payload: bytes) -> list[Block]:
    if len(payload) > MAX_PART:
        raise too_large(f"{WHAT}有 {len(payload) // 1_000_000} MB")
    root = parse_xml(payload, WHAT)
    for element in list(root.iter()):
        _as_in_docx(element)
    body = root.find(W + "body")
    if body is None:
        raise corrupt(WHAT)
    return list(Reader(Styles(root.find(W + "styles")), Numbering(None)).blocks(body))


def _as_in_docx(element: etree._Element) -> None:
    tag = str(element.tag)
    if tag.startswith(_OLD):
        name = tag.removeprefix(_OLD)
        element.tag = W + _NAMES.get(name, name)
        for key, value in list(_own(element)):
            element.set(W + key, value)
        if name == "listPr":
            _write_out_number(element)
    elif tag == _AML + "annotation":
        element.tag = W + ("del" if element.get(_OLD + "type") == _DELETED else "ins")
    elif tag == _AML + "content" or tag.startswith(_WX + "s"):  # wx:sect, wx:sub-section
        element.tag = W + "customXml"


def _own(element: etree._Element) -> Iterator[tuple[str, str]]:
    for key, value in element.items():
        if str(key).startswith(_OLD):
            yield str(key).removeprefix(_OLD), str(value)


def _write_out_number(properties: etree._Element) -> None:
    """The automatic number as text at the paragraph's beginning: `<w:pPr><w:listPr><wx:t wx:val="1."/>`."""
    number = properties.find(_WX + "t")
    paragraph = next(properties.iterancestors(W + "p"), None)
    if number is None or paragraph is None:
        return
    run = etree.Element(W + "r")
    etree.SubElement(run, W + "t").text = number.get(_WX + "val", "").replace("·", "").strip() + " "
    paragraph.insert(1, run)
