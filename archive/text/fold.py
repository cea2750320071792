"""One spelling for text that means the same to a reader: what the index holds and what a query becomes.

Folding: NFKC (full-width forms), lower case, traditional to simplified by single characters (first candidate of
OpenCC's TSCharacters), every bracket of a document number as [ ], white space and invisible characters dropped. Folded
text is searched as a sequence of characters, so a term is found wherever its characters stand side by side.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from importlib.resources import files
from itertools import accumulate

SEPARATOR = "\x1f"
"""Between two characters in the index; the tokenizer's separator (see schema.FTS)."""

MARKS = 0xF0000
"""Private-use characters: letters to SQLite's tokenizer, which would drop punctuation, ticks and cell borders."""

_PIECE = 64
_BRACKETS = dict.fromkeys("〔[【〖(﹝{", "[") | dict.fromkeys("〕]】〗)﹞}", "]")
_COMBINED = re.compile(r"[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]*|[\u0300-\u036f\u3099\u309a]+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_TOKENS = frozenset({"L", "N"})


def _simplified() -> dict[str, str]:
    lines = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line)
    firsts = ((old, new.split()[0]) for old, new in pairs)
    return {old: new for old, new in firsts if len(old) == len(new) == 1}


class _Folded(dict[int, str]):
    """Character to folded characters, filled as text comes by."""

    simplified = _simplified()

    def __missing__(self, code: int) -> str:
        parts = []
        for char in unicodedata.normalize("NFKC", chr(code)).lower():
            if unicodedata.category(char) not in _INVISIBLE:
                parts.append(_BRACKETS.get(char) or self.simplified.get(char, char))
        self[code] = "".join(parts)
        return self[code]


class _Indexed(dict[int, str]):
    """Folded character to the token that stands for it in the index."""

    def __missing__(self, code: int) -> str:
        letter = unicodedata.category(chr(code))[0] in _TOKENS
        self[code] = chr(code) if letter else chr(MARKS + (code & 0xFFFF))
        return self[code]


_FOLDED = _Folded()
_INDEXED = _Indexed()


def fold(text: str) -> str:
    if unicodedata.is_normalized("NFC", text):
        return text.translate(_FOLDED)
    return "".join(_fold_cluster(match.group()) for match in _COMBINED.finditer(text))


def _fold_cluster(cluster: str) -> str:
    """A character and the accents that follow it."""
    return unicodedata.normalize("NFC", cluster).translate(_FOLDED)


def spaced(text: str) -> str:
    """Folded text as the index holds it: every character a token."""
    return SEPARATOR.join(fold(text).translate(_INDEXED))


def phrase(term: str) -> str:
    """One term of a query as an FTS5 phrase; '' when nothing visible is left of it."""
    inner = spaced(term)
    return f'"{inner}"' if inner else ""


def split(query: str) -> list[str]:
    """The terms of a query: separated by white space, each once, without what folds to nothing."""
    return list(dict.fromkeys(term for term in query.split() if fold(term)))


class Folding:
    """A folded text that remembers where each of its characters came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
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
            self._offsets = [0, *accumulate(len(fold(piece)) for piece in pieces)]
        piece = bisect_right(self._offsets, position) - 1
        left = position - self._offsets[piece]
        for start, end, width in self._walk(piece * size, min((piece + 1) * size, len(self.text))):
            if left < width:
                return start, end
            left -= width
        raise IndexError(position)

    def _walk(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(from, to, folded characters) of each character of a part of the text, with its accents."""
        if self._plain:
            for at in range(start, end):
                yield at, at + 1, len(_FOLDED[ord(self.text[at])])
            return
        for match in _COMBINED.finditer(self.text, start, end):
            yield match.start(), match.end(), len(_fold_cluster(match.group()))
