"""Three foldings: three answers to "is this the same text?", each for its own purpose.

`search_fold`: what a searcher may type. `compare_fold`: what no reader of the printed page would notice
(docs/decisions/0004-normalisation.md). `title_fold`: what tells one title from another.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from archive.text.late import late
from archive.text.numbers import HAN_DIGITS, han_number

# ---------------------------------------------------------------- radicals

# Text layers of PDF files write them for the characters they look like (⺠ for 民, ⻓ for 长, ⼀ for 一): fonts share
# one glyph for both, and programs that print name it by the radical. The pairs are those of Unicode's
# EquivalentUnifiedIdeograph; two radicals that are only a part of a character and look like none are left as they are.
_PAIRS = (
    "⺀冫⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫"
    "⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺶羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足"
    "⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阜⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄"
    "⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)

RADICALS: dict[int, str] = {ord(_PAIRS[at]): _PAIRS[at + 1] for at in range(0, len(_PAIRS), 2)}
RADICALS |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
# Unicode names the older form of these three; a font for simplified Chinese draws the form that is in use
RADICALS |= {ord("⼾"): "户", ord("⾭"): "青", ord("⿈"): "黄"}
"""For str.translate: each radical to its character."""

# ---------------------------------------------------------------- for search

CLUSTER = late(r"[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]*|[\u0300-\u036f\u3099\u309a]+")
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
        folded = unicodedata.normalize("NFKC", RADICALS.get(code, chr(code))).lower()
        seen = (char for char in folded if unicodedata.category(char) not in _UNSEEN)
        self[code] = "".join(_BRACKETS.get(char) or _simplified().get(char, char) for char in seen)
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
_LOOSE_SPACE = late(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])")
_DIGIT = late(r"\d|[〇○零]年|[一二三四五六七八九]年")
_FULL = late(
    r"(?<![\d.\-/])((?:19|20)\d{2})(?:年(0?[1-9]|1[0-2])月(0?[1-9]|[12]\d|3[01])[日号]"
    r"|([-/.])(0?[1-9]|1[0-2])\4(0?[1-9]|[12]\d|3[01])(?![\d.\-/年月日]))"
)
_MONTH = late(r"(?<!\d)0([1-9])(?=月)|(?<=月)0([1-9])(?=[日号])")
_HOUR = late(r"(?<![\d:])0(\d)(?=:[0-5]\d)")
_YEAR_IN_BRACKETS = late(r"[〔\[【(﹝〖]((?:19|20)\d{2})[〕\]】)﹞〗]")
_THOUSANDS = late(r"(?<![\d.,，:])\d{1,3}(?:,\d{3})+(?![\d,，])")
_HAN = late(
    r"([一二][〇○零O0一二三四五六七八九]{3})年(元|十[一二]?|[一二三四五六七八九])月"
    r"(二十[一二三四五六七八九]?|三十一?|十[一二三四五六七八九]?|[一二三四五六七八九])日"
)


@lru_cache(maxsize=50_000)  # a table repeats its marks, channels and subjects in every row
def compare_fold(text: str) -> str:
    """The text as it is compared: width, quotes and dashes of one kind, dates and numbers in one spelling, no white
    space except between Latin words. What is stored and shown stays as it was read.

    Whatever changes a digit, a word, a mark's column or a clause's punctuation stays different. Not full NFKC: that
    would make 10² the same as 102 and ① the same as 1.
    """
    folded = _LOOSE_SPACE.sub("", " ".join(_without_thousands(text).translate(PLAIN_SIGNS).split()))
    return _plain_dates(folded) if _DIGIT.search(folded) else folded


def _without_thousands(text: str) -> str:
    """1,000 as 1000. Before folding, which makes a Chinese comma a plain one."""
    return _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text) if "," in text else text


def _plain_dates(text: str) -> str:
    """2025年3月05日 and 2025-03-05 as 2025年3月5日, hours without a leading nought, the year of a document number in
    〔〕."""
    text = _HAN.sub(
        lambda d: f"{''.join(map(HAN_DIGITS.__getitem__, d[1]))}年{han_number(d[2])}月{han_number(d[3])}日", text
    )
    text = _FULL.sub(lambda d: f"{d[1]}年{int(d[2] or d[5])}月{int(d[3] or d[6])}日", text)
    text = _HOUR.sub(r"\1", _MONTH.sub(lambda d: d[1] or d[2], text))
    return _YEAR_IN_BRACKETS.sub(r"〔\1〕", text)


# ---------------------------------------------------------------- for titles


def title_fold(text: str) -> str:
    """A title by its letters and digits alone: full width and half width alike, no blanks, no punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()
