"""What only OpenDocument texts (.odt) have; sheets are in test_round_trip."""

from __future__ import annotations

from tests.formats.helpers import grids_in, reading
from tests.formats.writers import zipped


def _odt(body: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body>"
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
