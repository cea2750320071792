"""Excel's .xls (WPS's .et is one) and .xlsx by calamine: sheets as grids, merged ranges as spans, values as shown."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping

import python_calamine as calamine
from attrs import evolve
from lxml import etree

from archive.model import Place
from archive.text.struck import HEIGHTS, Look, joined, struck
from archive.text.struck import shown as looking
from crawler.reading.assemble import Block, Paragraph
from crawler.reading.formats import grids
from crawler.reading.formats.errors import UnreadableError, corrupt, encrypted, too_large
from crawler.reading.formats.office.package import MAX_PART, Package
from crawler.reading.formats.office.sheet_hidden import Hidden, hidden_parts
from crawler.reading.sniff import OLE

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRINGS = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_TRACES = (b"<strike", b"vertAlign")
WHAT = "Excel 表格"
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_UNNAMED = re.compile(r"(?i)(sheet|表|工作表)\s*\d*|[\W_]*")
Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


# BIFF record CODEPAGE (type 0x42, length 2): 10008 is the simplified Chinese of old Macs, which calamine, xlrd and
# LibreOffice do not know. Excel for Mac then stores GBK bytes where Latin-1 should be.
_MAC_CHINESE = bytes.fromhex("420002001827")
_UNICODE = bytes.fromhex("42000200b004")
MAC_REVIEW = "这个 Excel 文件声明了少见的代码页（10008），文字按国标编码（GBK）还原，请核对原件。"


def read(payload: bytes) -> tuple[list[Block], tuple[str, ...]]:
    """The blocks, and why a person should look."""
    hidden: Mapping[str, Hidden] = {}
    if zipfile.is_zipfile(io.BytesIO(payload)):
        _check_size(payload)
        with Package(payload, WHAT) as package:
            hidden = hidden_parts(package)
        payload = with_looks(payload, WHAT)
    mac = payload.startswith(OLE) and payload.count(_MAC_CHINESE) == 1
    try:
        if mac:
            blocks, review = _blocks(payload.replace(_MAC_CHINESE, _UNICODE), _from_latin, hidden)
            return blocks, (MAC_REVIEW, *review)
        return _blocks(payload, str, hidden)
    except calamine.PasswordError as error:
        raise encrypted(WHAT) from error
    except (calamine.CalamineError, ValueError, OSError) as error:
        raise corrupt(WHAT) from error
    except UnreadableError:
        raise
    except BaseException as error:
        # a panic of the Rust library is no Exception and its class cannot be imported
        if type(error).__name__ != "PanicException":
            raise
        raise corrupt(WHAT) from error


def _blocks(
    payload: bytes, recode: Callable[[str], str], hidden: Mapping[str, Hidden]
) -> tuple[list[Block], tuple[str, ...]]:
    blocks: list[Block] = []
    left_out: list[str] = []
    with calamine.load_workbook(io.BytesIO(payload)) as book:
        for meta in book.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            if meta.visible != calamine.SheetVisibleEnum.Visible:
                left_out.append(recode(meta.name))
                continue
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.start is None:
                continue
            rows = sheet.to_python(skip_empty_area=True)
            texts = [[recode(shown(value)) for value in row] for row in rows]
            unseen = hidden.get(meta.name, Hidden())
            blocks += sheet_blocks(recode(meta.name), texts, sheet.start, sheet.merged_cell_ranges or [], unseen)
    names = "、".join(f"“{name}”" for name in left_out)
    return blocks, (f"文件里隐藏的工作表{names}没有计入。",) if left_out else ()


def _from_latin(text: str) -> str:
    """GBK that was taken for Latin-1; what is neither stays."""
    try:
        return text.encode("latin-1").decode("gb18030")
    except UnicodeError:
        return text


def sheet_blocks(
    name: str,
    texts: list[list[str]],
    start: tuple[int, int],
    merged: Iterable[tuple[tuple[int, int], tuple[int, int]]],
    hidden: Hidden,
) -> list[Block]:
    """The sheet's name, unless it is but 'Sheet1', and its grid. `start`: where texts[0][0] stands in the sheet."""
    hidden = hidden.moved(start)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in merged:
        row, column = top - start[0], left - start[1]
        if 0 <= row < len(texts) and 0 <= column < len(texts[row]):
            spans[row, column] = (bottom - top + 1, min(right - left + 1, grids.WIDE))
    covered = {
        (row + i, column + j)
        for (row, column), (high, wide) in spans.items()
        for i in range(min(high, len(texts) - row))
        for j in range(wide)
        if i or j
    }
    cells = [
        grids.Cell(r, c, *spans.get((r, c), (1, 1)), text)
        for r, row in enumerate(texts)
        for c, text in enumerate(row)
        if (r, c) not in covered
    ]
    kept = grids.without(cells, hidden.rows, hidden.columns)
    height = sum(row not in hidden.rows for row in range(len(texts)))
    grid = grids.build(kept, Place(0, sheet=name), height=height)
    grid = grids.trim(grid) if grid is not None else None
    return [] if grid is None else [*heading(name), evolve(grid, notes=hidden.notes(cells, start))]


def heading(name: str) -> list[Block]:
    """A sheet's name often is the area of its table; 'Sheet1' is nobody's word."""
    return [] if _UNNAMED.fullmatch(name) else [Paragraph(name, heading=True)]


def shown(value: Value) -> str:
    """The value as the sheet shows it; formats of numbers are not known here, so 12.0 is 12 and a date ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.strftime("%Y-%m-%d") if midnight else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _check_size(payload: bytes) -> None:
    """Before calamine lays a sheet out as one rectangle: a single cell at XFD1048576 would cost it hundreds of GB."""
    with Package(payload, WHAT) as package:
        if package.declared_size > 5 * MAX_PART:
            raise too_large(f"{WHAT}解压后超过 {5 * MAX_PART // 1_000_000} MB")
        for name in package.names:
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            width = height = 0
            for column, row in _CELL.findall(package.read(name)):
                number = 0
                for letter in column:
                    number = number * 26 + letter - 64
                width, height = max(width, number), max(height, int(row))
            if width * height > 10 * grids.MAX_CELLS:
                raise too_large(f"工作表有 {height} 行 {width} 列")


# ---------------------------------------------------------------- looks of words inside a cell


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
            text.text = looking(text.text, _looks(run.find(_S + "rPr")))
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
        value.text = looking(text, looks[cell.get("s", "")])
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
