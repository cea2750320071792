"""What a printed basis names that is no longer the text in force: for tables that are in no archive."""

from __future__ import annotations

import re
from collections.abc import Callable

from archive.laws.citations import Citation, Resolver
from archive.laws.register import Entry, Register, State


def outdated(register: Register, day: str) -> Callable[[str], list[tuple[str, str]]]:
    """公开依据 → (as printed, a sentence) of each citation that is repealed on a day, or names an older text by its
    year. A citation that names no text is never outdated by a newer one; nor is one with the number of the order that
    first made it (国务院令第649号), which it keeps when it is amended."""
    resolver = Resolver(register)

    def of(basis: str) -> list[tuple[str, str]]:
        found = ((citation, register.get(citation.title)) for citation in resolver.find(basis))
        said = ((citation.printed, _says(citation, entry, day)) for citation, entry in found if entry)
        return [(printed, says) for printed, says in said if says]

    return of


def _says(citation: Citation, entry: Entry, day: str) -> str:
    name = citation.printed
    if entry.state(day) is State.REPEALED:
        return f"{name}已于 {entry.repealed} 废止"
    newest = entry.in_force(day)
    if newest is None:
        return ""
    year = re.search(r"(?:19|20)\d{2}", citation.year)
    older = year is not None and year[0] < newest.date[:4] and any(t.date[:4] == year[0] for t in entry.texts)
    return f"{name}已有 {newest.date} 的新文本" if older else ""
