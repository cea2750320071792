"""PDF: text by pdfium, ruled tables by pdfplumber. Scans and text that maps to garbage are noticed, never indexed."""

from __future__ import annotations

import ctypes
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, cast

import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from attrs import evolve, frozen

from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats import pdf_layout as layout
from crawler.reading.formats import pdf_scan
from crawler.reading.formats import pdf_tables as tables
from crawler.reading.formats.errors import corrupt, encrypted, needs_ocr, too_large
from crawler.reading.formats.ocr import engine
from crawler.reading.formats.pdf_cuts import mended
from crawler.reading.formats.pdf_grid import Laid
from crawler.reading.formats.pdf_loose import Columns
from crawler.reading.formats.pdf_tables import FAULTS, Found

WHAT = "PDF 文件"
MAX_PAGES = 1_000
RULINGS = 4
"""A page with fewer paths than the sides of a box has no table; pdfplumber, ten times slower, is spared it."""
FEW = 8
"""Characters: a page with no more and an image is a scan with a stamp or a page number."""
_ODD = re.compile(r"[!-/:-@\[-`{-~\x80-\xff\ufffd\ue000-\uf8ff\x00-\x08]|\(cid:\d+\)")
_CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
_MARGIN = 0.12
"""Share of the page's height, at its top and at its bottom, in which running heads and feet stand."""


@frozen
class Page:
    """Its lines and tables from top to bottom, and whether its text can be used."""

    number: int
    height: float
    parts: tuple[layout.Line | Laid, ...] = ()
    fault: str = ""
    """'' | 'scan' | 'garbled'"""
    recognised: bool = False
    """Whether its text was recognised in its picture."""


def read(payload: bytes) -> tuple[list[Block], tuple[str, ...]]:
    """The blocks, and why a person should look."""
    try:
        document = pdfium.PdfDocument(payload)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise encrypted(WHAT) from error
        raise corrupt(WHAT) from error
    try:
        if len(document) > MAX_PAGES:
            raise too_large(f"{WHAT}有 {len(document)} 页")
        if not len(document):
            raise corrupt(WHAT)
        pages, review = _pages(document, payload)
    except (pdfium.PdfiumError, ctypes.ArgumentError) as error:
        raise corrupt(WHAT) from error
    finally:
        document.close()
    return _judged(pages, review)


def _judged(pages: list[Page], review: list[str]) -> tuple[list[Block], tuple[str, ...]]:
    bad = [page for page in pages if page.fault and not page.recognised]
    recognised = [page for page in pages if page.recognised]
    if bad and len(bad) * 2 >= len(pages) and not recognised:
        scans = sum(page.fault == "scan" for page in bad)
        if scans * 2 >= len(bad):
            raise needs_ocr(f"{WHAT}共 {len(pages)} 页，其中 {len(bad)} 页是扫描图像，没有可用的文字层")
        raise needs_ocr(f"{WHAT}有文字层，但字体没有正确的编码，取出的文字是乱码（{len(bad)}/{len(pages)} 页）")
    if recognised:
        review.append(f"{_numbers(recognised)}是图像或乱码，用的是识别出的文字：{pdf_scan.DOUBT}；请核对原件。")
    if bad:
        review.append(f"{_numbers(bad)}是扫描图像或乱码，没有读出；请核对原件。")
    running = _running(pages)
    parts = mended([list(_body(page, running, len(pages) > 1)) for page in pages])
    kept = [evolve(page, parts=tuple(mine)) for page, mine in zip(pages, parts, strict=True)]
    return [block for page in kept for block in _blocks(page)], tuple(review)


def _numbers(pages: Sequence[Page]) -> str:
    return f"第 {'、'.join(str(page.number) for page in pages)} 页"


def _body(page: Page, running: set[str], numbered: bool) -> Iterator[layout.Line | Laid]:
    """Lines and tables of a page without its running heads, feet and page number."""
    for part in page.parts:
        if not (
            isinstance(part, layout.Line)
            and _at_edge(part, page)
            and (_shape(part.text) in running or (numbered and layout.PAGE_NUMBER.fullmatch(part.text)))
        ):
            yield part


def _blocks(page: Page) -> Iterator[Block]:
    """Its tables and paragraphs."""
    lines = [part for part in page.parts if isinstance(part, layout.Line)]
    left, right = min((line.x0 for line in lines), default=0), max((line.x1 for line in lines), default=0)
    for is_line, group in groupby(page.parts, key=lambda part: isinstance(part, layout.Line)):
        if is_line:
            prose = [part for part in group if isinstance(part, layout.Line)]
            yield from (Paragraph(text) for text in layout.paragraphs(prose, left, right))
        else:
            yield from (grid for part in group if isinstance(part, Laid) and (grid := part.grid()) is not None)


def _running(pages: Sequence[Page]) -> set[str]:
    """Running heads and feet: lines at the edge of most pages that differ at most in digits."""
    seen: Counter[str] = Counter()
    for page in pages:
        lines = [part for part in page.parts if isinstance(part, layout.Line) and _at_edge(part, page)]
        seen.update({_shape(line.text) for line in lines})
    return {shape for shape, count in seen.items() if count >= 3 and count * 2 > len(pages)}


def _at_edge(line: layout.Line, page: Page) -> bool:
    return line.bottom < page.height * _MARGIN or line.top > page.height * (1 - _MARGIN)


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text)


# ---------------------------------------------------------------- one page


def _pages(document: Any, payload: bytes) -> tuple[list[Page], list[str]]:
    pages: list[Page] = []
    failed: list[int] = []
    ruled: Sequence[Any] | None = None
    carried: Columns | None = None
    pictures = 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        chars = _chars(page)
        fault = _fault(page, "".join(char.text for char in chars))
        if fault:
            picture = pdf_scan.recognised(page, number, carried) if pictures < engine.MAX_PAGES else None
            pictures += 1
            carried = picture[0].carried if picture else None
            pages.append(_pictured(Page(number, page.get_height(), fault=fault), picture))
            continue
        found: Found | None = None
        if _rulings(page) >= (RULINGS if carried is None else 1):  # a table that goes on may have one line left
            ruled = _ruled_pages(payload) if ruled is None else ruled
            found = tables.ruled(ruled, number, carried)
            if found is None:
                failed.append(number)
        if found is None:
            found = tables.unruled(chars, number, page.get_height(), carried)
        carried = found.carried
        pages.append(Page(number, page.get_height(), found.parts))
        page.close()
    review = [f"第 {'、'.join(map(str, failed))} 页的表格无法解析，只读出了文字；请核对原件。"] if failed else []
    return pages, review


def _pictured(page: Page, picture: tuple[Found, float] | None) -> Page:
    if picture is None:
        return page
    found, height = picture
    return evolve(page, parts=found.parts, height=height, recognised=True)


def _ruled_pages(payload: bytes) -> Sequence[Any]:
    """The pages as pdfplumber has them; () where it cannot open the file that pdfium could."""
    try:
        return cast(Sequence[Any], pdfplumber.open(io.BytesIO(payload)).pages)
    except FAULTS:
        return ()


def _fault(page: Any, text: str) -> str:
    text = re.sub(r"\s", "", text)
    if len(text) <= FEW:
        image = next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), None)
        return "scan" if image is not None else ""
    odd = sum(len(match) for match in _ODD.findall(text))
    # tables of amounts are full of commas, but not without a Chinese word
    return "garbled" if odd > 0.3 * len(text) and len(_CHINESE.findall(text)) < 0.5 * len(text) else ""


def _rulings(page: Any) -> int:
    return sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3))


def _chars(page: Any) -> list[layout.Char]:
    """The characters as pdfium places them, without the blanks and line ends it makes up."""
    text = page.get_textpage()
    turned, size = page.get_rotation(), page.get_size()
    chars: list[layout.Char] = []
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if code in (0, 10, 13) or raw.FPDFText_IsGenerated(text, index) == 1 or 0xD800 <= code <= 0xDFFF:
            continue
        chars.append(layout.Char(chr(code), *_shown(text.get_charbox(index, loose=True), turned, size)))
    text.close()
    return chars


def _shown(box: layout.Box, turned: int, size: tuple[float, float]) -> layout.Box:
    """Left, top, right, bottom as the page is shown, of left, bottom, right, top on its sheet; turned: degrees."""
    (x0, y0, x1, y1), (width, height) = box, size
    match turned:
        case 90:
            return y0, x0, y1, x1
        case 180:
            return width - x1, y0, width - x0, y1
        case 270:
            return width - y1, height - x1, width - y0, height - x0
    return x0, height - y1, x1, height - y0
