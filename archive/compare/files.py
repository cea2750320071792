"""What two readings of a file say beside their catalogue rows, whatever the file's format puts around the same words.

The same catalogue as .docx, .xlsx and .pdf differs in where its title stands (a paragraph or a row over the table), in
repeated headers, in rows cut by a page, in names of sheets and numbers of pages. None of that is a change of the file.
What stands in a row that no item holds, a note, a sentence: all that is compared word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from attrs import evolve, frozen

from archive.compare.sentences import quoted_change
from archive.model import CATALOGUE_ROW, CELL, Document, Item
from archive.text.fold import compare_fold
from archive.text.late import late
from archive.text.noise import in_force, without_noise
from archive.text.same import cells_of, is_attachment_line, is_row, without_serials

CHOSEN = str.maketrans(dict.fromkeys("■◆☑✓✔●◼▣√", "√") | dict.fromkeys("□☐◇○◻", "□"))
_MARKS = late(r"[√□]+")
_PAGE_NUMBER = late(r"[-·]\s*\d{1,4}\s*[-·]|第\d{1,4}页(?:[/,、(]?共\d{1,4}页\)?)?|\d{1,4}/\d{1,4}")
_BARE_NUMBER = late(r"\d{1,4}")
_LABEL = late(r"附[件表录]?[\d一二三四五六七八九十]*[:：]?")
_SHEET_OF_NOBODY = late(r"(?:sheet|表|工作表)\d*|(?:公开)?(?:标准|事项)*目录(?:表|\d*)", re.IGNORECASE)
_ORDINAL = late(r"^(?:附[件表录][\d一二三四五六七八九十]*[:：]?)?(?:\(?[\d一二三四五六七八九十]{1,3}[)、.])?")
_TITLE = late(r"(?:目录|清单|一览表|名单|指引|汇总表|表)(?:\([^()]{1,12}\))?")
_COLOPHON = late(r"(?:注|说明)?:?.{0,12}由.{2,30}负责解释[。.]?")
"""Who answers questions about a catalogue: left out where only the table was kept."""
_TITLE_LENGTH = 60


@frozen
class Side:
    """A file without what its catalogue rows hold: lines of prose and of plain tables, and rows that no item has."""

    plain: tuple[str, ...]
    beyond: tuple[str, ...]
    """Lines of the catalogue that are in no item: headers, notes, rows that could not be read."""
    title: str = ""
    sheets: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document: Document) -> Side:
        plain: list[str] = []
        beyond: list[str] = []
        held = _Held(document.items)
        for line in _with_titles_as_lines(without_serials(in_force(document.text).split("\n"))):
            if not is_row(line):
                plain += _prose(line)
            elif not line.startswith(CATALOGUE_ROW):
                plain.append(line)
            elif not held.holds(line):
                beyond.append(line)
        return cls(tuple(plain), tuple(beyond), compare_fold(document.title), _sheets(document.items))

    @property
    def folded(self) -> str:
        return compare_fold("\n".join(self.plain))


def sides(old: Document, new: Document) -> tuple[Side, Side]:
    """Both files, in two formats without what only the formats add."""
    before, after = Side.of(old), Side.of(new)
    return _same_paper(before, after) if _in_other_format(old, new) else (before, after)


def beyond_items(before: Side, after: Side) -> list[str]:
    """What changed in headers, notes and rows of a catalogue that could not be read as items, as one sentence."""
    gone, come = _left(
        {_row_key(line): line for line in before.beyond}, {_row_key(line): line for line in after.beyond}
    )
    if _cut_elsewhere(gone, come):  # nothing on either side, too
        return []
    return unread_rows_told(list(gone.values()), list(come.values()))


def unread_rows_told(gone: Sequence[str], come: Sequence[str]) -> list[str]:
    """Lines of a catalogue that are in no item, by the first that went and the first that came."""
    old, new = (" ".join(filter(None, cells_of(lines[0]))) if lines else "" for lines in (gone, come))
    return [f"目录表格中未能识别为事项的内容有变动，请核对：{quoted_change(old, new)}"]


def _left(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {key: line for key, line in before.items() if key not in after},
        {key: line for key, line in after.items() if key not in before},
    )


def _cut_elsewhere(gone: Iterable[str], come: Iterable[str]) -> bool:
    """The same words, cut at other places by a page or a merged cell, or the same cells in other rows of a header;
    where a tick stands is no matter of cutting."""
    sides = list(gone), list(come)
    before, after = ("".join(keys) for keys in sides)
    if _MARKS.search(before):
        return False
    cells = [sorted(cell for key in keys for cell in key.split(CELL) if cell) for keys in sides]
    return before.replace(CELL, "") == after.replace(CELL, "") or cells[0] == cells[1]


def _row_key(line: str) -> str:
    """The row as it is compared: folded, one sign for every tick; columns count only where a tick stands in one."""
    cells = [compare_fold(cell.translate(CHOSEN)) for cell in cells_of(line)]
    while cells and not cells[-1]:
        cells.pop()
    if not any(_MARKS.fullmatch(cell) for cell in cells):
        cells = [cell for cell in cells if cell]
    return CELL.join(cells)


# ---------------------------------------------------------------- what the items hold


class _Held:
    """The words of each item. A row is held when one item has all of its words: the rows' own comparison has it."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.words = [_words(item) for item in items]
        self.last = 0

    def holds(self, line: str) -> bool:
        cells = [compare_fold(cell.translate(CHOSEN)) for cell in cells_of(line)]
        words = [cell for cell in cells if cell and not _MARKS.fullmatch(cell)]
        if not words:
            return not any(cells)
        # rows and items come in the same order: begin where the row before was found
        for offset in range(len(self.words)):
            at = (self.last + offset) % len(self.words)
            if all(cell in self.words[at] for cell in words):
                self.last = at
                return True
        return False


def _words(item: Item) -> str:
    more = item.more
    texts = [item.serial, item.level1, item.level2, item.content, item.basis, item.time_limit, item.subject]
    texts += [str(more.get(key) or "") for key in ("level3", "audience_specific")]
    for key in ("original", "extra"):
        found = more.get(key)
        texts += map(str, found.values()) if isinstance(found, Mapping) else ()
    return CELL.join(compare_fold(text.translate(CHOSEN)) for text in (*texts, *item.channels))


# ---------------------------------------------------------------- lines


def _with_titles_as_lines(lines: Sequence[str]) -> list[str]:
    """A row with one cell at the head of a table is the table's title: a line like one above the table."""
    result: list[str] = []
    for of_table, group in groupby(lines, key=is_row):
        block = list(group)
        while of_table and block and len(filled := [cell for cell in cells_of(block[0]) if cell.strip()]) <= 1:
            result += filled
            block.pop(0)
        result += block
    return result


def _prose(line: str) -> list[str]:
    folded = compare_fold(line)
    if _PAGE_NUMBER.fullmatch(folded) or _SHEET_OF_NOBODY.fullmatch(folded) or is_attachment_line(line, ()):
        return []
    cleaned = without_noise(line)
    return [cleaned] if cleaned.strip() else []


def _sheets(items: Sequence[Item]) -> frozenset[str]:
    places = (item.more.get("place") for item in items)
    return frozenset(compare_fold(str(place.get("sheet") or "")) for place in places if isinstance(place, Mapping)) - {
        ""
    }


# ---------------------------------------------------------------- two formats


def _in_other_format(old: Document, new: Document) -> bool:
    return bool(old.media_type and new.media_type and old.media_type != new.media_type)


def _same_paper(before: Side, after: Side) -> tuple[Side, Side]:
    """Both sides with only the lines that are left of one and not of the other; none of them where the words agree."""
    gone, come = _left(_keyed(before), _keyed(after))
    gone, come = _left(_by_heading(gone), _by_heading(come))
    if _cut_elsewhere(map(_plain_key, gone.values()), map(_plain_key, come.values())):
        gone, come = {}, {}
    gone, come = _without_lonely(gone, come, before, after), _without_lonely(come, gone, after, before)
    return evolve(before, plain=tuple(gone.values())), evolve(after, plain=tuple(come.values()))


def _plain_key(line: str) -> str:
    return _row_key(line) if is_row(line) else compare_fold(line)


def _keyed(side: Side) -> dict[str, str]:
    lines = {_plain_key(line): line for line in side.plain}
    return {key: line for key, line in lines.items() if not (_LABEL.fullmatch(key) or _BARE_NUMBER.fullmatch(key))}


def _by_heading(lines: Mapping[str, str]) -> dict[str, str]:
    """Short lines by their words alone: the number before a heading （一） is often left out over a table."""
    return {_ORDINAL.sub("", key) if _may_be_title(key) else key: line for key, line in lines.items()}


def _may_be_title(key: str) -> bool:
    return len(key) <= _TITLE_LENGTH and "。" not in key and CELL not in key


def _without_lonely(lines: Mapping[str, str], others: Mapping[str, str], side: Side, other: Side) -> dict[str, str]:
    """Without a title, a sheet's name and a colophon that the other file does not have at all."""
    titled = any(_is_title(key) for key in others)
    colophon = any(_COLOPHON.fullmatch(key) for key in others)
    names = (*side.sheets, *other.sheets)
    return {
        key: line
        for key, line in lines.items()
        if key not in names and not (_is_title(key) and not titled) and not (_COLOPHON.fullmatch(key) and not colophon)
    }


def _is_title(key: str) -> bool:
    return _may_be_title(key) and bool(_TITLE.search(key[-20:])) and not re.search(r"[；;，,：:]", key)
