from __future__ import annotations

import struct

import pytest

from archive.text.filetypes import MEDIA_TYPES
from crawler.reading.sniff import sniff
from tests.formats.helpers import OWN, SHARED
from tests.formats.writers import docx_of, grid, write_html, write_ods, write_pdf, write_xlsx, zipped

TABLE = grid([["序号", "事项"], ["1", "征地"]])


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (docx_of("<w:p/>"), "docx"),
        (write_xlsx([TABLE]), "xlsx"),
        (write_ods([TABLE]), "ods"),
        (write_pdf([TABLE]), "pdf"),
        (write_html([TABLE]), "html"),
        (zipped({"OFD.xml": "<x/>"}), "ofd"),
        (zipped({"目录.txt": "x"}), "zip"),
        (zipped({"mimetype": MEDIA_TYPES["odt"]}), "odt"),
        ("通知\n正文".encode("gb18030"), "txt"),
        (b"", "empty"),
        ("<html><body>中文</body></html>".encode("utf-16"), "html"),
        (b"\xff\xd8\xff\xe0" + bytes(range(40)), "jpg"),
        (b"\xff\xd9\xff\xe0" + bytes(range(40)), "unknown"),
        (b"junk\r\n%PDF-1.4\r\n", "pdf"),
        (b"{\\rtf1}", "rtf"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"<p>no head at all", "html"),
        (b"1 < 2 and 3 > 2", "txt"),
    ],
)
def test_a_kind_is_known_by_its_bytes(payload: bytes, kind: str) -> None:
    assert sniff(payload, {}) == kind


def test_real_files_are_known_whatever_their_names_say() -> None:
    expected = {
        ".wps": "doc",
        ".doc": "doc",
        ".xls": "xls",
        ".xlsx": "xlsx",
        ".docx": "docx",
        ".pdf": "pdf",
        ".ofd": "ofd",
    }
    sound = [*OWN.glob("mulu.*"), *OWN.glob("letter.*")]
    assert len(sound) >= 10
    for path in [*sound, *SHARED.glob("*.*"), *(SHARED / "real").glob("*.*")]:
        if path.suffix in expected:
            assert sniff(path.read_bytes(), {"content-type": "text/html"}) == expected[path.suffix], path.name


def test_a_sheet_pasted_into_a_word_file_does_not_make_it_a_workbook() -> None:
    payload = bytearray((OWN / "mulu.doc").read_bytes())
    sector = struct.unpack_from("<I", payload, 48)[0]
    at = (sector + 1) * 512
    # the last free entry of the directory becomes a Workbook that no tree leads to
    name = "Workbook".encode("utf-16-le")
    payload[at + 384 : at + 384 + 128] = (name.ljust(64, b"\x00") + struct.pack("<H", len(name) + 2) + bytes(62))[:128]
    assert sniff(bytes(payload), {}) == "doc"


def test_only_the_header_tells_a_page_of_plain_words_from_a_text() -> None:
    assert sniff(b"service unavailable", {"content-type": "text/html; charset=utf-8"}) == "html"
    assert sniff(b"service unavailable", {"content-type": "text/plain"}) == "txt"
    assert sniff(docx_of("<w:p/>"), {"content-type": "text/html"}) == "docx"


def test_every_kind_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == {
        "docx", "doc", "xls", "xlsx", "ods", "odt", "pdf", "ofd", "zip", "html", "txt", "rtf", "rar", "7z",
        "mht", "wordml", "png", "jpg", "gif", "bmp", "webp", "tif",
        "encrypted-office", "empty", "unknown",
    }  # fmt: skip
