"""What is true: a notice as a person would find it on its site, and nothing about how it is dressed or delivered."""

from __future__ import annotations

from enum import StrEnum
from random import Random

from attrs import frozen

from tests.histories import words
from tests.histories.words import Row


class Repeal(StrEnum):
    """Where a site says that a document is no longer in force."""

    NONE = ""
    STAMP = "stamp"  # a line above the text
    HEADING = "heading"  # behind the visible heading
    IMAGE = "image"  # a picture with an alternative text
    LABEL = "label"  # the label 有效性 among the metadata
    SENTENCE = "sentence"  # one sentence instead of the text


@frozen
class File:
    """An attachment: a catalogue with a line above it."""

    name: str
    """Link text, without the ending."""
    format: str
    """docx | xlsx; rtf | pdf where it is closed"""
    path: str
    rows: tuple[Row, ...] = ()
    lost: bool = False
    """The page still links to it, the server has it no more."""
    print: int = 0
    """Of a closed file, one that nobody can read here, and of a picture: which one of several it is."""
    picture: bool = False
    """It stands in the text, where everybody sees it."""

    @property
    def closed(self) -> bool:
        return bool(self.print) and not self.picture

    @property
    def link(self) -> str:
        return f"附件：{self.name}.{self.format}"


@frozen
class Truth:
    title: str
    number: str
    issued: tuple[int, int, int]
    paragraphs: tuple[str, ...]
    files: tuple[File, ...] = ()
    table: tuple[Row, ...] = ()
    """A catalogue in the page itself."""
    repeal: Repeal = Repeal.NONE
    words_of_repeal: str = ""
    """What a person reads where it is repealed."""
    path: str = "/zwgk/t20191230_1.html"
    gone: bool = False

    @property
    def replaced(self) -> bool:
        return self.repeal is Repeal.SENTENCE

    @property
    def second(self) -> str:
        """Address of the second page, where the site cuts the text."""
        return self.path.replace(".html", "_1.html")

    def sentences(self) -> list[str]:
        """What a person reads on the page: one entry a paragraph or cell of length."""
        if self.replaced:
            return [self.words_of_repeal]
        return [*self.paragraphs, *(row.cells[2] for row in self.table)]


def notice(rng: Random, seed: int) -> Truth:
    area = rng.choice(words.AREAS)
    title = f"{rng.choice(words.MINISTRIES)}关于印发{area}领域基层政务公开标准指引（第{seed}号）的通知"
    issued = (2019, rng.randint(1, 9), rng.randint(1, 9))
    files = tuple(file(rng, area, n) for n in range(rng.choice((0, 1, 1, 1, 2, 3))))
    table = words.rows(rng, rng.randint(4, 8)) if rng.random() < 0.15 else ()
    body = tuple(words.paragraphs(rng, rng.randint(6, 14)))
    return Truth(title, f"演办发〔2019〕{seed % 200 + 1}号", issued, body, files, table)


def file(rng: Random, area: str, position: int) -> File:
    form = rng.choice(("docx", "docx", "xlsx"))
    name = f"{area}领域基层政务公开标准目录" + (f"之{position + 1}" if position else "")
    return File(
        name, form, f"/zwgk/P0201912{position}{rng.randint(100, 999)}.{form}", words.rows(rng, rng.randint(5, 11))
    )
