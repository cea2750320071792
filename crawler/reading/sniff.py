"""What a file is, by its bytes: sites name files wrongly (.wps for Word's .doc, .xls for html) or not at all."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from archive.text.filetypes import MEDIA_TYPES

PICTURES = re.compile(
    rb"(?P<png>\x89PNG\r\n\x1a\n)|(?P<jpg>\xff\xd8\xff)|(?P<gif>GIF8[79]a)|(?P<webp>RIFF....WEBP)"
    rb"|(?P<tif>II\*\x00|MM\x00\*)|(?P<bmp>BM.{12}[\x0c\x28\x38\x6c\x7c]\x00\x00\x00)",
    re.S,
)
"""First bytes of pictures, by their kinds."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096
_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|script|style|table|tr|td|div|span|p|a|h[1-6]|ul|font|br)\b", re.I
)
_OFFICE_XML = re.compile(rb"<\?mso-application|schemas-microsoft-com:office:(?:spreadsheet|word)\"?\s*>?", re.I)
_WORD_XML = re.compile(rb"""progid=["']Word\.Document["']|schemas\.microsoft\.com/office/word/2003/wordml""", re.I)
_MIME = re.compile(
    rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?Content-Type:\s*(?:multipart/(?:related|mixed|alternative)|text/html)",
    re.I,
)
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def sniff(payload: bytes, headers: Mapping[str, str]) -> str:
    """A kind of MEDIA_TYPES. Only where bytes leave html and text open do the headers (lower-case names) decide."""
    if not payload.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        return "empty"
    for magic, kind in ((b"{\\rtf", "rtf"), (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z")):
        if payload.startswith(magic):
            return kind
    if picture := PICTURES.match(payload):
        return str(picture.lastgroup)
    if payload.startswith(OLE):
        return _ole(payload)
    if payload.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")):
        return _zip(payload)
    head = _plain_head(payload)
    text = head.lstrip()
    if b"%PDF-" in payload[:1024] and not text.startswith(b"<"):
        return "pdf"
    declared = headers.get("content-type", "").lower()
    if "html" in declared and text.lstrip(b"\x00 \t\r\n").startswith(b"<") and _TAG.search(head):
        return "html"  # even with NUL or invalid bytes in it, which broken editors leave behind
    if b"\x00" in head or len(head.translate(None, _CONTROL)) < len(head) * 0.99:
        return "unknown"
    if text.startswith(b"<?xml") and _OFFICE_XML.search(head) and not _TAG.search(head):
        return "wordml" if _WORD_XML.search(head) else "unknown"  # Excel 2003 XML: no reader here knows it
    if _MIME.match(text):
        return "mht"  # also saved as .doc
    if _TAG.search(head) and (text.startswith(b"<") or "html" in declared):
        return "html"
    return "html" if "html" in declared else "txt"


def _plain_head(payload: bytes) -> bytes:
    """The beginning as bytes that ASCII patterns fit, also where the text is UTF-16."""
    head = payload[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head.removeprefix(b"\xef\xbb\xbf")


def _zip(payload: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype")
                for kind in ("ods", "odt"):
                    if declared.strip().startswith(MEDIA_TYPES[kind].encode()):
                        return kind
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        struct.error,
    ):
        names = set()  # cut off or damaged: go by the names in what is left, the reader then says what is wrong

    def holds(name: str) -> bool:
        return name in names if names else name.encode() in payload

    if holds("word/document.xml") or any(re.fullmatch(r"word/document\d*\.xml", name) for name in names):
        return "docx"
    if holds("xl/workbook.xml") or holds("xl/workbook.bin"):
        return "xlsx"
    if holds("OFD.xml"):
        return "ofd"
    return "zip"


def _ole(payload: bytes) -> str:
    names = list(ole_streams(payload))
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        return "encrypted-office"
    for name, kind in (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls")):
        if name in names:
            return kind
    return "unknown"


def ole_streams(payload: bytes) -> Iterator[str]:
    """Names at the top level of an OLE file ([MS-CFB] 2.6); of all levels where its directory tree is damaged.

    The level matters: a Word file with a sheet pasted into it holds a Workbook, too, further down.
    """
    entries = _directory(payload)
    if not entries:
        yield from (name for name, _ in _scan(payload))
        return
    seen: set[int] = set()
    ahead = [struct.unpack_from("<I", entries[0], 76)[0]]
    while ahead:
        at = ahead.pop()
        if at in seen or at >= len(entries):
            continue
        seen.add(at)
        entry = entries[at]
        yield _name(entry)
        ahead += struct.unpack_from("<II", entry, 68)


def _directory(payload: bytes) -> list[bytes]:
    """The directory entries (128 bytes each) in order, [] where their chain is broken."""
    if len(payload) < 512:
        return []
    shift = struct.unpack_from("<H", payload, 30)[0]
    if shift not in (9, 12):
        return []
    size = 1 << shift
    first_directory = struct.unpack_from("<I", payload, 48)[0]
    fat_sectors = struct.unpack_from("<109I", payload, 76)
    chain: list[bytes] = []
    sector, seen = first_directory, set[int]()
    while sector < 0xFFFFFFFA:
        block = payload[(sector + 1) * size : (sector + 2) * size]
        if sector in seen or len(block) < size:
            return []
        seen.add(sector)
        chain += [block[i : i + 128] for i in range(0, size, 128)]
        index, offset = divmod(sector, size // 4)
        if index >= 109 or fat_sectors[index] >= 0xFFFFFFFA:
            return []
        at = (fat_sectors[index] + 1) * size + offset * 4
        if at + 4 > len(payload):
            return []
        sector = struct.unpack_from("<I", payload, at)[0]
    return chain if chain and chain[0][66] == 5 else []


def _scan(payload: bytes) -> Iterator[tuple[str, int]]:
    """(name, offset) of what looks like a stream's directory entry, anywhere in the file."""
    for wanted in ("EncryptedPackage", "WordDocument", "Workbook", "Book"):
        pattern = wanted.encode("utf-16-le") + b"\x00\x00"
        at = payload.find(pattern)
        while at >= 0:
            if at % 128 == 0 and payload[at + 64 : at + 66] == struct.pack("<H", len(pattern)):
                yield wanted, at
                break
            at = payload.find(pattern, at + 1)


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
