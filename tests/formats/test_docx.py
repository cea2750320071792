from __future__ import annotations

import pytest

from crawler.reading.formats.office import docx
from tests.formats.helpers import SHARED, grids_in, needs_samples, reading
from tests.formats.writers import WORD, docx_of, docx_paragraphs


def _run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _p(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def _font(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}"/>'


@needs_samples
def test_every_tick_of_the_sample_is_read() -> None:
    (grid,) = grids_in(reading((SHARED / "sym.docx").read_bytes()))
    assert grid.cells == (("☑政府网站", "■两微一端", "☑公示栏", "插入"),)


@pytest.mark.parametrize(
    ("font", "letter", "mark"),
    [
        ("Wingdings", "n", "■"), ("Wingdings", "o", "□"), ("Wingdings", "ü", "✓"), ("Wingdings", "\uf0fe", "☑"),
        ("Wingdings 2", "R", "☑"), ("Wingdings 2", "£", "□"), ("Wingdings 2", "P", "✓"), ("Webdings", "c", "□"),
        ("Symbol", "Ö", "√"), ("宋体", "n", "n"), ("宋体", "\uf052", "☑"),
    ],
)  # fmt: skip
def test_letters_of_symbol_fonts_are_the_marks_they_look_like(font: str, letter: str, mark: str) -> None:
    assert reading(docx_of(_p(_run(letter, _font(font)), _run("政府网站")))).text == f"{mark}政府网站"


def test_a_symbol_font_set_by_a_style_counts() -> None:
    styles = (
        f'<w:styles xmlns:w="{WORD}"><w:style w:type="character" w:styleId="base">'
        f"<w:rPr>{_font('Wingdings')}</w:rPr></w:style>"
        '<w:style w:type="character" w:styleId="tick"><w:basedOn w:val="base"/></w:style></w:styles>'
    )
    body = _p(_run("n", '<w:rStyle w:val="tick"/>'), _run("公开栏"))
    assert reading(docx_of(body, styles=styles)).text == "■公开栏"


def test_a_symbol_element_is_its_mark() -> None:
    body = _p(
        '<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', '<w:r><w:sym w:font="Wingdings 2" w:char="0052"/></w:r>'
    )
    assert reading(docx_of(body)).text == "□☑"


def test_insertions_are_kept_and_deletions_dropped() -> None:
    body = _p(
        _run("公开"),
        f'<w:ins w:id="1">{_run("时限")}</w:ins>',
        '<w:del w:id="2"><w:r><w:delText>主体</w:delText></w:r></w:del>',
        f'<w:moveFrom w:id="3">{_run("旧处")}</w:moveFrom>',
    )
    assert reading(docx_of(body)).text == "公开时限"


@pytest.mark.parametrize("look", ["<w:strike/>", "<w:dstrike/>", '<w:rStyle w:val="Gone"/>'])
def test_words_struck_out_are_kept_apart_from_those_in_force(look: str) -> None:
    style = '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    styles = f'<w:styles xmlns:w="{WORD}">{style}</w:styles>'
    body = _p(_run("于"), _run("2", look), _run("0", look), _run("7", '<w:strike w:val="0"/>'), _run("个工作日"))
    assert reading(docx_of(body, styles=styles)).text == "于〔删：20〕7个工作日"


def test_digits_set_high_or_low_do_not_run_into_those_beside_them() -> None:
    high, low = ('<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>')
    assert reading(docx_of(_p(_run("10"), _run("2", high), _run("CO"), _run("2", low)))).text == "10²CO₂"


def test_content_controls_hyperlinks_and_fields_are_text() -> None:
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    content = _p(_run("甲"), f"<w:hyperlink>{_run('乙')}</w:hyperlink>", field, _run("丙"))
    body = f"<w:sdt><w:sdtContent>{content}</w:sdtContent></w:sdt>"
    assert reading(docx_of(body)).text == "甲乙丙"


def test_a_form_checkbox_shows_its_state() -> None:
    def box(state: str) -> str:
        data = f"<w:ffData><w:checkBox>{state}</w:checkBox></w:ffData>"
        return f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'

    body = _p(box("<w:checked/>"), _run("是"), box('<w:default w:val="0"/>'), _run("否"))
    assert reading(docx_of(body)).text == "☑是□否"


def test_text_in_a_shape_that_is_written_twice_is_read_once() -> None:
    box = f"<w:txbxContent>{_p(_run('受理'))}</w:txbxContent>"
    shape = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps">'
        f"<w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert reading(docx_of(_p(_run("流程图"), shape))).text == "流程图\n受理"


@needs_samples
def test_text_in_shapes_of_a_real_file_is_read() -> None:
    text = reading((SHARED / "real" / "flowchart_shapes.docx").read_bytes()).text
    assert "材料不齐全或者不符合法定形式的，退回并告知补正材料" in text
    assert text.startswith("流程图")


def _cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{docx_paragraphs(text) if not text.startswith('<') else text}</w:tc>"


def _table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_cells_skipped_before_a_row_keep_their_columns() -> None:
    body = _table(
        _cell("甲") + _cell("乙") + _cell("丙"),
        '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + _cell("丁") + _cell("戊"),
    )
    (grid,) = grids_in(reading(docx_of(body)))
    assert grid.cells == (("甲", "乙", "丙"), ("", "丁", "戊"))


def test_merged_cells_are_told_apart_from_empty_ones() -> None:
    body = _table(
        _cell("甲", '<w:vMerge w:val="restart"/>') + _cell("乙", '<w:gridSpan w:val="2"/>'),
        _cell("", "<w:vMerge/>") + _cell("") + _cell("丙"),
    )
    (grid,) = grids_in(reading(docx_of(body)))
    assert grid.cells == (("甲", "乙", None), (None, "", "丙"))
    assert grid.spans == {(0, 0): (2, 1), (0, 1): (1, 2)}


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    inner = _table(_cell("内一") + _cell("内二"), _cell("内三") + _cell("内四"))
    body = _table(_cell("外一") + _cell("外二"), _cell("外三") + _cell(f"{inner}<w:p/>"))
    outer, nested = grids_in(reading(docx_of(body)))
    assert outer.cells == (("外一", "外二"), ("外三", ""))
    assert nested.cells == (("内一", "内二"), ("内三", "内四"))


def test_a_deleted_row_is_no_row() -> None:
    body = _table(_cell("甲") + _cell("乙"), '<w:trPr><w:del w:id="1"/></w:trPr>' + _cell("丙") + _cell("丁"))
    assert grids_in(reading(docx_of(body)))[0].cells == (("甲", "乙"),)


NUMBERING = (
    f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="FORM"/><w:lvlText w:val="TEXT"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
)
NUMBERED = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr>'


@pytest.mark.parametrize(
    ("form", "text", "shown"),
    [("decimal", "%1.", ("1.", "2.")), ("chineseCounting", "（%1）", ("（一）", "（二）")), ("bullet", "●", ("", ""))],
)
def test_automatic_numbers_are_shown(form: str, text: str, shown: tuple[str, str]) -> None:
    numbering = NUMBERING.replace("FORM", form).replace("TEXT", text)
    body = _p(NUMBERED, _run("征地")) + _p(NUMBERED, _run("补偿"))
    lines = reading(docx_of(body, numbering=numbering)).text.split("\n")
    assert lines == [f"{shown[0]} 征地".strip(), f"{shown[1]} 补偿".strip()]


def test_a_serial_that_is_only_an_automatic_number_is_read() -> None:
    numbering = NUMBERING.replace("FORM", "decimal").replace("TEXT", "%1")
    row = f"<w:tc>{_p(NUMBERED)}</w:tc>" + _cell("征地")
    (grid,) = grids_in(reading(docx_of(_table(row, row), numbering=numbering)))
    assert grid.cells == (("1", "征地"), ("2", "征地"))


def test_footnotes_come_at_the_end_and_page_headers_not_at_all() -> None:
    notes = (
        f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:type="separator">{_p(_run("x"))}</w:footnote>'
        f"<w:footnote>{_p(_run('注释'))}</w:footnote></w:footnotes>"
    )
    header = f'<w:hdr xmlns:w="{WORD}">{_p(_run("页眉"))}</w:hdr>'
    assert reading(docx_of(_p(_run("正文")), footnotes=notes, header1=header)).text == "正文\n注释"


def test_a_span_of_ten_thousand_columns_costs_nothing() -> None:
    wide = '<w:gridSpan w:val="10000"/>'
    body = _table(_cell("题", wide), *[_cell("甲", wide) + _cell("乙", wide)] * 3)
    (grid,) = grids_in(reading(docx_of(body)))
    assert grid.cells == (("题", ""), ("甲", "乙"), ("甲", "乙"), ("甲", "乙"))


def test_headings_are_known() -> None:
    body = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>一、总则</w:t></w:r></w:p>'
    assert [getattr(block, "heading", None) for block in docx.read(docx_of(body))] == [True]
