"""Files that look like a standard catalogue and gave no rows, fewer than they promise, or too many doubtful ones."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from archive import words
from archive.machine.database import Row, rows_of
from archive.model import CELL
from archive.operate.troubles.trouble import Trouble, value
from archive.text.numbers import serial_number
from archive.watched import Role
from archive.words.columns import CATALOGUE, GROUPS

DOUBTFUL = 0.05
"""Share of a catalogue's rows that may be doubtful before a person is asked."""
_NAME = re.compile(r"标准目录|政务公开(?:事项)?目录|公开事项(?:标准)?目录|事项标准清单")
_OTHER = re.compile(r"(?:说明|解读|通知|函|模板|样表|格式|公告|通报)[^/]{0,8}$|编制说明|填报说明")
_BRACKETS = re.compile(r"[（(].*?[)）]|\s")
_LABELS = frozenset({column.name for column in CATALOGUE} | set(GROUPS.values()) | {"公开渠道", "公开内容"})
_LEAST_LABELS = 5
_NEAR_LINES = 40
_LONGEST_LINE = 300


def catalogue_troubles(connection: sqlite3.Connection) -> list[Trouble]:
    """One point a file; what is held, unreadable or gone is told elsewhere."""
    files = _files(connection)
    of_others = _rows_of_other_pages(connection, {row["id"]: row["rows"] for row in files})
    troubles = (_trouble(connection, row | {"others": of_others.get(row["id"], 0)}) for row in files)
    return [trouble for trouble in troubles if trouble is not None]


def _rows_of_other_pages(connection: sqlite3.Connection, rows: Mapping[int, int]) -> dict[int, int]:
    """For each page of a text that is cut, the rows that its other pages have: a table may go from one to another."""
    texts: dict[int, set[int]] = {}
    for row in rows_of(connection, "SELECT id, page_id FROM further_pages"):
        texts.setdefault(row["page_id"], {row["page_id"]}).add(row["id"])
    return {id: sum(rows.get(other, 0) for other in pages - {id}) for pages in texts.values() for id in pages}


def _files(connection: sqlite3.Connection) -> Sequence[Row]:
    """Every page and file in force with its present version: rows read, doubtful rows, rows of the version before."""
    return rows_of(
        connection,
        """SELECT d.id, d.kind, d.name, d.url, n.id AS notice_id, n.slug, n.role, v.id AS version, v.number, v.title,
                  v.captured_at,
                  (SELECT count(*) FROM items i WHERE i.version_id = v.id) AS rows,
                  (SELECT count(*) FROM items i WHERE i.version_id = v.id AND coalesce(i.review, '') <> '') AS doubtful,
                  (SELECT count(*) FROM grids g WHERE g.version_id = v.id AND g.kind = 'catalogue') AS tables,
                  (SELECT coalesce(sum(g.flagged), 0) FROM grids g WHERE g.version_id = v.id) AS flagged,
                  (SELECT count(*) FROM documents m WHERE m.parent_id = d.id) AS members
           FROM documents_in_force d JOIN notices n ON n.id = d.notice_id
           JOIN current_versions v ON v.document_id = d.id
           WHERE n.declared = 1 AND d.state = 'current' ORDER BY n.number, d.id""",
    )


def _trouble(connection: sqlite3.Connection, row: Row) -> Trouble | None:
    if not row["rows"]:
        return _without_rows(connection, row)
    if row["role"] == Role.LOCAL:
        return None  # how far it deviates stands at /local; what it leaves out is no fault of the reading
    before = _rows_before(connection, row)
    missing = _missing(connection, row["version"])
    expected = max(before, row["rows"] + missing, row["rows"] + row["flagged"])
    if expected > row["rows"]:
        return _point(row, "rows-missing", _fewer(row, before, missing), expected)
    if row["doubtful"] > DOUBTFUL * row["rows"]:
        what = f"{_called(row)}的 {row['rows']} 条事项中有 {row['doubtful']} 条没有读准"
        return _point(row, "rows-doubtful", what, row["rows"])
    return None


def _fewer(row: Row, before: int, missing: int) -> str:
    said = []
    if before > row["rows"]:
        said.append(f"上一版有 {before} 条")
    if missing:
        said.append(f"序号中缺 {missing} 个")
    if row["flagged"]:
        said.append(f"有 {row['flagged']} 行没有读成事项")
    return f"{_called(row)}只读出 {row['rows']} 条事项：{'，'.join(said)}"


def _without_rows(connection: sqlite3.Connection, row: Row) -> Trouble | None:
    if row["members"]:
        return None  # the rows are in the files inside
    before = _rows_before(connection, row)
    if not before and not row["tables"] and not _named(row) and not _headed(connection, row["version"]):
        return None
    others = value(
        connection,
        "SELECT count(*) FROM items_in_force WHERE notice_id = ? AND document_id <> ?",
        [row["notice_id"], row["id"]],
    )
    expected = before or others
    about = f"（上一版有 {before} 条）" if before else f"（这份通知的其他文件共有 {others} 条）" if others else ""
    return _point(row, "rows-none", f"{_called(row)}像标准目录，但没有读出任何一行{about}", expected)


def _point(row: Row, code: str, what: str, expected: int) -> Trouble:
    return Trouble(
        subject=f"catalogue:{row['id']}",
        code=code,
        what=what,
        notice=row["slug"],
        since=row["captured_at"],
        command=f"guidelines acknowledge {row['slug']}",
        document_id=row["id"],
        reason=f"{row['rows']}/{expected}/{row['doubtful']}",
        why=_WHY[code],
        stake=_STAKE[code],
    )


_WHY = {
    "rows-none": "表格没有线、跨页断行或是图片时，程序可能认不出行；请打开原件核对，核对后可记为已知",
    "rows-missing": "可能是表格的一部分没有读出，也可能原文确实如此；请打开原件核对，核对后可记为已知",
    "rows-doubtful": "这些条目都注明了原因；请对照原件核对，核对后可记为已知",
}
_STAKE = {
    "rows-none": "检索、目录和导出中没有这份文件的事项，其中如有修订也不会逐条提醒",
    "rows-missing": "没有读出的事项不在检索、目录和导出中，其中如有修订不会逐条提醒",
    "rows-doubtful": "按这些条目编制目录可能出错",
}


def _called(row: Row) -> str:
    return words.attachment(row["name"] or row["title"] or row["url"])


def _rows_before(connection: sqlite3.Connection, row: Row) -> int:
    """Rows of the version before the present one, less those that other pages of the text have; the reader's own
    upgrades count, too."""
    found = value(
        connection,
        """SELECT (SELECT count(*) FROM items i WHERE i.version_id = v.id) FROM versions v
           WHERE v.document_id = ? AND v.number < ? AND v.state IN ('', 'accepted') ORDER BY v.number DESC LIMIT 1""",
        [row["id"], row["number"]],
    )
    return max(0, int(found or 0) - int(row["others"]))


def _missing(connection: sqlite3.Connection, version: int) -> int:
    """Numbers left out between one row and the next of the same area."""
    items = rows_of(connection, "SELECT area_id, serial FROM items WHERE version_id = ? ORDER BY position", [version])
    return sum(
        _left_out([serial_number(item["serial"] or "") for item in group])
        for _, group in groupby(items, key=lambda item: item["area_id"])
    )


def _left_out(numbers: Sequence[int | None]) -> int:
    missing = 0
    last: int | None = None
    for number in numbers:
        if number is not None and last is not None and number > last + 1:
            missing += number - last - 1
        last = number
    return missing


def _named(row: Row) -> bool:
    """By its name or title; a page that is called so has its catalogue in its files."""
    if row["kind"] == "page":
        return False
    return any(_NAME.search(name) and not _OTHER.search(name) for name in _names(row))


def _names(row: Row) -> Iterator[str]:
    for name in (row["name"], row["title"]):
        if name:
            yield re.sub(r"\.\w{2,5}$", "", name.strip())


def _headed(connection: sqlite3.Connection, version: int) -> bool:
    """By the words of its header: five labels of the standard near one another, each a cell or a line of its own."""
    text = value(connection, "SELECT text FROM versions WHERE id = ?", [version]) or ""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines()):
        if len(line) > _LONGEST_LINE:
            continue
        for word in re.split(rf"[\s│┃|{CELL}]+", line):
            label = _BRACKETS.sub("", word)
            if label in _LABELS and label not in seen:
                seen[label] = number
        near = sum(number - at <= _NEAR_LINES for at in seen.values())
        if near >= _LEAST_LABELS:
            return True
    return False
