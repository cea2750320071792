"""What of two texts counts when they are compared: no noise, no serial numbers, no list of attachments, names of files
without their numbering (docs/decisions/0004-normalisation.md). How the rest is folded says fold.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from archive.model import CATALOGUE_ROW, CELL, TABLE_ROW
from archive.text.filetypes import NAMED
from archive.text.fold import PLAIN_SIGNS, compare_fold
from archive.text.late import late
from archive.text.noise import in_force, lines_without_noise, without_counters
from archive.text.numbers import serial_number


def compared(text: str) -> str:
    """A whole text as it is compared: without noise and what is struck out, folded. Equal ones need but one version."""
    return compare_fold("\n".join(filter(None, lines_without_noise(in_force(text).split("\n")))))


# ---------------------------------------------------------------- serial numbers in tables

_ORDINAL = late(r"[((]?(?:[\d./\-]{1,12}|[一二三四五六七八九十百]+|[①-⑳])[))]?[.、]?")
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
        numbers = [number for value in values if (number := serial_number(value)) is not None]
        if not always and any(after not in (before, before + 1, 1) for before, after in pairwise(numbers)):
            return
        for n in block:
            cells = cells_of(lines[n])
            if len(cells) > column and _ORDINAL.fullmatch(cells[column].strip()):
                cells[column] = ""
                lines[n] = lines[n][0] + CELL.join(cells)

    for number in range(start, end):
        heads = [compare_fold(cell) for cell in cells_of(lines[number])]
        found = next((n for n, head in enumerate(heads) if head in _SERIAL_HEADS | _CODE_HEADS), -1)
        if found >= 0:
            close()
            column, always, block = found, heads[found] in _SERIAL_HEADS, []
        else:
            block.append(number)
    close()


# ---------------------------------------------------------------- names and addresses of attachments

_NUMBERING = late(r"^(?:附件|附录|附表|附)?\s*(?:[((]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[))]?)?\s*[::.、-]*\s*")
_SIZE = late(r"[((\[]\s*\d+(?:\.\d+)?\s*(?:[KMG]B?|字节)\s*[))\]]", re.IGNORECASE)
_LEFTOVER = late(r"(?:附件|附录|附表|下载|点击|查看|相关|文档|文件|[\d一二三四五六七八九十.、:,;()《》\[\]\-·|\s])*")
_EMPTY_BRACKETS = late(r"\(\)|\[\]|【】")
_EXTENSION = late(rf"\.(?:{NAMED})$", re.IGNORECASE)
_EXTENSIONS = late(rf"\.(?:{NAMED})(?![A-Za-z0-9])", re.IGNORECASE)


def name_key(name: str) -> str:
    """An attachment's name without 附件1：, numbering, counters, size and file type; '' when nothing else is in it."""
    text = _EMPTY_BRACKETS.sub("", compare_fold(_SIZE.sub("", without_counters(name.translate(PLAIN_SIGNS)))))
    return _EXTENSION.sub("", _NUMBERING.sub("", text, count=1)).strip(".-_:")


def is_attachment_line(line: str, keys: Iterable[str]) -> bool:
    """Whether a line only names attachments (their list under the text); `keys` longest first."""
    if is_row(line):
        return False
    text = compare_fold(_SIZE.sub("", without_counters(line.translate(PLAIN_SIGNS))))
    for key in keys:
        text = text.replace(key, "")
    text = _EXTENSIONS.sub("", text)
    named = text.startswith(("附件", "附录", "附表", "相关附件")) or len(text) < len(compare_fold(line))
    return named and bool(_LEFTOVER.fullmatch(text))
