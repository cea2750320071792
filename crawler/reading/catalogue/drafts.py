"""An item in the making: its cells, some of which it shares with its neighbours because they were merged."""

from __future__ import annotations

import re

from attrs import Factory, define

from archive.model import Place
from archive.words.columns import FLAGS
from crawler.reading.catalogue.headers import Column
from crawler.reading.catalogue.lattice import squeeze

# columns whose empty cells mean "as above" in published tables; never a √ column
INHERITED = ("level1", "basis", "time_limit", "subject")
SINGLE_GROUPS = ("audience", "method", "level")
_DITTO = re.compile(r"(?:同上|同前|〃|″|“”|”|\"|'')[。.;；]?")
# where a text that goes on in another row begins a new line
_ENDS = re.compile(r"[。；;！？!?：:]$")
_BEGINS = re.compile(r"[(（]?[\d一二三四五六七八九十]+[.、．)）]|[《【■□☑☐●◆]")


@define(eq=False)
class Text:
    """The text of one cell; all rows that a merged cell reaches hold the same one, so a part that a page break moved to
    the next page reaches them all."""

    value: str

    def add(self, text: str, *, cut: bool, lines: bool) -> None:
        """The part in the next row: directly where a page cut the cell, else as a line of its own."""
        whole = _ENDS.search(self.value) or _BEGINS.match(text)
        self.value += ("\n" if self.value and not cut and (lines or whole) else "") + text


@define(eq=False)
class Draft:
    grid: int
    row: int
    place: Place
    area: str
    run: int
    section: int
    columns: tuple[Column, ...]
    cells: list[Text]
    """A text a column."""
    merged_serial: bool = False
    inferred: list[str] = Factory(list)
    original: dict[str, str] = Factory(dict)
    _guessed: set[int] = Factory(set)
    """Columns whose empty cell was filled from above without a merge."""
    notes: list[str] = Factory(list)

    @property
    def roles(self) -> set[str]:
        return {column.role for column in self.columns}

    @property
    def texts(self) -> dict[str, str]:
        """By role; columns of one meaning give both texts, once."""
        texts: dict[str, str] = {}
        for column, cell in zip(self.columns, self.cells, strict=True):
            if column.role != "extra":
                texts[column.role] = _both(texts.get(column.role, ""), cell.value)
        return texts

    @property
    def extra(self) -> dict[str, str]:
        """By label: columns that the standard does not have, and the second of two √ columns of one meaning."""
        extra: dict[str, str] = {}
        seen: set[str] = set()
        for column, cell in zip(self.columns, self.cells, strict=True):
            if cell.value and (column.role == "extra" or (column.role in FLAGS and column.role in seen)):
                extra[column.label] = _both(extra.get(column.label, ""), cell.value)
            seen.add(column.role)
        return extra

    @property
    def marked(self) -> bool:
        """Whether a √ stands in this row, or in a cell that reaches down to it."""
        return any(
            cell.value
            for column, cell in zip(self.columns, self.cells, strict=True)
            if column.role in FLAGS + SINGLE_GROUPS
        )

    def labels(self, role: str) -> tuple[str, ...]:
        return tuple(column.label for column in self.columns if column.role == role)

    def resolve(self, previous: Draft | None, empty: set[int]) -> None:
        """By the row above: 同上 and, in columns that are written once for several rows, empty cells (`empty`)."""
        for index, column in enumerate(self.columns):
            text, above = self.cells[index].value, previous.cells[index].value if previous else ""
            if 0 < len(text) < 12 and _DITTO.fullmatch(squeeze(text)):
                self.original[column.role] = text
                if above:
                    self.cells[index] = Text(above)
                else:
                    self.notes.append("“同上”之前没有可用的内容")
            elif not text and above and column.role in INHERITED and index in empty:
                self.cells[index] = Text(above)
                self.inferred.append(column.role)
                self._guessed.add(index)

    def add(self, index: int, text: str, *, cut: bool, lines: bool) -> None:
        """A part of the cell that stands in the next row."""
        if index in self._guessed:  # it was no empty cell but one whose text came later
            self._guessed.remove(index)
            self.inferred.remove(self.columns[index].role)
            self.cells[index] = Text("")
        self.cells[index].add(text, cut=cut, lines=lines)


def _both(one: str, other: str) -> str:
    return f"{one}\n{other}" if one and other and one != other else one or other
