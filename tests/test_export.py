"""The catalogue as a file: official layout, nothing that a spreadsheet would calculate, every row with its source."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from archive.commands.export import export
from archive.publish import layout
from archive.publish.choice import Choice, ChoiceError
from archive.publish.export import ExportError, entries
from archive.publish.layout import PAPERS
from archive.publish.workbook import Print, render, sheet_name
from archive.record.look import read_only
from archive.record.store import Store
from archive.words.channels import CHANNELS, official_list
from tests.factory import attachment_document, capture, item, make_archive

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_archive(tmp_path).close()
    return tmp_path


def sheets(body: bytes) -> dict[str, list[list[str]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def exported(data: Path, suffix: str, *areas: str, level: str = "", **how: Any) -> bytes:
    with closing(read_only(data)) as connection:
        found = entries(connection, Choice(areas=areas, level=level), SHANGHAI)
    return render(found, suffix, Print(level=level, **how))


def run(data: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(export, arguments, obj=data)
    return result.exit_code, result.output


def replace_rows(data: Path, *rows: object) -> None:
    store = Store.open(data)
    document = store.row("SELECT id, url FROM documents WHERE kind = 'attachment' ORDER BY id")
    assert document is not None
    crawl = store.begin_crawl("again", "live", "test/1", {})
    capture(store, crawl, document["id"], document["url"], attachment_document(rows), at="2026-11-21T20:00:00Z")
    store.close()


def test_each_area_has_a_sheet_in_the_official_layout(data: Path) -> None:
    book = sheets(exported(data, "xlsx"))
    assert list(book) == ["封面", "农村集体土地征收", "社会救助"]
    rows = book["农村集体土地征收"]
    assert rows[0][0] == "农村集体土地征收领域基层政务公开标准目录"
    assert rows[1][:9] == [
        "序号",
        "公开事项",
        "",
        "公开内容（要素）",
        "公开依据",
        "公开时限",
        "公开主体",
        "公开渠道和载体",
        "公开对象",
    ]
    assert rows[2][1:3] == ["一级事项", "二级事项"]
    assert rows[2][8:14] == ["全社会", "特定群体", "主动", "依申请", "县级", "乡级"]
    assert rows[3][0] == 1
    assert rows[3][7].splitlines()[:2] == ["■政府网站 □政府公报", "□两微一端 □发布会/听证会"]
    assert rows[3][8:14] == ["√", "", "√", "", "√", ""]
    assert len(rows) == 3 + 6 + 1
    assert rows[-1][0].startswith("来源：《演示部办公厅关于印发农村集体土地征收")
    assert "第 1 版，2026-11-20 抓取，http://" in rows[-1][0]
    assert re.search("SHA-256 [0-9a-f]{64}$", rows[-1][0])


def test_the_excel_header_is_merged_frozen_and_repeated_on_print(data: Path) -> None:
    body = exported(data, "xlsx", paper="A4", blanks=("section",))
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        sheet = package.read("xl/worksheets/sheet2.xml").decode()
        book = package.read("xl/workbook.xml").decode()
    for merged in ("A1:O1", "A2:A3", "B2:C2", "I2:J2", "K2:L2", "M2:N2", "O2:O3"):
        assert f'<mergeCell ref="{merged}"/>' in sheet
    assert 'topLeftCell="A4"' in sheet
    assert 'state="frozen"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'paperSize="9"' in sheet
    assert "农村集体土地征收!$A$1:$O$10" in book.replace("'", "")
    assert "农村集体土地征收!$2:$3" in book.replace("'", "")


def test_a_township_gets_its_own_rows_renumbered(data: Path) -> None:
    book = sheets(exported(data, "xlsx", level="township"))
    rows = book["社会救助"]
    assert rows[0][0] == "社会救助领域基层政务公开标准目录（乡级）"
    assert [(row[0], row[2]) for row in rows[3:-1]] == [(1, "征地补偿安置方案3"), (2, "征地补偿安置方案6")]
    assert all(row[13] == "√" for row in rows[3:-1])


def test_rows_of_a_table_without_levels_go_to_every_level_and_say_so(data: Path) -> None:
    replace_rows(data, item(1, county=None, township=None), item(2, county=True, township=None))
    found = json.loads(exported(data, "json", "land-expropriation", level="township"))
    assert [entry["serial"] for entry in found] == ["1"]
    assert "原表未分公开层级" in found[0]["source"]


def test_a_text_that_looks_like_a_formula_stays_text(data: Path) -> None:
    nasty = ("=1+1", "+86", "-详见", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("http://x")', "http://x.example/")
    replace_rows(data, *(item(n, content=text) for n, text in enumerate(nasty, 1)))
    rows = sheets(exported(data, "xlsx", "land-expropriation"))["农村集体土地征收"]
    assert [row[3] for row in rows[3:-1]] == list(nasty)
    with zipfile.ZipFile(io.BytesIO(exported(data, "xlsx"))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    lines = list(csv.DictReader(io.StringIO(exported(data, "csv").decode("utf-8-sig"), newline="")))
    assert [line["公开内容（要素）"] for line in lines[:8]] == ["'" + text for text in nasty[:7]] + [nasty[7]]


def test_a_csv_opens_in_excel_as_chinese(data: Path) -> None:
    body = exported(data, "csv")
    assert body.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert lines[0][:4] == ["领域", "序号", "一级事项", "二级事项"]
    assert len(lines) == 13
    assert [line[1] for line in lines[1:]] == [str(n) for n in (*range(1, 7), *range(1, 7))]


def test_json_carries_every_field_and_the_source(data: Path) -> None:
    first = json.loads(exported(data, "json"))[0]
    assert first["level1"] == "征地前期准备"
    assert first["channels"] == ["政府网站", "社区/企事业单位/村公示栏（电子屏）"]
    assert first["township"] is False
    assert first["more"]["deadline"]["label"] == "20个工作日"
    assert (first["notice"], first["version"], first["captured_at"]) == ("land", 1, "2026-11-20T01:00:00Z")


def test_only_the_rows_in_force_are_exported_with_the_day_in_local_time(data: Path) -> None:
    replace_rows(data, item(1, level2="修订后的事项", review="序号为空"))
    found = json.loads(exported(data, "json", "land-expropriation"))
    assert [entry["level2"] for entry in found] == ["修订后的事项"]
    assert "第 2 版，2026-11-22 抓取；待核：序号为空" in found[0]["source"]


def test_a_channel_outside_the_official_list_is_kept() -> None:
    names = official_list(["两微一端", "村务微信群"]).split()
    assert [name[1:] for name in names] == [*CHANNELS, "村务微信群"]
    assert [name for name in names if name.startswith("■")] == ["■两微一端", "■村务微信群"]


def test_a_cell_longer_than_a_row_may_be_high_goes_on_in_the_next_rows(data: Path) -> None:
    long = "".join(f"{n}．公开内容；" for n in range(4_000))
    replace_rows(data, item(1, content=long), item(2))
    rows = sheets(exported(data, "xlsx", "land-expropriation"))["农村集体土地征收"][3:-1]
    assert "".join(row[3] for row in rows[:-1]) == long
    assert [row[0] for row in rows] == [1, *["（续）"] * (len(rows) - 2), 2]
    assert len({row[4] for row in rows[1:-1]}) == 1, "what is not longer is said once"
    assert rows[1][4] == ""


@pytest.mark.parametrize("paper", list(PAPERS))
def test_columns_fill_the_paper_and_no_more(data: Path, paper: str) -> None:
    for columns in ((), ("level2", "content", "time_limit"), ("level2",)):
        for blanks in ((), ("section", "link")):
            body = exported(data, "xlsx", paper=paper, columns=columns, blanks=blanks)
            with zipfile.ZipFile(io.BytesIO(body)) as package:
                sheet = package.read("xl/worksheets/sheet2.xml").decode()
            found = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', sheet)
            pixels = [round(float(width) * 7) for first, last, width in found for _ in range(int(first), int(last) + 1)]
            points = sum(pixels) * 0.75
            assert points <= PAPERS[paper].printable + len(pixels)
            assert columns or points > PAPERS[paper].printable * 0.9


def test_only_the_chosen_columns_are_printed_and_the_cover_says_which_are_not(data: Path) -> None:
    book = sheets(exported(data, "xlsx", columns=("level2", "content", "township"), office="演示镇", level="township"))
    assert book["社会救助"][0][0] == "演示镇社会救助领域基层政务公开标准目录（乡级）"
    assert book["社会救助"][1][:4] == ["序号", "公开事项", "公开内容（要素）", "公开层级"]
    cover = "".join(str(cell) for row in book["封面"] for cell in row)
    assert "演示镇基层政务公开标准目录（乡级）" in cover
    assert "未印的栏目：一级事项、公开依据、公开时限" in cover


@given(st.text(alphabet="征地，。（）《》ab1 \n、；“”", max_size=120), st.integers(8, 60))
def test_lines_that_a_text_breaks_into_are_the_text_again_and_no_line_is_too_long(text: str, room: int) -> None:
    found = layout.lines(text, room)
    assert "".join(found) == text
    assert all(layout.breadth(line.strip()) <= room for line in found)


def test_sheet_names_are_legal_and_unique() -> None:
    taken: set[str] = set()
    names = [
        sheet_name(text, taken) for text in ("a/b:c*?[x]\\", "长" * 40, "长" * 41, "", "'引号'", "History", "history")
    ]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_an_unknown_area_is_refused_naming_the_known_ones(data: Path) -> None:
    code, text = run(data, str(data / "x.xlsx"), "--area", "nowhere")
    assert code == 2
    assert "social-assistance（社会救助）" in text
    with pytest.raises(ChoiceError):
        exported(data, "xlsx", "nowhere")


def test_an_unknown_file_type_is_refused(data: Path) -> None:
    code, text = run(data, str(data / "x.pdf"))
    assert code == 2
    assert ".xlsx" in text
    with pytest.raises(ExportError):
        exported(data, "pdf")


def test_nothing_to_export_writes_no_file(data: Path) -> None:
    target = data / "x.xlsx"
    code, text = run(data, str(target), "--area", "poverty-alleviation")
    assert (code, target.exists()) == (1, False)
    assert "没有符合条件" in text


def test_without_rows_the_page_still_gets_a_file_with_headings(data: Path) -> None:
    book = sheets(exported(data, "xlsx", "poverty-alleviation"))
    assert list(book) == ["封面", "公开事项目录"]


def test_a_target_that_cannot_be_written_is_named(data: Path) -> None:
    code, text = run(data, str(data / "missing" / "x.csv"))
    assert code == 1
    assert "写不了" in text


def test_a_failed_export_leaves_the_old_file(data: Path) -> None:
    target = data / "x.json"
    target.write_text("old")
    assert run(data, str(target), "--area", "poverty-alleviation")[0] == 1
    assert target.read_text() == "old"
    assert run(data, str(target))[0] == 0
    assert len(json.loads(target.read_text("utf-8"))) == 12
    assert [path.name for path in data.glob(".x*")] == []


def test_the_command_makes_what_an_address_of_the_site_says(data: Path) -> None:
    target = data / "x.xlsx"
    address = "http://h.example/compile?areas=social-assistance&level=township&office=%E6%BC%94%E7%A4%BA&paper=A4&n=2"
    assert run(data, str(target), "--address", address)[0] == 0
    assert sheets(target.read_bytes())["社会救助"][0][0] == "演示社会救助领域基层政务公开标准目录（乡级）"
    named = ("--area", "social-assistance", "--level", "township", "--office", "演示", "--paper", "A4")
    assert run(data, str(data / "y.xlsx"), *named)[0] == 0
    assert sheets((data / "y.xlsx").read_bytes()) == sheets(target.read_bytes())


def test_json_output_of_the_command_counts_by_area(data: Path) -> None:
    code, text = run(data, str(data / "x.csv"), "--json")
    assert code == 0
    assert json.loads(text)["areas"] == {"land-expropriation": 6, "social-assistance": 6}
