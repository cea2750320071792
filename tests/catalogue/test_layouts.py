"""Rows of catalogues as they are laid out and printed: each cell right, and none doubtful without need."""

from __future__ import annotations

import pytest

from scripts.bench_layouts import MERGES, SHARED, File, _read, _shared, judged, pressed
from tests.catalogue import layouts

LAYOUTS = {name: File(name, payload, rows, kind) for name, payload, rows, kind in layouts.files() if "· html" in name}
OTHERS = {
    name: File(name, payload, rows, kind)
    for name, payload, rows, kind in layouts.files()
    if ("nested" in name or "hidden" in name) and "· html" not in name
}
PRINTED = {
    "press ruled, cut open", "press ruled, cut open, header once", "press ruled, cut closed, header once",
    "press horizontal", "press horizontal, cut open", "press horizontal tight", "press three lines",
    "press outer frame", "press borderless", "press borderless, header once", "press borderless, cut",
}  # fmt: skip
CUT = {
    "press ruled middle (3 merged)", "press ruled middle, cut open (1 merged)",
    "press ruled middle, cut closed, header once (3 merged)", "press ruled, cut open (1 merged)",
    "press horizontal middle (3 merged)", "press borderless middle (3 merged)", "press borderless middle, cut",
    "press borderless A4 (3 merged)", "press ruled, turned", "press borderless, turned",
}  # fmt: skip
LOOKS = list(pressed(MERGES, only=PRINTED | CUT))


def check(file: File) -> None:
    counts, notes = judged(_read(file), file.rows)
    assert counts["wrong"] == 0, notes
    assert counts["flagged"] * 20 <= counts["cells"], notes


@pytest.mark.parametrize("name", LAYOUTS | OTHERS)
def test_a_layout_gives_the_rows_that_a_person_reads(name: str) -> None:
    check((LAYOUTS | OTHERS)[name])


@pytest.mark.parametrize("file", LOOKS, ids=lambda file: file.name)
def test_a_printed_table_gives_the_rows_that_a_person_reads(file: File) -> None:
    check(file)


@pytest.mark.skipif(not (SHARED / "layouts").is_dir(), reason="needs ../shared/layouts; layouts of our own are read")
@pytest.mark.parametrize(
    "name", ["xinping", "zzctp", "dongyang", "shicheng", "suqian", "ynwss", "jyx", "qzlj", "tianmen", "tonghai"]
)
def test_a_shared_layout_gives_its_known_rows(name: str) -> None:
    check({file.name: file for file in _shared()}[f"shared {name}"])


def test_what_excel_hides_is_named() -> None:
    said = {name: _read(file) for name, file in OTHERS.items() if "hidden" in name}
    assert "隐藏的第 6、7 行" in said["own hidden rows · xlsx"].tables[0].review[0]
    assert "隐藏的第 8 列" in said["own hidden column · xlsx"].tables[0].review[0]
    assert "“旧目录”" in said["own hidden sheet · xlsx"].review[0]
