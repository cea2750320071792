"""Folded text as the index of the search holds it: a sequence of characters, each a token, so that a term is found
wherever its characters stand side by side; and the way back, from a place in folded text to the original.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
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

_PIECE = 64
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


class Folding:
    """A folded text that remembers where each of its characters came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = search_fold(text)
        self._plain = unicodedata.is_normalized("NFC", text)
        self._offsets: list[int] = []
        """Folded characters before each piece of the text, of `_PIECE` characters."""

    def find(self, term: str, limit: int = 50) -> list[tuple[int, int]]:
        """Spans (from, to) in the original text of the first `limit` places of an already folded term."""
        spans: list[tuple[int, int]] = []
        at = self.folded.find(term)
        while at >= 0 and len(spans) < limit:
            spans.append((self._original(at)[0], self._original(at + len(term) - 1)[1]))
            at = self.folded.find(term, at + len(term))
        return spans

    def _original(self, position: int) -> tuple[int, int]:
        """Where the folded character at `position` stands in the text. Only its piece of the text is walked through."""
        # an accent must stay in one piece with its letter: text with loose accents, which is rare, is one piece
        size = _PIECE if self._plain else len(self.text)
        if not self._offsets:
            pieces = (self.text[at : at + size] for at in range(0, len(self.text), size))
            self._offsets = [0, *accumulate(len(search_fold(piece)) for piece in pieces)]
        piece = bisect_right(self._offsets, position) - 1
        left = position - self._offsets[piece]
        for start, end in self._clusters(piece * size, min((piece + 1) * size, len(self.text))):
            width = len(search_fold(self.text[start:end]))
            if left < width:
                return start, end
            left -= width
        raise IndexError(position)

    def _clusters(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """(from, to) of each character of a part of the text, with its accents."""
        if self._plain:
            return ((at, at + 1) for at in range(start, end))
        return (found.span() for found in CLUSTER.finditer(self.text, start, end))
