"""Marks: chosen, not chosen, and what symbol fonts leave behind when they are lost."""

from __future__ import annotations

import re
import unicodedata

from attrs import frozen

CHOSEN = "■◆☑√✓✔●☒▇█▄▆▅▉▊◼▪🗹🗸★"
# □ as OCR and lost fonts write it is 口 and £; see `channels` for where 口 is a box and where a word
UNCHOSEN = "□☐£○☆◇▢◻❑❏❐❒⬜▫×✕✗✘"
BOXES = "□☐£▢◻❑❏❐❒⬜▫口"
# Wingdings and Wingdings 2: t ◆, n ■, l ●, R and þ ☑, P and ü ✓ | £, o, ¨ and q □
LOST_CHOSEN = "tnlRPüþ"
LOST_UNCHOSEN = "o¨q"
_YES = {"是", "有", "v", "V", "y", "Y", "vv", "对", "勾", "公开"}
_NO = {
    "",
    "否",
    "无",
    "不",
    "不公开",
    "不涉及",
    "-",
    "--",
    "—",
    "——",
    "－",
    "/",
    "／",
    "\\",
    "＼",
    "口",
    "x",
    "X",
    "0",
    ".",
}
_PRIVATE = {chr(0xF000 + ord(letter)): letter for letter in LOST_CHOSEN + LOST_UNCHOSEN + "£"}
_PRIVATE_MARKS = str.maketrans(
    {code: "■" if letter in LOST_CHOSEN else "□" for code, letter in _PRIVATE.items()}
    | {"\uf0a8": "□", "\uf0a1": "□", "\uf0fe": "☑", "\uf0fc": "✓", "\uf052": "☑", "\uf050": "✓"}
)
_VARIATION = re.compile("[\ufe0e\ufe0f]")


@frozen
class Mark:
    value: bool
    words: str = ""
    """Text beside the mark, or in its place: 申请人."""
    doubtful: bool = False


def plain(text: str) -> str:
    """Symbols of the private use area (a symbol font's own codes) as ordinary marks."""
    return _VARIATION.sub("", text).translate(_PRIVATE_MARKS)


def read_mark(text: str, labels: tuple[str, ...] = ()) -> Mark:
    """A cell of a √ column. `labels`: words that only repeat the column's heading (主动, 全社会)."""
    bare = "".join(plain(text).split())
    if bare in _NO or unicodedata.normalize("NFKC", bare) in _NO:
        return Mark(False)
    ticks = [char for char in bare if char in CHOSEN]
    words = "".join(char for char in bare if char not in CHOSEN + UNCHOSEN).strip("()（）：:、，")
    if ticks:
        return Mark(True, "" if words in labels else words)
    if bare in _YES or (len(set(bare)) == 1 and bare[0] in LOST_CHOSEN):
        return Mark(True)
    if bare in labels:
        return Mark(True)
    if any(char in UNCHOSEN for char in bare) or bare[0] == "口":
        return Mark(False, words.removeprefix("口"))
    if len(set(bare)) == 1 and bare[0] in LOST_UNCHOSEN:
        return Mark(False)
    return Mark(True, words or bare, doubtful=True)
