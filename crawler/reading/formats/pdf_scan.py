"""Pages that are pictures, or whose fonts say nothing: recognised where the extra `ocr` is installed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from crawler.reading.formats.errors import DAMAGE
from crawler.reading.formats.ocr import engine
from crawler.reading.formats.pdf_grid import Laid
from crawler.reading.formats.pdf_layout import Box
from crawler.reading.formats.pdf_loose import Columns
from crawler.reading.formats.pdf_tables import Found, Sheet, arranged

DOUBT = "文字识别，可能有误"
_LEAST = 400
"""Pixels of the shorter side of a picture that may be a page."""


def recognised(page: Any, number: int, carried: Columns | None) -> tuple[Found, float] | None:
    """What stands on the page, each row of a table in doubt, and the page's height in the same points.

    page: of pdfium. None where nothing recognises here, or nothing can be read.
    """
    if not engine.installed():
        return None
    # imported here: two seconds and 80 MB that a file with text does not need
    from crawler.reading.formats.ocr.page import recognise
    from crawler.reading.formats.ocr.paper import scale

    picture = page.render(scale=scale(max(page.get_size())), rev_byteorder=False).to_numpy()[:, :, :3].copy()
    sheet = recognise(picture)
    if sheet is None:
        return None
    tables = [(_around(cells), cells) for cells in sheet.tables]
    found = arranged(Sheet(sheet.chars, tables, (), sheet.height, number), carried)
    for part in found.parts:
        if isinstance(part, Laid):
            part.doubts = dict.fromkeys(range(part.height), DOUBT)
    return found, sheet.height


def bound(pictures: Sequence[bytes]) -> bytes:
    """The pictures of another file as a PDF with a page each; b'' where none is a page or nothing recognises here."""
    if not engine.installed():
        return b""
    from PIL import Image

    pages = []
    for picture in pictures[: engine.MAX_PAGES]:
        try:
            page = Image.open(io.BytesIO(picture)).convert("RGB")
        except (Image.DecompressionBombError, *DAMAGE):  # an unknown or damaged picture: an OSError
            continue
        if min(page.size) >= _LEAST:
            pages.append(page)
    held = io.BytesIO()
    if pages:
        pages[0].save(held, "PDF", save_all=True, append_images=pages[1:])
    return held.getvalue()


def _around(cells: Sequence[Box]) -> Box:
    return min(c[0] for c in cells), min(c[1] for c in cells), max(c[2] for c in cells), max(c[3] for c in cells)
