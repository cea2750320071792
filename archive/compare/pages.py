"""A text that its site cuts into pages, as one: what stands around the text on each page counts once."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from archive.compare.furniture import figures_of
from archive.model import Document
from archive.text.fold import compare_fold
from archive.text.noise import in_force, lines_without_noise

MOST = 30
"""Lines around a text that two pages may have in common; more are no frame."""


def joined(first: Document, second: Document) -> Document:
    """The first page with the second behind it. What both begin with (a heading, a bar) stands once, at the head, and
    what both end with (a list of links, a stamp of the day) at the end, as on a page that is not cut."""
    one, two = (_counting(page) for page in (first, second))
    head = _common(one, two)
    foot = _common(one[len(head) :][::-1], two[len(head) :][::-1])
    first = _without(first, (at for at, _ in one[len(one) - len(foot) :]))
    second = _without(second, (at for at, _ in two[: len(head)]))
    below = len(first.text.split("\n"))
    return evolve(
        first,
        text=f"{first.text}\n{second.text}",
        items=(*first.items, *second.items),
        link_lines=(*first.link_lines, *(below + line for line in second.link_lines)),
    )


def _counting(page: Document) -> list[tuple[int, str]]:
    """Numbers of the lines that count, and what they say; of links, which are no text, but for figures."""
    cleaned = lines_without_noise([*map(in_force, page.text.split("\n"))])
    links = frozenset(page.link_lines)
    said = ((at, figures_of(line) if at in links else compare_fold(line)) for at, line in enumerate(cleaned))
    return [(at, text) for at, text in said if text]


def _common(one: list[tuple[int, str]], two: list[tuple[int, str]]) -> list[str]:
    """What both begin with; nothing where it is long, or the whole of one of them."""
    found: list[str] = []
    for (_, left), (_, right) in zip(one, two, strict=False):
        if left != right:
            return found if len(found) <= MOST else []
        found.append(left)
    return []


def _without(page: Document, lines: Iterable[int]) -> Document:
    gone = set(lines)
    kept = [(at, line) for at, line in enumerate(page.text.split("\n")) if at not in gone]
    now = {at: number for number, (at, _) in enumerate(kept)}
    links = tuple(now[at] for at in page.link_lines if at in now)
    return evolve(page, text="\n".join(line for _, line in kept), link_lines=links)
