"""What only OpenDocument texts (.odt) have; sheets are in test_round_trip."""

from __future__ import annotations

from tests.formats.helpers import grids_in, reading
from tests.formats.writers import zipped


def _odt(body: str, styles: str = "") -> bytes:
    names = ("office", "table", "text", "style")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    declared = f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
    content = f"<office:document-content {spaces}>{declared}<office:text>{body}</office:text></office:body>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"{content}</office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def _table(*rows: tuple[str, ...]) -> str:
    cells = (
        "".join(
            f"<table:table-cell>{text if text.startswith('<') else f'<text:p>{text}</text:p>'}</table:table-cell>"
            for text in row
        )
        for row in rows
    )
    return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    inner = _table(("内一", "内二"), ("内三", "内四"))
    outer, nested = grids_in(reading(_odt(_table(("外一", "外二"), ("外三", inner)))))
    assert outer.cells == (("外一", "外二"), ("外三", ""))
    assert nested.cells == (("内一", "内二"), ("内三", "内四"))


def test_a_frame_of_one_column_inside_a_cell_is_text_of_the_cell() -> None:
    (grid,) = grids_in(reading(_odt(_table(("甲", "乙"), ("丙", _table(("丁",), ("戊",)))))))
    assert grid.cells == (("甲", "乙"), ("丙", "丁\n戊"))


def _style(name: str, properties: str, parent: str = "") -> str:
    based = f'style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" {based}><style:text-properties {properties}/></style:style>'


def test_words_struck_out_and_digits_set_high_are_kept_apart_from_those_beside_them() -> None:
    styles = (
        _style("Gone", 'style:text-line-through-style="solid"')
        + _style("Child", "", "Gone")
        + _style("High", 'style:text-position="super 58%"')
        + _style("Low", 'style:text-position="-33% 58%"')
    )

    def span(name: str, text: str) -> str:
        return f'<text:span text:style-name="{name}">{text}</text:span>'

    struck = f"<text:p>于{span('Gone', '2' + span('Child', '0'))}7日</text:p>"
    body = f"{struck}<text:p>10{span('High', '2')}CO{span('Low', '2')}</text:p>"
    assert reading(_odt(body, styles)).text == "于〔删：20〕7日\n10²CO₂"
