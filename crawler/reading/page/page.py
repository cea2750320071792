"""What is known of a page before its body is: lines, labels, titles, sentences, what speaks of the site."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from archive.text.fold import title_fold
from crawler.reading.html.dom import Element
from crawler.reading.page.labels import Pair, find_pairs, label_lists
from crawler.reading.page.lines import Asides, Line, asides_of, is_text, page_lines
from crawler.reading.page.prose import Prose, is_sentence, sentences
from crawler.reading.page.titles import cut, page_titles
from crawler.reading.rule import Rule

_SHORTEST = 6
"""Characters from which a line that repeats a title is one."""


@frozen
class Page:
    root: Element
    lines: Sequence[Line]
    pairs: Sequence[Pair]
    titles: frozenset[str]
    """Folded: what stands where a title stands."""
    told: frozenset[int]
    """Places of the lines that are nothing but labels and their values."""
    lists: Sequence[Element]
    """Elements that are nothing but a list of labels."""
    asides: Asides
    prose: Prose

    def inside(self, element: Element) -> list[Line]:
        own = set(element.iter())
        return [line for line in self.lines if line.text and line.element in own]

    def says(self, element: Element) -> bool:
        """Whether an element holds sentences of its own, and no links beside them."""
        return is_text(element) and any(is_sentence(line.text) for line in self.inside(element) if not line.linked)

    def is_title(self, line: Line) -> bool:
        return title_fold(line.text) in self.titles


def page_of(root: Element, rule: Rule) -> Page:
    lines = page_lines(root)
    pairs = find_pairs(lines)
    title, headings = page_titles(root, rule, "")
    folds = map(title_fold, (title, cut(headings[-1]) if headings else "", *headings))
    titles = frozenset(folded for folded in folds if len(folded) >= _SHORTEST)
    said = sentences(lines)
    most = Prose.of(said).most()
    kept = [line.element for line in lines if not line.linked and title_fold(line.text) in titles]
    asides = asides_of(root, kept if most is None else [*kept, most], [line.element for line in said])
    return Page(
        root=root,
        lines=lines,
        pairs=pairs,
        titles=titles,
        told=frozenset(line.place for pair in pairs for line in pair.lines),
        lists=label_lists(lines, pairs),
        asides=asides,
        prose=Prose.of([line for line in said if not asides.hold(line.element)]),
    )
