"""A term that is only part of another agency's name: 民政部 stands in 县级民政部门, which is no ministry."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

from archive.search import texts
from archive.search.ask import either
from archive.search.rank import COUNTED, Match

GOES_ON = {"部": "门"}
"""The last sign of an agency's name, and what makes another one of it."""
READ = 300
"""Matches of a kind whose text is looked at."""


def partial(connection: sqlite3.Connection, kind: str, found: Sequence[Match], terms: Iterable[str]) -> set[int]:
    """The matches that hold a term only as part of another agency's name."""
    lower: set[int] = set()
    for term in terms:
        follows = GOES_ON.get(term[-1])
        if not follows or len(term) < 3:
            continue
        sql = f"SELECT rowid FROM {kind}s_fts WHERE {kind}s_fts MATCH ? LIMIT {COUNTED}"  # noqa: S608 - of KINDS
        longer = {row[0] for row in connection.execute(sql, [either(term + follows)])}
        suspects = [match.id for match in found if match.id in longer][:READ]
        itself = re.compile(f"{re.escape(term)}(?!{follows})")
        lower |= {id for id, text in texts.of_entries(connection, kind, suspects) if not itself.search(text)}
    return lower
