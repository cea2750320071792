"""A page that comes as an attachment (often an .xls that is really one): all of it, without the rules of a site."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.reading.assemble import Block
from crawler.reading.html.charset import decode


def read(payload: bytes, headers: Mapping[str, str]) -> list[Block]:
    from crawler.reading.html import dom, serialise  # here: the page reader itself builds on formats.grids

    root = dom.parse(decode(payload, headers)[0])
    body = root.find("body")
    return list(serialise.blocks(root if body is None else body))
