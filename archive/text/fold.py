"""Three foldings: three answers to "is this the same text?", each for its own purpose.

`search_fold`: what a searcher may type. `compare_fold`: what no reader of the printed page would notice
(docs/decisions/0004-normalisation.md). `title_fold`: what tells one title from another.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from archive.text.dates import has_digits, plain_dates, without_thousands
from archive.text.radicals import RADICALS

# ---------------------------------------------------------------- for search

CLUSTER = re.compile(r"[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]*|[\u0300-\u036f\u3099\u309a]+")
"""A character and the accents that follow it."""
_BRACKETS = dict.fromkeys("〔[【〖(﹝{", "[") | dict.fromkeys("〕]】〗)﹞}", "]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


@cache
def _simplified() -> dict[str, str]:
    lines = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line)
    firsts = ((old, new.split()[0]) for old, new in pairs)
    return {old: new for old, new in firsts if len(old) == len(new) == 1}


class _Searched(dict[int, str]):
    """Character to folded characters, filled as text comes by."""

    def __missing__(self, code: int) -> str:
        parts = []
        for char in unicodedata.normalize("NFKC", RADICALS.get(code, chr(code))).lower():
            if unicodedata.category(char) not in _UNSEEN:
                parts.append(_BRACKETS.get(char) or _simplified().get(char, char))
        self[code] = "".join(parts)
        return self[code]


_SEARCHED = _Searched()


def search_fold(text: str) -> str:
    """What the index holds and what a query becomes: NFKC (full-width forms), lower case, traditional to simplified by
    single characters (first candidate of OpenCC's TSCharacters), every bracket of a document number as [ ], white space
    and invisible characters dropped."""
    if unicodedata.is_normalized("NFC", text):
        return text.translate(_SEARCHED)
    return "".join(unicodedata.normalize("NFC", found[0]).translate(_SEARCHED) for found in CLUSTER.finditer(text))


# ---------------------------------------------------------------- for comparison


def _compared() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
    table |= dict.fromkeys((0x3000, 0x00A0, 0x2002, 0x2003, 0x2009, 0x202F), " ")
    # U+FFFD stands for a byte that means nothing: one more or less of them is no word changed
    invisible = (0x00AD, 0x2060, 0xFEFF, 0xFFFD, *range(0x200B, 0x2010), *range(0x202A, 0x202F))
    table |= dict.fromkeys(invisible, "")
    table |= dict.fromkeys(map(ord, "“”„‟〝〞"), '"') | dict.fromkeys(map(ord, "‘’‚‛"), "'")
    table |= dict.fromkeys(map(ord, "‐‑‒–—―─"), "-") | dict.fromkeys(map(ord, "•・‧∙"), "·") | {ord("〜"): "~"}
    # compatibility ideographs are the same characters twice
    return table | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xF900, 0xFAFF)} | RADICALS


PLAIN_SIGNS = _compared()
"""For str.translate: width, quotes, dashes and points of one kind, invisible characters dropped."""
_LOOSE_SPACE = re.compile(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])")


@lru_cache(maxsize=50_000)  # a table repeats its marks, channels and subjects in every row
def compare_fold(text: str) -> str:
    """The text as it is compared: width, quotes and dashes of one kind, dates and numbers in one spelling, no white
    space except between Latin words. What is stored and shown stays as it was read.

    Whatever changes a digit, a word, a mark's column or a clause's punctuation stays different. Not full NFKC: that
    would make 10² the same as 102 and ① the same as 1.
    """
    folded = _LOOSE_SPACE.sub("", " ".join(without_thousands(text).translate(PLAIN_SIGNS).split()))
    return plain_dates(folded) if has_digits(folded) else folded


# ---------------------------------------------------------------- for titles


def title_fold(text: str) -> str:
    """A title by its letters and digits alone: full width and half width alike, no blanks, no punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()
