"""Every module of the archive that decides what a reading is belongs to the reader's name."""

from __future__ import annotations

import ast
from pathlib import Path

import archive
from crawler.reading import SHARED

ARCHIVE = Path(archive.__file__).parent
READING = ARCHIVE.parent / "crawler" / "reading"
MACHINE = ("machine/",)
"""What these rooms say is no property of a file."""


def imported(path: Path) -> set[str]:
    """Files of archive/ that a module imports, below archive/."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = {name.removeprefix("archive.").replace(".", "/") + ".py" for name in names if name.startswith("archive.")}
    return {name for name in files if (ARCHIVE / name).is_file() and not name.startswith(MACHINE)}


def test_the_reader_is_named_by_all_that_it_is_made_of() -> None:
    ahead = set().union(*map(imported, READING.rglob("*.py")))
    found: set[str] = set()
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= imported(ARCHIVE / name) - found
    assert found == set(SHARED)
