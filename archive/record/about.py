"""What the archive calls itself: by the name of the list that it watches, else by what the titles have in common."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from archive.machine.database import value_of
from archive.record.look import look

KEY = "list_name"
"""Of archive_info."""
STANDARDS = "基层政务公开标准"
OTHER = "公文"


def name_of_list(given: str, titles: Sequence[str]) -> str:
    """`given`: what sources.toml says (`name`), or ''."""
    return given.strip() or (STANDARDS if is_of_standards(titles) else OTHER)


def is_of_standards(titles: Sequence[str]) -> bool:
    return all("基层政务公开" in title for title in titles)


def list_name(connection: sqlite3.Connection) -> str:
    """基层政务公开标准, or whatever else is watched."""
    found = value_of(connection, "SELECT value FROM archive_info WHERE key = ?", [KEY])
    if found:
        return str(found)
    # an archive that was not crawled since lists have names
    titles = [str(row[0]) for row in connection.execute("SELECT title FROM national_notices WHERE declared = 1")]
    return name_of_list("", titles)


def site_name(connection: sqlite3.Connection) -> str:
    """As pages, feeds and mails name the archive."""
    return f"{list_name(connection)}档案"


def site_name_under(data: Path) -> str:
    """The same of the archive in a data folder; of the standards where there is none."""
    try:
        with closing(look(data / "archive.db")) as connection:
            return site_name(connection)
    except sqlite3.Error:
        return f"{STANDARDS}档案"
