"""Bad input: a clear reason in Chinese, never an exception (issue: formats, limits)."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from reportlab.pdfgen.canvas import Canvas

from crawler.reading.formats import archives
from crawler.reading.formats.office import soffice
from crawler.reading.sniff import OLE
from tests.formats.helpers import OWN, grids_in, reading
from tests.formats.writers import WORD, docx_of, grid, write_docx, write_html, write_ods, write_pdf, write_xlsx, zipped
from tests.work import processor_time

TABLE = grid([["序号", "公开事项"], ["1", "征地"]], "附件1：\n土地领域\n基层政务公开标准目录")


@pytest.fixture(autouse=True)
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(soffice.SWITCH, "off")


def problem(payload: bytes, **headers: str) -> str:
    """The code of the problem; its sentence must be Chinese and must say what to do."""
    document = reading(payload, **headers)
    code, _, sentence = document.problem.partition(": ")
    assert re.search("[\u4e00-\u9fff]{4}", sentence), document
    assert "请" in sentence
    assert document.text == ""
    return code


@pytest.mark.parametrize("payload", [b"", b"\x00" * 2000, b"\xef\xbb\xbf \r\n"])
def test_an_empty_file_is_said_to_be_empty(payload: bytes) -> None:
    assert problem(payload) == "empty"


@pytest.mark.parametrize(
    "payload",
    [
        b"{\\rtf1 text}",
        b"\x89PNG\r\n\x1a\n" + bytes(90),
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
    ],
)  # fmt: skip
def test_what_is_not_read_says_so(payload: bytes) -> None:
    assert problem(payload) == "unsupported"


@pytest.mark.parametrize("write", [write_docx, write_xlsx, write_ods, write_pdf])
def test_a_file_cut_in_half_is_corrupt(write: object) -> None:
    payload = write([TABLE])  # type: ignore[operator]
    assert problem(payload[: len(payload) // 2]) in ("corrupt", "empty")


def test_an_office_file_of_which_only_the_head_came_is_corrupt() -> None:
    assert problem(OLE + bytes(range(256)) * 20) == "corrupt"


@pytest.mark.parametrize("name", ["mulu.doc", "mulu.xls"])
def test_an_old_office_file_cut_in_half_is_corrupt(name: str) -> None:
    payload = (OWN / name).read_bytes()
    assert problem(payload[: len(payload) // 2]) == "corrupt"


def _ole(*names: str) -> bytes:
    """A compound file with these streams, all empty."""
    header = bytearray(512)
    header[:8] = OLE
    header[24:34] = bytes.fromhex("3e000300feff09000600")
    header[44:52] = (1).to_bytes(4, "little") + (1).to_bytes(4, "little")
    header[76:80] = (0).to_bytes(4, "little")
    header[80:] = b"\xff" * 432
    table = b"\xfd\xff\xff\xff\xfe\xff\xff\xff" + b"\xff" * 504
    entries = b""
    for number, name in enumerate(("Root Entry", *names)):
        raw = name.encode("utf-16-le")
        entry = bytearray(raw.ljust(64, b"\x00") + (len(raw) + 2).to_bytes(2, "little") + bytes(62))
        entry[66] = 5 if number == 0 else 2
        right = number + 1 if 0 < number < len(names) else 0xFFFFFFFF
        child = 1 if number == 0 else 0xFFFFFFFF
        entry[68:80] = b"\xff" * 4 + right.to_bytes(4, "little") + child.to_bytes(4, "little")
        entries += entry
    return bytes(header) + table + entries.ljust(512, b"\x00")


def test_a_password_is_said_to_be_one() -> None:
    assert problem(_ole("EncryptionInfo", "EncryptedPackage")) == "encrypted"
    manifest = '<m:manifest xmlns:m="x"><m:encryption-data/></m:manifest>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    assert problem(zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": "?"})) == "encrypted"
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt="geheim")
    canvas.drawString(100, 100, "text")
    canvas.save()
    assert problem(buffer.getvalue()) == "encrypted"


def test_entity_bombs_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12)
    )
    document = (
        f'{bomb}]><w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&m;</w:t></w:r></w:p></w:body></w:document>'
    )
    assert problem(zipped({"word/document.xml": document})) == "corrupt"
    body = "<w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body>"
    outside = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{WORD}">{body}</w:document>'
    assert problem(zipped({"word/document.xml": outside})) == "corrupt"


def test_spans_of_ten_thousand_cost_nothing() -> None:
    wide = b'rowspan="10000" colspan="10000"'
    page = b"<html><table><tr><td %b>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>" % wide
    with processor_time(2):
        assert "a" in reading(page, content_type="text/html").text
    ods = write_ods([TABLE])
    with zipfile.ZipFile(io.BytesIO(ods)) as archive:
        content = archive.read("content.xml").decode()
    spans = 'table:number-columns-spanned="10000" table:number-rows-spanned="10000"'
    content = content.replace('table:number-rows-spanned="1" table:number-columns-spanned="2"', spans)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with processor_time(2):
        assert "征地" in reading(zipped({"mimetype": kind, "content.xml": content})).text


def _sheet(data: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_xlsx([TABLE]))) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{space}">{data}</worksheet>'
    return zipped(parts)


def test_one_cell_in_the_last_corner_of_a_sheet_is_too_large() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert problem(_sheet(f"<sheetData>{rows}</sheetData>")) == "too-large"


def test_a_merged_range_over_the_whole_sheet_is_cut_to_its_table() -> None:
    data = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row></sheetData>'
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    (found,) = grids_in(reading(_sheet(data + merged)))
    assert len(found.cells) <= 2


def test_a_sheet_of_five_thousand_rows_is_read() -> None:
    rows = [["序号", "公开事项", "时限"], *([str(n), f"事项{n}", "20日"] for n in range(5000))]
    (found,) = grids_in(reading(write_xlsx([grid(rows)])))
    assert len(found.cells) == 5001


def test_a_pdf_of_three_hundred_pages_is_read_in_time() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number in range(300):
        canvas.drawString(100, 800, "Running head")
        canvas.drawString(100, 500, f"Paragraph of page number {number}")
        canvas.drawString(300, 20, f"- {number + 1} -")
        canvas.showPage()
    canvas.save()
    with processor_time(30):
        lines = reading(buffer.getvalue()).text.split("\n")
    assert lines == [f"Paragraph of page number {number}" for number in range(300)]


def test_a_file_is_known_by_its_bytes_whatever_it_is_called() -> None:
    name = 'attachment; filename="list.pdf"'
    assert grids_in(reading(write_xlsx([TABLE]), content_type="application/pdf", content_disposition=name))
    assert grids_in(reading(write_html([TABLE]), content_type="application/vnd.ms-excel"))
    assert reading("附件\n正文".encode("gbk"), content_type="application/msword").text == "附件\n正文"


def test_the_title_of_a_file_is_its_headline_and_not_its_label() -> None:
    for write in (write_docx, write_xlsx, write_ods):
        assert reading(write([TABLE])).title == "土地领域基层政务公开标准目录"


def test_a_file_without_any_text_says_so() -> None:
    assert problem(docx_of("<w:p/>")) == "empty"


# ---------------------------------------------------------------- archives


def _named(entries: dict[bytes, bytes]) -> bytes:
    """A zip whose names are raw bytes without the UTF-8 flag, as Chinese Windows writes them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, content in enumerate(entries.values()):
            archive.writestr(f"{number:0{len(list(entries)[number])}d}", content)
    payload = buffer.getvalue()
    for number, name in enumerate(entries):
        payload = payload.replace(f"{number:0{len(name)}d}".encode(), name)
    return payload


def test_member_names_in_gbk_are_read() -> None:
    document = reading(_named({"附件1：土地目录.docx".encode("gbk"): b"one", "附件2：救助.txt".encode(): b"two"}))
    assert [(member.path, member.payload) for member in document.members] == [
        ("附件1：土地目录.docx", b"one"), ("附件2：救助.txt", b"two"),
    ]  # fmt: skip
    assert document.text == "附件1：土地目录.docx\n附件2：救助.txt"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:\\etc\\passwd", "a/../../etc/passwd", "..\\etc/passwd"]
)
def test_a_member_cannot_climb_out(name: str) -> None:
    document = reading(zipped({name: "text"}))
    assert document.members[0].path in ("etc/passwd", "a/etc/passwd")
    assert "越出目录" in document.review[0]


def test_files_of_an_archive_inside_an_archive_are_members() -> None:
    inner = zipped({"目录.txt": "正文"})
    assert [member.path for member in reading(zipped({"内.zip": inner})).members] == ["内.zip/目录.txt"]


def test_bombs_are_too_large_by_ratio_total_count_and_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem(zipped({"zeros": bytes(20_000_000)})) == "too-large"
    assert problem(zipped({str(number): "x" for number in range(archives.MAX_MEMBERS + 1)})) == "too-large"
    nested = zipped({"x.txt": "x"})
    for _ in range(archives.MAX_DEPTH):
        nested = zipped({"inner.zip": nested})
    assert problem(nested) == "too-large"
    monkeypatch.setattr(archives, "MAX_TOTAL", 100)
    assert problem(zipped({"a": "a" * 60, "b": "b" * 60})) == "too-large"


def test_an_archive_with_nothing_in_it_is_empty() -> None:
    assert problem(zipped({})) in ("empty", "corrupt")


def test_a_locked_archive_is_encrypted() -> None:
    payload = bytearray(zipped({"a.txt": "text"}))
    payload[6] |= 1
    at = payload.find(b"PK\x01\x02")
    payload[at + 8] |= 1
    assert problem(bytes(payload)) == "encrypted"
