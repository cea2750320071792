"""A local catalogue as it is handed over or stands on a site: its tables and rows, read and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from archive.machine.faults import why
from archive.model import Area, Attachment, Document
from archive.record.readings import grid_row, item_row
from archive.settings import Settings
from crawler.once import fetch
from crawler.reading.catalogue.local import read_local
from crawler.reading.rule import Rule
from crawler.readings import Reading, read_whole
from crawler.sources import Declared

_WHOLE_PAGE = ("body",)


@frozen
class _File:
    place: Attachment
    document: Document | None
    failure: str = ""


def look(target: str, declared: Declared, settings: Settings) -> dict[str, Any]:
    """{"title", "files": [{"name", "url", "problem", "tables": [grid], "items": [item]}], "left": n} of a file or an
    address. Tables and items have the columns of `grids` and `items`; an item also "area", a table "sections".
    """
    if target.startswith(("http://", "https://")):
        looked = fetch(target, declared, settings)
        files = [file for got in looked.got for file in _files(got.place, got.reading, got.failure)]
        title = looked.got[0].reading.document.title if looked.got and looked.got[0].reading else ""
        left = looked.left
    else:
        files, left = list(_of_file(Path(target), declared)), 0
        title = Path(target).stem
    return {
        "title": title,
        "files": [_file(file, title, declared.sources.areas) for file in files],
        "left": left,
    }


def _of_file(path: Path, declared: Declared) -> Iterator[_File]:
    place = Attachment(path.name, "")
    try:
        payload = path.read_bytes()
    except OSError as error:
        yield _File(place, None, f"不能读取 {path}：{why(error)}")
        return
    headers: Mapping[str, str] = {}
    rule = evolve(declared.generic, areas=declared.sources.areas)
    reading = read_whole(payload, headers, path.name, rule)
    documents = (reading.document, *(file.document for file in reading.inside))
    if not any(document.items for document in documents) and reading.document.media_type == "text/html":
        # a page that was saved, without a container that anybody knows
        reading = read_whole(payload, headers, path.name, Rule(content=_WHOLE_PAGE, areas=rule.areas))
    yield from _files(place, reading)


def _files(place: Attachment, reading: Reading | None, failure: str = "") -> Iterator[_File]:
    """A file, and the files inside it."""
    if reading is None:
        yield _File(place, None, failure)
        return
    yield _File(place, reading.document)
    for file in reading.inside:
        yield _File(Attachment(file.path, place.url), file.document)


def _file(file: _File, title: str, areas: Sequence[Area]) -> dict[str, Any]:
    document = file.document or Document()
    names = [title, document.title, file.place.name]
    tables, items = read_local([table.grid for table in document.tables], areas, [name for name in names if name])
    return {
        "name": file.place.name or document.title,
        "url": file.place.url,
        "problem": file.failure or document.problem.text or document.problem.code,
        "tables": [grid_row(table) | {"sections": table.sections} for table in tables],
        "items": [item_row(item) | {"id": None, "area": item.area} for item in items],
    }
