"""Scans: what is recognised where the extra is installed, and that nothing changes where it is not."""

from __future__ import annotations

import io
import random

import pypdfium2 as pdfium
import pytest
from PIL import Image

from crawler.reading import read
from crawler.reading.formats.ocr import engine
from crawler.reading.rule import Rule
from crawler.samples import FOLDER, SCAN
from crawler.sandbox.apart import read_apart
from tests.catalogue import press
from tests.catalogue.generator import FLAGS, Layout, rows
from tests.formats.scans import Scanner, scan
from tests.formats.test_saved_by_word import pictures_only

with_ocr = pytest.mark.skipif(not engine.installed(), reason="the extra `ocr` is not installed")
DOUBT = "文字识别，可能有误"
PAYLOAD = (FOLDER / SCAN.file).read_bytes()
PDF = {"content-type": "application/pdf"}


@pytest.mark.skipif(bool(engine.installed()), reason="the extra `ocr` is installed")
def test_without_the_extra_a_scan_is_kept_and_says_what_it_needs() -> None:
    problem = read(PAYLOAD, PDF, Rule()).problem
    assert problem.code == "needs-ocr"
    assert "文字识别" in problem


@with_ocr
@pytest.mark.slow
def test_a_scan_is_recognised_within_the_limits_of_a_reader_and_says_so() -> None:
    document = read_apart(PAYLOAD, PDF, Rule())
    assert "公开事项" in document.text
    assert "文字识别样本" in document.text
    assert any(DOUBT in note for note in document.review)


@with_ocr
@pytest.mark.slow
def test_the_rows_of_a_noisy_scan_that_lies_askew_are_read_with_their_ticks_and_each_is_in_doubt() -> None:
    wanted = rows(random.Random(5), 3)
    printed = press.print_table(Layout().table(wanted, "演示领域基层政务公开标准目录"), 2, press.Look())
    document = read(scan(printed, Scanner(angle=1.1, noise=10)), PDF, Rule())
    assert [item.serial for item in document.items] == [str(row["serial"]) for row in wanted]
    for item, row in zip(document.items, wanted, strict=True):
        assert DOUBT in item.review
        assert [getattr(item, flag) for flag in FLAGS] == [row[flag] for flag in FLAGS]
        assert [name for name in item.channels if name in row["channels"]] == list(row["channels"])
        assert item.level1 == row["level1"]


@with_ocr
@pytest.mark.slow
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_lies_on_its_side_or_is_upside_down_is_turned_first(quarters: int) -> None:
    wanted = rows(random.Random(5), 3)
    printed = press.print_table(Layout().table(wanted, "演示领域基层政务公开标准目录"), 2, press.Look())
    document = read(scan(printed, Scanner(noise=10, quarters=quarters)), PDF, Rule())
    assert [(item.serial, item.level1) for item in document.items] == [(str(r["serial"]), r["level1"]) for r in wanted]
    assert "演示领域基层政务公开标准目录" in document.text


@with_ocr
@pytest.mark.slow
def test_a_page_whose_writing_cannot_be_read_is_named_and_gives_no_words() -> None:
    table = Layout().table(rows(random.Random(5), 3), "演示领域基层政务公开标准目录")
    page = pdfium.PdfDocument(scan(press.print_table(table, 2, press.Look()), Scanner()))[0]
    mirrored = page.render(scale=2).to_pil().convert("L").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    held = io.BytesIO()
    mirrored.save(held, "PDF", resolution=144)
    assert read(held.getvalue(), PDF, Rule()).problem.code == "needs-ocr"


@with_ocr
@pytest.mark.slow
def test_a_word_file_of_pictures_is_recognised_as_a_scan() -> None:
    page = pdfium.PdfDocument(PAYLOAD)[0].render(scale=2).to_pil()
    picture = io.BytesIO()
    page.convert("RGB").save(picture, "PNG")
    document = read(pictures_only(picture.getvalue()), {"content-location": "http://a.example/m.docx"}, Rule())
    assert "文字识别样本" in document.text
    assert any(DOUBT in note for note in document.review)


@with_ocr
@pytest.mark.slow
def test_a_page_beyond_the_limit_is_named_as_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_PAGES", 1)
    table = Layout().table(rows(random.Random(5), 12), "目录")
    printed = press.print_table(table, 2, press.Look(page="A4 landscape", size=7))
    review = read(scan(printed, Scanner(dpi=100)), PDF, Rule()).review
    assert any("第 1 页" in note and DOUBT in note for note in review)
    assert any("没有读出" in note and "2" in note for note in review)
