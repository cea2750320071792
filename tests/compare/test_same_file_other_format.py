"""A catalogue saved in another format is the same catalogue; an edit hidden in the new format is told by itself."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve

from archive.compare.compare import compare_content
from archive.model import Document
from crawler.reading import read
from crawler.reading.rule import Rule
from tests.sites import files
from tests.sites.catalogues import Layout, Row, Table, make_table, read_areas

SHARED = Path(__file__).parents[3] / "shared" / "attachments"
AREA, ROWS = next(iter(read_areas().items()))
TITLE = f"{AREA}领域基层政务公开标准目录"


def reading(payload: bytes, kind: str) -> Document:
    return read(payload, {"content-location": f"http://a.example/1.{kind}"}, Rule())


def plain(table: Table) -> dict[str, bytes]:
    """One table under its title in three formats, with no word that only one of them has."""
    table = evolve(table, caption=(TITLE,))
    word = files.docx(TITLE, [table])
    for extra in (files.SAMPLE, "注：公开渠道可以根据实际情况选择。", TITLE):
        word = without_paragraph(word, extra)
    return {"docx": word, "xlsx": files.xlsx(TITLE, [table]), "pdf": files.pdf(TITLE, [evolve(table, caption=())])}


def without_paragraph(word: bytes, text: str) -> bytes:
    """The .docx without the first paragraph that says this."""
    with zipfile.ZipFile(io.BytesIO(word)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    body = parts["word/document.xml"].decode()
    parts["word/document.xml"] = body.replace(files._paragraph(text), "", 1).encode()
    return files._pack(list(parts.items()))


TWENTY = [evolve(row, time_limit="自信息形成之日起20个工作日内") for row in ROWS]


def table(rows: Sequence[Row] = TWENTY) -> Table:
    """The sample table; every deadline is 20 days."""
    return make_table(AREA, list(rows), Layout(repeated="again"))


def edited(position: int) -> Table:
    """The same with 7 days in one row, counted from 0."""
    row = evolve(TWENTY[position], time_limit="自信息形成之日起7个工作日内")
    return table([*TWENTY[:position], row, *TWENTY[position + 1 :]])


PAIRS = list(itertools.permutations(("docx", "xlsx", "pdf"), 2))


@pytest.mark.parametrize("pair", PAIRS)
def test_the_same_catalogue_in_another_format_has_not_changed(pair: tuple[str, str]) -> None:
    made = plain(table())
    old, new = (evolve(reading(made[kind], kind)) for kind in pair)
    assert len(old.items) == len(new.items) == len(ROWS)
    told = compare_content(old, new)
    # the sentence of ours that the .pdf writer adds is a difference and no fault of the format
    assert told[0] == ()
    assert [sentence for sentence in told[1] if "演示样本" not in sentence] == []


@pytest.mark.parametrize("pair", PAIRS)
def test_a_deadline_changed_in_the_new_format_is_told_with_exactly_its_row(pair: tuple[str, str]) -> None:
    at = 4
    one, other = plain(table()), plain(edited(at))
    rows, sentences = compare_content(reading(one[pair[0]], pair[0]), reading(other[pair[1]], pair[1]))
    assert [(row.kind, row.after.position) for row in rows if row.after] == [("changed", at + 1)]
    told = [sentence for sentence in sentences if "演示样本" not in sentence]
    assert len(told) == 1
    assert "20个工作日" in told[0]
    assert "7个工作日" in told[0]


def lines(*text: str, kind: str, title: str = "") -> Document:
    return Document(text="\n".join(text), title=title, media_type=kind, reader="test/1")


HEAD = "┃序号│一级事项│公开时限│全社会│特定群体"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("附件", "（一）标准目录", HEAD), ("┃标准目录││││", HEAD)),
        (("社会救助标准目录", HEAD), ("— 1 —", "社会救助标准目录", HEAD, "— 2 —", HEAD)),
        (("Sheet1", HEAD), ("标准目录", HEAD)),
        ((HEAD, "注：本目录由演示部负责解释。"), (HEAD,)),
        (("名单", "│姓名│单位", "│甲│演示局"), ("│名单│", "│姓名│单位│", "│甲│演示局│")),
    ],
)
def test_what_a_format_adds_around_the_rows_is_no_change(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    one, other = lines(*before, kind="docx"), lines(*after, kind="xlsx")
    assert compare_content(one, other) == ((), [])
    assert compare_content(other, one) == ((), [])


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((HEAD, "┃5│检查│20日│√│"), (HEAD, "┃5│检查│7日│√│"), "7日"),
        ((HEAD, "┃5│检查│20日│√│"), (HEAD, "┃5│检查│20日││√"), "√"),
        (("社会救助标准目录", HEAD), ("┃养老服务标准目录││││", HEAD), "养老服务"),
        ((HEAD, "注：本目录由演示部负责解释。"), (HEAD, "注：本目录由县级负责解释。"), "县级"),
        ((HEAD,), (HEAD, "注：乡镇不再公开。"), "乡镇不再公开"),
        (("│姓名│√│", "│甲│√│"), ("│姓名│√│", "│甲││√"), "甲"),
        (("有效期至2026年。", HEAD), ("有效期至2027年。", HEAD), "2027"),
    ],
)
def test_what_a_new_format_changes_beside_the_rows_is_told(
    before: tuple[str, ...], after: tuple[str, ...], told: str
) -> None:
    rows, sentences = compare_content(lines(*before, kind="docx"), lines(*after, kind="xlsx"))
    assert rows == ()
    assert told in "；".join(sentences)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sample catalogue in all formats lies beside the repository")
def test_one_catalogue_in_all_formats_is_one_catalogue() -> None:
    kinds = ("doc", "docx", "html", "ods", "pdf", "xls", "xlsx")
    read_once = {kind: reading((SHARED / f"mulu.{kind}").read_bytes(), kind) for kind in kinds}
    told = {pair: compare_content(read_once[pair[0]], read_once[pair[1]]) for pair in itertools.permutations(kinds, 2)}
    assert {pair: found for pair, found in told.items() if found != ((), [])} == {}
