"""Attachments as bytes: the same content in two formats, and saved again without a word changed."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from random import Random
from time import struct_time

from PIL import Image

from tests.formats.writers import grid, write_docx, write_xlsx
from tests.histories.truth import File
from tests.histories.words import HEADER

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "rtf": "application/rtf",
    "pdf": "application/pdf",
    "png": "image/png",
}


@cache
def payload(file: File, saved: int = 0) -> bytes:
    """The file; every `saved` gives other bytes of the same content, as an editor's second save does.

    A closed file that was saved again cannot be told from another one: it never is."""
    if file.print:
        return {"pdf": _scan, "png": _picture, "rtf": _rtf}[file.format](file)
    table = [list(HEADER), *([str(number), *row.cells] for number, row in enumerate(file.rows, 1))]
    writer = write_docx if file.format == "docx" else write_xlsx
    return _packed(writer([grid(table, file.name)]), saved)


def _rtf(file: File) -> bytes:
    letters = "".join(f"\\u{ord(letter)}?" for letter in f"{file.name}第{file.print}稿")
    return f"{{\\rtf1\\ansi {letters}}}".encode()


def _scan(file: File) -> bytes:
    """Two pages of grey, as many stripes as it is the how manieth: no text, and always the same bytes."""
    page = _stripes(file)
    buffer = io.BytesIO()
    day = struct_time((2019, 12, 30, 9, 0, 0, 0, 364, 0))
    page.save(buffer, "PDF", save_all=True, append_images=[page], creationDate=day, modDate=day)
    return buffer.getvalue()


def _picture(file: File) -> bytes:
    buffer = io.BytesIO()
    _stripes(file).save(buffer, "PNG")
    return buffer.getvalue()


def _stripes(file: File) -> Image.Image:
    page = Image.new("L", (420, 594), 235)
    for stripe in range(file.print):
        page.paste(30, (40, 40 + 30 * stripe, 380, 52 + 30 * stripe))
    return page


def _packed(data: bytes, saved: int) -> bytes:
    """Zipped again with times, order and compression that follow from `saved` alone."""
    rng = Random(saved)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        first, rest = names[:1], names[1:]
        if saved:
            rng.shuffle(rest)
        for name in first + rest:
            entry = zipfile.ZipInfo(name, (2019 + saved % 60, 1 + saved % 12, 1, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, _saved_again(name, old.read(name), saved))
    return buffer.getvalue()


def _saved_again(name: str, part: bytes, saved: int) -> bytes:
    """Word numbers its saves (w:rsidR) and the properties carry the time."""
    if name == "docProps/core.xml":
        return _dated(part, saved)
    if saved and name == "word/document.xml":
        return part.replace(b"<w:p>", f'<w:p w:rsidR="00{saved:06X}">'.encode())
    return part


def _dated(part: bytes, saved: int) -> bytes:
    """Creation and change times of an xlsx made to follow from `saved` (the writer puts the present)."""
    head, mark, rest = part.partition(b"<dcterms:created")
    return head + f"<!-- {saved} -->".encode() + mark + rest if mark and saved else part
