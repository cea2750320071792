"""Plain text."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats.errors import too_large
from crawler.reading.html.charset import decode

MAX_BYTES = 50_000_000


def read(payload: bytes, headers: Mapping[str, str]) -> list[Block]:
    if len(payload) > MAX_BYTES:
        raise too_large(f"文本文件有 {len(payload) // 1_000_000} MB")
    text, _ = decode(payload, headers)
    return [Paragraph(line) for line in text.splitlines() if line.strip()]
