"""Files of our own in the forms that real ones have: each is read as its author wrote it, or the reason is true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archive.model import Document, Item
from crawler.reading import read
from crawler.reading.formats.office import soffice
from crawler.reading.sniff import sniff
from crawler.sources import load_sources

FOLDER = Path(__file__).with_name("files")
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


@pytest.fixture(autouse=True)
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(soffice.SWITCH, "off")


def reading(path: Path) -> Document:
    url = f"http://a.example/files/{path.name}"
    return read(path.read_bytes(), {"content-location": url}, load_sources(None).rule_for(url))


def cells(item: Item, names: list[str]) -> dict[str, Any]:
    found = {name: getattr(item, name) for name in names}
    return found | {"channels": list(item.channels)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_file_is_read_as_its_author_wrote_it(path: Path) -> None:
    expected = json.loads(Path(f"{path}.json").read_text("utf-8"))
    expected.pop("what", "")
    assert sniff(path.read_bytes(), {}) == expected.pop("kind")
    document = reading(path)
    assert document.problem.partition(": ")[0] == expected.pop("problem", "")
    assert expected.pop("says", "") in document.problem
    assert document.title == expected.pop("title", document.title)
    assert [member.path for member in document.members] == expected.pop("members", [])
    missing = [words for words in expected.pop("contains", []) if words not in document.text]
    assert missing == []
    rows = expected.pop("rows", [])
    assert [cells(item, list(row)) for item, row in zip(document.items, rows, strict=True)] == rows
    assert [item.review for item in document.items if item.review] == []
    assert expected.pop("review", "") in "".join(document.review)
    assert expected == {}, "an expectation that nothing checks"


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.name.startswith(("mulu", "break", "layout"))], ids=lambda p: p.name
)
def test_every_row_of_a_sample_catalogue_is_accounted_for(path: Path) -> None:
    tables = [table for table in reading(path).tables if table.kind == "catalogue"]
    counted = sum(t.headers + t.captions + t.items + t.joined + t.flagged for t in tables)
    assert counted == sum(len(t.grid.cells) for t in tables)


def test_an_expectation_has_its_file() -> None:
    assert sorted(FOLDER.glob("*.json")) == [Path(f"{path}.json") for path in FILES]
