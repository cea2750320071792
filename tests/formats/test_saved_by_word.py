# ruff: noqa: E501 — files, as Word writes them
"""What old versions of Word save besides .doc and .docx: one flat file of XML, a web archive, a document of pictures."""

from __future__ import annotations

import base64
import io
import quopri
import zipfile

import pytest

from crawler.reading import read
from crawler.reading.rule import Rule

HEADER = ("序号", "一级事项", "二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体")
ROWS = (
    ("1", "演示救助", "演示申请", "办理流程", "《演示条例》", "20个工作日内", "演示局", "■政府网站 □政府公报"),
    ("2", None, "演示审批", "审批结果", "《演示条例》", "及时公开", "演示局", "□政府网站 ■政府公报"),
)  # fmt: skip
TITLE = "演示领域基层政务公开标准目录"


def word_2003_xml() -> bytes:
    """As Word 2003 writes it: sections and revisions in wrappers, numbers of lists written out, cells merged by w:vmerge."""
    cells = "".join("<w:tr>" + "".join(map(_cell, row, range(len(row)))) + "</w:tr>" for row in (HEADER, *ROWS))
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"
 xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint" xmlns:aml="http://schemas.microsoft.com/aml/2001/core"
 w:macrosPresent="no" xml:space="preserve"><w:body><wx:sect>
<w:p><w:r><w:t>{TITLE}</w:t></w:r></w:p>
<w:p><w:pPr><w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/><wx:t wx:val="一、"/></w:listPr></w:pPr><w:r><w:t>说明</w:t></w:r>
<aml:annotation w:type="Word.Deletion" aml:id="1"><aml:content><w:r><w:delText>已删去</w:delText></w:r></aml:content></aml:annotation>
<aml:annotation w:type="Word.Insertion" aml:id="2"><aml:content><w:r><w:t>新加上</w:t></w:r></aml:content></aml:annotation></w:p>
<w:tbl>{cells}</w:tbl></wx:sect></w:body></w:wordDocument>""".encode()


def _cell(text: str | None, column: int) -> str:
    merged = "<w:tcPr><w:vmerge/></w:tcPr>" if text is None else '<w:tcPr><w:vmerge w:val="restart"/></w:tcPr>'
    return f"<w:tc>{merged if column == 1 else ''}<w:p><w:r><w:t>{text or ''}</w:t></w:r></w:p></w:tc>"


def web_archive() -> bytes:
    """As Word saves a single file web page: GB2312 in quoted-printable, with its picture beside it."""
    lines = "".join(f"<tr>{''.join(f'<td>{cell or str()}</td>' for cell in row)}</tr>" for row in (HEADER, *ROWS))
    html = f"<html><head><meta charset=gb2312></head><body><p>{TITLE}</p><table>{lines}</table></body></html>"
    page = quopri.encodestring(html.encode("gb2312")).decode()
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
    return (
        "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n"
        'Content-Type: multipart/related; boundary="----=_NextPart_01"\r\n\r\n'
        "------=_NextPart_01\r\nContent-Location: file:///C:/1234/mulu.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f'Content-Type: text/html; charset="gb2312"\r\n\r\n{page}\r\n'
        "------=_NextPart_01\r\nContent-Location: file:///C:/1234/mulu.files/image001.png\r\n"
        f"Content-Transfer-Encoding: base64\r\nContent-Type: image/png\r\n\r\n{picture}\r\n------=_NextPart_01--\r\n"
    ).encode("ascii")


def pictures_only(picture: bytes = b"\xff\xd8\xff\xe0" + bytes(40_000)) -> bytes:
    """A .docx whose only content is the scan of a page."""
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        drawing = "<w:drawing/>"
        file.writestr(
            "word/document.xml", f"<w:document {names}><w:body><w:p><w:r>{drawing}</w:r></w:p></w:body></w:document>"
        )
        file.writestr("word/media/image1.jpeg", picture)
    return held.getvalue()


@pytest.mark.parametrize("name", ["目录.xml", "目录.doc"])
def test_a_catalogue_saved_as_word_2003_xml_is_read_row_by_row(name: str) -> None:
    document = read(word_2003_xml(), {"content-location": f"http://a.example/{name}"}, Rule())
    assert not document.problem
    assert [(i.serial, i.level1, i.level2, i.channels) for i in document.items] == [
        ("1", "演示救助", "演示申请", ("政府网站",)),
        ("2", "演示救助", "演示审批", ("政府公报",)),
    ]
    assert document.text.splitlines()[:2] == [TITLE, "一、 说明新加上"]


def test_a_catalogue_saved_by_word_as_one_web_file_is_read_row_by_row() -> None:
    document = read(web_archive(), {"content-disposition": 'attachment; filename="mulu.mht"'}, Rule())
    assert not document.problem
    assert [(item.serial, item.level2) for item in document.items] == [("1", "演示申请"), ("2", "演示审批")]
    assert TITLE in document.text


def test_a_word_file_with_nothing_but_a_picture_of_a_page_says_that_it_is_a_scan() -> None:
    problem = read(pictures_only(), {"content-location": "http://a.example/m.docx"}, Rule()).problem
    assert problem.code == "needs-ocr"
    assert "图片" in problem
