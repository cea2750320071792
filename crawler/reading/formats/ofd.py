"""OFD (GB/T 33190), the fixed layout format of Chinese authorities: its text in reading order by ofdkit, no tables."""

from __future__ import annotations

import ofdkit

from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats.errors import DAMAGE, corrupt, needs_ocr, too_large

WHAT = "OFD 文件"
MAX_PAGES = 1_000


def read(payload: bytes) -> list[Block]:
    try:
        with ofdkit.open(payload) as document:
            if len(document.pages) > MAX_PAGES:
                raise too_large(f"{WHAT}有 {len(document.pages)} 页")
            pages = [page.text() for page in document.pages]
    except ofdkit.OFDLimitError as error:
        raise too_large(f"{WHAT}解压后过大") from error
    except (ofdkit.OFDError, *DAMAGE) as error:
        raise corrupt(WHAT) from error
    if pages and not any(page.strip() for page in pages):
        raise needs_ocr(f"{WHAT}共 {len(pages)} 页，都是图像，没有文字层")
    return [Paragraph(line) for page in pages for line in page.splitlines() if line.strip()]
