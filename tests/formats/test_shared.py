"""What the shared samples must give (issue: formats): every known cell, a true reason for what cannot be read."""

from __future__ import annotations

import json
import shutil

import pytest

from crawler.reading.formats.office import soffice
from scripts.bench_read import right_cells
from tests.formats.helpers import SHARED, filled, grids_in, needs_samples, reading

pytestmark = needs_samples
# LibreOffice's second opinion takes seconds a file; one test below asks for it.
NEEDS_OFFICE = pytest.mark.skipif(
    shutil.which("soffice") is None or soffice.without_writer(),
    reason="LibreOffice Writer, the optional second reader of .doc, is not installed",
)


@pytest.fixture(autouse=True)
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(soffice.SWITCH, "off")


def known_rows() -> list[list[str]]:
    return [list(row.values()) for row in json.loads((SHARED / "known_rows.json").read_text("utf-8"))]


@pytest.mark.parametrize("suffix", ["docx", "doc", "xls", "xlsx", "ods", "html"])
def test_every_cell_of_the_sample_catalogue_is_right(suffix: str) -> None:
    (grid,) = grids_in(reading((SHARED / f"mulu.{suffix}").read_bytes()))
    assert filled(grid)[-60:] == known_rows()


@pytest.mark.parametrize("suffix", ["docx", "doc", "xls", "xlsx", "ods", "html", "pdf"])
def test_every_cell_of_the_sample_catalogue_is_right_in_its_items(suffix: str) -> None:
    """In the .pdf rows are cut by page breaks, and a merged cell has its text on its first page only."""
    assert right_cells(reading((SHARED / f"mulu.{suffix}").read_bytes())) == 60 * 14


def test_the_sample_pdf_has_fourteen_columns_on_each_page() -> None:
    grids = grids_in(reading((SHARED / "mulu.pdf").read_bytes()))
    assert [grid.place.page for grid in grids] == list(range(1, 28))
    assert {len(grid.cells[0]) for grid in grids} == {14}
    serials = [row[0] for grid in grids for row in grid.cells if row[0] and row[0].isdigit()]
    assert serials == [str(number) for number in range(1, 61)]


def test_a_scan_is_recognised() -> None:
    for name in ("mulu_scan2.pdf", "real/scan.pdf"):
        document = reading((SHARED / name).read_bytes())
        assert document.problem.startswith("needs-ocr: ")
        assert "扫描" in document.problem


def test_a_text_layer_that_maps_to_garbage_is_recognised_and_not_indexed() -> None:
    document = reading((SHARED / "real" / "gazette_no_unicode.pdf").read_bytes())
    assert document.problem.startswith("needs-ocr: ")
    assert "乱码" in document.problem
    assert not document.text


def test_the_text_of_ofd_samples_is_read() -> None:
    reply = reading((SHARED / "official_reply.ofd").read_bytes())
    assert not reply.problem
    assert "卫生局文件" in reply.text
    assert "字型变换" in reading((SHARED / "table.ofd").read_bytes()).text


@pytest.mark.parametrize(
    ("name", "tables", "rows"),
    [
        ("penalty_scale.docx", 2, 66), ("flowchart_shapes.docx", 0, 0), ("fund_catalogue.xlsx", 1, 55),
        ("universities.xls", 1, 2953), ("broken_codepage.xls", 1, 2632), ("indicator_system.doc", 2, 59),
        ("application_form.doc", 1, 57), ("price_items.wps", 1, 130), ("loan_policy.wps", 1, 14),
    ],
)  # fmt: skip
def test_a_real_file_has_its_tables_and_rows(name: str, tables: int, rows: int) -> None:
    grids = grids_in(reading((SHARED / "real" / name).read_bytes()))
    assert (len(grids), sum(len(grid.cells) for grid in grids)) == (tables, rows)


def test_a_workbook_in_the_code_page_of_old_macs_is_read_and_a_person_told() -> None:
    document = reading((SHARED / "real" / "broken_codepage.xls").read_bytes())
    assert document.tables[0].grid.cells[1][1] == "北京大学"
    assert "10008" in document.review[0]


@NEEDS_OFFICE
def test_two_readers_of_a_doc_that_agree_need_no_review(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(soffice.SWITCH)
    document = reading((SHARED / "real" / "loan_policy.wps").read_bytes())
    assert document.review == ()
    assert len(document.tables) == 1


@NEEDS_OFFICE
def test_where_two_readers_of_a_doc_disagree_the_richer_is_kept_and_a_person_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """msdoc2docx fuses two adjacent tables of this file."""
    monkeypatch.delenv(soffice.SWITCH)
    document = reading((SHARED / "real" / "indicator_system.doc").read_bytes())
    assert len(document.tables) == 3
    assert "msdoc2docx 得到 2 个表格 59 行" in document.review[0]
