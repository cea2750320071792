"""Folded text as the index of the search holds it: a sequence of characters, each a token, so that a term is found
wherever its characters stand side by side; and the way back, from a place in folded text to the original.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from archive.text.fold import CLUSTER, search_fold

SEPARATOR = "\x1f"
"""Between two characters in the index; the tokenizer's separator (see schema.FTS)."""

MARKS = 0xF0000
"""Private-use characters: letters to SQLite's tokenizer, which would drop punctuation, ticks and cell borders."""

TITLE = "\ue001"
"""Before each token of a title in the index."""

UNFOUND = "\ue000"
"""Stands in the index for what is left out of a text, so that no phrase is found across it that no page shows."""

_LETTERS = frozenset({"L", "N"})


class _Indexed(dict[int, str]):
    """Folded character to the token that stands for it in the index."""

    def __missing__(self, code: int) -> str:
        letter = unicodedata.category(chr(code))[0] in _LETTERS
        self[code] = chr(code) if letter else chr(MARKS + (code & 0xFFFF))
        return self[code]


_INDEXED = _Indexed()


def spaced(text: str) -> str:
    """Folded text as the index holds it: every character a token."""
    return SEPARATOR.join(search_fold(text).translate(_INDEXED))


def titled(title: str) -> str:
    """A folded title as the index holds it: the same tokens, marked, so that titles can be asked for by themselves."""
    return SEPARATOR.join(TITLE + token for token in search_fold(title).translate(_INDEXED))


def entry(title: str, text: str) -> str:
    """All that the index holds of a title and a text."""
    return f"{spaced(text)}{SEPARATOR}{titled(title)}"


def phrase(term: str) -> str:
    """One term of a query as an FTS5 phrase of the text; '' when nothing visible is left of it."""
    inner = spaced(term)
    return f'"{inner}"' if inner else ""


def title_phrase(term: str) -> str:
    """The same of the title."""
    inner = titled(term)
    return f'"{inner}"' if inner else ""


class _Widths(dict[str, int]):
    """Character to the number of characters that it is folded to."""

    def __missing__(self, char: str) -> int:
        self[char] = len(search_fold(char))
        return self[char]


_WIDTHS = _Widths()


class Folding:
    """A folded text that remembers where each of its characters came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = search_fold(text)

    def find(self, term: str, limit: int = 50) -> list[tuple[int, int]]:
        """Spans (from, to) in the original text of the first `limit` places of an already folded term."""
        spans: list[tuple[int, int]] = []
        at = self.folded.find(term)
        while at >= 0 and len(spans) < limit:
            spans.append((self._original(at)[0], self._original(at + len(term) - 1)[1]))
            at = self.folded.find(term, at + len(term))
        return spans

    def _original(self, position: int) -> tuple[int, int]:
        """Where the folded character at `position` stands in the text."""
        clusters, ends = self._places
        place = bisect_right(ends, position)
        return clusters[place] if clusters else (place, place + 1)

    @cached_property
    def _places(self) -> tuple[list[tuple[int, int]], list[int]]:
        """The characters of the text with their accents, none where no accent stands alone; and where each ends in the
        folded text."""
        text = self.text
        if unicodedata.is_normalized("NFC", text):
            return [], list(accumulate(map(_WIDTHS.__getitem__, text)))
        clusters = [found.span() for found in CLUSTER.finditer(text)]
        return clusters, list(accumulate(len(search_fold(text[start:end])) for start, end in clusters))
