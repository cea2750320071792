"""The picture of a page as characters that stand somewhere, and cells: what a PDF with text would have given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from crawler.reading.formats.ocr import engine, glyphs, paper, strips
from crawler.reading.formats.ocr.paper import Box, Paper
from crawler.reading.formats.ocr.strips import Strip
from crawler.reading.formats.pdf_layout import Char
from crawler.reading.formats.pdf_layout import Box as Place

_BLANK = re.compile(r"(?<=[^\x21-\x7e])\s+|\s+(?=[^\x21-\x7e])|(?<=\d\.)\s+")
_MARGIN = 3


@frozen
class Recognised:
    """In points."""

    chars: tuple[Char, ...]
    tables: tuple[tuple[Place, ...], ...]
    """The cells of each table with rulings."""


def recognise(picture: Any, scale: float) -> Recognised:
    """picture: BGR; scale: its pixels a point."""
    sheet = paper.paper(picture)
    cells = [cell for _, found in sheet.tables for cell in found]
    written = [*_in_cells(sheet, cells), *_around(sheet)]
    chars = [char for strip, text in written for char in _chars(strip, text, scale)]
    tables = tuple(tuple(_points(cell, scale) for cell in found) for _, found in sheet.tables)
    return Recognised(tuple(chars), tables)


def _points(box: Box, scale: float) -> Place:
    left, top, right, bottom = (value / scale for value in box)
    return left, top, right, bottom


def _in_cells(sheet: Paper, cells: Sequence[Box]) -> list[tuple[Strip, str]]:
    inner = [(left + _MARGIN, top + _MARGIN, right - _MARGIN, bottom - _MARGIN) for left, top, right, bottom in cells]
    return _read(sheet, [strip for found in strips.strips(sheet.ink, inner) for strip in found])


def _around(sheet: Paper) -> list[tuple[Strip, str]]:
    """The lines that stand in no table."""
    rest = sheet.picture.copy()
    for (left, top, right, bottom), _ in sheet.tables:
        rest[max(top - _MARGIN, 0) : bottom + _MARGIN, max(left - _MARGIN, 0) : right + _MARGIN] = 255
    if sheet.tables and not _inked(sheet):
        return []
    high, wide = sheet.ink.shape[:2]
    found: list[tuple[Strip, Any]] = []
    for box in engine.lines(rest):
        left, top, right, bottom = (round(value) for value in box)
        box = (max(left, 0), max(top, 0), min(right, wide), min(bottom, high))
        found.append((Strip(box, float(bottom - top), False), rest[box[1] : box[3], box[0] : box[2]]))
    texts = engine.texts([piece for _, piece in found])
    return [(strip, read.text) for (strip, _), read in zip(found, texts, strict=True) if read.score >= 0.5]


def _inked(sheet: Paper) -> bool:
    """Whether anything stands outside the tables."""
    ink = sheet.ink.copy()
    for (left, top, right, bottom), _ in sheet.tables:
        ink[max(top - _MARGIN, 0) : bottom + _MARGIN, max(left - _MARGIN, 0) : right + _MARGIN] = 0
    return int((ink > 0).sum()) > 200


# ---------------------------------------------------------------- lines of cells


def _read(sheet: Paper, found: Sequence[Strip]) -> list[tuple[Strip, str]]:
    """The text of each strip, marks by their ink where the recogniser lost one."""
    reads = engine.texts([strips.crop(sheet.picture, strip.box, strip.size) for strip in found])
    written: list[tuple[Strip, str]] = []
    torn: list[tuple[Strip, list[glyphs.Square]]] = []
    for strip, read in zip(found, reads, strict=True):
        left, top, right, bottom = strip.box
        ink = sheet.ink[top:bottom, left:right]
        if strip.alone and right - left <= 1.7 * strip.size:
            written.append((strip, glyphs.lone(ink, strip.size, read.text.strip(), read.score)))
            continue
        marks = glyphs.squares(ink, strip.size)
        text = _marked(read.text, marks)
        if text is None:
            torn.append((strip, marks))
        elif read.score >= 0.3:
            written.append((strip, text))
    return [*written, *_torn(sheet, torn)]


def _marked(text: str, marks: Sequence[glyphs.Square]) -> str | None:
    """The text with its squares as their ink is; None where it has another number of them."""
    places = [place for place, char in enumerate(text) if char in glyphs.SQUARES]
    if len(places) != len(marks):
        return None
    letters = list(text)
    for place, mark in zip(places, marks, strict=True):
        letters[place] = "■" if mark.full else "口" if letters[place] == "口" else "□"
    return "".join(letters)


def _torn(sheet: Paper, torn: Sequence[tuple[Strip, list[glyphs.Square]]]) -> Iterator[tuple[Strip, str]]:
    """Lines read piece by piece between their squares."""
    pieces: list[Box] = []
    lines: list[tuple[Strip, list[str | int]]] = []
    for strip, marks in torn:
        left, top, right, bottom = strip.box
        parts: list[str | int] = []
        start = left
        for mark in marks:
            if left + mark.left - start > 0.3 * strip.size:
                parts.append(len(pieces))
                pieces.append((start, top, left + mark.left, bottom))
            parts.append("■" if mark.full else "□")
            start = left + mark.right
        if right - start > 0.3 * strip.size:
            parts.append(len(pieces))
            pieces.append((start, top, right, bottom))
        lines.append((strip, parts))
    sizes = [strip.size for strip, parts in lines for part in parts if isinstance(part, int)]
    reads = engine.texts(
        [strips.crop(sheet.picture, box, size) for box, size in zip(pieces, sizes, strict=True)]
    )
    for strip, parts in lines:
        yield strip, "".join(part if isinstance(part, str) else reads[part].text for part in parts)


# ---------------------------------------------------------------- characters


def _chars(strip: Strip, text: str, scale: float) -> Iterator[Char]:
    """The characters over the width of their strip: one of ASCII is half as wide as a Chinese one."""
    text = _BLANK.sub("", text.strip())
    if not text:
        return
    left, top, right, bottom = strip.box
    middle, half = (top + bottom) / 2, max(strip.size, 1.0) / 2
    widths = [0.55 if char.isascii() else 1.0 for char in text]
    unit = (right - left) / sum(widths)
    x = float(left)
    for char, width in zip(text, widths, strict=True):
        yield Char(char, x / scale, (middle - half) / scale, (x + unit * width) / scale, (middle + half) / scale)
        x += unit * width
