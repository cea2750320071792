"""The catalogue as a file to work with: .xlsx in the official layout, .csv, .json. Reads the rows in force only."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from itertools import groupby
from typing import Any

from attrs import frozen

from archive import words
from archive.clock import parse
from archive.machine.database import rows_of
from archive.model import Item
from archive.publish.choice import FROM, ORDER, Choice
from archive.publish.laws import MARKS, marks
from archive.record.readings import item_of
from archive.words.channels import official_list
from archive.words.columns import CATALOGUE

SUFFIXES = ("xlsx", "csv", "json")
NO_AREA = "未注明领域"
HEADINGS = (*(column.heading for column in CATALOGUE), "来源（通知、版本、抓取日期）")
# a spreadsheet takes such a cell for a formula, full-width signs included
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")

_COLUMNS = f"""i.*, {MARKS} AS amended, a.slug AS area_slug, a.name AS area_name, v.number AS version_number,
    v.captured_at,
    v.capture_id IN (SELECT id FROM received_captures) AS received,
    d.name AS document_name, d.url AS document_url, d.kind AS document_kind, d.mirror,
    coalesce(nullif(d.sha256, ''), (SELECT c.sha256 FROM captures c WHERE c.id = v.capture_id)) AS sha256,
    n.slug AS notice_slug, n.title AS notice_title, n.document_number, n.url AS notice_url"""  # noqa: S608 - a column of ours


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
    notes: tuple[str, ...]
    """What a person should know before relying on the row."""
    origin: Mapping[str, Any]


def entries(connection: sqlite3.Connection, choice: Choice, zone: tzinfo) -> list[Entry]:
    """The chosen rows, by area. Days in sentences are those of `zone`. Raises ChoiceError as `Choice.checked`.

    A table without the columns 县级 and 乡级 is meant for both: its rows are kept for each level and say so.
    """
    found: list[Entry] = []
    choice.checked(connection)
    sql = f"SELECT {_COLUMNS} {FROM} JOIN versions v ON v.id = i.version_id {choice.where} {ORDER}"
    rows = choice.kept(connection, rows_of(connection, sql, choice.parameters))
    for slug, group in groupby(rows, key=lambda row: row["area_slug"] or ""):
        for number, row in enumerate(group, 1):
            item = item_of(row | {"area": slug})
            notes = tuple(_notes(row, choice.level))
            found.append(Entry(number, item, slug, row["area_name"] or NO_AREA, source(row, zone), notes, row))
    return found


def source(row: Mapping[str, Any], zone: tzinfo) -> str:
    """《通知》（文号），附件，第 N 版，2026-11-20 抓取."""
    number = f"（{row['document_number']}）" if row["document_number"] else ""
    document = f"{row['document_name']}，" if row["document_kind"] != "page" and row["document_name"] else ""
    mirror = f"{row['mirror']}，" if row["mirror"] else ""
    how = words.CRAWLS["receive"] if row["received"] else "抓取"
    day = parse(row["captured_at"]).astimezone(zone).date().isoformat()
    return f"《{row['notice_title']}》{number}，{document}{mirror}第 {row['version_number']} 版，{day} {how}"


def _notes(row: Mapping[str, Any], level: str) -> list[str]:
    unleveled = row["county"] is None and row["township"] is None
    found = [*(["原表未分公开层级"] if level and unleveled else []), *marks(row["amended"])]
    return [*found, f"待核：{row['review']}"] if row["review"] else found


def cells(entry: Entry, *, whole_list: bool = True) -> dict[str, str]:
    """The texts of the official columns, by field; `whole_list`: the channels as the official form sets them, with ■
    and □, else only the chosen ones."""
    item, more = entry.item, entry.item.more
    found = {c.field: _tick(getattr(item, c.field)) if c.flag else getattr(item, c.field) for c in CATALOGUE}
    found["serial"] = str(entry.number)
    found["level2"] = "\n".join(text for text in (item.level2, more.get("level3", "")) if text)
    if whole_list:
        found["channels"] = official_list(item.channels)
    else:
        found["channels"] = " ".join(f"■{name}" for name in dict.fromkeys(item.channels))
    if more.get("audience_specific"):
        found["audience_specific"] += f"（{more['audience_specific']}）"
    return found


def _tick(flag: bool | None) -> str:
    return "√" if flag else ""


def as_csv(found: Sequence[Entry]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["领域", *HEADINGS])
    for entry in found:
        _, *texts = cells(entry).values()
        origin = "；".join((entry.source, *entry.notes))
        writer.writerow([harmless(entry.area_name), entry.number, *map(harmless, texts), harmless(origin)])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def harmless(text: str) -> str:
    """A .csv has no type of cell: an apostrophe keeps a spreadsheet from calculating the text."""
    return f"'{text}" if FORMULA.match(text) else text


def as_json(found: Sequence[Entry]) -> bytes:
    return json.dumps([full(entry) for entry in found], ensure_ascii=False, indent=2).encode()


def full(entry: Entry) -> dict[str, Any]:
    """Everything about a row, as JSON has it."""
    item, origin = entry.item, entry.origin
    return {
        "id": item.id,
        "key": origin["key"],
        "area": entry.area,
        "area_name": entry.area_name if entry.area else "",
        "number": entry.number,
        "position": item.position,
        **{column.field: getattr(item, column.field) for column in CATALOGUE},
        "review": item.review,
        "more": dict(item.more),
        "source": "；".join((entry.source, *entry.notes)),
        "basis_amended": list(marks(origin["amended"])),
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
        "sha256": origin["sha256"],
    }
