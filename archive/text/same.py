"""What counts as the same when two versions are compared (docs/decisions/0004-normalisation.md).

Only the comparison folds; what is stored and shown stays as it was read. Whatever a reader of the printed page would
not notice is folded away; whatever changes a digit, a word, a mark's column or a clause's punctuation is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from archive.model import CATALOGUE_ROW, CELL, TABLE_ROW
from archive.text.dates import has_digits, plain_dates, without_thousands
from archive.text.filetypes import NAMED
from archive.text.links import link_key as link_key
from archive.text.noise import without_counters, without_noise
from archive.text.struck import in_force


def _folding_table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
    table |= dict.fromkeys((0x3000, 0x00A0, 0x2002, 0x2003, 0x2009, 0x202F), " ")
    # U+FFFD stands for a byte that means nothing: one more or less of them is no word changed
    invisible = (0x00AD, 0x2060, 0xFEFF, 0xFFFD, *range(0x200B, 0x2010), *range(0x202A, 0x202F))
    table |= dict.fromkeys(invisible, "")
    table |= dict.fromkeys(map(ord, "“”„‟〝〞"), '"') | dict.fromkeys(map(ord, "‘’‚‛"), "'")
    table |= dict.fromkeys(map(ord, "‐‑‒–—―─"), "-") | dict.fromkeys(map(ord, "•・‧∙"), "·") | {ord("〜"): "~"}
    # PDF text layers write 一 as the radical ⼀; compatibility ideographs are the same characters twice.
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFAFF)):
        table[code] = unicodedata.normalize("NFKC", chr(code))
    return table


_FOLDING = _folding_table()
_LOOSE_SPACE = re.compile(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])")


@lru_cache(maxsize=50_000)  # a table repeats its marks, channels and subjects in every row
def fold(text: str) -> str:
    """The text as it is compared: width, quotes and dashes of one kind, dates and numbers in one spelling, no white
    space except between Latin words.

    Not full NFKC: that would make 10² the same as 102 and ① the same as 1.
    """
    folded = _LOOSE_SPACE.sub("", " ".join(without_thousands(text).translate(_FOLDING).split()))
    return plain_dates(folded) if has_digits(folded) else folded


def compared(text: str) -> str:
    """A whole text as it is compared: without noise and what is struck out, folded. Equal ones need but one version."""
    return fold("\n".join(filter(None, map(without_noise, in_force(text).split("\n")))))


# ---------------------------------------------------------------- serial numbers in tables

_ORDINAL = re.compile(r"[((]?(?:[\d./\-]{1,12}|[一二三四五六七八九十百]+|[①-⑳])[))]?[.、]?")
_SERIAL_HEADS = {"序号", "序", "项号", "No.", "NO.", "No", "NO"}
_CODE_HEADS = {"编号"}


def is_row(line: str) -> bool:
    return line.startswith((TABLE_ROW, CATALOGUE_ROW))


def cells_of(line: str) -> list[str]:
    """The cells of a row line, without its marker."""
    return line[1:].split(CELL)


def without_serials(lines: Sequence[str]) -> list[str]:
    """The lines with the numbers of a 序号 column emptied, and those of a 编号 column when they only count the rows."""
    result = list(lines)
    start = 0
    while start < len(lines):
        if not is_row(lines[start]):
            start += 1
            continue
        end = start
        while end < len(lines) and is_row(lines[end]):
            end += 1
        _empty_serials(result, start, end)
        start = end
    return result


def _empty_serials(lines: list[str], start: int, end: int) -> None:
    column, always = -1, False
    block: list[int] = []

    def close() -> None:
        if column < 0:
            return
        values = [cells_of(lines[n])[column].strip() for n in block if len(cells_of(lines[n])) > column]
        numbers = [int(v) for v in values if v.isdigit()]
        if not always and any(after not in (before, before + 1, 1) for before, after in pairwise(numbers)):
            return
        for n in block:
            cells = cells_of(lines[n])
            if len(cells) > column and _ORDINAL.fullmatch(cells[column].strip()):
                cells[column] = ""
                lines[n] = lines[n][0] + CELL.join(cells)

    for number in range(start, end):
        heads = [fold(cell) for cell in cells_of(lines[number])]
        found = next((n for n, head in enumerate(heads) if head in _SERIAL_HEADS | _CODE_HEADS), -1)
        if found >= 0:
            close()
            column, always, block = found, heads[found] in _SERIAL_HEADS, []
        else:
            block.append(number)
    close()


# ---------------------------------------------------------------- names and addresses of attachments

_NUMBERING = re.compile(
    r"^(?:附件|附录|附表|附)?\s*(?:[((]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[))]?)?\s*[::.、-]*\s*"
)
_SIZE = re.compile(r"[((\[]\s*\d+(?:\.\d+)?\s*(?:[KMG]B?|字节)\s*[))\]]", re.IGNORECASE)
_LEFTOVER = re.compile(
    r"(?:附件|附录|附表|下载|点击|查看|相关|文档|文件|[\d一二三四五六七八九十.、:,;()《》\[\]\-·|\s])*"
)
_EMPTY_BRACKETS = re.compile(r"\(\)|\[\]|【】")
_EXTENSION = re.compile(rf"\.(?:{NAMED})$", re.IGNORECASE)
_EXTENSIONS = re.compile(rf"\.(?:{NAMED})(?![A-Za-z0-9])", re.IGNORECASE)


def name_key(name: str) -> str:
    """An attachment's name without 附件1：, numbering, counters, size and file type; '' when nothing else is in it."""
    text = _EMPTY_BRACKETS.sub("", fold(_SIZE.sub("", without_counters(name.translate(_FOLDING)))))
    return _EXTENSION.sub("", _NUMBERING.sub("", text, count=1)).strip(".-_:")


def is_attachment_line(line: str, keys: Iterable[str]) -> bool:
    """Whether a line only names attachments (their list under the text); `keys` longest first."""
    if is_row(line):
        return False
    text = fold(_SIZE.sub("", without_counters(line.translate(_FOLDING))))
    for key in keys:
        text = text.replace(key, "")
    text = _EXTENSIONS.sub("", text)
    named = text.startswith(("附件", "附录", "附表", "相关附件")) or len(text) < len(fold(line))
    return named and bool(_LEFTOVER.fullmatch(text))
