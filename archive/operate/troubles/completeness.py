"""How many rows each page and file in force gave, how many of them are doubtful, and how many it may lack: counted for
all of them at once, and so that little is read of those that are fine."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator
from functools import lru_cache

from attrs import frozen

from archive.model import CELL
from archive.text.numbers import serial_number
from archive.words.columns import CATALOGUE, GROUPS

DOUBTFUL = 0.05
"""Share of a catalogue's rows that may be doubtful before a person is asked."""
_LABELS = frozenset({column.name for column in CATALOGUE} | set(GROUPS.values()) | {"公开渠道", "公开内容"})
_LEAST_LABELS = 5
_NEAR_LINES = 40
_LONGEST_LINE = 300
_WORDS = re.compile(rf"[\s│┃|{CELL}]+")
_BRACKETS = re.compile(r"[（(].*?[)）]")
_IN_A_WORD = re.compile(rf"[（(][^\s│┃|{CELL}]*?[)）]")
"""Brackets as _BRACKETS finds them in each of the words, in a whole text."""

_FILES = """SELECT v.id, d.id,
      (SELECT count(*) FROM items b WHERE b.version_id = (
         SELECT w.id FROM versions w WHERE w.document_id = d.id AND w.number < v.number AND w.state IN ('', 'accepted')
         ORDER BY w.number DESC LIMIT 1)),
      (SELECT count(*) FROM grids g WHERE g.version_id = v.id AND g.kind = 'catalogue'),
      (SELECT coalesce(sum(g.flagged), 0) FROM grids g WHERE g.version_id = v.id),
      (SELECT count(*) FROM documents m WHERE m.parent_id = d.id)
    FROM documents_in_force d JOIN current_versions v ON v.document_id = d.id
    WHERE d.state = 'current' AND d.notice_id IN (SELECT id FROM notices WHERE declared = 1)"""
_ROW = "\x1f"
# by itself, and in the order of the table: each page of the table is read once
_ROWS = """SELECT (SELECT group_concat((coalesce(i.review, '') <> '') || coalesce(i.area_id, '') || ':'
                                      || replace(coalesce(i.serial, ''), char(31), ' '), char(31))
           FROM (SELECT review, area_id, serial FROM items WHERE version_id = j.value ORDER BY position) i)
    FROM json_each(?) j ORDER BY j.key"""


@frozen
class Count:
    document: int
    version: int
    """The present one."""
    rows: int
    doubtful: int
    missing: int
    """Numbers left out between one row and the next of the same area."""
    before: int
    """Rows of the version before the present one; the reader's own upgrades count, too."""
    tables: int
    """That look like a catalogue."""
    flagged: int
    """Lines of tables that were not read as rows."""
    members: int
    """Files inside it."""

    @property
    def is_fine(self) -> bool:
        """Whether nobody need look at it; where false, more has to be asked."""
        if not self.rows:
            return self.members > 0  # the rows are in the files inside
        complete = self.before <= self.rows and not self.missing and not self.flagged
        return complete and self.doubtful <= DOUBTFUL * self.rows


def counts(connection: sqlite3.Connection) -> Iterator[Count]:
    """Of every page and file in force that could be read."""
    files = sorted(map(tuple, connection.execute(_FILES)))
    rows = connection.execute(_ROWS, [json.dumps([version for version, *_ in files])])
    for (version, document, *others), (of_version,) in zip(files, rows, strict=True):
        yield Count(document, version, *_counted(of_version), *others)


def _counted(rows: str | None) -> tuple[int, int, int]:
    """How many rows, doubtful ones, and numbers left out. `rows`: of each '1' if it is doubtful and '0' if not, its
    area, ':' and its serial."""
    if not rows:
        return 0, 0, 0
    found = rows.split(_ROW)
    missing = 0
    area, last = "", None
    for row in found:
        of, _, serial = row[1:].partition(":")
        number = _number(serial)
        if of == area and number is not None and last is not None and number > last + 1:
            missing += number - last - 1
        area, last = of, number
    return len(found), f"{_ROW}{rows}".count(f"{_ROW}1"), missing


_number = lru_cache(maxsize=10_000)(serial_number)


# ---------------------------------------------------------------- texts that look like a catalogue


def headed(connection: sqlite3.Connection, versions: Collection[int]) -> set[int]:
    """Those of the versions whose text has the header of a catalogue."""
    texts = connection.execute(
        "SELECT v.id, v.text FROM json_each(?) j CROSS JOIN versions v ON v.id = j.value", [json.dumps([*versions])]
    )
    return {id for id, text in texts if _has_labels(text or "") and _is_headed(text)}


def _has_labels(text: str) -> bool:
    """Whether it is worth while to look for the header; of most texts this says no, in a tenth of the time."""
    bare = _IN_A_WORD.sub("", text)
    return sum(label in bare for label in _LABELS) >= _LEAST_LABELS


def _is_headed(text: str) -> bool:
    """By the words of its header: five labels of the standard near one another, each a cell or a line of its own."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines()):
        if len(line) > _LONGEST_LINE:
            continue
        for word in _WORDS.split(line):
            label = _BRACKETS.sub("", word)
            if label in _LABELS and label not in seen:
                seen[label] = number
        near = sum(number - at <= _NEAR_LINES for at in seen.values())
        if near >= _LEAST_LABELS:
            return True
    return False
