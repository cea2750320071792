"""Words that an .xlsx strikes out or sets high or low, which calamine does not tell: written into the text itself."""

from __future__ import annotations

import io
import re
import zipfile

from lxml import etree

from archive.text.struck import HEIGHTS, Look, joined, shown, struck
from crawler.reading.formats.office.package import Package

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRINGS = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_TRACES = (b"<strike", b"vertAlign")


def with_looks(payload: bytes, what: str) -> bytes:
    """The file with these looks in its strings; the very bytes where it has none. Whole cells may be struck, too."""
    with Package(payload, what) as package:
        styled = _has_looks(package.read("xl/styles.xml"))
        strings = package.read(_STRINGS)
        if not styled and not _has_looks(strings):
            return payload
        parts = {_STRINGS: _shown_strings(package)} if _has_looks(strings) else {}
        looks = _cell_looks(package) if styled else {}
        if looks:
            texts = _texts(parts.get(_STRINGS) or strings)
            for name in filter(_SHEET.fullmatch, package.names):
                parts[name] = _shown_cells(package.xml(name), looks, texts)
        return _replaced(package, parts)


def _has_looks(data: bytes) -> bool:
    return any(trace in data for trace in _TRACES)


def _shown_strings(package: Package) -> bytes:
    root = package.xml(_STRINGS)
    if root is None:
        return b""
    for run in root.iter(_S + "r"):
        text = run.find(_S + "t")
        if text is not None and text.text:
            text.text = shown(text.text, _looks(run.find(_S + "rPr")))
    for entry in root.iter(_S + "si"):
        runs = entry.findall(f"{_S}r/{_S}t")
        if runs:
            runs[0].text = joined("".join(text.text or "" for text in runs))
            for text in runs[1:]:
                text.text = ""
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _looks(properties: etree._Element | None) -> list[Look]:
    if properties is None:
        return []
    height, line = properties.find(_S + "vertAlign"), properties.find(_S + "strike")
    look = HEIGHTS.get(height.get("val", "")) if height is not None else None
    is_struck = line is not None and line.get("val", "1") not in ("0", "false")
    return [*([look] if look else []), *([struck] if is_struck else [])]


def _cell_looks(package: Package) -> dict[str, list[Look]]:
    """Index of a cell format → how it shows text; only formats with such a look."""
    root = package.xml("xl/styles.xml")
    if root is None:
        return {}
    fonts = [_looks(font) for font in root.findall(f"{_S}fonts/{_S}font")]
    found: dict[str, list[Look]] = {}
    for number, style in enumerate(root.findall(f"{_S}cellXfs/{_S}xf")):
        font = style.get("fontId", "")
        if font.isdigit() and int(font) < len(fonts) and fonts[int(font)]:
            found[str(number)] = fonts[int(font)]
    return found


def _texts(strings: bytes) -> list[str]:
    root = etree.fromstring(strings) if strings else None
    entries = root.findall(_S + "si") if root is not None else []
    return ["".join(text.text or "" for text in entry.iter(_S + "t")) for entry in entries]


def _shown_cells(root: etree._Element | None, looks: dict[str, list[Look]], texts: list[str]) -> bytes:
    if root is None:
        return b""
    for cell in root.iter(_S + "c"):
        value = cell.find(_S + "v")
        text = _text(cell, value, texts)
        if value is None or not text or cell.get("s", "") not in looks:
            continue
        cell.set("t", "str")
        value.text = shown(text, looks[cell.get("s", "")])
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _text(cell: etree._Element, value: etree._Element | None, texts: list[str]) -> str:
    written = (value.text or "") if value is not None else ""
    if cell.get("t") == "s":
        return texts[int(written)] if written.isdigit() and int(written) < len(texts) else ""
    return written if cell.get("t") in ("str", "n", None) else ""


def _replaced(package: Package, parts: dict[str, bytes]) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in dict.fromkeys(package.names):
            new.writestr(name, parts.get(name) or package.read(name))
    return saved.getvalue()
