"""Rows through the readers of files: the known table in seven formats, and a sample of the variations."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from archive.model import Area, Document
from archive.publish.choice import Choice
from archive.publish.export import entries
from archive.publish.workbook import Print, workbook
from archive.record.look import read_only
from crawler.reading import read
from crawler.reading.rule import Rule
from scripts.bench_rows import compare, read_case
from tests.catalogue.generator import AREAS, Case
from tests.catalogue.variations import cases
from tests.factory import make_archive

SHARED = Path(os.environ.get("GUIDELINES_SHARED", Path(__file__).parents[3] / "shared")) / "attachments"
FLAGS = ("audience_all", "audience_specific", "proactive", "on_request", "county", "township")
TEXTS = ("serial", "level1", "level2", "content", "basis", "time_limit", "subject")


def read_shared(name: str) -> Document:
    headers = {"content-location": f"http://a.example/{name}"}
    return read((SHARED / name).read_bytes(), headers, Rule(host="a.example", content=("body",), areas=AREAS))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/attachments; tests/samples is read instead")
@pytest.mark.parametrize("suffix", ["docx", "doc", "xls", "xlsx", "ods", "html", "pdf"])
def test_the_known_table_is_right_in_every_cell(suffix: str) -> None:
    known: list[dict[str, str]] = json.loads((SHARED / "known_rows.json").read_text("utf-8"))
    document = read_shared(f"mulu.{suffix}")
    assert len(document.items) == len(known) == 60
    for item, row in zip(document.items, known, strict=True):
        listed = tuple(name[1:] for name in row["公开渠道和载体"].split() if name.startswith("■"))
        cells: list[Any] = [getattr(item, name) for name in TEXTS]
        cells += [item.channels, *("√" if getattr(item, flag) else "" for flag in FLAGS)]
        wanted: list[Any] = list(row.values())
        wanted[7:8] = []
        wanted.insert(7, listed)
        assert cells == wanted
        assert item.review == ""
    counted = sum(t.headers + t.captions + t.items + t.joined + t.flagged for t in document.tables)
    assert counted == sum(len(t.grid.cells) for t in document.tables)


SAMPLE = [case for index, case in enumerate(cases(3)) if index % 6 == 0]


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.name)
@pytest.mark.parametrize("suffix", ["html", "docx", "xlsx", "ods"])
def test_a_variation_written_to_a_file_gives_the_same_rows(case: Case, suffix: str) -> None:
    _, wrong = compare(read_case(case, suffix), case.rows)
    assert wrong == []


@pytest.mark.parametrize("paper", ["A3", "A4"])
def test_an_exported_workbook_is_read_back_as_the_same_rows(tmp_path: Path, paper: str) -> None:
    make_archive(tmp_path).close()
    with closing(read_only(tmp_path)) as connection:
        exported = entries(connection, Choice(), UTC)
    payload = workbook(exported, Print(paper=paper, office="演示县", blanks=("section", "link")))
    areas = tuple(Area(slug, name) for slug, name in dict.fromkeys((e.area, e.area_name) for e in exported))
    document = read(payload, {"content-location": "http://a.example/x.xlsx"}, Rule(host="a.example", areas=areas))
    names = ("serial", "level1", "level2", "content", "basis", "time_limit", "subject", "channels", *FLAGS, "area")
    assert [[getattr(item, name) for name in names] for item in document.items] == [
        [getattr(entry.item, name) for name in names] for entry in exported
    ]
    assert [table.review for table in document.tables] == [()] * len(document.tables)
