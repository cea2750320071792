"""A version's text in blocks for a page: paragraphs and tables, so many lines at a time."""

from __future__ import annotations

from itertools import groupby

from attrs import frozen

from archive.model import CATALOGUE_ROW, CELL, TABLE_ROW

LINES = 1_000
"""Lines of one page of a text; a longer text has several pages."""


@frozen
class Block:
    kind: str
    """p | table"""
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@frozen
class Extract:
    blocks: tuple[Block, ...]
    page: int
    pages: int


def extract(text: str, page: int = 1) -> Extract:
    """One page of the text; pages count from 1."""
    lines = text.split("\n")
    shown = lines[(page - 1) * LINES : page * LINES]
    blocks: list[Block] = []
    for is_row, group in groupby(shown, key=lambda line: line.startswith((TABLE_ROW, CATALOGUE_ROW))):
        if is_row:
            blocks.append(Block("table", rows=tuple(tuple(line[1:].split(CELL)) for line in group)))
        else:
            blocks += [Block("p", line) for line in group if line.strip()]
    return Extract(tuple(blocks), page, max(1, -(-len(lines) // LINES)))
