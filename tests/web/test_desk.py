"""Acting on a change: the sheet, the history of a row, any two versions, a day of the past."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from archive.record.look import read_only
from tests.web.conftest import Outline, Site
from tests.web.years import BYTES, NEXT, RENAMED, ROW, SUCCESSOR, make_years


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("desk") / "data"
    make_years(data).close()
    opened = Site(data)
    yield opened
    opened.close()


def rows(desk: Site, sql: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
    with closing(read_only(desk.data)) as connection:
        return [tuple(row) for row in connection.execute(sql, parameters)]


def text(desk: Site, path: str) -> str:
    answer = desk.get(path)
    assert answer.status_code == 200, (path, answer.text[-500:])
    return " ".join(Outline(answer.text).text.split())


def change_of(desk: Site, day: str) -> int:
    found = rows(desk, "SELECT id FROM changes WHERE detected_at LIKE ? AND kind = 'attachment-replaced'", f"{day}%")
    return int(found[0][0])


def key(desk: Site) -> str:
    return str(rows(desk, "SELECT key FROM items WHERE level2 = ? LIMIT 1", ROW)[0][0])


def test_the_sheet_says_in_one_sentence_what_changed_and_who_must_act(desk: Site) -> None:
    page = desk.get(f"/changes/{change_of(desk, '2025-12-01')}").text
    said = " ".join(Outline(page).text.split())
    h1 = re.search(r"<h1>(.*?)</h1>", page)
    assert h1
    assert h1[1] == ("“附件：标准目录.docx”中目录事项修改 7 条，涉及公开内容、公开时限、公开依据、公开主体共 11 处")
    for word in ("涉及领域社会救助", "公开层级县级、乡级", "乡镇人民政府（街道办事处）", "县级医疗保障部门"):
        assert word in said
    assert "┃" not in page, "a row is told in its cells, never dumped"
    assert "社会救助 序号3“临时救助审核确认信息”" in said


def test_in_a_changed_cell_only_the_characters_that_changed_are_marked(desk: Site) -> None:
    page = desk.get(f"/changes/{change_of(desk, '2025-12-01')}").text
    cells = re.findall(r'data-label="(?:原来|现在)">(.*?)</td>', page)
    assert any(
        (cell.startswith("自信息形成之日起<del>") and cell.endswith("</del>个工作日内")) or "起<del>" in cell
        for cell in cells
    )


def test_the_sheet_leads_to_both_originals_with_their_digests(desk: Site) -> None:
    page = desk.get(f"/changes/{change_of(desk, '2025-12-01')}").text
    links = re.findall(r'href="(/documents/\d+/file\?version=\d+)"', page)
    assert [desk.get(link).content for link in links] == [BYTES[2], BYTES[3]]
    for body in BYTES[2:4]:
        assert hashlib.sha256(body).hexdigest() in page
    assert "2025年04月01日 00:30" in page, "capture times are those of the operator's zone"


def test_the_sheet_of_a_page_that_is_gone_lists_the_rows_that_rested_on_it(desk: Site) -> None:
    (gone,) = rows(desk, "SELECT id FROM changes WHERE kind = 'gone'")
    said = text(desk, f"/changes/{gone[0]}")
    for word in ("受影响的现行事项（12 条）", "农村集体土地征收 序号12“征地补偿安置方案12”", "县级自然资源部门"):
        assert word in said


def test_the_sheet_of_a_successor_leads_to_its_own_page(desk: Site) -> None:
    (found,) = rows(desk, "SELECT id FROM changes WHERE kind = 'successor'")
    page = desk.get(f"/changes/{found[0]}").text
    assert f'href="{SUCCESSOR}"' in page
    assert NEXT in page
    assert "http://poverty.example/t3.html" not in page
    (told,) = (change for change in desk.get("/changes.json").json() if change["kind"] == "successor")
    assert told["url"] == SUCCESSOR
    assert SUCCESSOR in desk.get("/changes.atom").text


def test_each_version_has_the_original_that_it_was_read_from(desk: Site) -> None:
    document = rows(desk, "SELECT document_id FROM versions WHERE number = 6")[0][0]
    for number in range(2, 7):
        assert desk.get(f"/documents/{document}/file?version={number}").content == BYTES[number - 2]
    assert desk.get(f"/documents/{document}/file?version=9").status_code == 404
    assert "/file?version=2" in desk.get(f"/documents/{document}?version=2").text


def test_the_redline_shows_three_lines_around_a_change_and_folds_the_rest(desk: Site) -> None:
    (change,) = rows(desk, "SELECT id FROM changes WHERE kind = 'revised'")
    page = desk.get(f"/changes/{change[0]}").text
    assert "<script" not in page
    opened = re.sub(r"<details.*?</details>", "", page, flags=re.S)
    assert len(re.findall("本条内容没有变化", opened)) <= 6
    assert len(re.findall("本条内容没有变化", page)) == 20
    assert re.search(r"<summary>未变的 \d+ 行</summary>", page)


def test_a_rows_page_shows_what_became_of_it_in_every_version_and_file(desk: Site) -> None:
    page = desk.get(f"/rows/{key(desk)}").text
    history = page[page.index('id="history"') :]
    said = " ".join(Outline(history).text.split())
    assert re.findall(r"</strong> (首次收录|修订|文件更换|不再列出)", history) == [
        "文件更换", "修订", "修订", "修订", "首次收录",
    ]  # fmt: skip
    assert "公开主体 县级民政部门＋、乡镇人民政府（街道办事处）" in said
    assert "二级事项 临时救助审－批＋核确认信息" in said
    assert "20个工作日" in said
    assert f"<h1>{RENAMED}</h1>" in page
    assert history.count("<li>") == 5


def test_two_versions_that_nobody_compared_are_held_against_each_other(desk: Site) -> None:
    document = rows(desk, "SELECT document_id FROM versions WHERE number = 6")[0][0]
    said = text(desk, f"/compare/{document}?from=2&to=5")
    assert "目录事项的变化（7 条）" in said
    assert "社会救助 序号3“临时救助审核确认信息”" in said
    back = text(desk, f"/compare/{document}?from=5&to=2")
    assert "社会救助 序号3“临时救助审批信息”" in back
    assert desk.get(f"/compare/{document}?from=2&to=2").status_code == 400
    assert desk.get(f"/compare/{document}?from=2&to=77").status_code == 404
    assert desk.get("/compare/9999?from=2&to=3").status_code == 404


def test_a_day_of_the_past_ends_at_midnight_in_the_operators_zone(desk: Site) -> None:
    first, last = text(desk, "/notices/welfare?at=2024-06-01"), text(desk, "/notices/welfare?at=2025-03-31")
    assert "这是 2024-06-01 结束时档案中的内容，不一定是现行内容" in first
    assert ROW in first
    assert "2024年06月01日 23:30" in first
    assert ROW in last, "the version of 16:30 UTC belongs to the next day"
    assert RENAMED in text(desk, "/notices/welfare?at=2025-04-01")
    assert "严格" not in text(desk, "/notices/welfare?at=2026-10-07")
    assert "（2026年版）" in text(desk, "/notices/welfare?at=2026-10-08")
    assert "档案中还没有这份通知的文本" in text(desk, "/notices/welfare?at=2023-01-01")
    for wrong in ("2024-13-01", "x", "9999-12-31", "20240601 00:00"):
        assert desk.get("/notices/welfare?at=" + quote(wrong)).status_code == 400


def test_the_timeline_tells_versions_changes_and_verdicts_by_months(desk: Site) -> None:
    page = desk.get("/notices/welfare").text
    part = page[page.index('id="timeline"') : page.index('id="provenance"')]
    months = re.findall(r"<h3>(.*?)</h3>", part)
    assert months == sorted(months, reverse=True)
    assert {"2026年10月", "2025年04月", "2024年05月"} <= set(months)
    said = " ".join(Outline(part).text.split())
    assert "取得 附件：标准目录.docx，第 4 版" in said
    assert "附件更换：" in said
    assert "抓取网页：取得原文" in said


_HOTLINE = """SELECT change_id FROM row_changes r JOIN items i ON i.id = r.item_after
              WHERE r.kind = 'added' AND i.level2 = '救助热线'"""


def test_changes_are_filtered_by_area_level_and_time_under_months(desk: Site) -> None:
    page = desk.get("/changes?area=social-assistance&since=2026-05-01").text
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["2026年10月", "2026年06月"]
    assert "救助热线" in page
    assert "2025年04月" in desk.get("/changes?since=2025-04-01&until=2025-04-01").text
    assert "没有符合条件" in desk.get("/changes?since=2025-03-31&until=2025-03-31").text
    assert "没有符合条件" in desk.get("/changes?area=land-expropriation&since=2024-06-01&until=2026-10-31").text
    (hotline,) = rows(desk, _HOTLINE)
    assert f"/changes/{hotline[0]}" in desk.get("/changes?level=county").text
    june = "kind=attachment-replaced&since=2026-06-01&until=2026-06-30"
    assert f"/changes/{hotline[0]}" not in desk.get(f"/changes?level=township&{june}").text
    for wrong in ("area=nope", "level=nope", "until=x"):
        assert desk.get(f"/changes?{wrong}").status_code == 400


CHROMIUM_86 = """align-items background border border-bottom border-collapse border-color border-left border-left-width
    border-radius border-style border-top box-sizing break-after break-inside clip-path color content cursor display
    flex flex-basis flex-wrap font font-size font-variant-numeric font-weight gap grid-template-columns height
    justify-content letter-spacing line-height list-style margin margin-bottom margin-left margin-top max-width
    min-height min-width outline outline-offset overflow overflow-wrap overflow-x padding padding-bottom padding-left
    padding-right padding-top position table-layout text-align text-decoration text-decoration-style vertical-align
    box-shadow scroll-margin-top
    white-space width word-break -webkit-text-size-adjust"""
"""Properties that our sheet may use: each was checked to be known to Chromium 86."""


def test_the_sheet_of_style_holds_nothing_that_chromium_86_does_not_know() -> None:
    sheet = (Path(__file__).parents[2] / "archive/web/static/site.css").read_text("utf-8")
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    names = set(re.findall(r"[{;]\s*(-?[a-z][a-z-]*)\s*:", sheet))
    assert names - set(CHROMIUM_86.split()) == set()
    assert not re.findall(r":(?:has|is|where|not\([^)]*,)\b|@(?:layer|container|supports|property)|&|\bd?vh\b", sheet)
    assert not re.findall(r"(?:clamp|color-mix|oklch|lab|lch)\(|inset:", sheet)
