"""`guidelines compare` as its user runs it: a file or an address in, a table, JSON or a marked spreadsheet out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from python_calamine import CalamineWorkbook

from archive.record.settle import settle_all
from tests.catalogue.generator import grid
from tests.crawl.harness import environment
from tests.factory import attachment_document, capture, item, make_archive
from tests.formats import writers
from tests.sites.server import SiteServer

HEAD = [
    "序号", "一级事项", "二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体",
    "县级", "乡级",
]  # fmt: skip
_OFFICE = ["青禾县自然资源局", "政府网站", "√", ""]
ROWS = [
    ["1", "公示公告", "征地补偿安置方案1", "1.拟征收土地公告", "《土地管理法》", "30个工作日内", *_OFFICE],
    ["2", "公示公告", "本县特色事项", "1.其他", "", "20个工作日内", *_OFFICE],
]
SOURCES = """
[[notice]]
number = 1
slug = "land"
title = "演示通知"
url = "http://land.example/t1.html"
areas = ["农村集体土地征收"]
[[area]]
slug = "land-expropriation"
name = "农村集体土地征收"
"""
PAGE = """<html><body><div id="content"><h1>青禾县目录</h1><p>本县目录如下，请查阅。联系电话另行公布。</p>
<p><a href="/mulu.xlsx">征地补偿目录.xlsx</a></p><p><a href="/secret/b.xlsx">内部目录.xlsx</a></p>
</div></body></html>"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two national rows of one field."""
    folder = tmp_path_factory.mktemp("compare") / "data"
    store = make_archive(folder, 1)
    crawl = store.begin_crawl("rows", "live", "test/1", {})
    notice = store.row("SELECT id FROM notices WHERE slug = 'land'")
    assert notice is not None
    url = "http://land.example/t1.docx"
    document = store.document(notice["id"], "attachment", url, name="附件：标准目录.docx")
    values = {"level1": "公示公告", "subject": "县级自然资源主管部门", "channels": ("政府网站",), "township": False}
    rows = tuple(evolve(item(n), **values) for n in (1, 2))
    capture(store, crawl, document, url, attachment_document(rows))
    settle_all(store, crawl)
    store.close()
    (folder / "sources.toml").write_text(SOURCES, "utf-8")
    return folder


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("local") / "青禾县.xlsx"
    path.write_bytes(writers.write_xlsx([grid([HEAD, *ROWS], "青禾县征地补偿领域基层政务公开标准目录")]))
    return path


def run(data: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), "compare"]
    return subprocess.run([*line, *map(str, arguments)], env=environment(), capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def done(data: Path, local: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What one run printed, and the spreadsheet that it wrote."""
    file = tmp_path_factory.mktemp("out") / "结果.xlsx"
    found = run(data, local, file, "--json")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout), file


def test_the_verdict_of_each_row_is_printed_as_json(done: tuple[dict[str, Any], Path]) -> None:
    found, _ = done
    assert [area["slug"] for area in found["areas"]] == ["land-expropriation"]
    verdicts = [(row["verdicts"], row["local"] and row["local"]["level2"]) for row in found["rows"]]
    assert verdicts == [
        (["deadline-longer"], "征地补偿安置方案1"),
        (["missing"], None),
        (["additional"], "本县特色事项"),
    ]
    assert found["rows"][0]["deviations"][0]["national"] == "自信息形成之日起20个工作日内"


def test_the_spreadsheet_has_the_local_layout_with_marks_and_what_is_missing(done: tuple[dict[str, Any], Path]) -> None:
    _, file = done
    book = CalamineWorkbook.from_path(str(file))
    assert book.sheet_names == ["对标汇总", "表1"]
    rows = [[str(cell) for cell in row] for row in book.get_sheet_by_name("表1").to_python()]
    head = rows.index(HEAD)
    assert rows[head + 1 : head + 3] == ROWS
    assert rows[head + 3][2] == "征地补偿安置方案2"
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as parts:
        comments = "".join(parts.read(name).decode() for name in parts.namelist() if "comments" in name)
    assert "自信息形成之日起20个工作日内" in comments


def test_people_get_a_table(data: Path, local: Path) -> None:
    said = run(data, local).stdout
    assert "时限偏长" in said
    assert "合计：" in said
    assert "农村集体土地征收" in said


def test_wrong_usage_is_told_as_such(data: Path, local: Path, tmp_path: Path) -> None:
    for arguments in ((tmp_path / "没有.xlsx",), (local, tmp_path / "结果.csv"), (local, "--area", "no-such")):
        found = run(data, *arguments)
        assert (found.returncode, found.stdout) == (2, "")
    empty = tmp_path / "空.html"
    empty.write_text("<html><body><p>没有表格。</p></body></html>", "utf-8")
    assert run(data, empty).returncode == 1
    assert run(tmp_path / "none", local).returncode == 1


@pytest.fixture(scope="module")
def server() -> Iterator[SiteServer]:
    with SiteServer() as opened:
        yield opened


def test_an_address_is_asked_for_politely_with_its_files(data: Path, local: Path, server: SiteServer) -> None:
    (data / "settings.toml").write_text("delay = 0\n")
    server.put("county.example", "/robots.txt", "User-agent: *\nDisallow: /secret/\n", "text/plain")
    server.put("county.example", "/mulu.xlsx", local.read_bytes(), "application/octet-stream")
    server.put("county.example", "/secret/b.xlsx", local.read_bytes(), "application/octet-stream")
    url = server.put("county.example", "/list.html", PAGE)
    found = run(data, url, "--json")
    assert found.returncode == 3, found.stderr  # one file was not to be had
    told = json.loads(found.stdout)
    assert told["counts"] == {"deadline-longer": 1, "missing": 1, "additional": 1}
    assert [entry["file"] for entry in told["unread"]] == ["内部目录.xlsx"]
    assert "/secret/b.xlsx" not in [seen.path for seen in server.requests("county.example")]
    assert not list((data / "warc").glob("*"))  # nothing of it is kept
