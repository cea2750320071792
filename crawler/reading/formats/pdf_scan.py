"""A page of a PDF that is a picture, or whose fonts say nothing: recognised where the extra `ocr` is installed."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from archive.model import Grid
from crawler.reading.formats.ocr import engine
from crawler.reading.formats.pdf_loose import Columns
from crawler.reading.formats.pdf_tables import Found, Sheet, arranged

DOUBT = "文字识别，可能有误"


def recognised(page: Any, number: int, carried: Columns | None) -> Found | None:
    """page: of pdfium. None where nothing recognises here. Each row of its tables is in doubt."""
    if not engine.installed():
        return None
    # imported here: two seconds and 80 MB that a file with text does not need
    from crawler.reading.formats.ocr.page import recognise
    from crawler.reading.formats.ocr.paper import LONG_SIDE

    width, height = page.get_size()
    scale = LONG_SIDE / max(width, height)
    picture = page.render(scale=scale, rev_byteorder=False).to_numpy()[:, :, :3].copy()
    sheet = recognise(picture, scale)
    tables = [((min(c[0] for c in cells), min(c[1] for c in cells), max(c[2] for c in cells), max(c[3] for c in cells)), cells)
              for cells in sheet.tables]
    found = arranged(Sheet(sheet.chars, tables, (), height, number), carried)
    return evolve(found, parts=tuple(_doubted(part) if isinstance(part, Grid) else part for part in found.parts))


def _doubted(grid: Grid) -> Grid:
    return evolve(grid, doubts={row: DOUBT for row in range(len(grid.cells))})
