"""Formats whose text needs no tables looked for: plain text, a page that comes as an attachment, OFD."""

from __future__ import annotations

from collections.abc import Mapping

import ofdkit

from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats.errors import DAMAGE, corrupt, needs_ocr, too_large
from crawler.reading.html.charset import decode

MAX_BYTES = 50_000_000
"""Of plain text."""
OFD = "OFD 文件"
MAX_PAGES = 1_000
"""Of OFD."""


def text(payload: bytes, headers: Mapping[str, str]) -> list[Block]:
    if len(payload) > MAX_BYTES:
        raise too_large(f"文本文件有 {len(payload) // 1_000_000} MB")
    return [Paragraph(line) for line in decode(payload, headers)[0].splitlines() if line.strip()]


def html(payload: bytes, headers: Mapping[str, str]) -> list[Block]:
    """All of a page (often an .xls that is really one), without the rules of a site."""
    from crawler.reading.html import dom, serialise  # here: the page reader itself builds on formats.grids

    root = dom.parse(decode(payload, headers)[0])
    body = root.find("body")
    return list(serialise.blocks(root if body is None else body))


def ofd(payload: bytes) -> list[Block]:
    """GB/T 33190, the fixed layout format of Chinese authorities: its text in reading order by ofdkit, no tables."""
    try:
        with ofdkit.open(payload) as document:
            if len(document.pages) > MAX_PAGES:
                raise too_large(f"{OFD}有 {len(document.pages)} 页")
            pages = [page.text() for page in document.pages]
    except ofdkit.OFDLimitError as error:
        raise too_large(f"{OFD}解压后过大") from error
    except (ofdkit.OFDError, *DAMAGE) as error:
        raise corrupt(OFD) from error
    if pages and not any(page.strip() for page in pages):
        raise needs_ocr(f"{OFD}共 {len(pages)} 页，都是图像，没有文字层")
    return [Paragraph(line) for page in pages for line in page.splitlines() if line.strip()]
