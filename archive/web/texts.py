"""A version as a page shows it: its text in blocks, and the tables that need a look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from attrs import frozen

from archive.model import CATALOGUE_ROW, CELL, TABLE_ROW
from archive.record.packed import unpacked
from archive.search.texts import LINES
from archive.web.visit import Row, Visit

ROWS = 200
"""Rows shown of a raw table that needs a person's look."""


@frozen
class Block:
    kind: str
    """p | table"""
    line: int
    """Of the text, counted from 1: the anchor #l12 leads there. Of a table its first; each row is a line."""
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def lines_of(text: str) -> int:
    """How many lines `blocks_of` counts; LINES of them are a page."""
    return text.count("\n") + 1


def blocks_of(text: str, page: int = 1) -> list[Block]:
    """One page of the text; pages count from 1."""
    first = (page - 1) * LINES
    shown = enumerate(text.split("\n")[first : first + LINES], first + 1)
    blocks: list[Block] = []
    for is_row, group in groupby(shown, key=lambda line: line[1].startswith((TABLE_ROW, CATALOGUE_ROW))):
        lines = list(group)
        if is_row:
            rows = tuple(tuple(line[1:].split(CELL)) for _, line in lines)
            blocks.append(Block("table", lines[0][0], rows=rows))
        else:
            blocks += [Block("p", number, line) for number, line in lines if line.strip()]
    return blocks


def grids_to_review(visit: Visit, version_id: int) -> list[Row]:
    """The tables of a version that a person should look at, with their raw cells."""
    grids = visit.rows(
        """SELECT g.*, a.name AS area, d.name AS document
           FROM grids g JOIN versions v ON v.id = g.version_id JOIN documents d ON d.id = v.document_id
           LEFT JOIN areas a ON a.id = g.area_id
           WHERE g.version_id = ? AND (g.review <> '[]' OR g.flagged > 0) ORDER BY g.position LIMIT 50""",
        [version_id],
    )
    for grid in grids:
        grid["cells"] = unpacked(grid["cells"])[:ROWS]
        grid["place"] = place_words(json.loads(grid["place"] or "{}"))
    return grids


def place_words(place: Mapping[str, Any]) -> str:
    """Where in a file a table stands."""
    parts = (("page", "第 {} 页"), ("sheet", "工作表“{}”"), ("table", "第 {} 个表格"))
    return "，".join(form.format(place[name]) for name, form in parts if place.get(name))
