"""Files that look like a standard catalogue and gave no rows, fewer than they promise, or too many doubtful ones."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from attrs import asdict

from archive import words
from archive.machine.database import Row, rows_of
from archive.operate.troubles.completeness import DOUBTFUL, Count, counts, headed
from archive.operate.troubles.trouble import Trouble
from archive.watched import Role

_NAME = re.compile(r"标准目录|政务公开(?:事项)?目录|公开事项(?:标准)?目录|事项标准清单")
_OTHER = re.compile(r"(?:说明|解读|通知|函|模板|样表|格式|公告|通报)[^/]{0,8}$|编制说明|填报说明")


def catalogue_troubles(connection: sqlite3.Connection) -> list[Trouble]:
    """One point a file; what is held, unreadable or gone is told elsewhere."""
    counted = [*counts(connection)]
    of_others = _rows_of_other_pages(connection, {count.document: count.rows for count in counted})
    files = _files(connection, [count for count in counted if not count.is_fine], of_others)
    unlike = {row["version"] for row in files if not row["rows"] and not _is_like(row)}
    unlike -= headed(connection, unlike)

    @cache
    def rows_of_notice(notice: int) -> dict[int, int]:
        sql = "SELECT document_id, count(*) FROM items_in_force WHERE notice_id = ? GROUP BY document_id"
        return dict(map(tuple, connection.execute(sql, [notice])))

    troubles = (_trouble(row, rows_of_notice) for row in files if row["version"] not in unlike)
    return [trouble for trouble in troubles if trouble is not None]


def _rows_of_other_pages(connection: sqlite3.Connection, rows: Mapping[int, int]) -> dict[int, int]:
    """For each page of a text that is cut, the rows that its other pages have: a table may go from one to another."""
    texts: dict[int, set[int]] = {}
    for row in rows_of(connection, "SELECT id, page_id FROM further_pages"):
        texts.setdefault(row["page_id"], {row["page_id"]}).add(row["id"])
    return {id: sum(rows.get(other, 0) for other in pages - {id}) for pages in texts.values() for id in pages}


def _files(connection: sqlite3.Connection, found: Sequence[Count], of_others: Mapping[int, int]) -> list[Row]:
    """The pages and files that were counted, in the order of the list; `before` less what other pages of the text
    have."""
    named = rows_of(
        connection,
        """SELECT v.id AS version, d.id, d.kind, d.name, d.url, n.id AS notice_id, n.slug, n.number, n.role, v.title,
                  v.captured_at
           FROM json_each(?) j CROSS JOIN versions v ON v.id = j.value JOIN documents d ON d.id = v.document_id
           JOIN notices n ON n.id = d.notice_id""",
        [json.dumps([count.version for count in found])],
    )
    of_version = {count.version: asdict(count) for count in found}
    files = [row | of_version[row["version"]] for row in named]
    for row in files:
        row["before"] = max(0, row["before"] - of_others.get(row["id"], 0))
    return sorted(files, key=lambda row: (row["number"], row["id"]))


def _trouble(row: Row, rows_of_notice: Callable[[int], Mapping[int, int]]) -> Trouble | None:
    if not row["rows"]:
        return _without_rows(row, rows_of_notice(row["notice_id"]))
    if row["role"] == Role.LOCAL:
        return None  # how far it deviates stands at /local; what it leaves out is no fault of the reading
    expected = max(row["before"], row["rows"] + row["missing"], row["rows"] + row["flagged"])
    if expected > row["rows"]:
        return _point(row, "rows-missing", _fewer(row), expected)
    if row["doubtful"] > DOUBTFUL * row["rows"]:
        what = f"{_called(row)}的 {row['rows']} 条事项中有 {row['doubtful']} 条没有读准"
        return _point(row, "rows-doubtful", what, row["rows"])
    return None


def _fewer(row: Row) -> str:
    said = []
    if row["before"] > row["rows"]:
        said.append(f"上一版有 {row['before']} 条")
    if row["missing"]:
        said.append(f"序号中缺 {row['missing']} 个")
    if row["flagged"]:
        said.append(f"有 {row['flagged']} 行没有读成事项")
    return f"{_called(row)}只读出 {row['rows']} 条事项：{'，'.join(said)}"


def _without_rows(row: Row, of_notice: Mapping[int, int]) -> Trouble:
    others = sum(of_notice.values()) - of_notice.get(row["id"], 0)
    before = row["before"]
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


def _is_like(row: Row) -> bool:
    """Whether a file without rows looks like a catalogue, without looking into its text."""
    return bool(row["before"] or row["tables"]) or _named(row)


def _named(row: Row) -> bool:
    """By its name or title; a page that is called so has its catalogue in its files."""
    if row["kind"] == "page":
        return False
    return any(_NAME.search(name) and not _OTHER.search(name) for name in _names(row))


def _names(row: Row) -> Iterator[str]:
    for name in (row["name"], row["title"]):
        if name:
            yield re.sub(r"\.\w{2,5}$", "", name.strip())
