"""The catalogue as a workbook to print and hand in: a cover, then one sheet an area in the official form."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import xlsxwriter
from attrs import frozen

from archive.publish import layout
from archive.publish.export import FORMULA, NO_AREA, SUFFIXES, Entry, ExportError, as_csv, as_json, cells
from archive.publish.layout import PAPERS, Paper, Wanted
from archive.record.about import STANDARDS, is_of_standards
from archive.words.columns import CATALOGUE, GROUPS, LEVELS

BLANKS: Mapping[str, str] = {"section": "责任科室", "link": "公开链接"}
"""Columns that the office fills in itself."""
COVER = "封面"
_OF_FORM = {column.field: column for column in CATALOGUE}
_BLANK_SHARE = {"section": 12, "link": 24}
_NOTES = "备注"
_LONGEST_SHEET_NAME = 31
_FOOTER = "&L{left}&C第 &P 页，共 &N 页&R{right}"


@frozen
class Print:
    """How the catalogue is to look."""

    office: str = ""
    level: str = ""
    paper: str = "A3"
    columns: tuple[str, ...] = ()
    """Fields of the official form; () all."""
    blanks: tuple[str, ...] = ()
    """Of BLANKS."""
    made_on: date | None = None
    address: str = ""
    """Where the same choice can be opened again."""

    @property
    def sheet(self) -> Paper:
        return PAPERS[self.paper]

    @property
    def fields(self) -> list[str]:
        """Of the form, in its order; the number is always there."""
        return [c.field for c in CATALOGUE if not self.columns or c.field in self.columns or c.field == "serial"]


@frozen
class Column:
    """One column of a sheet, with the text of each row."""

    heading: str
    texts: tuple[str, ...]
    group: str = ""
    flag: bool = False
    share: int = 8
    fixed: float = 0


def render(found: Sequence[Entry], suffix: str, how: Print) -> bytes:
    """The chosen rows as the bytes of a file. Raises ExportError for a suffix that is none of SUFFIXES."""
    match suffix.removeprefix(".").lower():
        case "xlsx":
            return workbook(found, how)
        case "csv":
            return as_csv(found)
        case "json":
            return as_json(found)
    raise ExportError(
        f"不认识的文件类型 {suffix or '（无）'!r}；请用 {'、'.join('.' + name for name in SUFFIXES)} 结尾的文件名"
    )


def workbook(found: Sequence[Entry], how: Print) -> bytes:
    """The file's bytes; without any row, the cover and a sheet with headings only."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
        "default_format_properties": {"font_name": "Arial", "font_size": 10},  # see layout.WIDER
    }  # fmt: skip
    book = xlsxwriter.Workbook(buffer, options)
    looks = _looks(book, how.sheet)
    areas = [
        (name, list(group)) for (_, name), group in groupby(found, key=lambda entry: (entry.area, entry.area_name))
    ]
    _cover(book.add_worksheet(COVER), areas, how, looks)
    taken = {COVER}
    for name, group in areas or [("公开事项目录", [])]:
        of_area = f"{name}领域" if group and name != NO_AREA else ""
        title = f"{how.office}{of_area}{_kind(found)}目录{_level(how)}"
        _Sheet(book.add_worksheet(sheet_name(name, taken)), looks, how, _columns(group, how)).write(title, name, group)
    book.close()
    return buffer.getvalue()


def _kind(found: Sequence[Entry]) -> str:
    """What the rows are of: nothing says 基层政务公开 where other notices are watched."""
    return STANDARDS if is_of_standards([entry.origin["notice_title"] for entry in found]) else "公开事项"


def _level(how: Print) -> str:
    return f"（{LEVELS[how.level]}）" if how.level else ""


def _looks(book: Any, paper: Paper) -> dict[str, Any]:
    base = {"font_name": "宋体", "font_size": paper.font, "text_wrap": True, "valign": "vcenter"}
    cell = base | {"border": 1}
    plain = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "vcenter"}
    kinds = {
        "title": {"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter", "text_wrap": True},
        "head": cell | {"bold": True, "align": "center", "bg_color": "#E7EEF7"},
        "text": cell | {"align": "left"},
        # with the prefix a cell stays text when it is edited
        "quoted": cell | {"align": "left", "quote_prefix": True},
        "tick": cell | {"align": "center"},
        "foot": base | {"align": "left", "valign": "top"},
        "cover": {"font_name": "黑体", "font_size": 26, "align": "center", "valign": "vcenter", "text_wrap": True},
        "office": {"font_name": "黑体", "font_size": 18, "align": "center", "valign": "vcenter", "text_wrap": True},
        "day": plain | {"align": "center"},
        "line": plain | {"align": "left"},
        "cover_head": plain | {"bold": True, "align": "center", "border": 1, "bg_color": "#E7EEF7"},
        "cover_text": plain | {"align": "left", "border": 1},
        "cover_count": plain | {"align": "center", "border": 1},
    }
    return {name: book.add_format(kind) for name, kind in kinds.items()}


def _columns(group: Sequence[Entry], how: Print) -> list[Column]:
    """Those that are printed, with their texts."""
    rows = [cells(entry, whole_list=how.sheet.whole_list) for entry in group]
    found = []
    for field in how.fields:
        form, texts = _OF_FORM[field], tuple(row[field] for row in rows)
        # a tick needs no more than its heading does, unless words stand beside it
        fixed = 2.5 if field == "serial" or (form.flag and all(len(text) < 2 for text in texts)) else 0
        found.append(Column(form.heading, texts, form.group, form.flag, form.width, fixed))
    found += [Column(BLANKS[name], ("",) * len(group), share=_BLANK_SHARE[name]) for name in how.blanks]
    notes = tuple("；".join([*entry.notes, *_which_source(entry, group)]) for entry in group)
    return [*found, Column(_NOTES, notes)] if any(notes) else found


def _which_source(entry: Entry, group: Sequence[Entry]) -> list[str]:
    """Where an area's rows come from several files: from which this one does."""
    sources = list(dict.fromkeys(other.source for other in group))
    return [f"来源{sources.index(entry.source) + 1}"] if len(sources) > 1 else []


def sources(group: Sequence[Entry]) -> list[str]:
    """Each file that the rows come from, once: notice, number, file, version, day, address, digest."""
    told = {}
    for entry in group:
        origin = entry.origin
        url = origin["notice_url"] if origin["document_kind"] == "page" else origin["document_url"]
        digest = f"，SHA-256 {origin['sha256']}" if origin["sha256"] else ""
        told[entry.source] = f"{entry.source}，{url}{digest}"
    if len(told) == 1:
        return [f"来源：{text}" for text in told.values()]
    return [f"来源{number}：{text}" for number, text in enumerate(told.values(), 1)]


@frozen
class _Sheet:
    sheet: Any
    looks: Mapping[str, Any]
    how: Print
    columns: Sequence[Column]

    def write(self, title: str, name: str, group: Sequence[Entry]) -> None:
        paper, last = self.how.sheet, len(self.columns) - 1
        rooms = layout.widths([Wanted(c.share, c.texts, c.fixed) for c in self.columns], paper)
        for at, room in enumerate(rooms):
            self.sheet.set_column_pixels(at, at, round(layout.points(room, paper) * 96 / 72))
        self._across(0, title, "title", 30)
        self._headings(rooms)
        row = 3
        for texts in zip(*(column.texts for column in self.columns), strict=True):
            row = self._row(row, texts, rooms)
        width = sum(rooms) + last
        for text in sources(group):
            self._across(row, text, "foot", layout.height(len(layout.lines(text, width)), paper))
            row += 1
        self._page(name, row - 1, last)

    def _across(self, row: int, text: str, look: str, high: float) -> None:
        last = len(self.columns) - 1
        if last:
            self.sheet.merge_range(row, 0, row, last, "", self.looks[look])
        self.sheet.write_string(row, 0, text, self.looks[look])
        self.sheet.set_row(row, high)

    def _headings(self, rooms: Sequence[int]) -> None:
        head, paper = self.looks["head"], self.how.sheet
        for group, found in groupby(range(len(self.columns)), key=lambda at: self.columns[at].group):
            first, *others = found
            if group and others:
                self.sheet.merge_range(1, first, 1, others[-1], GROUPS[group], head)
            elif group:
                self.sheet.write_string(1, first, GROUPS[group], head)
            for at in (first, *others):
                if group:
                    self.sheet.write_string(2, at, self.columns[at].heading, head)
                else:
                    self.sheet.merge_range(1, at, 2, at, self.columns[at].heading, head)
        lowest = [layout.lines(c.heading, room) for c, room in zip(self.columns, rooms, strict=True)]
        upper = 2 if any(c.group and GROUPS[c.group] for c in self.columns) else 1
        self.sheet.set_row(1, layout.height(upper, paper))
        self.sheet.set_row(2, layout.height(max(map(len, lowest)), paper))

    def _row(self, row: int, texts: Sequence[str], rooms: Sequence[int]) -> int:
        """One row of the catalogue, in as many of the sheet as it needs; the number of the next."""
        for turn, (part, high) in enumerate(layout.rows(texts, rooms, self.how.sheet)):
            self.sheet.set_row(row, high)
            for at, text in enumerate(part):
                column = self.columns[at]
                if at == 0 and not turn:
                    self.sheet.write_number(row, 0, int(text), self.looks["tick"])
                    continue
                look = "tick" if at == 0 or column.flag else "quoted" if FORMULA.match(text) else "text"
                self.sheet.write_string(row, at, "（续）" if at == 0 else text, self.looks[look])
            row += 1
        return row

    def _page(self, name: str, last_row: int, last: int) -> None:
        sheet = self.sheet
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(1, 2)
        sheet.print_area(0, 0, last_row, last)
        sheet.set_landscape()
        sheet.set_paper(self.how.sheet.code)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(layout.MARGIN_X, layout.MARGIN_X, layout.MARGIN_TOP, layout.MARGIN_BOTTOM)
        sheet.set_footer(_FOOTER.format(left=_in_footer(self.how.office), right=_in_footer(name)))


def _in_footer(text: str) -> str:
    """Excel takes & for an order, and all of a footer is at most 255 characters."""
    return text[:40].replace("&", "&&")


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel allows (no []:*?/\\, at most 31 characters, no apostrophe at an end), not yet taken."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "·", name).strip("' ") or NO_AREA
    clean = clean + "目录" if clean.casefold() == "history" else clean
    candidate, number = clean[:_LONGEST_SHEET_NAME].rstrip("' "), 1
    while candidate.casefold() in taken:
        number += 1
        tail = f"（{number}）"
        candidate = clean[: _LONGEST_SHEET_NAME - len(tail)] + tail
    taken.add(candidate.casefold())
    return candidate


# ---------------------------------------------------------------- the cover

_COVER_ROOMS = (6, 24, 10, 44)
"""Halves of a character of 11 points, on A4 upright; A3 has twice the paper."""


def _cover(sheet: Any, areas: Sequence[tuple[str, Sequence[Entry]]], how: Print, looks: Mapping[str, Any]) -> None:
    wide = 1.4 if how.paper == "A3" else 1.0
    for at, room in enumerate(_COVER_ROOMS):
        sheet.set_column_pixels(at, at, round((room * 5.5 * wide * layout.SLACK + 6) * 96 / 72))
    room = int(sum(_COVER_ROOMS) * wide)
    row = 0

    def across(text: str, look: str, high: float) -> None:
        nonlocal row
        sheet.merge_range(row, 0, row, 3, "", looks[look])
        sheet.write_string(row, 0, text, looks[look])
        sheet.set_row(row, high)
        row += 1

    across("", "day", 60)
    across(how.office, "office", 60 if how.office else 10)
    across(f"{_kind([entry for _, group in areas for entry in group])}目录{_level(how)}", "cover", 80)
    across(f"编制日期：{how.made_on.isoformat()}" if how.made_on else "", "day", 30)
    across("", "day", 30)
    sheet.write_row(row, 0, ("序号", "领域", "事项", "依据的通知"), looks["cover_head"])
    row += 1
    for number, (name, group) in enumerate(areas, 1):
        notices = "\n".join(dict.fromkeys(_notice(entry) for entry in group))
        sheet.write_number(row, 0, number, looks["cover_count"])
        sheet.write_string(row, 1, name, looks["cover_text"])
        sheet.write_string(row, 2, f"{len(group)} 条", looks["cover_count"])
        sheet.write_string(row, 3, notices, looks["cover_text"])
        sheet.set_row(row, max(20.0, len(layout.lines(notices, int(_COVER_ROOMS[3] * wide))) * 16.0 + 4))
        row += 1
    for text in _remarks(areas, how):
        across(text, "line", len(layout.lines(text, room)) * 16.0 + 4)
    sheet.print_area(0, 0, row - 1, 3)
    sheet.set_paper(how.sheet.code)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(0.7, 0.7, 0.7, 0.7)


def _notice(entry: Entry) -> str:
    number = entry.origin["document_number"]
    return f"《{entry.origin['notice_title']}》" + (f"（{number}）" if number else "")


def _remarks(areas: Sequence[tuple[str, Sequence[Entry]]], how: Print) -> list[str]:
    every = [entry for _, group in areas for entry in group]
    notes = Counter(note.partition("：")[0] for entry in every for note in entry.notes)
    found = [f"共 {len(areas)} 个领域、{len(every)} 条公开事项。各领域的来源文件、版本和 SHA-256 见该领域表末。"]
    found += [f"其中 {count} 条{note}，见备注栏。" for note, count in notes.items()]
    if not how.sheet.whole_list:
        found.append("A4 纸上“公开渠道和载体”只印选用的渠道。")
    left = [column.heading for column in CATALOGUE if column.field not in how.fields]
    found += [f"未印的栏目：{'、'.join(left)}。"] if left else []
    return [*found, f"按同样的选择重新生成：{how.address}"] if how.address else found
