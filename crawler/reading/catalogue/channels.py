"""公开渠道和载体: which of the listed channels are chosen, by their canonical names.

A cell is read with its whole column in mind, because the same □ means "not chosen" in a list beside ■ and "used" in a
table whose author only knew ☐.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache

from attrs import frozen

from archive.words.channels import CHANNELS
from crawler.reading.catalogue.lattice import squeeze
from crawler.reading.catalogue.marks import BOXES, CHOSEN, LOST_CHOSEN, LOST_UNCHOSEN, UNCHOSEN, plain

_AND = r"[/、，,和及\\|]*"
_PATTERNS = (
    (
        "社区/企事业单位/村公示栏（电子屏）",
        rf"(?:(?:村?社区|企事业单位|企业|事业单位|村委会|村级?|单位|居委会|居){_AND})+公[示开]栏(?:\(电子(?:显示)?屏\)|/电子屏)?",
    ),
    ("发布会/听证会", rf"(?:新闻)?发布会{_AND}听证会|(?:新闻)?发布会|听证会"),
    ("政府网站", r"(?:县|区|市)?(?:人民)?政府(?:门户)?网站|门户网站"),
    ("政府公报", r"政府公报"),
    ("两微一端", r"两微一端"),
    ("广播电视", rf"广播{_AND}电视"),
    ("纸质媒体", r"纸质(?:媒体|载体)"),
    ("公开查阅点", r"(?:政府信息|信息|政务)?公开查阅(?:点|室|场所)"),
    ("政务服务中心", r"政务服务(?:中心|大厅)|行政服务中心"),
    ("便民服务站", r"便民服务(?:站|点|站点|站/点)"),
    ("入户/现场", rf"入户{_AND}现场"),
    ("精准推送", r"精准推送"),
    ("其他", r"其[他它](?=$|[_\s;；。]*$)"),
)  # fmt: skip
# white space that a layout put inside a name is passed over; the names hold none themselves
_KNOWN = [(name, re.compile(pattern)) for name, pattern in _PATTERNS]
_LONGEST_LIST = 3_000
_MANY_BOXES = 4
_NUMBERED = re.compile(
    r"(?:(?<=[\s、，,；;。）)])|^)[(（]?\d{1,2}(?:[.．、)）]|(?=[一-鿿]))\s*|(?<=[一-鿿])[(（]\d{1,2}[)）]|[①-⒛]\s*"
)
_SEPARATORS = "、，,；;。:：\n\t "
_BOX_WORDS = re.compile(r"口(?!岸|头|径|号|碑|述|语|腔|袋)")


class Habit(Enum):
    """What the marks in a column of channels mean."""

    MARKED = "■ chosen, □ not"
    BOXED = "only boxes, in front of what is used"
    UNBOXED = "only boxes, in front of what is not used (the other mark was lost)"
    EMPTY = "only boxes, all of them empty"
    BARE = "no marks at all"


@frozen
class Entry:
    mark: str
    """'+' chosen, '-' a box, '' no mark."""
    name: str


@frozen
class Reading:
    chosen: tuple[str, ...]
    doubt: str = ""


@lru_cache(maxsize=10_000)
def split(text: str) -> tuple[Entry, ...]:
    """The channels that a cell lists, with the mark in front of each; none in a cell too long to be a list."""
    entries: list[Entry] = []
    if len(text) > _LONGEST_LIST:
        return ()
    for mark, label in _segments(_unnumbered(plain(text))):
        for index, name in enumerate(_names(label, marked=bool(mark))):
            # one mark holds for names joined by 、 but not for what follows after a gap
            entries.append(Entry(mark if index == 0 or re.search(r"[、，,；;]", label) else "", name))
    return tuple(entries)


def habit(cells: Iterable[str]) -> Habit:
    """What the marks mean, judged by the whole column."""
    lists = [entries for entries in map(split, cells) if entries]
    marks = {entry.mark for entries in lists for entry in entries}
    if "+" in marks:
        return Habit.MARKED
    if "-" not in marks:
        return Habit.BARE
    if "" not in marks:
        full = sum(len(entries) >= 9 for entries in lists)
        return Habit.EMPTY if full * 2 > len(lists) else Habit.BOXED
    # some boxed, some not: the government's website is used nearly everywhere, so what stands before it means "used"
    sites = [entry.mark for entries in lists for entry in entries if entry.name == "政府网站"]
    if not sites:
        return Habit.BOXED
    return Habit.BOXED if sites.count("-") * 2 >= len(sites) else Habit.UNBOXED


def read_channels(text: str, column: Habit) -> Reading:
    """The chosen channels of one cell, without repeats, in the order of the cell."""
    entries = split(text)
    if not entries:
        return Reading(())
    if column is Habit.MARKED:
        return _read_marked(entries)
    if column is Habit.EMPTY:
        if len(entries) < 9 and all(entry.mark for entry in entries):
            return Reading(_unique(entries), "渠道前只有空框，按列出的全部计，请人工核对")
        return Reading((), "渠道只见空框，不见选中标记，可能在转换中丢失")
    if column is Habit.BARE:
        listed = _unique(entries)
        return Reading(listed, "渠道的标记已全部丢失，按列出的全部计，请人工核对" if len(listed) >= 9 else "")
    boxed = [entry for entry in entries if entry.mark]
    free = [entry for entry in entries if not entry.mark]
    if column is Habit.UNBOXED:
        return Reading(_unique(free), "有框的渠道按未选、无标记的按已选计（选中标记可能丢失），请人工核对")
    if free and boxed:
        return Reading(_unique(boxed), "有框的渠道按已选、无框的按未选计，请人工核对")
    return Reading(_unique(boxed or free))


def _read_marked(entries: Sequence[Entry]) -> Reading:
    if not any(entry.mark for entry in entries):
        return Reading(_unique(entries), "渠道前没有标记，按列出的全部计")
    unmarked = [entry.name for entry in entries if not entry.mark]
    boxes = sum(entry.mark == "-" for entry in entries)
    if boxes >= _MANY_BOXES and len(unmarked) * 4 <= boxes:
        # a whole list of boxes and a choice: what lost its box is not chosen
        return Reading(_unique(entry for entry in entries if entry.mark == "+"))
    chosen = [entry for entry in entries if entry.mark != "-"]
    return Reading(_unique(chosen), f"“{'、'.join(unmarked)}”前没有标记，按已选计" if unmarked else "")


def _unique(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.name for entry in entries))


def _unnumbered(text: str) -> str:
    """1.政府网站 2.两微一端: the numbers of a list divide it as 、 does. One number alone is no list."""
    found = _NUMBERED.findall(text)
    return _NUMBERED.sub("、", text) if len(found) > 1 or (found and _NUMBERED.match(text)) else text


def _segments(text: str) -> list[tuple[str, str]]:
    """(mark, text up to the next mark) …; the text before the first mark has mark ''."""
    segments: list[tuple[str, str]] = []
    mark, start = "", 0
    for index, char in enumerate(text):
        found = _mark_at(text, index, char, start)
        if found:
            segments.append((mark, text[start:index]))
            mark, start = found, index + 1
    segments.append((mark, text[start:]))
    # a second mark directly after the first is one mark (☑√); keep the chosen one
    merged: list[tuple[str, str]] = []
    pending = ""
    for mark, label in segments:
        mark = "+" if pending == "+" else mark
        if mark and not label.strip():
            pending = mark
            continue
        pending = ""
        if label.strip(_SEPARATORS):
            merged.append((mark, label))
    return merged


def _mark_at(text: str, index: int, char: str, start: int) -> str:
    if char in CHOSEN:
        return "+"
    if char == "口":
        return "-" if _is_box(text, index, start) else ""
    if char in UNCHOSEN or char in BOXES:
        return "-"
    if char in LOST_CHOSEN or char in LOST_UNCHOSEN:
        before = text[index - 1 : index]
        after = text[index + 1 : index + 2]
        alone = not (before.isascii() and before.isalnum()) and ("一" <= after <= "鿿" or after in (" ", "1"))
        if alone and (after != " " or _known_at(text[index + 1 : index + 60].lstrip())):
            return "+" if char in LOST_CHOSEN else "-"
    return ""


def _is_box(text: str, index: int, start: int) -> bool:
    """口 as OCR reads □: in front of a known channel, or first in a word that no word with 口 begins."""
    rest = text[index + 1 : index + 60].lstrip()
    if _known_at(rest):
        return True
    first = index == 0 or text[index - 1] in _SEPARATORS or (index == start and start > 0)
    return first and bool(rest) and bool(_BOX_WORDS.match(text, index))


def _known_at(text: str) -> bool:
    line = squeeze(text[:24])
    return any(pattern.match(line) for _, pattern in _KNOWN) or line.startswith(("其他", "其它"))


def _names(label: str, *, marked: bool) -> list[str]:
    """Canonical names in a label, and what is unknown verbatim (without the layout's line breaks).

    Behind a mark, 其他 with what follows is one name (■其他 村民会议); in a bare list it stands alone.
    """
    whole = squeeze(label).strip("、,;。_:…")
    if not whole:
        return []
    if known := next((name for name, pattern in _KNOWN if pattern.fullmatch(whole)), ""):
        return [known]
    names: list[str] = []
    rest, unknown = whole, ""
    gaps = _gaps(label)
    position = 0
    while position < len(rest):
        name, length = _longest(rest[position:]) if not unknown or position in gaps else ("", 0)
        if not marked and not unknown and position + 2 in gaps and rest.startswith(("其他", "其它"), position):
            name, length = "其他", 2
        if name:
            names += [unknown] if unknown.strip("_") else []
            names.append(name)
            unknown, position = "", position + length
            continue
        char = rest[position]
        if char in "、,;。" and unknown.count("(") <= unknown.count(")"):
            names += [unknown] if unknown.strip("_") else []
            unknown = ""
        else:
            unknown += char
        position += 1
    if unknown.strip("_()"):
        names.append(unknown.strip("_"))
    return [_verbatim(name, label) for name in names]


def _gaps(label: str) -> set[int]:
    """Positions in the squeezed label before which the original has white space or a separator."""
    gaps, position = set(), 0
    for index, char in enumerate(label.strip("、，,；;。_:： …\n\t")):
        if not squeeze(char):
            gaps.add(position)
            continue
        if index and char in "、，,；;。":
            gaps.add(position + 1)
        position += len(squeeze(char))
    return gaps


def _longest(text: str) -> tuple[str, int]:
    best = ("", 0)
    for name, pattern in _KNOWN:
        if (found := pattern.match(text)) and found.end() > best[1]:
            best = (name, found.end())
    return best


def _verbatim(name: str, label: str) -> str:
    """An unknown name with the marks of punctuation as the cell writes them."""
    if name in CHANNELS:
        return name
    wide = "".join(label.split())
    start = squeeze(wide).find(name)
    return wide[start : start + len(name)] if start >= 0 and len(squeeze(wide)) == len(wide) else name
