"""The catalogue as a file to work with: .xlsx in the official layout, .csv, .json. Reads the rows in force only."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from attrs import frozen

from archive import words
from archive.clock import parse
from archive.model import Item
from archive.record.about import STANDARDS, is_of_standards
from archive.record.database import rows_of
from archive.record.readings import item_of
from archive.words.channels import official_list
from archive.words.columns import CATALOGUE, GROUPS, LEVELS

SUFFIXES = ("xlsx", "csv", "json")
NO_AREA = "未注明领域"
SOURCE = "来源（通知、版本、抓取日期）"
HEADINGS = (*(column.heading for column in CATALOGUE), SOURCE)
WIDTHS = (*(column.width for column in CATALOGUE), 30)
_SHANGHAI = ZoneInfo("Asia/Shanghai")
# a spreadsheet takes such a cell for a formula, full-width signs included
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")
_UNITS = 1.1
"""Half characters of 9 points in one unit of a column's width."""
_HIGHEST_ROW = 409.0
_LONGEST_CELL = 32_767
_LONGEST_SHEET_NAME = 31

_QUERY = """
    SELECT i.*, a.slug AS area_slug, a.name AS area_name, v.number AS version_number, v.captured_at,
           v.capture_id IN (SELECT id FROM received_captures) AS received,
           d.name AS document_name, d.url AS document_url, d.kind AS document_kind, d.mirror,
           n.slug AS notice_slug, n.title AS notice_title, n.document_number, n.url AS notice_url
    FROM items_in_force i
    JOIN versions v ON v.id = i.version_id
    JOIN documents d ON d.id = i.document_id
    JOIN notices n ON n.id = d.notice_id
    LEFT JOIN areas a ON a.id = i.area_id
    WHERE (:areas = '[]' OR a.slug IN (SELECT value FROM json_each(:areas)))
      AND (:level = '' OR CASE :level WHEN 'county' THEN i.county ELSE i.township END
           OR (i.county IS NULL AND i.township IS NULL))
    ORDER BY a.position IS NULL, a.position, n.number, d.id, i.position
"""


class ExportError(Exception):
    """The export was asked for something that cannot be; the message says what can, in Chinese."""


@frozen
class Entry:
    """One row of the export: an item, its new number within its area, and where it comes from."""

    number: int
    item: Item
    area: str
    """Slug, '' when the table names none."""
    area_name: str
    source: str
    origin: Mapping[str, Any]


def known_areas(connection: sqlite3.Connection) -> dict[str, str]:
    """Names by slug, in the order of the declarations."""
    return dict(connection.execute("SELECT slug, name FROM areas ORDER BY position"))


def entries(
    connection: sqlite3.Connection, areas: Sequence[str] = (), level: str = "", zone: ZoneInfo = _SHANGHAI
) -> list[Entry]:
    """Rows in force, by area; `level` county or township keeps those that are published there.

    A table without the columns 县级 and 乡级 is meant for both: its rows are kept and say so. Raises ExportError for an
    area or a level that is not known.
    """
    names = known_areas(connection)
    for slug in areas:
        if slug not in names:
            raise ExportError(f"没有领域 {slug!r}；可用的有：{'、'.join(f'{s}（{n}）' for s, n in names.items())}")
    if level and level not in LEVELS:
        raise ExportError(f"没有层级 {level!r}；可用的有：{'、'.join(LEVELS)}")
    found: list[Entry] = []
    which = {"areas": json.dumps(list(areas)), "level": level}
    for slug, rows in groupby(rows_of(connection, _QUERY, which), key=lambda row: row["area_slug"] or ""):
        for number, row in enumerate(rows, 1):
            item = item_of(row | {"area": slug})
            found.append(Entry(number, item, slug, row["area_name"] or NO_AREA, _source(row, zone, level), row))
    return found


def _unleveled(row: Mapping[str, Any]) -> bool:
    return row["county"] is None and row["township"] is None


def _source(row: Mapping[str, Any], zone: ZoneInfo, level: str) -> str:
    """《通知》（文号）附件，第 N 版，2026-11-20 抓取; then what a person should know before relying on the row."""
    number = f"（{row['document_number']}）" if row["document_number"] else ""
    document = f"{row['document_name']}，" if row["document_kind"] != "page" and row["document_name"] else ""
    mirror = f"{row['mirror']}，" if row["mirror"] else ""
    how = words.CRAWLS["receive"] if row["received"] else "抓取"
    day = parse(row["captured_at"]).astimezone(zone).date().isoformat()
    parts = [f"《{row['notice_title']}》{number}，{document}{mirror}第 {row['version_number']} 版，{day} {how}"]
    if level and _unleveled(row):
        parts.append("原表未分公开层级")
    if row["review"]:
        parts.append(f"待核：{row['review']}")
    return "；".join(parts)


def export_bytes(
    connection: sqlite3.Connection,
    suffix: str,
    areas: Sequence[str] = (),
    level: str = "",
    zone: ZoneInfo = _SHANGHAI,
) -> bytes:
    """The file's bytes; without any row, a file with headings only. `suffix`: xlsx, csv or json.

    Raises ExportError for another suffix, and as `entries`.
    """
    return render(entries(connection, areas, level, zone), suffix, level)


def render(found: Sequence[Entry], suffix: str, level: str = "") -> bytes:
    suffix = suffix.removeprefix(".").lower()
    if suffix == "xlsx":
        return _xlsx(found, level)
    if suffix == "csv":
        return _csv(found)
    if suffix == "json":
        return json.dumps([_full(entry) for entry in found], ensure_ascii=False, indent=2).encode()
    raise ExportError(
        f"不认识的文件类型 {suffix or '（无）'!r}；请用 {'、'.join('.' + name for name in SUFFIXES)} 结尾的文件名"
    )


def write(target: Path, body: bytes) -> None:
    """Write the whole file or nothing: a reader never sees half of it. Raises OSError."""
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with part.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _cells(entry: Entry) -> list[str]:
    """The texts of HEADINGS after 序号."""
    item, more = entry.item, entry.item.more
    cells = {c.field: _tick(getattr(item, c.field)) if c.flag else getattr(item, c.field) for c in CATALOGUE[1:]}
    cells["level2"] = "\n".join(text for text in (item.level2, more.get("level3", "")) if text)
    cells["channels"] = official_list(item.channels)
    if more.get("audience_specific"):
        cells["audience_specific"] += f"（{more['audience_specific']}）"
    return [*cells.values(), entry.source]


def _tick(flag: bool | None) -> str:
    return "√" if flag else ""


# ---------------------------------------------------------------- Excel


def _xlsx(found: Sequence[Entry], level: str) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    base = {"font_name": "宋体", "font_size": 9, "text_wrap": True, "border": 1, "valign": "vcenter"}
    formats = {
        "title": book.add_format({"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"}),
        "head": book.add_format(base | {"bold": True, "align": "center", "bg_color": "#E7EEF7"}),
        "text": book.add_format(base | {"align": "left"}),
        # with the prefix a cell stays text when it is edited
        "quoted": book.add_format(base | {"align": "left", "quote_prefix": True}),
        "tick": book.add_format(base | {"align": "center"}),
    }
    taken: set[str] = set()
    areas = [
        (name, list(group)) for (_, name), group in groupby(found, key=lambda entry: (entry.area, entry.area_name))
    ]
    kind = STANDARDS if is_of_standards([entry.origin["notice_title"] for entry in found]) else "公开事项"
    for name, group in areas or [("公开事项目录", [])]:
        sheet = book.add_worksheet(sheet_name(name, taken))
        of_area = f"{name}领域" if group and name != NO_AREA else ""
        tier = f"（{LEVELS[level]}）" if level else ""
        _sheet(sheet, f"{of_area}{kind}目录{tier}", group, formats)
    book.close()
    return buffer.getvalue()


def _sheet(sheet: Any, title: str, group: Sequence[Entry], formats: Mapping[str, Any]) -> None:
    last = len(HEADINGS) - 1
    sheet.merge_range(0, 0, 0, last, "", formats["title"])
    sheet.write_string(0, 0, title, formats["title"])
    sheet.set_row(0, 30)
    for of_group, columns in groupby(range(last), key=lambda column: CATALOGUE[column].group):
        if of_group:
            first, *_, final = columns
            sheet.merge_range(1, first, 1, final, GROUPS[of_group], formats["head"])
    for column, label in enumerate(HEADINGS):
        if column < last and CATALOGUE[column].group:
            sheet.write_string(2, column, label, formats["head"])
        else:
            sheet.merge_range(1, column, 2, column, label, formats["head"])
        sheet.set_column(column, column, WIDTHS[column])
    for row, entry in enumerate(group, 3):
        sheet.write_number(row, 0, entry.number, formats["tick"])
        cells = _cells(entry)
        sheet.set_row(row, _height(cells))
        for column, text in enumerate(cells, 1):
            ticked = column < last and CATALOGUE[column].flag
            look = "tick" if ticked else "quoted" if _FORMULA.match(text) else "text"
            sheet.write_string(row, column, _fitting(text), formats[look])
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _height(cells: Sequence[str]) -> float:
    """Points that the longest cell of a row needs: LibreOffice does not fit rows by itself when it opens a file."""
    lines = max(
        sum(max(1, -(-_breadth(line) // int(width * _UNITS))) for line in text.split("\n"))
        for text, width in zip(cells, WIDTHS[1:], strict=True)
    )
    return min(_HIGHEST_ROW, max(18.0, lines * 12.0 + 4))


def _breadth(line: str) -> int:
    """In halves of a Chinese character."""
    return sum(1 if ord(char) < 0x2E80 and char not in "■□√“”…—" else 2 for char in line)


def _fitting(text: str) -> str:
    """Excel refuses a longer cell, and would leave it empty."""
    note = "…（单元格放不下，全文见档案）"
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(note)] + note


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


# ---------------------------------------------------------------- csv and json


def _csv(found: Sequence[Entry]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["领域", *HEADINGS])
    for entry in found:
        writer.writerow([harmless(entry.area_name), entry.number, *(harmless(text) for text in _cells(entry))])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def harmless(text: str) -> str:
    """A .csv has no type of cell: an apostrophe keeps a spreadsheet from calculating the text."""
    return f"'{text}" if _FORMULA.match(text) else text


def _full(entry: Entry) -> dict[str, Any]:
    item, origin = entry.item, entry.origin
    return {
        "id": item.id,
        "area": entry.area,
        "area_name": entry.area_name if entry.area else "",
        "number": entry.number,
        "position": item.position,
        **{column.field: getattr(item, column.field) for column in CATALOGUE},
        "review": item.review,
        "more": dict(item.more),
        "source": entry.source,
        "notice": origin["notice_slug"],
        "notice_title": origin["notice_title"],
        "document_number": origin["document_number"],
        "notice_url": origin["notice_url"],
        "document": origin["document_id"],
        "document_name": origin["document_name"],
        "document_url": origin["document_url"],
        "version": origin["version_number"],
        "version_id": origin["version_id"],
        "captured_at": origin["captured_at"],
    }
